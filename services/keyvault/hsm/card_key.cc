#include "services/keyvault/hsm/card_key.h"

#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_format.h"
#include "hsm-config/card_key_source.h"
#include "lib/base/secret_bytes.h"
#include "lib/base/status_macros.h"
#include "lib/pkcs11/an10922.h"

namespace cardferry::keyvault {
namespace {

using pkcs11::KdfBase;
using pkcs11::KeySpec;
using pkcs11::Object;
using pkcs11::Session;
using pkcs11::Usage;

// It derives, and for the derivation by AES data it encrypts the first block of
// what is derived over.
KeySpec SpecOf(const ModuleWays& ways, const hsm::CardKeyScheme& scheme) {
  const size_t length = hsm::CardKeyLength(scheme);
  if (hsm::IsTripleDes(scheme.key_bits)) {
    return {CKK_DES2,
            length,
            static_cast<unsigned>(Usage::kDerive),
            {CKM_DES3_ECB_ENCRYPT_DATA, CKM_DES3_CBC_ENCRYPT_DATA}};
  }
  if (ways.kdf == pkcs11::KdfRecipe::kNative && !ways.card_keys_encrypt) {
    return {CKK_AES,
            length,
            static_cast<unsigned>(Usage::kDerive),
            {pkcs11::kSp800_108CounterKdf}};
  }
  return {CKK_AES,
          length,
          Usage::kDerive | Usage::kEncrypt,
          {CKM_AES_ECB_ENCRYPT_DATA, CKM_AES_ECB, CKM_AES_CBC}};
}

// The plaintext exception: policy has allowed it, and it is recorded.
absl::StatusOr<Object> ImportMade(Session& session, const ModuleWays& ways,
                                  const KeySpec& spec, const KdfBase& master,
                                  ByteSpan input) {
  ASSIGN_OR_RETURN(const SecretBytes value,
                   pkcs11::An10922Aes192Value(session, master.key, input));
  return session.ImportKey(value, ways.builder.ImportedSessionKey(spec));
}

const KdfBase& MasterOf(const Masters& masters, CardKeyNumber number) {
  switch (number) {
    case CardKeyNumber::kEnc:
      return masters.enc;
    case CardKeyNumber::kMac:
      return masters.mac;
    case CardKeyNumber::kDek:
      return masters.dek;
    case CardKeyNumber::kReceipt:
      break;
  }
  return *masters.receipt;
}

}  // namespace

absl::Status CheckKeysAreFor(const std::string& key_set, const Masters& masters,
                             uint8_t scp) {
  if (masters.scp == scp) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrFormat("key set %s has keys for SCP%02X, not for SCP%02X",
                      key_set, masters.scp, scp));
}

absl::StatusOr<Object> MakeCardKeyFor(Session& session, const ModuleWays& ways,
                                      const Masters& masters,
                                      CardKeyNumber number,
                                      ByteSpan key_diversification_data,
                                      KeySpec spec) {
  const KdfBase& master = MasterOf(masters, number);
  ASSIGN_OR_RETURN(hsm::CardKeySource source,
                   hsm::SourceOfCardKey(session, master.key, masters.scheme,
                                        static_cast<uint8_t>(number),
                                        key_diversification_data));
  spec.length = hsm::CardKeyLength(masters.scheme);
  if (auto* mechanism = std::get_if<pkcs11::Mechanism>(&source)) {
    return session.DeriveKey(std::move(*mechanism), master.key,
                             ways.builder.SessionKey(spec));
  }
  if (const auto* input = std::get_if<pkcs11::KdfInput>(&source)) {
    return pkcs11::DeriveCmacKey(session, ways.kdf, master, *input, spec.length,
                                 ways.builder.SessionKey(spec));
  }
  if (const auto* made = std::get_if<hsm::MadeInMemory>(&source)) {
    return ImportMade(session, ways, spec, master, made->input);
  }
  return absl::UnimplementedError("the cards hold the masters themselves");
}

absl::StatusOr<Object> MakeFirstHalfTwice(Session& session,
                                          const ModuleWays& ways,
                                          const Masters& masters,
                                          CardKeyNumber number,
                                          ByteSpan key_diversification_data,
                                          const KeySpec& spec) {
  ASSIGN_OR_RETURN(
      pkcs11::Mechanism mechanism,
      hsm::SourceOfFirstHalf(masters.scheme, static_cast<uint8_t>(number),
                             key_diversification_data));
  return session.DeriveKey(std::move(mechanism), MasterOf(masters, number).key,
                           ways.builder.SessionKey(spec));
}

absl::StatusOr<CardKey> MakeCardKey(Session& session, const ModuleWays& ways,
                                    const Masters& masters,
                                    CardKeyNumber number,
                                    ByteSpan key_diversification_data) {
  CardKey key;
  if (masters.scheme.diversification == hsm::Diversification::kNone) {
    key.base = MasterOf(masters, number);
    return key;
  }
  ASSIGN_OR_RETURN(key.made, MakeCardKeyFor(session, ways, masters, number,
                                            key_diversification_data,
                                            SpecOf(ways, masters.scheme)));
  key.base = {key.made.handle(), std::nullopt};
  return key;
}

}  // namespace cardferry::keyvault
