// X.509 certificates (GPC Amendment F, 6.2; RFC 5280).
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/card/scp/openssl/certificate_formats.h"
#include "lib/card/scp/openssl/curve_names.h"
#include "lib/card/scp/scp11/certificate.h"
#include "lib/crypto/free_by.h"

namespace cardferry::scp {
namespace {

// OpenSSL's levels: 2 wants 112 bits of everything (SHA-224, P-224, RSA-2048).
constexpr int kSecurityLevel = 2;

void FreeStack(STACK_OF(X509) * stack) { sk_X509_free(stack); }
using Certificate = std::unique_ptr<X509, crypto::FreeBy<X509_free>>;
using Stack = std::unique_ptr<STACK_OF(X509), crypto::FreeBy<FreeStack>>;
using Store = std::unique_ptr<X509_STORE, crypto::FreeBy<X509_STORE_free>>;
using StoreContext =
    std::unique_ptr<X509_STORE_CTX, crypto::FreeBy<X509_STORE_CTX_free>>;

absl::Status Broken(const char* what) {
  ERR_clear_error();
  return absl::InternalError(what);
}

absl::StatusOr<Certificate> Parse(ByteSpan encoded, absl::string_view which) {
  const unsigned char* at = encoded.data();
  Certificate certificate(
      d2i_X509(nullptr, &at, static_cast<long>(encoded.size())));
  if (certificate == nullptr || at != encoded.data() + encoded.size()) {
    ERR_clear_error();
    return absl::InvalidArgumentError(
        absl::StrCat(which, " is no X.509 certificate"));
  }
  return certificate;
}

// What there is to believe, at which time.
absl::Status Prepare(X509_STORE_CTX* context, X509_STORE* store, X509* leaf,
                     STACK_OF(X509) * others, absl::Time now) {
  if (X509_STORE_CTX_init(context, store, leaf, others) != 1) {
    return Broken("OpenSSL cannot verify certificates");
  }
  X509_VERIFY_PARAM* const params = X509_STORE_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_time(params, absl::ToTimeT(now));
  X509_VERIFY_PARAM_set_depth(params, kMaxChainLength);
  // Without it OpenSSL believes MD5 and keys of 512 bits.
  X509_VERIFY_PARAM_set_auth_level(params, kSecurityLevel);
  // The authority may stand below another; its word is enough.
  X509_VERIFY_PARAM_set_flags(params, X509_V_FLAG_PARTIAL_CHAIN);
  return absl::OkStatus();
}

// The leaf is certificate 0 for OpenSSL, and our last.
absl::Status Verify(X509_STORE_CTX* context, size_t count) {
  if (X509_verify_cert(context) == 1) return absl::OkStatus();
  ERR_clear_error();
  const int error = X509_STORE_CTX_get_error(context);
  const auto depth =
      static_cast<size_t>(X509_STORE_CTX_get_error_depth(context));
  const size_t index = depth < count ? count - 1 - depth : 0;
  return NotVouchedFor(index,
                       absl::StrCat("is not vouched for: ",
                                    X509_verify_cert_error_string(error)));
}

// A part of a certificate in DER; `encode` is OpenSSL's i2d function for it.
template <typename Part>
absl::StatusOr<Bytes> DerOf(const Part* part,
                            int (*encode)(const Part*, unsigned char**)) {
  const int length = encode(part, nullptr);
  if (length <= 0) return Broken("a certificate cannot be encoded again");
  Bytes der(static_cast<size_t>(length));
  unsigned char* at = der.data();
  encode(part, &at);
  return der;
}

absl::StatusOr<CertifiedKey> KeyOf(X509* leaf, size_t index) {
  if ((X509_get_extension_flags(leaf) & EXFLAG_KUSAGE) == 0 ||
      (X509_get_key_usage(leaf) & KU_KEY_AGREEMENT) == 0 ||
      X509_check_ca(leaf) != 0) {
    return NotVouchedFor(index, "is not for key agreement");
  }
  EVP_PKEY* const key = X509_get0_pubkey(leaf);  // the certificate's own
  std::array<char, 64> name = {};
  unsigned char* encoded = nullptr;
  const size_t length =
      key == nullptr ? 0 : EVP_PKEY_get1_encoded_public_key(key, &encoded);
  CertifiedKey certified;
  certified.point.assign(encoded, encoded + length);
  OPENSSL_free(encoded);
  if (length == 0 ||
      EVP_PKEY_get_group_name(key, name.data(), name.size(), nullptr) != 1) {
    ERR_clear_error();
    return NotVouchedFor(index, "has no key on an elliptic curve");
  }
  const auto curve = CurveOfName(name.data());
  if (!curve || !CheckPointForm(*curve, certified.point).ok()) {
    return NotVouchedFor(index, "has a key on a curve that is not there");
  }
  certified.curve = *curve;
  ASSIGN_OR_RETURN(certified.issuer,
                   DerOf(X509_get_issuer_name(leaf), i2d_X509_NAME));
  ASSIGN_OR_RETURN(certified.serial_number,
                   DerOf(X509_get0_serialNumber(leaf), i2d_ASN1_INTEGER));
  ASSIGN_OR_RETURN(certified.subject,
                   DerOf(X509_get_subject_name(leaf), i2d_X509_NAME));
  return certified;
}

}  // namespace

absl::StatusOr<CertifiedKey> VerifyX509Certificates(
    absl::Span<const Bytes> chain, ByteSpan authority, absl::Time now) {
  std::vector<Certificate> certificates;
  const Stack others(sk_X509_new_null());
  const Store store(X509_STORE_new());
  const StoreContext context(X509_STORE_CTX_new());
  if (others == nullptr || store == nullptr || context == nullptr) {
    return Broken("no memory for certificates");
  }
  for (size_t i = 0; i < chain.size(); ++i) {
    ASSIGN_OR_RETURN(Certificate certificate,
                     Parse(chain[i], absl::StrCat("certificate ", i)));
    if (sk_X509_push(others.get(), certificate.get()) == 0) {
      return Broken("no memory for certificates");
    }
    certificates.push_back(std::move(certificate));
  }
  ASSIGN_OR_RETURN(const Certificate anchor, Parse(authority, "authority"));
  if (X509_STORE_add_cert(store.get(), anchor.get()) != 1) {
    return Broken("no memory for certificates");
  }
  X509* const leaf = certificates.back().get();
  RETURN_IF_ERROR(Prepare(context.get(), store.get(), leaf, others.get(), now));
  RETURN_IF_ERROR(Verify(context.get(), chain.size()));
  return KeyOf(leaf, chain.size() - 1);
}

}  // namespace cardferry::scp
