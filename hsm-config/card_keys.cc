#include "hsm-config/card_keys.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <variant>

#include "absl/strings/str_cat.h"
#include "hsm-config/card_key_source.h"
#include "hsm-config/master_facts.h"
#include "hsm-config/readable_derivation.h"
#include "hsm-config/token_keys.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_macros.h"
#include "lib/pkcs11/an10922.h"
#include "lib/pkcs11/cmac_kdf.h"

namespace cardferry::hsm {
namespace {

constexpr size_t kDiversificationDataSize = 10;

// Builds a text that holds secrets in wiped memory, of a size known before.
class SecretText {
 public:
  explicit SecretText(size_t size) : text_(size) {}

  void Add(absl::string_view text) {
    const absl::Span<uint8_t> out = text_.Write(GrantSecretAccess());
    for (const char c : text) out[at_++] = static_cast<uint8_t>(c);
  }
  void AddHex(const SecretBytes& secret) {
    constexpr char kDigits[] = "0123456789ABCDEF";
    const absl::Span<uint8_t> out = text_.Write(GrantSecretAccess());
    for (const uint8_t byte : secret.Read(GrantSecretAccess())) {
      out[at_++] = static_cast<uint8_t>(kDigits[byte >> 4]);
      out[at_++] = static_cast<uint8_t>(kDigits[byte & 15]);
    }
  }
  SecretBytes Take() { return std::move(text_); }

 private:
  SecretBytes text_;
  size_t at_ = 0;
};

// The master, with the E(0) that its ceremony noted where it only derives.
absl::StatusOr<pkcs11::KdfBase> Base(pkcs11::Session& session,
                                     const KeyEntry& master) {
  pkcs11::KdfBase base;
  ASSIGN_OR_RETURN(base.key, FindKey(session, master));
  constexpr auto kEncrypts = static_cast<unsigned>(pkcs11::Usage::kEncrypt);
  if (master.spec.type != CKK_AES || (master.spec.usages & kEncrypts) != 0) {
    return base;
  }
  ASSIGN_OR_RETURN(const MasterFacts facts, ReadMasterFacts(session, master));
  base.zero_encrypted = facts.zero_encrypted;
  return base;
}

absl::StatusOr<SecretBytes> CardKey(pkcs11::Session& session,
                                    const CardKeyScheme& scheme,
                                    const KeyEntry& master, uint8_t number,
                                    ByteSpan key_diversification_data) {
  ASSIGN_OR_RETURN(const pkcs11::KdfBase base, Base(session, master));
  ASSIGN_OR_RETURN(const CardKeySource source,
                   SourceOfCardKey(session, base.key, scheme, number,
                                   key_diversification_data));
  const size_t length = CardKeyLength(scheme);
  if (const auto* mechanism = std::get_if<pkcs11::Mechanism>(&source)) {
    return DeriveReadable(session, *mechanism, base.key, length);
  }
  if (const auto* input = std::get_if<pkcs11::KdfInput>(&source)) {
    return DeriveReadable(session, base, *input, length);
  }
  if (const auto* made = std::get_if<MadeInMemory>(&source)) {
    return pkcs11::An10922Aes192Value(session, base.key, made->input);
  }
  return absl::InternalError("not diversified");
}

}  // namespace

absl::StatusOr<SecretBytes> SimulatedCardKeys(
    pkcs11::Session& session, const KeySet& set,
    ByteSpan key_diversification_data) {
  if (key_diversification_data.size() != kDiversificationDataSize) {
    return absl::InvalidArgumentError("key diversification data are 10 bytes");
  }
  if (set.scheme.diversification == Diversification::kNone) {
    return absl::FailedPreconditionError(
        absl::StrCat("key set ", set.name,
                     " is not diversified: its cards hold the masters, and "
                     "those cannot be read"));
  }
  const auto key = [&](const KeyEntry& master, uint8_t number) {
    return CardKey(session, set.scheme, master, number,
                   key_diversification_data);
  };
  ASSIGN_OR_RETURN(const SecretBytes enc, key(set.enc, 1));
  ASSIGN_OR_RETURN(const SecretBytes mac, key(set.mac, 2));
  ASSIGN_OR_RETURN(const SecretBytes dek, key(set.dek, 3));
  const std::string head =
      absl::StrCat("# The keys of a simulated card: development only.\nkvn=",
                   ToHex({&set.key_version_number, 1}),
                   "\nkdd=", ToHex(key_diversification_data),
                   IsTripleDes(set.scheme.key_bits) ? "\nalg=des" : "");
  constexpr absl::string_view kNames[] = {"\nenc=", "\nmac=", "\ndek="};
  constexpr absl::string_view kReceipt = "\nreceipt=";
  SecretBytes receipt;
  size_t receipt_size = 0;
  if (set.receipt.has_value()) {
    ASSIGN_OR_RETURN(receipt, key(*set.receipt, kReceiptKeyNumber));
    receipt_size = kReceipt.size() + 2 * receipt.size();
  }
  SecretText text(head.size() + 3 * (kNames[0].size() + 2 * enc.size()) +
                  receipt_size + 1);
  text.Add(head);
  text.Add(kNames[0]);
  text.AddHex(enc);
  text.Add(kNames[1]);
  text.AddHex(mac);
  text.Add(kNames[2]);
  text.AddHex(dek);
  if (set.receipt.has_value()) {
    text.Add(kReceipt);
    text.AddHex(receipt);
  }
  text.Add("\n");
  return text.Take();
}

}  // namespace cardferry::hsm
