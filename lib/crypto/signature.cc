#include "lib/crypto/signature.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <string>

#include "absl/status/status.h"
#include "lib/base/status_macros.h"
#include "lib/crypto/free_by.h"

namespace cardferry::crypto {
namespace {

constexpr int kSmallRsaBits = 1024;
constexpr int kMostRsaBits = 4096;
constexpr int kMostExponentBytes = 8;
constexpr int kPssSaltBytes = 32;

using BigNumber = std::unique_ptr<BIGNUM, FreeBy<BN_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, FreeBy<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeBy<EVP_MD_CTX_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, FreeBy<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, FreeBy<OSSL_PARAM_free>>;
using Memory = std::unique_ptr<BIO, FreeBy<BIO_free_all>>;
using EcSignature = std::unique_ptr<ECDSA_SIG, FreeBy<ECDSA_SIG_free>>;

absl::Status Broken(const char* what) {
  ERR_clear_error();
  return absl::InternalError(what);
}

BigNumber ToNumber(ByteSpan bytes) {
  return BigNumber(
      BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
}

// Null when there is no such key.
EVP_PKEY* MakeKey(const char* type, const Builder& builder) {
  const Params params(OSSL_PARAM_BLD_to_param(builder.get()));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (params == nullptr || context == nullptr ||
      EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY,
                        params.get()) != 1) {
    ERR_clear_error();
    return nullptr;
  }
  return key;
}

bool IsRsa(EVP_PKEY* key) { return EVP_PKEY_is_a(key, "RSA") == 1; }

// Whether these make a key with which a signature says anything: with exponent
// 1 every padded message is its own signature; even numbers belong to no key.
bool IsUsableRsa(const BIGNUM* modulus, const BIGNUM* exponent) {
  const int bits = BN_num_bits(modulus);
  return bits >= kSmallRsaBits && bits <= kMostRsaBits &&
         BN_num_bytes(exponent) <= kMostExponentBytes &&
         BN_is_odd(modulus) == 1 && BN_is_odd(exponent) == 1 &&
         BN_is_one(exponent) == 0;
}

BigNumber NumberOf(EVP_PKEY* key, const char* parameter) {
  BIGNUM* number = nullptr;
  (void)EVP_PKEY_get_bn_param(key, parameter, &number);
  return BigNumber(number);
}

bool IsUsableRsa(EVP_PKEY* key) {
  const BigNumber modulus = NumberOf(key, OSSL_PKEY_PARAM_RSA_N);
  const BigNumber exponent = NumberOf(key, OSSL_PKEY_PARAM_RSA_E);
  return modulus != nullptr && exponent != nullptr &&
         IsUsableRsa(modulus.get(), exponent.get());
}

bool IsOnKnownCurve(EVP_PKEY* key) {
  char name[32] = {};
  if (EVP_PKEY_is_a(key, "EC") != 1 ||
      EVP_PKEY_get_group_name(key, name, sizeof(name), nullptr) != 1) {
    return false;
  }
  // OpenSSL's names of Curve's.
  for (const absl::string_view known :
       {"prime256v1", "secp384r1", "secp521r1", "brainpoolP256r1",
        "brainpoolP384r1", "brainpoolP512r1"}) {
    if (name == known) return true;
  }
  return false;
}

const EVP_MD* HashFor(EVP_PKEY* key) {
  const int bits = EVP_PKEY_get_bits(key);
  if (IsRsa(key)) return bits <= kSmallRsaBits ? EVP_sha1() : EVP_sha256();
  if (bits <= 256) return EVP_sha256();
  return bits <= 384 ? EVP_sha384() : EVP_sha512();
}

// The bytes of one of an ECDSA signature's two numbers.
size_t OrderBytes(EVP_PKEY* key) {
  return (static_cast<size_t>(EVP_PKEY_get_bits(key)) + 7) / 8;
}

// r | s as OpenSSL wants it; empty when it does not have the length.
absl::StatusOr<Bytes> ToDer(EVP_PKEY* key, ByteSpan signature) {
  const size_t half = OrderBytes(key);
  if (signature.size() != 2 * half) return Bytes();
  BigNumber r = ToNumber(signature.first(half));
  BigNumber s = ToNumber(signature.subspan(half));
  const EcSignature both(ECDSA_SIG_new());
  if (r == nullptr || s == nullptr || both == nullptr ||
      ECDSA_SIG_set0(both.get(), r.get(), s.get()) != 1) {
    return Broken("no memory for a signature");
  }
  (void)r.release();  // both has them now
  (void)s.release();
  unsigned char* der = nullptr;
  const int length = i2d_ECDSA_SIG(both.get(), &der);
  if (length < 0) return Broken("a signature cannot be encoded");
  Bytes encoded(der, der + length);
  OPENSSL_free(der);
  return encoded;
}

absl::Status UsePss(EVP_PKEY_CTX* context) {
  if (EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) != 1 ||
      EVP_PKEY_CTX_set_rsa_pss_saltlen(context, kPssSaltBytes) != 1) {
    return Broken("OpenSSL refuses RSASSA-PSS");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<VerificationKey> VerificationKey::Rsa(ByteSpan modulus,
                                                     ByteSpan exponent) {
  const BigNumber n = ToNumber(modulus);
  const BigNumber e = ToNumber(exponent);
  const Builder builder(OSSL_PARAM_BLD_new());
  if (n == nullptr || e == nullptr || builder == nullptr ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) !=
          1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) !=
          1) {
    return Broken("no memory for an RSA key");
  }
  Key key;
  if (IsUsableRsa(n.get(), e.get())) key.reset(MakeKey("RSA", builder));
  if (key == nullptr) {
    return absl::InvalidArgumentError(
        "this is no RSA key of 1024 to 4096 bits");
  }
  return VerificationKey(std::move(key));
}

absl::StatusOr<VerificationKey> VerificationKey::Ec(Curve curve,
                                                    ByteSpan point) {
  constexpr char kNoPoint[] = "this is no point of the curve";
  constexpr uint8_t kUncompressed = 0x04;
  if (point.empty() || point[0] != kUncompressed) {
    return absl::InvalidArgumentError(kNoPoint);
  }
  const Builder builder(OSSL_PARAM_BLD_new());
  if (builder == nullptr ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME,
                                      NameOf(curve), 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY,
                                       point.data(), point.size()) != 1) {
    return Broken("no memory for an EC key");
  }
  Key key(MakeKey("EC", builder));
  if (key == nullptr) return absl::InvalidArgumentError(kNoPoint);
  return VerificationKey(std::move(key));
}

absl::StatusOr<VerificationKey> VerificationKey::FromPem(
    absl::string_view pem) {
  const Memory in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  Key key(in == nullptr
              ? nullptr
              : PEM_read_bio_PUBKEY(in.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  if (key == nullptr) {
    return absl::InvalidArgumentError("this is no public key in PEM");
  }
  const bool fits =
      IsRsa(key.get()) ? IsUsableRsa(key.get()) : IsOnKnownCurve(key.get());
  ERR_clear_error();
  if (!fits) {
    return absl::InvalidArgumentError(
        "the public key is neither RSA of 1024 to 4096 bits, with an odd "
        "modulus and an odd exponent from 3 on of at most 8 bytes, nor on a "
        "curve that cards know");
  }
  return VerificationKey(std::move(key));
}

absl::StatusOr<std::string> VerificationKey::ToPem() const {
  const Memory out(BIO_new(BIO_s_mem()));
  char* text = nullptr;
  if (out == nullptr || PEM_write_bio_PUBKEY(out.get(), key_.get()) != 1) {
    return Broken("a public key cannot be written");
  }
  const long size = BIO_get_mem_data(out.get(), &text);  // NOLINT(runtime/int)
  return std::string(text, static_cast<size_t>(size));
}

absl::StatusOr<bool> VerificationKey::Verifies(ByteSpan message,
                                               ByteSpan signature) const {
  Bytes der;
  if (!IsRsa(key_.get())) {
    ASSIGN_OR_RETURN(der, ToDer(key_.get(), signature));
    signature = der;
    if (der.empty()) return false;
  }
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* options = nullptr;  // the context's own
  if (context == nullptr ||
      EVP_DigestVerifyInit(context.get(), &options, HashFor(key_.get()),
                           nullptr, key_.get()) != 1) {
    return Broken("OpenSSL refuses to verify with this key");
  }
  if (IsRsa(key_.get()) && EVP_PKEY_get_bits(key_.get()) > kSmallRsaBits) {
    RETURN_IF_ERROR(UsePss(options));
  }
  const bool verifies =
      EVP_DigestVerify(context.get(), signature.data(), signature.size(),
                       message.data(), message.size()) == 1;
  ERR_clear_error();
  return verifies;
}

}  // namespace cardferry::crypto
