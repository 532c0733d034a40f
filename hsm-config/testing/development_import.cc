#include "hsm-config/testing/development_import.h"

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"

namespace cardferry::hsm {
namespace {

absl::StatusOr<pkcs11::Object> MakeKey(
    const CeremonyRoom& room, const KeyEntry& entry,
    const std::map<std::string, SecretBytes>& values) {
  const auto value = values.find(entry.label);
  if (value == values.end()) return GenerateMaster(room, entry);
  if (value->second.size() != entry.spec.length) {
    return absl::InvalidArgumentError(
        absl::StrCat(entry.label, " has ", value->second.size(),
                     " bytes, the profile wants ", entry.spec.length));
  }
  return room.session.ImportKey(value->second,
                                room.builder.ImportedMaster(entry.spec));
}

}  // namespace

absl::Status ImportKnownKeys(const CeremonyRoom& room,
                             const KeyProfile& profile,
                             const std::map<std::string, SecretBytes>& values) {
  for (const KeyEntry* entry : AllKeys(profile)) {
    ASSIGN_OR_RETURN(const pkcs11::Object key, MakeKey(room, *entry, values));
    RETURN_IF_ERROR(KeepKey(room, key, *entry));
  }
  return GenerateSigningKeys(room, profile);
}

}  // namespace cardferry::hsm
