#include "lib/pkcs11/mechanism.h"

#include <utility>

#include "gtest/gtest.h"

namespace cardferry::pkcs11 {
namespace {

std::string HexAt(const void* pointer, CK_ULONG size) {
  return ToHex(ByteSpan(static_cast<const uint8_t*>(pointer), size));
}

TEST(Mechanism, HasNoParameterWhenPlain) {
  Mechanism mechanism = Mechanism::Plain(CKM_AES_CMAC);
  const CK_MECHANISM* raw = mechanism.Get();
  EXPECT_EQ(raw->mechanism, CK_MECHANISM_TYPE{CKM_AES_CMAC});
  EXPECT_EQ(raw->pParameter, nullptr);
  EXPECT_EQ(raw->ulParameterLen, 0u);
}

TEST(Mechanism, OwnsItsParametersThroughAMove) {
  Mechanism first = Mechanism::AesCbc(Bytes(16, 0xA5));
  (void)first.Get();
  Mechanism second = std::move(first);
  const CK_MECHANISM* raw = second.Get();
  EXPECT_EQ(HexAt(raw->pParameter, raw->ulParameterLen),
            "A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5");
}

TEST(Mechanism, GivesTripleDesItsIv) {
  Mechanism mechanism = Mechanism::Des3Cbc(Bytes(8, 0x5A));
  const CK_MECHANISM* raw = mechanism.Get();
  EXPECT_EQ(raw->mechanism, CK_MECHANISM_TYPE{CKM_DES3_CBC});
  EXPECT_EQ(HexAt(raw->pParameter, raw->ulParameterLen), "5A5A5A5A5A5A5A5A");
}

TEST(Mechanism, DerivesByTripleDesFromAZeroIv) {
  Mechanism ecb = Mechanism::Des3EcbEncryptData(Bytes(16, 0x01));
  const auto* string =
      static_cast<const CK_KEY_DERIVATION_STRING_DATA*>(ecb.Get()->pParameter);
  EXPECT_EQ(HexAt(string->pData, string->ulLen),
            "01010101010101010101010101010101");
  Mechanism cbc = Mechanism::Des3CbcEncryptData(Bytes(8, 0x02));
  const CK_MECHANISM* raw = cbc.Get();
  EXPECT_EQ(raw->mechanism, CK_MECHANISM_TYPE{CKM_DES3_CBC_ENCRYPT_DATA});
  ASSERT_EQ(raw->ulParameterLen, sizeof(CK_DES_CBC_ENCRYPT_DATA_PARAMS));
  const auto* params =
      static_cast<const CK_DES_CBC_ENCRYPT_DATA_PARAMS*>(raw->pParameter);
  EXPECT_EQ(HexAt(params->iv, sizeof(params->iv)), "0000000000000000");
  EXPECT_EQ(HexAt(params->data_params, params->length), "0202020202020202");
}

TEST(Mechanism, GivesGcmItsLengthsInBytesAndBits) {
  Mechanism mechanism = Mechanism::AesGcm(Bytes(12, 0x01), Bytes(3, 0x02));
  const auto* params =
      static_cast<const CK_GCM_PARAMS*>(mechanism.Get()->pParameter);
  EXPECT_EQ(params->ulIvLen, 12u);
  EXPECT_EQ(params->ulIvBits, 96u);
  EXPECT_EQ(HexAt(params->pAAD, params->ulAADLen), "020202");
  EXPECT_EQ(params->ulTagBits, 128u);
}

TEST(Mechanism, AgreesWithoutADerivationOfTheModulesOwn) {
  Mechanism mechanism = Mechanism::Ecdh(Bytes(3, 0x04));
  const auto* params =
      static_cast<const CK_ECDH1_DERIVE_PARAMS*>(mechanism.Get()->pParameter);
  EXPECT_EQ(params->kdf, CK_ULONG{CKD_NULL});
  EXPECT_EQ(params->ulSharedDataLen, 0u);
  EXPECT_EQ(HexAt(params->pPublicData, params->ulPublicDataLen), "040404");
}

TEST(Mechanism, NamesAKeyToJoinAndABitToExtractFrom) {
  Mechanism joined = Mechanism::ConcatenateKey(ObjectHandle{7});
  EXPECT_EQ(*static_cast<const CK_ULONG*>(joined.Get()->pParameter), 7u);
  Mechanism taken = Mechanism::ExtractKey(24);
  EXPECT_EQ(*static_cast<const CK_ULONG*>(taken.Get()->pParameter), 192u);
  Mechanism tail = Mechanism::ConcatenateData(Bytes(2, 0x0C));
  const auto* params =
      static_cast<const CK_KEY_DERIVATION_STRING_DATA*>(tail.Get()->pParameter);
  EXPECT_EQ(HexAt(params->pData, params->ulLen), "0C0C");
}

TEST(Mechanism, PutsTheKdfCounterBetweenItsParts) {
  Mechanism mechanism =
      Mechanism::CmacCounterKdf(Bytes(2, 0x0A), Bytes(1, 0x0B));
  const auto* params =
      static_cast<const Sp800_108KdfParams*>(mechanism.Get()->pParameter);
  EXPECT_EQ(params->prf, CK_MECHANISM_TYPE{CKM_AES_CMAC});
  ASSERT_EQ(params->data_param_count, 3u);
  EXPECT_EQ(
      HexAt(params->data_params[0].value, params->data_params[0].value_len),
      "0A0A");
  EXPECT_EQ(params->data_params[1].type, kPrfDataIterationVariable);
  EXPECT_EQ(
      HexAt(params->data_params[2].value, params->data_params[2].value_len),
      "0B");
}

TEST(Mechanism, LeavesOutAnEmptyPartOfTheKdf) {
  Mechanism mechanism = Mechanism::CmacCounterKdf({}, Bytes(1, 0x0B));
  const auto* params =
      static_cast<const Sp800_108KdfParams*>(mechanism.Get()->pParameter);
  ASSERT_EQ(params->data_param_count, 2u);
  EXPECT_EQ(params->data_params[0].type, kPrfDataIterationVariable);
}

}  // namespace
}  // namespace cardferry::pkcs11
