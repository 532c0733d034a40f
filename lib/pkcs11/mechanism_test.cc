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

TEST(Mechanism, GivesGcmItsLengthsInBytesAndBits) {
  Mechanism mechanism = Mechanism::AesGcm(Bytes(12, 0x01), Bytes(3, 0x02));
  const auto* params =
      static_cast<const CK_GCM_PARAMS*>(mechanism.Get()->pParameter);
  EXPECT_EQ(params->ulIvLen, 12u);
  EXPECT_EQ(params->ulIvBits, 96u);
  EXPECT_EQ(HexAt(params->pAAD, params->ulAADLen), "020202");
  EXPECT_EQ(params->ulTagBits, 128u);
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
