#include "lib/crypto/ec_private_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/param_build.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_macros.h"
#include "lib/crypto/free_by.h"

namespace cardferry::crypto {
namespace {

using Number = std::unique_ptr<BIGNUM, FreeBy<BN_clear_free>>;
using Group = std::unique_ptr<EC_GROUP, FreeBy<EC_GROUP_free>>;
using Point = std::unique_ptr<EC_POINT, FreeBy<EC_POINT_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, FreeBy<EVP_PKEY_CTX_free>>;
using PublicKey = std::unique_ptr<EVP_PKEY, FreeBy<EVP_PKEY_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, FreeBy<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, FreeBy<OSSL_PARAM_free>>;

absl::Status Broken(const char* what) {
  ERR_clear_error();
  return absl::InternalError(what);
}

Group GroupOf(Curve curve) {
  const char* const name = NameOf(curve);
  int id = EC_curve_nist2nid(name);
  if (id == NID_undef) id = OBJ_sn2nid(name);
  return Group(EC_GROUP_new_by_curve_name(id));
}

// The point of a private key; empty when OpenSSL fails.
Bytes PublicPoint(const EC_GROUP* group, const BIGNUM* value) {
  const Point point(EC_POINT_new(group));
  if (point == nullptr ||
      EC_POINT_mul(group, point.get(), value, nullptr, nullptr, nullptr) != 1) {
    return {};
  }
  constexpr auto kForm = POINT_CONVERSION_UNCOMPRESSED;
  Bytes bytes(
      EC_POINT_point2oct(group, point.get(), kForm, nullptr, 0, nullptr));
  EC_POINT_point2oct(group, point.get(), kForm, bytes.data(), bytes.size(),
                     nullptr);
  return bytes;
}

// Null when there is no such key. `value` is null for a public key.
EVP_PKEY* MakeKey(Curve curve, ByteSpan point, const BIGNUM* value) {
  const Builder builder(OSSL_PARAM_BLD_new());
  if (builder == nullptr ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME,
                                      NameOf(curve), 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY,
                                       point.data(), point.size()) != 1 ||
      (value != nullptr &&
       OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, value) !=
           1)) {
    return nullptr;
  }
  const Params params(OSSL_PARAM_BLD_to_param(builder.get()));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* key = nullptr;
  const int selection =
      value == nullptr ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR;
  if (params == nullptr || context == nullptr ||
      EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, selection, params.get()) != 1) {
    return nullptr;
  }
  return key;
}

// Null for what is no point of the curve.
PublicKey ReadPoint(Curve curve, ByteSpan point) {
  constexpr uint8_t kUncompressed = 0x04;
  if (point.size() != 1 + 2 * CoordinateLength(curve) ||
      point[0] != kUncompressed) {
    return nullptr;
  }
  return PublicKey(MakeKey(curve, point, nullptr));
}

}  // namespace

absl::StatusOr<EcPrivateKey> EcPrivateKey::Generate(Curve curve) {
  Key key(EVP_EC_gen(NameOf(curve)));
  if (key == nullptr) return Broken("OpenSSL cannot make a key");
  unsigned char* encoded = nullptr;
  const size_t length = EVP_PKEY_get1_encoded_public_key(key.get(), &encoded);
  Bytes point(encoded, encoded + length);
  OPENSSL_free(encoded);
  if (point.size() != 1 + 2 * CoordinateLength(curve)) {
    return Broken("OpenSSL made a key without a public point");
  }
  return EcPrivateKey(curve, std::move(key), std::move(point));
}

absl::StatusOr<EcPrivateKey> EcPrivateKey::Create(Curve curve,
                                                  const SecretBytes& value) {
  if (value.size() != CoordinateLength(curve)) {
    return absl::InvalidArgumentError(
        absl::StrCat("private key of ", value.size(), " bytes, must have ",
                     CoordinateLength(curve)));
  }
  const Group group = GroupOf(curve);
  const Number number(BN_secure_new());
  const ByteSpan bytes = value.Read(GrantSecretAccess());
  if (group == nullptr || number == nullptr ||
      BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), number.get()) ==
          nullptr) {
    return Broken("no memory for a key");
  }
  BN_set_flags(number.get(), BN_FLG_CONSTTIME);
  if (BN_is_zero(number.get()) == 1 ||
      BN_cmp(number.get(), EC_GROUP_get0_order(group.get())) >= 0) {
    return absl::InvalidArgumentError(
        "private key is not between 1 and the curve's order");
  }
  Bytes point = PublicPoint(group.get(), number.get());
  Key key(point.empty() ? nullptr : MakeKey(curve, point, number.get()));
  if (key == nullptr) return Broken("OpenSSL refuses a private key");
  return EcPrivateKey(curve, std::move(key), std::move(point));
}

absl::StatusOr<SecretBytes> EcPrivateKey::Agree(ByteSpan peer) const {
  const PublicKey other = ReadPoint(curve_, peer);
  const KeyContext context(
      EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr));
  if (context == nullptr || EVP_PKEY_derive_init(context.get()) != 1) {
    return Broken("OpenSSL refuses to agree with this key");
  }
  // Setting the peer also checks that its point is on the curve.
  if (other == nullptr ||
      EVP_PKEY_derive_set_peer(context.get(), other.get()) != 1) {
    ERR_clear_error();
    return absl::InvalidArgumentError("this is no point of the curve");
  }
  SecretBytes secret(CoordinateLength(curve_));
  size_t length = secret.size();
  if (EVP_PKEY_derive(context.get(), secret.Write(GrantSecretAccess()).data(),
                      &length) != 1 ||
      length != secret.size()) {
    return Broken("OpenSSL cannot agree on a secret");
  }
  return secret;
}

}  // namespace cardferry::crypto
