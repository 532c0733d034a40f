#include "hsm-config/published_keys.h"

#include <algorithm>
#include <optional>

#include "absl/strings/string_view.h"
#include "hsm-config/master_facts.h"
#include "lib/base/secret_bytes.h"
#include "lib/base/status_macros.h"
#include "lib/pkcs11/mechanism.h"

namespace cardferry::hsm {
namespace {

using pkcs11::KdfBase;
using pkcs11::KdfRecipe;
using pkcs11::KeySpec;
using pkcs11::Mechanism;
using pkcs11::Session;
using pkcs11::TemplateBuilder;
using pkcs11::Usage;

struct PublishedKey {
  absl::string_view name;
  absl::string_view value;
};

// The key of the GlobalPlatform specifications' examples, with which test cards
// come; what tools make of it where a longer one is asked for; and the old test
// key of one maker, "GEMXPRESSOSAMPLE".
constexpr PublishedKey kPublishedKeys[] = {
    {"40..4F", "404142434445464748494A4B4C4D4E4F"},
    {"40..4F, 40..47", "404142434445464748494A4B4C4D4E4F4041424344454647"},
    {"40..4F twice",
     "404142434445464748494A4B4C4D4E4F404142434445464748494A4B4C4D4E4F"},
    {"40..57", "404142434445464748494A4B4C4D4E4F5051525354555657"},
    {"40..5F",
     "404142434445464748494A4B4C4D4E4F505152535455565758595A5B5C5D5E5F"},
    {"47454D..4C45", "47454D5850524553534F53414D504C45"},
};

bool Has(const KeySpec& spec, Usage usage) {
  return (spec.usages & static_cast<unsigned>(usage)) != 0;
}

bool EncryptsBlocks(const KeySpec& spec) {
  return Has(spec, Usage::kEncrypt) &&
         std::count(spec.mechanisms.begin(), spec.mechanisms.end(),
                    CK_MECHANISM_TYPE{CKM_AES_CBC}) != 0;
}

// What a test key must be able to do to be compared with a key of `spec`.
KeySpec ForComparison(const KeySpec& spec) {
  if (!Has(spec, Usage::kDerive)) {
    return {spec.type,
            spec.length,
            static_cast<unsigned>(Usage::kEncrypt),
            {CKM_AES_CBC}};
  }
  if (spec.type != CKK_AES) {
    return {spec.type,
            spec.length,
            static_cast<unsigned>(Usage::kDerive),
            {CKM_DES3_ECB_ENCRYPT_DATA}};
  }
  return {
      spec.type,
      spec.length,
      Usage::kDerive | Usage::kEncrypt,
      {CKM_AES_ECB, CKM_AES_ECB_ENCRYPT_DATA, pkcs11::kSp800_108CounterKdf}};
}

absl::StatusOr<Bytes> Fingerprint(Session& session,
                                  const TemplateBuilder& builder,
                                  KdfRecipe recipe, const KdfBase& key,
                                  const KeySpec& spec) {
  if (Has(spec, Usage::kDerive)) {
    return DerivedFingerprint(session, builder, recipe, key, spec);
  }
  const Bytes zeros(pkcs11::kAesBlock);
  return session.EncryptCbc(key.key, zeros, zeros, zeros.size());
}

}  // namespace

absl::StatusOr<std::string> NameOfPublishedKey(Session& session,
                                               const TemplateBuilder& builder,
                                               KdfRecipe recipe,
                                               const KdfBase& key,
                                               const KeySpec& spec) {
  if (!Has(spec, Usage::kDerive) && !EncryptsBlocks(spec)) return "";
  ASSIGN_OR_RETURN(const Bytes seen,
                   Fingerprint(session, builder, recipe, key, spec));
  for (const PublishedKey& published : kPublishedKeys) {
    const Bytes value = FromHexOrDie(published.value);
    if (value.size() != spec.length) continue;
    ASSIGN_OR_RETURN(
        const pkcs11::Object known,
        session.ImportKey(SecretBytes::CopyOf(value),
                          builder.ImportedSessionKey(ForComparison(spec))));
    ASSIGN_OR_RETURN(const Bytes wanted,
                     Fingerprint(session, builder, recipe,
                                 {known.handle(), std::nullopt}, spec));
    if (ConstantTimeEqual(seen, wanted)) return std::string(published.name);
  }
  return "";
}

}  // namespace cardferry::hsm
