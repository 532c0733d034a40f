#include "services/keyvault/hsm/key_handles.h"

#include "absl/strings/str_cat.h"

namespace cardferry::keyvault {

absl::StatusOr<Masters> KeyHandles::FindMasters(const std::string& key_set,
                                                uint32_t master_version) const {
  const auto found = masters_.find({key_set, master_version});
  if (found != masters_.end()) return found->second;
  return absl::NotFoundError(
      absl::StrCat("no key set ", key_set, " version ", master_version));
}

}  // namespace cardferry::keyvault
