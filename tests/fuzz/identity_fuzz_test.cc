#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/rpc/identity.h"

// Whatever is taken for an identity is spelled in one way only.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view uri(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<cardferry::rpc::Identity> identity =
      cardferry::rpc::ParseIdentityUri(uri);
  if (identity.ok() && cardferry::rpc::IdentityUri(*identity) != uri) {
    std::abort();
  }
  return 0;
}
