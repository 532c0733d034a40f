#include "tests/conformance/openssl_host_crypto.h"

#include "lib/base/secret_access_grant.h"
#include "lib/base/secret_bytes.h"
#include "lib/base/status_macros.h"
#include "lib/card/scp/openssl/aes.h"
#include "lib/card/scp/openssl/cmac_kdf.h"
#include "lib/card/scp/openssl/curve_names.h"
#include "lib/card/scp/openssl/openssl_cipher.h"
#include "lib/card/scp/openssl/scp11_openssl_keys.h"
#include "lib/crypto/aes.h"
#include "lib/crypto/des_mac.h"
#include "lib/crypto/padding.h"
#include "lib/crypto/tdes.h"

namespace cardferry::conformance {
namespace {

absl::Status Expect(const SecretBytes& got, ByteSpan wanted) {
  return ExpectBytes("derived key", got.Read(GrantSecretAccess()), wanted);
}

}  // namespace

absl::StatusOr<std::unique_ptr<scp::SessionCipher>>
OpensslHostCrypto::OpenSession(const StaticKeys& keys,
                               const scp::SessionSeed& seed) {
  return scp::CreateOpensslCipher(SecretBytes::CopyOf(keys.enc),
                                  SecretBytes::CopyOf(keys.mac), seed);
}

absl::StatusOr<std::unique_ptr<scp::KeyAgreement>> OpensslHostCrypto::OpenScp11(
    const Scp11Record& record) {
  scp::Scp11OpensslKeys::Options options;
  options.curve = *scp::CurveOfName(crypto::NameOf(record.curve));
  options.hash = record.hash;
  options.known_ephemeral = SecretBytes::CopyOf(record.host_ephemeral);
  if (!record.host_static.empty()) {
    options.static_key = SecretBytes::CopyOf(record.host_static);
  }
  return scp::Scp11OpensslKeys::Create(options);
}

absl::Status OpensslHostCrypto::CheckScp11Keys(const Scp11Record& record) {
  ASSIGN_OR_RETURN(
      const scp::Scp11DerivedKeys keys,
      scp::DeriveScp11Keys(record.hash, SecretBytes::CopyOf(record.secrets),
                           record.shared_info, record.shared_info[2]));
  Bytes all;
  for (const SecretBytes* const key :
       {&keys.receipt, &keys.session.enc, &keys.session.mac, &keys.session.rmac,
        &keys.dek}) {
    Append(all, key->Read(GrantSecretAccess()));
  }
  return ExpectBytes("receipt key and session keys", all, record.keys);
}

absl::Status OpensslHostCrypto::CheckCmac(ByteSpan key, ByteSpan message,
                                          ByteSpan expected) {
  ASSIGN_OR_RETURN(scp::AesCmac cmac,
                   scp::AesCmac::Create(SecretBytes::CopyOf(key)));
  Bytes mac(scp::kAesBlock);
  RETURN_IF_ERROR(cmac.Compute({message}, absl::MakeSpan(mac)));
  return ExpectBytes("CMAC", mac, expected);
}

absl::Status OpensslHostCrypto::CheckCounterKdf(ByteSpan key, ByteSpan before,
                                                ByteSpan after,
                                                ByteSpan expected) {
  ASSIGN_OR_RETURN(const SecretBytes derived,
                   scp::CmacCounterKdf(SecretBytes::CopyOf(key), before, after,
                                       expected.size() * 8));
  return Expect(derived, expected);
}

absl::Status OpensslHostCrypto::CheckScp03Kdf(ByteSpan key, uint8_t constant,
                                              ByteSpan context,
                                              ByteSpan expected) {
  ASSIGN_OR_RETURN(const SecretBytes derived,
                   scp::Scp03Kdf(SecretBytes::CopyOf(key), constant, context,
                                 expected.size() * 8));
  return Expect(derived, expected);
}

absl::StatusOr<Bytes> OpensslHostCrypto::RetailMac(ByteSpan key,
                                                   ByteSpan chaining_value,
                                                   Icv icv, ByteSpan message) {
  const SecretBytes whole = SecretBytes::CopyOf(key);
  Bytes first(chaining_value.begin(), chaining_value.end());
  if (icv == Icv::kEncrypted) {
    ASSIGN_OR_RETURN(const SecretBytes half, crypto::SingleDesKey(whole));
    ASSIGN_OR_RETURN(first, crypto::TdesEcbEncrypt(half, chaining_value));
  }
  return crypto::RetailMac(
      whole, first, crypto::Iso9797Padded(message, crypto::kDesBlockSize));
}

absl::StatusOr<Bytes> OpensslHostCrypto::TdesMac(ByteSpan key, ByteSpan icv,
                                                 ByteSpan message) {
  return crypto::TdesMac(SecretBytes::CopyOf(key), icv,
                         crypto::Iso9797Padded(message, crypto::kDesBlockSize));
}

absl::Status OpensslHostCrypto::CheckScp02Key(ByteSpan key,
                                              scp::Scp02Constant constant,
                                              ByteSpan sequence_counter,
                                              ByteSpan expected) {
  ASSIGN_OR_RETURN(const SecretBytes derived,
                   scp::DeriveScp02SessionKey(SecretBytes::CopyOf(key),
                                              constant, sequence_counter));
  return Expect(derived, expected);
}

absl::Status OpensslHostCrypto::CheckTdesEcbKey(ByteSpan key, ByteSpan input,
                                                ByteSpan expected) {
  ASSIGN_OR_RETURN(const SecretBytes derived,
                   crypto::TdesEcbDeriveKey(SecretBytes::CopyOf(key), input));
  return Expect(derived, expected);
}

absl::Status OpensslHostCrypto::CheckDiversified(
    scp::Diversification scheme, ByteSpan master, uint8_t key_number,
    ByteSpan key_diversification_data, ByteSpan expected) {
  ASSIGN_OR_RETURN(const SecretBytes derived,
                   scp::DiversifyKey(scheme, SecretBytes::CopyOf(master),
                                     key_number, key_diversification_data));
  return Expect(derived, expected);
}

absl::Status OpensslHostCrypto::CheckByTemplate(
    const scp::IssuerTemplate& form, scp::KeyKind kind, ByteSpan master,
    uint8_t key_number, ByteSpan key_diversification_data, ByteSpan expected) {
  ASSIGN_OR_RETURN(
      const SecretBytes derived,
      scp::DiversifyByTemplate(form, kind, SecretBytes::CopyOf(master),
                               key_number, key_diversification_data));
  return Expect(derived, expected);
}

absl::StatusOr<Bytes> OpensslHostCrypto::WrapKey(KeyWrapping how, ByteSpan dek,
                                                 ByteSpan key) {
  const SecretBytes secret = SecretBytes::CopyOf(dek);
  switch (how) {
    case KeyWrapping::kTdesEcb:
      return crypto::TdesEcbEncrypt(secret, key);
    case KeyWrapping::kTdesCbc:
      return crypto::TdesCbcEncrypt(secret, Bytes(crypto::kDesBlockSize), key);
    case KeyWrapping::kAesCbc:
      return crypto::AesCbcEncrypt(secret, Bytes(crypto::kAesBlockSize), key);
  }
  return absl::InternalError("a wrapping without a recipe");
}

absl::StatusOr<Bytes> OpensslHostCrypto::KeyCheckValue(KeyKind kind,
                                                       ByteSpan key) {
  return OpensslKeyCheckValue(kind, key);
}

absl::Status OpensslHostCrypto::CheckAn10922(scp::KeyKind kind, ByteSpan master,
                                             ByteSpan input,
                                             ByteSpan expected) {
  ASSIGN_OR_RETURN(const SecretBytes derived,
                   scp::An10922Key(kind, SecretBytes::CopyOf(master), input));
  return Expect(derived, expected);
}

}  // namespace cardferry::conformance
