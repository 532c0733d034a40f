#include "lib/crypto/des_mac.h"

#include <set>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/crypto/padding.h"
#include "lib/crypto/tdes.h"

namespace cardferry::crypto {
namespace {

using absl::StatusCode;

SecretBytes Key(absl::string_view hex) {
  return SecretBytes::CopyOf(FromHexOrDie(hex));
}

Bytes Padded(absl::string_view hex) {
  return Iso9797Padded(FromHexOrDie(hex), kDesBlockSize);
}

// ICAO Doc 9303 part 11, appendix D.
TEST(RetailMacTest, GivesThePublishedValues) {
  EXPECT_THAT(
      RetailMac(Key("7862D9ECE03C1BCD4D77089DCF131442"), Bytes(8),
                Padded("72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F49"
                       "8F76ED92F2")),
      IsOkAndHolds(FromHexOrDie("5F1448EEA8AD90A7")));
  EXPECT_THAT(RetailMac(Key("F1CB1F1FB5ADF208806B89DC579DC1F8"), Bytes(8),
                        Padded("887022120C06C2270CA4020C8000000087090163754329"
                               "08C044F6")),
              IsOkAndHolds(FromHexOrDie("BF8B92D635FF24F8")));
}

// Of one block there is nothing left for single DES: both MACs are one triple
// encryption, under an ICV that enters as it is.
TEST(RetailMacTest, OfOneBlockIsOneTripleEncryption) {
  const SecretBytes key = Key("7862D9ECE03C1BCD4D77089DCF131442");
  const Bytes icv(8, 0x11);
  const Bytes zero = *TdesEcbEncrypt(key, Bytes(8));
  EXPECT_THAT(RetailMac(key, icv, icv), IsOkAndHolds(zero));
  EXPECT_THAT(TdesMac(key, icv, icv), IsOkAndHolds(zero));
}

// A card cryptogram of SCP02, from status-im/keycard-go.
TEST(TdesMacTest, GivesARecordedCardCryptogram) {
  EXPECT_THAT(TdesMac(Key("16B5867FF50BE7239C2BF1245B83A362"), Bytes(8),
                      Padded("32DA078D7AAC1CFF007284F64A7D6465")),
              IsOkAndHolds(FromHexOrDie("05C4BB8A86014E22")));
}

using Mac = absl::StatusOr<Bytes> (*)(const SecretBytes&, ByteSpan, ByteSpan);

class DesMacTest : public testing::TestWithParam<Mac> {};

TEST_P(DesMacTest, EveryBitOfIcvAndMessageMatters) {
  const SecretBytes key = Key("7862D9ECE03C1BCD4D77089DCF131442");
  Bytes input(8 + 24, 0x5A);  // ICV, then blocks
  const auto mac = [&key, &input] {
    return ToHex(
        *GetParam()(key, ByteSpan(input).first(8), ByteSpan(input).subspan(8)));
  };
  std::set<std::string> seen = {mac()};
  for (size_t bit = 0; bit < input.size() * 8; ++bit) {
    input[bit / 8] = static_cast<uint8_t>(input[bit / 8] ^ 1u << bit % 8);
    seen.insert(mac());
    input[bit / 8] = static_cast<uint8_t>(input[bit / 8] ^ 1u << bit % 8);
  }
  // An ICV bit and the same bit of the first block are one: they are XORed.
  EXPECT_EQ(seen.size(), 1 + 24 * 8u);
}

TEST_P(DesMacTest, RefusesWhatIsNotWholeBlocks) {
  const SecretBytes key(16);
  for (const size_t size : {0u, 1u, 7u, 9u, 15u, 17u}) {
    EXPECT_THAT(GetParam()(key, Bytes(8), Bytes(size)),
                StatusIs(StatusCode::kInvalidArgument))
        << size;
  }
  EXPECT_THAT(GetParam()(key, Bytes(), Bytes(8)),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(
      GetParam()(SecretBytes(24), Bytes(8), Bytes(8)),
      StatusIs(StatusCode::kInvalidArgument, "a MAC key has 16 bytes, not 24"));
}

INSTANTIATE_TEST_SUITE_P(Both, DesMacTest, testing::Values(RetailMac, TdesMac));

}  // namespace
}  // namespace cardferry::crypto
