#include "hsm-config/master_facts.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/pkcs11/des_kdf.h"
#include "lib/pkcs11/retail_mac.h"

namespace cardferry::hsm {
namespace {

using pkcs11::Mechanism;
using pkcs11::Session;
using pkcs11::Usage;

constexpr char kApplication[] = "cardferry master facts";
constexpr uint8_t kVersion = 1;
constexpr size_t kSize = 1 + pkcs11::kAesBlock + 3 + 3;

KeyCheckValue FirstThree(ByteSpan bytes) {
  KeyCheckValue value = {};
  std::copy_n(bytes.begin(), value.size(), value.begin());
  return value;
}

// By AES-ECB.
absl::StatusOr<Bytes> EncryptCheckBlock(Session& session,
                                        pkcs11::ObjectHandle key) {
  ASSIGN_OR_RETURN(Bytes block,
                   session.Encrypt(Mechanism::Plain(CKM_AES_ECB), key,
                                   Bytes(pkcs11::kAesBlock, 1)));
  if (block.size() == pkcs11::kAesBlock) return block;
  return absl::UnavailableError("AES-ECB gave another length than its input");
}

pkcs11::Template Identity(const KeyEntry& entry) {
  pkcs11::Template object;
  object.AddUlong(CKA_CLASS, CKO_DATA);
  object.AddBool(CKA_TOKEN, true);
  object.AddBool(CKA_PRIVATE, true);
  object.AddBytes(CKA_APPLICATION, AsBytes(kApplication));
  object.AddBytes(CKA_LABEL, AsBytes(entry.label));
  return object;
}

}  // namespace

Bytes MasterFacts::Encode() const {
  return Concat(
      {Bytes{kVersion}, zero_encrypted, check_value, derived_check_value});
}

absl::StatusOr<MasterFacts> MasterFacts::Decode(ByteSpan bytes) {
  if (bytes.size() != kSize || bytes[0] != kVersion) {
    return absl::DataLossError("a master's facts have another form");
  }
  MasterFacts facts;
  facts.zero_encrypted = pkcs11::BlockAt(bytes, 1);
  facts.check_value = FirstThree(bytes.subspan(17));
  facts.derived_check_value = FirstThree(bytes.subspan(20));
  return facts;
}

absl::StatusOr<KeyCheckValue> CheckValueOf(Session& session,
                                           pkcs11::ObjectHandle key) {
  ASSIGN_OR_RETURN(const Bytes block, EncryptCheckBlock(session, key));
  return FirstThree(block);
}

absl::StatusOr<Bytes> DerivedFingerprint(Session& session,
                                         const pkcs11::TemplateBuilder& builder,
                                         pkcs11::KdfRecipe recipe,
                                         const pkcs11::KdfBase& base,
                                         const pkcs11::KeySpec& master) {
  const Bytes zero_card(10);
  if (master.type == CKK_AES) {
    const pkcs11::KeySpec spec = {CKK_AES,
                                  master.length,
                                  static_cast<unsigned>(Usage::kEncrypt),
                                  {CKM_AES_ECB}};
    ASSIGN_OR_RETURN(const pkcs11::Object derived,
                     pkcs11::DeriveCmacKey(
                         session, recipe, base, pkcs11::Kdf3Input(1, zero_card),
                         master.length, builder.SessionKey(spec)));
    return EncryptCheckBlock(session, derived.handle());
  }
  const pkcs11::KeySpec spec = {
      CKK_DES2, 16, static_cast<unsigned>(Usage::kEncrypt), {CKM_DES3_CBC}};
  ASSIGN_OR_RETURN(const pkcs11::Object derived,
                   session.DeriveKey(Mechanism::Des3EcbEncryptData(
                                         pkcs11::Visa2Data(1, zero_card)),
                                     base.key, builder.SessionKey(spec)));
  const Bytes zeros(pkcs11::kDesBlock);
  return session.EncryptCbc(derived.handle(), zeros, zeros, zeros.size());
}

absl::StatusOr<KeyCheckValue> DerivedCheckValue(
    Session& session, const pkcs11::TemplateBuilder& builder,
    pkcs11::KdfRecipe recipe, const pkcs11::KdfBase& base,
    const pkcs11::KeySpec& master) {
  ASSIGN_OR_RETURN(const Bytes block,
                   DerivedFingerprint(session, builder, recipe, base, master));
  return FirstThree(block);
}

absl::StatusOr<MasterFacts> ReadMasterFacts(Session& session,
                                            const KeyEntry& entry) {
  ASSIGN_OR_RETURN(const std::vector<pkcs11::ObjectHandle> found,
                   session.Find(Identity(entry)));
  if (found.size() != 1) {
    return absl::NotFoundError(absl::StrCat(
        found.size(), " objects with the facts of master ", entry.label));
  }
  ASSIGN_OR_RETURN(const Bytes value, session.GetBytes(found[0], CKA_VALUE));
  absl::StatusOr<MasterFacts> facts = MasterFacts::Decode(value);
  if (!facts.ok()) return Annotate(facts.status(), entry.label);
  return facts;
}

absl::Status WriteMasterFacts(Session& session, const KeyEntry& entry,
                              const MasterFacts& facts) {
  pkcs11::Template object = Identity(entry);
  object.AddBytes(CKA_VALUE, facts.Encode());
  object.AddBool(CKA_MODIFIABLE, false);
  return session.CreateTokenObject(object).status();
}

}  // namespace cardferry::hsm
