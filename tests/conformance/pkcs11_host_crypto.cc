#include "tests/conformance/pkcs11_host_crypto.h"

#include <utility>
#include <variant>

#include "hsm-config/card_key_source.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/secret_bytes.h"
#include "lib/base/status_macros.h"
#include "lib/crypto/padding.h"
#include "lib/pkcs11/an10922.h"
#include "lib/pkcs11/cmac.h"
#include "lib/pkcs11/des_kdf.h"
#include "lib/pkcs11/mechanism.h"
#include "lib/pkcs11/retail_mac.h"

namespace cardferry::conformance {
namespace {

using pkcs11::kAesBlock;
using pkcs11::KdfInput;
using pkcs11::Mechanism;
using pkcs11::Object;
using pkcs11::Usage;

constexpr size_t kAes192Length = 24;
constexpr size_t kMostBytesACall = 1024;

// What a key does, in place of its value: a block of zeros encrypted.
absl::StatusOr<Bytes> EncryptZeros(pkcs11::Session& session,
                                   const Object& key) {
  return session.Encrypt(Mechanism::Plain(CKM_AES_ECB), key.handle(),
                         Bytes(kAesBlock));
}

CK_KEY_TYPE TdesType(size_t length) {
  return length == 24 ? CKK_DES3 : CKK_DES2;
}

bool IsAesLength(size_t length) {
  return length == 16 || length == 24 || length == 32;
}

}  // namespace

Pkcs11HostCrypto::Pkcs11HostCrypto(std::unique_ptr<pkcs11::TestToken> files,
                                   std::unique_ptr<pkcs11::Token> token,
                                   const keyvault::KnownKeyWays& ways)
    : files_(std::move(files)),
      token_(std::move(token)),
      builder_(pkcs11::TemplateRulesFor(token_->module().manufacturer())),
      ways_(ways) {}

absl::StatusOr<std::unique_ptr<Pkcs11HostCrypto>> Pkcs11HostCrypto::Create(
    pkcs11::TestModule module, const keyvault::KnownKeyWays& ways) {
  ASSIGN_OR_RETURN(std::unique_ptr<pkcs11::TestToken> files,
                   pkcs11::TestToken::Create(module));
  ASSIGN_OR_RETURN(
      std::unique_ptr<pkcs11::Token> token,
      pkcs11::Token::Open(files->Options(pkcs11::Access::kReadOnly)));
  return std::unique_ptr<Pkcs11HostCrypto>(
      new Pkcs11HostCrypto(std::move(files), std::move(token), ways));
}

absl::StatusOr<std::unique_ptr<scp::SessionCipher>>
Pkcs11HostCrypto::OpenSession(const StaticKeys& keys,
                              const scp::SessionSeed& seed) {
  return keyvault::OpenKnownKeyCipher(*token_, {keys.enc, keys.mac}, seed,
                                      ways_);
}

absl::StatusOr<Object> Pkcs11HostCrypto::Import(ByteSpan key) {
  return session().ImportKey(
      SecretBytes::CopyOf(key),
      builder_.ImportedSessionKey(
          {CKK_AES,
           key.size(),
           Usage::kEncrypt | Usage::kSign | Usage::kDerive,
           {CKM_AES_ECB, CKM_AES_CBC, CKM_AES_CMAC,
            CKM_AES_ECB_ENCRYPT_DATA}}));
}

absl::StatusOr<Bytes> Pkcs11HostCrypto::CmacByCbc(const Object& key,
                                                  ByteSpan message) {
  ASSIGN_OR_RETURN(const Bytes zeros, EncryptZeros(session(), key));
  const Bytes blocks = pkcs11::CmacBlocks(pkcs11::BlockAt(zeros, 0), message);
  ASSIGN_OR_RETURN(Bytes chain,
                   session().Encrypt(Mechanism::AesCbc(Bytes(kAesBlock)),
                                     key.handle(), blocks));
  return Bytes(chain.end() - kAesBlock, chain.end());
}

// Both ways in which the keyvault may compute a MAC.
absl::Status Pkcs11HostCrypto::CheckCmac(ByteSpan key, ByteSpan message,
                                         ByteSpan expected) {
  ASSIGN_OR_RETURN(const Object imported, Import(key));
  ASSIGN_OR_RETURN(const Bytes by_cbc, CmacByCbc(imported, message));
  RETURN_IF_ERROR(ExpectBytes("CMAC by CBC", by_cbc, expected));
  ASSIGN_OR_RETURN(const Bytes by_sign,
                   session().Sign(Mechanism::Plain(CKM_AES_CMAC),
                                  imported.handle(), message));
  return ExpectBytes("CMAC by C_Sign", by_sign, expected);
}

absl::Status Pkcs11HostCrypto::CheckDerivedKey(const Object& base,
                                               const KdfInput& input,
                                               ByteSpan expected) {
  ASSIGN_OR_RETURN(
      const Object derived,
      pkcs11::DeriveCmacKey(
          session(), ways_.kdf, {base.handle(), std::nullopt}, input,
          expected.size(),
          builder_.SessionKey({CKK_AES,
                               expected.size(),
                               static_cast<unsigned>(Usage::kEncrypt),
                               {CKM_AES_ECB}})));
  ASSIGN_OR_RETURN(const Bytes got, EncryptZeros(session(), derived));
  ASSIGN_OR_RETURN(const Object wanted, Import(expected));
  ASSIGN_OR_RETURN(const Bytes want, EncryptZeros(session(), wanted));
  return ExpectBytes("encryption of zeros under the derived key", got, want);
}

// What has the length of a key is derived as one; cryptograms and the like are
// MACs.
absl::Status Pkcs11HostCrypto::CheckKdf(ByteSpan key, const KdfInput& input,
                                        ByteSpan expected) {
  ASSIGN_OR_RETURN(const Object base, Import(key));
  if (IsAesLength(expected.size())) {
    RETURN_IF_ERROR(CheckDerivedKey(base, input, expected));
  }
  Bytes got;
  for (uint8_t i = 1; got.size() < expected.size(); ++i) {
    ASSIGN_OR_RETURN(const Bytes mac,
                     CmacByCbc(base, Concat({input.before, {i}, input.after})));
    Append(got, mac);
  }
  got.resize(expected.size());
  return ExpectBytes("derived value", got, expected);
}

absl::Status Pkcs11HostCrypto::CheckCounterKdf(ByteSpan key, ByteSpan before,
                                               ByteSpan after,
                                               ByteSpan expected) {
  return CheckKdf(
      key,
      {Bytes(before.begin(), before.end()), Bytes(after.begin(), after.end())},
      expected);
}

absl::Status Pkcs11HostCrypto::CheckScp03Kdf(ByteSpan key, uint8_t constant,
                                             ByteSpan context,
                                             ByteSpan expected) {
  return CheckKdf(key,
                  pkcs11::Scp03KdfInput(constant, expected.size() * 8, context),
                  expected);
}

absl::StatusOr<Object> Pkcs11HostCrypto::ImportTdes(ByteSpan key) {
  return session().ImportKey(
      SecretBytes::CopyOf(key),
      builder_.ImportedSessionKey(
          {TdesType(key.size()),
           key.size(),
           Usage::kEncrypt | Usage::kDerive,
           {CKM_DES3_CBC, CKM_DES3_ECB, CKM_DES3_ECB_ENCRYPT_DATA,
            CKM_DES3_CBC_ENCRYPT_DATA}}));
}

absl::StatusOr<Bytes> Pkcs11HostCrypto::RetailMac(ByteSpan key,
                                                  ByteSpan chaining_value,
                                                  Icv icv, ByteSpan message) {
  const ByteSpan half = key.first(pkcs11::kDesBlock);
  ASSIGN_OR_RETURN(const Object whole, ImportTdes(key));
  ASSIGN_OR_RETURN(const Object left, ImportTdes(Concat({half, half})));
  return pkcs11::RetailMac(
      session(), {whole.handle(), left.handle()}, chaining_value,
      icv == Icv::kEncrypted ? pkcs11::Icv::kEncrypted : pkcs11::Icv::kPlain,
      message, kMostBytesACall);
}

absl::StatusOr<Bytes> Pkcs11HostCrypto::TdesMac(ByteSpan key, ByteSpan icv,
                                                ByteSpan message) {
  ASSIGN_OR_RETURN(const Object imported, ImportTdes(key));
  ASSIGN_OR_RETURN(
      const Bytes chain,
      session().Encrypt(Mechanism::Des3Cbc(icv), imported.handle(),
                        crypto::Iso9797Padded(message, pkcs11::kDesBlock)));
  return Bytes(chain.end() - pkcs11::kDesBlock, chain.end());
}

absl::Status Pkcs11HostCrypto::CheckDerivedTdesKey(Mechanism mechanism,
                                                   ByteSpan base,
                                                   ByteSpan expected) {
  ASSIGN_OR_RETURN(const Object imported, ImportTdes(base));
  return CheckDerivedFrom(imported, std::move(mechanism), expected);
}

absl::Status Pkcs11HostCrypto::CheckDerivedFrom(const Object& base,
                                                Mechanism mechanism,
                                                ByteSpan expected) {
  const auto zeros = [this](const Object& key) {
    return session().Encrypt(Mechanism::Des3Cbc(Bytes(pkcs11::kDesBlock)),
                             key.handle(), Bytes(pkcs11::kDesBlock));
  };
  ASSIGN_OR_RETURN(
      const Object derived,
      session().DeriveKey(
          std::move(mechanism), base.handle(),
          builder_.SessionKey({TdesType(expected.size()),
                               expected.size(),
                               static_cast<unsigned>(Usage::kEncrypt),
                               {CKM_DES3_CBC}})));
  ASSIGN_OR_RETURN(const Bytes got, zeros(derived));
  ASSIGN_OR_RETURN(const Object wanted, ImportTdes(expected));
  ASSIGN_OR_RETURN(const Bytes want, zeros(wanted));
  return ExpectBytes("encryption of zeros under the derived key", got, want);
}

absl::Status Pkcs11HostCrypto::CheckScp02Key(ByteSpan key,
                                             scp::Scp02Constant constant,
                                             ByteSpan sequence_counter,
                                             ByteSpan expected) {
  return CheckDerivedTdesKey(
      Mechanism::Des3CbcEncryptData(pkcs11::Scp02KeyData(
          static_cast<uint16_t>(constant), sequence_counter)),
      key, expected);
}

absl::Status Pkcs11HostCrypto::CheckTdesEcbKey(ByteSpan key, ByteSpan input,
                                               ByteSpan expected) {
  return CheckDerivedTdesKey(Mechanism::Des3EcbEncryptData(input), key,
                             expected);
}

absl::Status Pkcs11HostCrypto::CheckDiversified(
    scp::Diversification scheme, ByteSpan master, uint8_t key_number,
    ByteSpan key_diversification_data, ByteSpan expected) {
  switch (scheme) {
    case scp::Diversification::kNone:
      return ExpectBytes("master", master, expected);
    case scp::Diversification::kVisa2:
      return CheckDerivedTdesKey(
          Mechanism::Des3EcbEncryptData(
              pkcs11::Visa2Data(key_number, key_diversification_data)),
          master, expected);
    case scp::Diversification::kEmvCps11:
      return CheckDerivedTdesKey(
          Mechanism::Des3EcbEncryptData(
              pkcs11::EmvCpsData(key_number, key_diversification_data)),
          master, expected);
    case scp::Diversification::kKdf3:
      return CheckKdf(master,
                      pkcs11::Kdf3Input(key_number, key_diversification_data),
                      expected);
    case scp::Diversification::kKdf3WithLength:
      return CheckKdf(
          master,
          pkcs11::Kdf3WithLengthInput(key_number, key_diversification_data,
                                      master.size() * 8),
          expected);
  }
  return absl::InternalError("a diversification without a recipe");
}

absl::Status Pkcs11HostCrypto::CheckByTemplate(
    const scp::IssuerTemplate& form, scp::KeyKind kind, ByteSpan master,
    uint8_t key_number, ByteSpan key_diversification_data, ByteSpan expected) {
  hsm::CardKeyScheme scheme;
  scheme.diversification = hsm::Diversification::kTemplate;
  scheme.form = form;
  scheme.key_bits =
      kind == scp::KeyKind::kAes ? master.size() * 8 : master.size() * 7;
  ASSIGN_OR_RETURN(const Object imported, kind == scp::KeyKind::kAes
                                              ? Import(master)
                                              : ImportTdes(master));
  ASSIGN_OR_RETURN(const hsm::CardKeySource source,
                   hsm::SourceOfCardKey(session(), imported.handle(), scheme,
                                        key_number, key_diversification_data));
  if (const auto* input = std::get_if<KdfInput>(&source)) {
    return CheckDerivedKey(imported, *input, expected);
  }
  if (const auto* mechanism = std::get_if<Mechanism>(&source)) {
    return CheckDerivedFrom(imported, *mechanism, expected);
  }
  return absl::InternalError("a template without a check");
}

// The vectors' keys are known: they need not be wrapped by their handles.
absl::StatusOr<Bytes> Pkcs11HostCrypto::WrapKey(KeyWrapping how, ByteSpan dek,
                                                ByteSpan key) {
  if (how == KeyWrapping::kAesCbc) {
    ASSIGN_OR_RETURN(const Object imported, Import(dek));
    return session().Encrypt(Mechanism::AesCbc(Bytes(kAesBlock)),
                             imported.handle(), key);
  }
  ASSIGN_OR_RETURN(const Object imported, ImportTdes(dek));
  return session().Encrypt(how == KeyWrapping::kTdesEcb
                               ? Mechanism::Plain(CKM_DES3_ECB)
                               : Mechanism::Des3Cbc(Bytes(pkcs11::kDesBlock)),
                           imported.handle(), key);
}

absl::StatusOr<Bytes> Pkcs11HostCrypto::KeyCheckValue(KeyKind kind,
                                                      ByteSpan key) {
  const bool aes = kind == KeyKind::kAes;
  ASSIGN_OR_RETURN(const Object imported, aes ? Import(key) : ImportTdes(key));
  ASSIGN_OR_RETURN(
      Bytes block,
      session().Encrypt(
          Mechanism::Plain(aes ? CKM_AES_ECB : CKM_DES3_ECB), imported.handle(),
          aes ? Bytes(kAesBlock, 0x01) : Bytes(pkcs11::kDesBlock)));
  block.resize(kKeyCheckValueLength);
  return block;
}

absl::Status Pkcs11HostCrypto::CheckAn10922(scp::KeyKind kind, ByteSpan master,
                                            ByteSpan input, ByteSpan expected) {
  if (kind == scp::KeyKind::kTripleDes) {
    ASSIGN_OR_RETURN(const Object imported, ImportTdes(master));
    ASSIGN_OR_RETURN(Mechanism mechanism,
                     pkcs11::An10922DesMechanism(session(), imported.handle(),
                                                 master.size(), input));
    return CheckDerivedFrom(imported, std::move(mechanism), expected);
  }
  ASSIGN_OR_RETURN(const Object imported, Import(master));
  if (master.size() != kAes192Length) {
    return CheckDerivedKey(imported, pkcs11::An10922Input(master.size(), input),
                           expected);
  }
  ASSIGN_OR_RETURN(
      const SecretBytes value,
      pkcs11::An10922Aes192Value(session(), imported.handle(), input));
  return ExpectBytes("derived key", value.Read(GrantSecretAccess()), expected);
}

}  // namespace cardferry::conformance
