#include "cli/load_file_argument.h"

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/file.h"
#include "lib/base/status_macros.h"
#include "lib/card/cap/cap_file.h"
#include "lib/crypto/hash_algorithm.h"

namespace cardferry::cli {
namespace {

constexpr size_t kMaxCapFileBytes = 4 << 20;

}  // namespace

absl::StatusOr<LoadFileFacts> ReadLoadFile(const std::string& path,
                                           const LoadFileHashing& hashing) {
  const std::optional<crypto::HashAlgorithm> algorithm =
      crypto::HashNamed(hashing.algorithm);
  if (!algorithm.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--hash is sha-1, sha-256, sha-384 or sha-512, not \"",
                     hashing.algorithm, "\""));
  }
  ASSIGN_OR_RETURN(const std::string file, ReadFile(path, kMaxCapFileBytes));
  const absl::StatusOr<card::CapFile> cap = card::CapFile::Parse(AsBytes(file));
  RETURN_IF_ERROR(Annotate(cap.status(), path));
  ASSIGN_OR_RETURN(const Bytes block,
                   cap->LoadFileDataBlock(hashing.with_descriptor
                                              ? card::Descriptor::kSend
                                              : card::Descriptor::kLeaveOut));
  return LoadFileFacts{cap->package().aid, crypto::Digest(*algorithm, block)};
}

}  // namespace cardferry::cli
