#include "lib/pkcs11/known_answers.h"

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lib/base/status_macros.h"
#include "lib/pkcs11/cmac.h"
#include "lib/pkcs11/cmac_kdf.h"

namespace cardferry::pkcs11 {
namespace {

constexpr AesBlock kZeroBlock = {};

// SP 800-38B, appendix D.1: key, and the first 40 bytes of its message.
constexpr absl::string_view kCmacKey = "2B7E151628AED2A6ABF7158809CF4F3C";
constexpr absl::string_view kCmacMessage =
    "6BC1BEE22E409F96E93D7E117393172AAE2D8A571E03AC9C9EB76FAC45AF8E51"
    "30C81C46A35CE411";
constexpr absl::string_view kCmacOfMessage = "DFA66747DE9AE63030CA32611497C827";
// The chain over its first 32 bytes, then all 40 (OpenSSL's CMAC).
constexpr absl::string_view kChainedMacs[] = {
    "6D7A48A384A809D0CC003647AAD55B51", "D0CF565DF2698D03AAC957C8DCEE3B2B"};

absl::StatusOr<Object> Import(Session& session, const TemplateBuilder& builder,
                              const KeySpec& spec, absl::string_view hex) {
  return session.ImportKey(SecretBytes::CopyOf(FromHexOrDie(hex)),
                           builder.ImportedSessionKey(spec));
}

absl::Status Expect(ByteSpan seen, absl::string_view hex) {
  if (ConstantTimeEqual(seen, FromHexOrDie(hex))) return absl::OkStatus();
  return absl::DataLossError("wrong answer");
}

absl::Status MacByCbc(const TemplateBuilder& builder, Session& session) {
  const KeySpec spec = {CKK_AES,
                        16,
                        Usage::kEncrypt | Usage::kSign,
                        {CKM_AES_ECB, CKM_AES_CBC, CKM_AES_CMAC}};
  ASSIGN_OR_RETURN(const Object key, Import(session, builder, spec, kCmacKey));
  ASSIGN_OR_RETURN(
      const Bytes zero,
      session.Encrypt(Mechanism::Plain(CKM_AES_ECB), key.handle(), kZeroBlock));
  if (zero.size() != kAesBlock) return absl::DataLossError("wrong length");
  const Bytes message = FromHexOrDie(kCmacMessage);
  const CmacChainStream chain = MakeCmacChainStream(
      BlockAt(zero, 0),
      {Bytes(message.begin(), message.begin() + 32), message});
  ASSIGN_OR_RETURN(const Bytes done,
                   session.Encrypt(Mechanism::AesCbc(kZeroBlock), key.handle(),
                                   chain.stream));
  if (done.size() != chain.stream.size()) {
    return absl::DataLossError("wrong length");
  }
  RETURN_IF_ERROR(Expect(BlockAt(done, chain.mac_offsets[0]), kChainedMacs[0]));
  return Expect(BlockAt(done, chain.mac_offsets[1]), kChainedMacs[1]);
}

absl::Status MacBySign(const TemplateBuilder& builder, Session& session) {
  const KeySpec spec = {
      CKK_AES, 16, static_cast<unsigned>(Usage::kSign), {CKM_AES_CMAC}};
  ASSIGN_OR_RETURN(const Object key, Import(session, builder, spec, kCmacKey));
  ASSIGN_OR_RETURN(const Bytes mac,
                   session.Sign(Mechanism::Plain(CKM_AES_CMAC), key.handle(),
                                FromHexOrDie(kCmacMessage)));
  return Expect(mac, kCmacOfMessage);
}

// A derivation and the encryption of a zero block under the derived key.
struct KdfCase {
  absl::string_view base;
  KdfInput input;
  size_t length;
  absl::string_view zero_under_derived;
};

std::vector<KdfCase> KdfCases() {
  const Bytes kdd = FromHexOrDie("00010203040506070809");
  return {
      // SCP03 session key, AES-128: two blocks a message.
      {"000102030405060708090A0B0C0D0E0F",
       Scp03KdfInput(0x04, 128,
                     FromHexOrDie("000102030405060708090A0B0C0D0E0F")),
       16, "C2DD140C16545A5737DF2714978F7F9D"},
      // KDF3: one block a message; 24 and 32 bytes take two messages.
      {"404142434445464748494A4B4C4D4E4F5051525354555657", Kdf3Input(1, kdd),
       24, "2AE1A82A0496227F3AE0411A5F4A72C4"},
      {"404142434445464748494A4B4C4D4E4F505152535455565758595A5B5C5D5E5F",
       Kdf3Input(1, kdd), 32, "BA2A2790B5FD575D103721F1D4CE8D47"},
  };
}

absl::Status RunKdfCase(const TemplateBuilder& builder, Session& session,
                        KdfRecipe recipe, const KdfCase& test) {
  KeySpec base = {CKK_AES,
                  test.base.size() / 2,
                  static_cast<unsigned>(Usage::kDerive),
                  {kSp800_108CounterKdf}};
  if (recipe == KdfRecipe::kAesData) {
    base.usages = Usage::kDerive | Usage::kEncrypt;
    base.mechanisms = {CKM_AES_ECB_ENCRYPT_DATA, CKM_AES_ECB};
  }
  const KeySpec derived = {CKK_AES,
                           test.length,
                           static_cast<unsigned>(Usage::kEncrypt),
                           {CKM_AES_ECB}};
  ASSIGN_OR_RETURN(const Object key, Import(session, builder, base, test.base));
  ASSIGN_OR_RETURN(
      const Object made,
      DeriveCmacKey(session, recipe, {key.handle(), std::nullopt}, test.input,
                    test.length, builder.SessionKey(derived)));
  ASSIGN_OR_RETURN(const Bytes seen,
                   session.Encrypt(Mechanism::Plain(CKM_AES_ECB), made.handle(),
                                   kZeroBlock));
  return Expect(seen, test.zero_under_derived);
}

absl::Status Kdf(const TemplateBuilder& builder, Session& session,
                 KdfRecipe recipe) {
  for (const KdfCase& test : KdfCases()) {
    RETURN_IF_ERROR(RunKdfCase(builder, session, recipe, test));
  }
  return absl::OkStatus();
}

absl::Status AesCbc(const TemplateBuilder& builder, Session& session) {
  // SP 800-38A, F.2.1, block 1.
  const KeySpec spec = {
      CKK_AES, 16, static_cast<unsigned>(Usage::kEncrypt), {CKM_AES_CBC}};
  ASSIGN_OR_RETURN(const Object key, Import(session, builder, spec, kCmacKey));
  ASSIGN_OR_RETURN(
      const Bytes seen,
      session.Encrypt(
          Mechanism::AesCbc(FromHexOrDie("000102030405060708090A0B0C0D0E0F")),
          key.handle(), FromHexOrDie(kCmacMessage.substr(0, 32))));
  return Expect(seen, "7649ABAC8119B246CEE98E9B12E9197D");
}

absl::Status AesCbcDecrypt(const TemplateBuilder& builder, Session& session) {
  // SP 800-38A, F.2.2, block 1; encryption of single blocks under the same key
  // makes the IVs of answers.
  const KeySpec spec = {CKK_AES,
                        16,
                        Usage::kEncrypt | Usage::kDecrypt,
                        {CKM_AES_CBC, CKM_AES_ECB}};
  ASSIGN_OR_RETURN(const Object key, Import(session, builder, spec, kCmacKey));
  ASSIGN_OR_RETURN(
      const Bytes seen,
      session.Decrypt(
          Mechanism::AesCbc(FromHexOrDie("000102030405060708090A0B0C0D0E0F")),
          key.handle(), FromHexOrDie("7649ABAC8119B246CEE98E9B12E9197D")));
  RETURN_IF_ERROR(Expect(seen, kCmacMessage.substr(0, 32)));
  ASSIGN_OR_RETURN(
      const Bytes zero,
      session.Encrypt(Mechanism::Plain(CKM_AES_ECB), key.handle(), kZeroBlock));
  return Expect(zero, "7DF76B0C1AB899B33E42F047B91B546F");
}

absl::Status AesGcm(const TemplateBuilder& builder, Session& session) {
  // McGrew and Viega, "The Galois/Counter Mode of Operation", test case 16.
  const KeySpec spec = {
      CKK_AES, 32, Usage::kEncrypt | Usage::kDecrypt, {CKM_AES_GCM}};
  ASSIGN_OR_RETURN(
      const Object key,
      Import(session, builder, spec,
             "FEFFE9928665731C6D6A8F9467308308FEFFE9928665731C6D6A8F94673083"
             "08"));
  constexpr absl::string_view kPlain =
      "D9313225F88406E5A55909C5AFF5269A86A7A9531534F7DA2E4C303D8A318A72"
      "1C3C0C95956809532FCF0E2449A6B525B16AEDF5AA0DE657BA637B39";
  constexpr absl::string_view kSealed =
      "522DC1F099567D07F47F37A32A84427D643A8CDCBFE5C0C97598A2BD2555D1AA"
      "8CB08E48590DBB3DA7B08B1056828838C5F61E6393BA7A0ABCC9F662"
      "76FC6ECE0F4E1768CDDF8853BB2D551B";
  const Bytes iv = FromHexOrDie("CAFEBABEFACEDBADDECAF888");
  const Bytes aad = FromHexOrDie("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2");
  ASSIGN_OR_RETURN(const Bytes sealed,
                   session.Encrypt(Mechanism::AesGcm(iv, aad), key.handle(),
                                   FromHexOrDie(kPlain)));
  RETURN_IF_ERROR(Expect(sealed, kSealed));
  ASSIGN_OR_RETURN(
      const Bytes opened,
      session.Decrypt(Mechanism::AesGcm(iv, aad), key.handle(), sealed));
  RETURN_IF_ERROR(Expect(opened, kPlain));
  // A seal that opens after a change would be no seal.
  Bytes changed = sealed;
  changed.back() ^= 1;
  if (session.Decrypt(Mechanism::AesGcm(iv, aad), key.handle(), changed).ok()) {
    return absl::DataLossError("opened a changed ciphertext");
  }
  return absl::OkStatus();
}

absl::Status HmacSha256(const TemplateBuilder& builder, Session& session) {
  // OpenSSL's HMAC: 32 bytes, the least that SoftHSM takes.
  const KeySpec spec = {CKK_GENERIC_SECRET,
                        32,
                        static_cast<unsigned>(Usage::kSign),
                        {CKM_SHA256_HMAC}};
  ASSIGN_OR_RETURN(
      const Object key,
      Import(session, builder, spec,
             "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E"
             "1F"));
  ASSIGN_OR_RETURN(const Bytes mac,
                   session.Sign(Mechanism::Plain(CKM_SHA256_HMAC), key.handle(),
                                FromHexOrDie("000102030405060708090A0B0C0D0E0F"
                                             "101112131415161718191A1B1C1D1E1F"
                                             "20212223")));
  return Expect(
      mac, "EC2A8F0E79CF1AE530B86BB5ABA6022485EF6FE2ACA31E6F551619C41974367D");
}

}  // namespace

std::vector<Recipe> Scp03Recipes(const TemplateBuilder& builder) {
  const auto kdf = [builder](KdfRecipe recipe) {
    return [builder, recipe](Session& session) {
      return Kdf(builder, session, recipe);
    };
  };
  const auto with = [builder](
                        absl::Status (*run)(const TemplateBuilder&, Session&)) {
    return [builder, run](Session& session) { return run(builder, session); };
  };
  return {
      {kRecipeKdfNative, "cmac key derivation", kdf(KdfRecipe::kNative)},
      {kRecipeKdfAesData, "cmac key derivation", kdf(KdfRecipe::kAesData)},
      {kRecipeMacByCbc, "cmac", with(&MacByCbc)},
      {kRecipeMacBySign, "cmac", with(&MacBySign)},
      {kRecipeAesCbc, "aes-cbc", with(&AesCbc)},
      {kRecipeAesCbcDecrypt, "aes-cbc decryption", with(&AesCbcDecrypt)},
      {kRecipeAesGcm, "aes-gcm", with(&AesGcm)},
      {kRecipeHmacSha256, "hmac-sha256", with(&HmacSha256)},
  };
}

}  // namespace cardferry::pkcs11
