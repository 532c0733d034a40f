#include "services/keyvault/hsm/key_ring.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "hsm-config/master_facts.h"
#include "hsm-config/published_keys.h"
#include "hsm-config/token_keys.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "services/keyvault/hsm/card_key.h"

namespace cardferry::keyvault {
namespace {

using pkcs11::KdfBase;
using pkcs11::KdfRecipe;
using pkcs11::ObjectHandle;
using pkcs11::Usage;

bool Has(const hsm::KeyEntry& entry, Usage usage) {
  return (entry.spec.usages & static_cast<unsigned>(usage)) != 0;
}

}  // namespace

absl::StatusOr<std::unique_ptr<KeyRing>> KeyRing::Load(
    pkcs11::Token& token, const hsm::KeyProfile& profile,
    const ModuleWays& ways, TestKeys test_keys) {
  std::unique_ptr<KeyRing> ring(new KeyRing(token, profile, ways, test_keys));
  RETURN_IF_ERROR(ring->Reload(nullptr));
  return ring;
}

std::shared_ptr<const KeyHandles> KeyRing::keys() const {
  absl::MutexLock lock(&mutex_);
  return keys_;
}

absl::Status KeyRing::Reload(const std::shared_ptr<const KeyHandles>& stale) {
  if (keys() != stale) return absl::OkStatus();
  ASSIGN_OR_RETURN(std::shared_ptr<const KeyHandles> found, FindAll());
  {
    absl::MutexLock lock(&mutex_);
    keys_.swap(found);
  }
  return absl::OkStatus();  // `found`, the old keys, ends outside the lock
}

absl::StatusOr<std::shared_ptr<const KeyHandles>> KeyRing::FindAll() {
  ASSIGN_OR_RETURN(pkcs11::Session session,
                   token_.OpenSession(pkcs11::Access::kReadOnly));
  const auto keys = std::make_shared<KeyHandles>(std::move(session));
  RETURN_IF_ERROR(
      hsm::CheckToken(keys->session(), ways_.builder.rules(), profile_));
  for (const hsm::KeySet& set : profile_.key_sets) {
    RETURN_IF_ERROR(TakeKeySet(*keys, set));
  }
  ASSIGN_OR_RETURN(const ObjectHandle seal, Take(*keys, profile_.token_seal));
  ASSIGN_OR_RETURN(const ObjectHandle mac, Take(*keys, profile_.ticket_mac));
  keys->set_token_seal(seal);
  keys->set_ticket_mac(mac);
  return keys;
}

absl::Status KeyRing::TakeKeySet(KeyHandles& keys, const hsm::KeySet& set) {
  Masters masters;
  masters.scp = set.scp;
  masters.scheme = set.scheme;
  ASSIGN_OR_RETURN(masters.enc, TakeMaster(keys, set.enc));
  ASSIGN_OR_RETURN(masters.mac, TakeMaster(keys, set.mac));
  ASSIGN_OR_RETURN(masters.dek, TakeMaster(keys, set.dek));
  if (set.receipt.has_value()) {
    ASSIGN_OR_RETURN(masters.receipt, TakeMaster(keys, *set.receipt));
  }
  RETURN_IF_ERROR(CheckMakesCardKeys(keys, set, masters));
  keys.AddMasters(set.name, set.master_version, masters);
  return absl::OkStatus();
}

absl::Status KeyRing::CheckMakesCardKeys(KeyHandles& keys,
                                         const hsm::KeySet& set,
                                         const Masters& masters) {
  // Nothing is put together in memory that no card has asked for.
  if (hsm::IsMadeInMemory(set.scheme)) return absl::OkStatus();
  const Bytes card(10);
  std::vector<CardKeyNumber> numbers = {
      CardKeyNumber::kEnc, CardKeyNumber::kMac, CardKeyNumber::kDek};
  if (masters.receipt.has_value()) numbers.push_back(CardKeyNumber::kReceipt);
  for (const CardKeyNumber number : numbers) {
    const absl::Status made =
        MakeCardKey(keys.session(), ways_, masters, number, card).status();
    if (made.ok()) continue;
    return absl::FailedPreconditionError(absl::StrCat(
        "key set ", set.name, ": the masters cannot make a card's keys by ",
        hsm::SchemeName(set.scheme),
        " (their usages and mechanisms in the key profile): ", made.message()));
  }
  return absl::OkStatus();
}

absl::StatusOr<ObjectHandle> KeyRing::Take(KeyHandles& keys,
                                           const hsm::KeyEntry& entry) {
  ASSIGN_OR_RETURN(const ObjectHandle key, hsm::FindKey(keys.session(), entry));
  absl::StatusOr<pkcs11::Object> copy =
      keys.session().CopyToSession(key, ways_.builder.CopyToSession());
  // A module may refuse to copy: then the token object serves.
  if (!copy.ok()) return key;
  return keys.Own(*std::move(copy));
}

absl::StatusOr<KdfBase> KeyRing::TakeMaster(KeyHandles& keys,
                                            const hsm::KeyEntry& entry) {
  KdfBase base;
  ASSIGN_OR_RETURN(base.key, Take(keys, entry));
  if (ways_.kdf == KdfRecipe::kNative || !Has(entry, Usage::kDerive) ||
      Has(entry, Usage::kEncrypt)) {
    RETURN_IF_ERROR(CheckNoTestKey(keys, entry, base));
    return base;
  }
  ASSIGN_OR_RETURN(const hsm::MasterFacts facts,
                   hsm::ReadMasterFacts(keys.session(), entry));
  base.zero_encrypted = facts.zero_encrypted;
  ASSIGN_OR_RETURN(const hsm::KeyCheckValue seen,
                   hsm::DerivedCheckValue(keys.session(), ways_.builder,
                                          ways_.kdf, base, entry.spec));
  if (seen != facts.derived_check_value) {
    return absl::DataLossError(absl::StrCat(
        "master ", entry.label, " is not the one whose facts are noted"));
  }
  RETURN_IF_ERROR(CheckNoTestKey(keys, entry, base));
  return base;
}

absl::Status KeyRing::CheckNoTestKey(KeyHandles& keys,
                                     const hsm::KeyEntry& entry,
                                     const KdfBase& base) {
  ASSIGN_OR_RETURN(const std::string name,
                   hsm::NameOfPublishedKey(keys.session(), ways_.builder,
                                           ways_.kdf, base, entry.spec));
  if (name.empty()) return absl::OkStatus();
  if (test_keys_ == TestKeys::kAllowed) {
    LogWarning(
        "TEST KEY IN USE: anybody can do what this vault does with its cards",
        {{"key", entry.label}, {"test_key", name}});
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "master ", entry.label, " is the published test key ", name,
      ", which anybody has: make a token with keys of your own; for a demo "
      "only, allow_test_keys lets it through"));
}

}  // namespace cardferry::keyvault
