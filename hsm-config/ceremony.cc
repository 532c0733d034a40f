#include "hsm-config/ceremony.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "hsm-config/master_facts.h"
#include "hsm-config/profile_recipes.h"
#include "hsm-config/published_keys.h"
#include "hsm-config/readable_derivation.h"
#include "hsm-config/token_keys.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/secret_bytes.h"
#include "lib/base/status_macros.h"
#include "lib/pkcs11/known_answers.h"
#include "lib/pkcs11/signing_key.h"

namespace cardferry::hsm {
namespace {

using pkcs11::AesBlock;
using pkcs11::Mechanism;
using pkcs11::ObjectHandle;
using pkcs11::Session;
using pkcs11::Usage;

constexpr AesBlock kZeroBlock = {};

CK_MECHANISM_TYPE GeneratorOf(CK_KEY_TYPE type) {
  switch (type) {
    case CKK_AES:
      return CKM_AES_KEY_GEN;
    case CKK_DES2:
      return CKM_DES2_KEY_GEN;
    case CKK_DES3:
      return CKM_DES3_KEY_GEN;
    default:
      return CKM_GENERIC_SECRET_KEY_GEN;
  }
}

bool Has(const KeyEntry& entry, Usage usage) {
  return (entry.spec.usages & static_cast<unsigned>(usage)) != 0;
}

// The encryption of a block of zeros, by a key that only derives.
absl::StatusOr<KeyCheckValue> DesCheckValue(Session& session,
                                            ObjectHandle key) {
  constexpr size_t kTwoBlocks = 16;
  ASSIGN_OR_RETURN(
      const SecretBytes made,
      DeriveReadable(session, Mechanism::Des3EcbEncryptData(Bytes(kTwoBlocks)),
                     key, kTwoBlocks));
  const ByteSpan zero = made.Read(GrantSecretAccess());
  return KeyCheckValue{zero[0], zero[1], zero[2]};
}

// What the ceremony will not be able to ask a derive-only master again.
absl::StatusOr<MasterFacts> FindOutFacts(const CeremonyRoom& room,
                                         ObjectHandle key,
                                         const KeyEntry& entry) {
  MasterFacts facts;
  if (entry.spec.type != CKK_AES) {
    ASSIGN_OR_RETURN(facts.check_value, DesCheckValue(room.session, key));
    ASSIGN_OR_RETURN(facts.derived_check_value,
                     DerivedCheckValue(room.session, room.builder, room.recipe,
                                       {key, std::nullopt}, entry.spec));
    return facts;
  }
  ASSIGN_OR_RETURN(facts.zero_encrypted,
                   EncryptByDerivation(room.session, key, kZeroBlock));
  AesBlock ones;
  ones.fill(0x01);
  ASSIGN_OR_RETURN(const AesBlock check,
                   EncryptByDerivation(room.session, key, ones));
  facts.check_value = {check[0], check[1], check[2]};
  ASSIGN_OR_RETURN(facts.derived_check_value,
                   DerivedCheckValue(room.session, room.builder, room.recipe,
                                     {key, facts.zero_encrypted}, entry.spec));
  return facts;
}

// A key at work: the same key gives the same bytes again.
absl::StatusOr<Bytes> Exercise(const CeremonyRoom& room, ObjectHandle key,
                               const KeyEntry& entry,
                               const std::optional<MasterFacts>& facts) {
  if (Has(entry, Usage::kDerive)) {
    pkcs11::KdfBase base = {key, std::nullopt};
    if (facts.has_value()) base.zero_encrypted = facts->zero_encrypted;
    ASSIGN_OR_RETURN(const KeyCheckValue value,
                     DerivedCheckValue(room.session, room.builder, room.recipe,
                                       base, entry.spec));
    return Bytes(value.begin(), value.end());
  }
  if (Has(entry, Usage::kSign)) {
    return room.session.Sign(Mechanism::Plain(CKM_SHA256_HMAC), key,
                             AsBytes("ceremony"));
  }
  return room.session.Encrypt(Mechanism::AesCbc(kZeroBlock), key, kZeroBlock);
}

// The seal key encrypts with a fresh nonce each time, so it is tried by opening
// with one object what the other sealed.
absl::Status ExerciseSeal(const CeremonyRoom& room, ObjectHandle original,
                          ObjectHandle copy) {
  Bytes nonce(12);
  RETURN_IF_ERROR(room.session.FillRandom(absl::MakeSpan(nonce)));
  const Bytes plaintext(24, 0x5A);
  ASSIGN_OR_RETURN(
      const Bytes sealed,
      room.session.Encrypt(Mechanism::AesGcm(nonce, {}), original, plaintext));
  ASSIGN_OR_RETURN(
      const Bytes opened,
      room.session.Decrypt(Mechanism::AesGcm(nonce, {}), copy, sealed));
  if (opened == plaintext) return absl::OkStatus();
  return absl::DataLossError("the token's copy is another key");
}

absl::Status Compare(const CeremonyRoom& room, ObjectHandle original,
                     ObjectHandle copy, const KeyEntry& entry,
                     const std::optional<MasterFacts>& facts) {
  if (Has(entry, Usage::kDecrypt)) return ExerciseSeal(room, original, copy);
  ASSIGN_OR_RETURN(const Bytes wanted, Exercise(room, original, entry, facts));
  ASSIGN_OR_RETURN(const Bytes seen, Exercise(room, copy, entry, facts));
  if (seen == wanted) return absl::OkStatus();
  return absl::DataLossError("the token's copy is another key");
}

// Only a master that cannot encrypt, on a module without a KDF of its own,
// needs its facts noted.
bool NeedsFacts(const CeremonyRoom& room, const KeyEntry& entry) {
  return room.recipe == pkcs11::KdfRecipe::kAesData &&
         Has(entry, Usage::kDerive) && !Has(entry, Usage::kEncrypt);
}

absl::Status RefuseTestKey(const CeremonyRoom& room, ObjectHandle key,
                           const KeyEntry& entry,
                           const std::optional<MasterFacts>& facts) {
  if (room.allow_test_keys) return absl::OkStatus();
  pkcs11::KdfBase base = {key, std::nullopt};
  if (facts.has_value()) base.zero_encrypted = facts->zero_encrypted;
  ASSIGN_OR_RETURN(const std::string name,
                   NameOfPublishedKey(room.session, room.builder, room.recipe,
                                      base, entry.spec));
  if (name.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("is the published test key ", name, ", which anybody has"));
}

absl::Status Keep(const CeremonyRoom& room, const pkcs11::Object& key,
                  const KeyEntry& entry) {
  const absl::Status existing = FindKey(room.session, entry).status();
  if (existing.code() != absl::StatusCode::kNotFound) {
    return existing.ok() ? absl::AlreadyExistsError("is in the token")
                         : existing;
  }
  std::optional<MasterFacts> facts;
  if (NeedsFacts(room, entry)) {
    ASSIGN_OR_RETURN(facts, FindOutFacts(room, key.handle(), entry));
  }
  RETURN_IF_ERROR(RefuseTestKey(room, key.handle(), entry, facts));
  ASSIGN_OR_RETURN(
      const ObjectHandle kept,
      room.session.CopyToToken(
          key.handle(), room.builder.CopyToToken(entry.label, entry.id)));
  RETURN_IF_ERROR(Compare(room, key.handle(), kept, entry, facts));
  RETURN_IF_ERROR(
      CheckKeyAttributes(room.session, room.builder.rules(), kept, entry));
  if (!facts.has_value()) return absl::OkStatus();
  return WriteMasterFacts(room.session, entry, *facts);
}

}  // namespace

absl::StatusOr<pkcs11::KdfRecipe> ChooseKdf(
    pkcs11::Token& token, const pkcs11::TemplateBuilder& builder,
    const KeyProfile& profile) {
  ASSIGN_OR_RETURN(
      const pkcs11::Capabilities capabilities,
      pkcs11::Probe(
          [&] { return token.OpenSession(pkcs11::Access::kReadOnly); },
          RecipesFor(profile, builder)));
  return capabilities.Has(pkcs11::kRecipeKdfNative)
             ? pkcs11::KdfRecipe::kNative
             : pkcs11::KdfRecipe::kAesData;
}

absl::Status KeepKey(const CeremonyRoom& room, const pkcs11::Object& key,
                     const KeyEntry& entry) {
  return Annotate(Keep(room, key, entry), absl::StrCat("key ", entry.label));
}

absl::StatusOr<pkcs11::Object> GenerateMaster(const CeremonyRoom& room,
                                              const KeyEntry& entry) {
  return room.session.GenerateKey(GeneratorOf(entry.spec.type),
                                  room.builder.NewMaster(entry.spec));
}

absl::Status GenerateSigningKeys(const CeremonyRoom& room,
                                 const KeyProfile& profile) {
  for (const SigningKey& key : profile.signing_keys) {
    RETURN_IF_ERROR(pkcs11::GenerateSigningKey(
        room.session, room.builder.rules(), key.algorithm, key.in_token));
  }
  return absl::OkStatus();
}

absl::Status GenerateKeys(const CeremonyRoom& room, const KeyProfile& profile) {
  for (const KeyEntry* entry : AllKeys(profile)) {
    ASSIGN_OR_RETURN(const pkcs11::Object key, GenerateMaster(room, *entry));
    RETURN_IF_ERROR(KeepKey(room, key, *entry));
  }
  return GenerateSigningKeys(room, profile);
}

}  // namespace cardferry::hsm
