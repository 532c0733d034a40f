#include "services/keyvault/counted_card.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "services/keyvault/testing/known_card.h"

namespace cardferry::keyvault {
namespace {

using Kdd = std::array<uint8_t, 10>;

constexpr Kdd kKdd = {0xA0, 0xA1, 0xA2, 0xA3, 0xA4,
                      0xA5, 0xA6, 0xA7, 0xA8, 0xA9};

std::string Counted(const KnownKeySet& keys, const Kdd& kdd) {
  KeySetDescription key_set = keys.description;
  key_set.name = "issuer";
  const ClaimedCard card = CountedCard(key_set, kdd);
  EXPECT_EQ(card.key_set, "issuer");
  return ToHex(card.key_diversification_data);
}

TEST(CountedCardTest, HasTheBytesThatItsKeysDependOn) {
  EXPECT_EQ(Counted(TestKeySet(112, "visa2"), kKdd), "A0A10000A4A5A6A70000");
  EXPECT_EQ(Counted(TestKeySet(112, "emv-cps"), kKdd), "00000000A4A5A6A7A8A9");
  EXPECT_EQ(Counted(TestKeySet(128, "kdf3"), kKdd), "A0A1A2A3A4A5A6A7A8A9");
}

TEST(CountedCardTest, IsItselfWhereNothingIsDiversified) {
  EXPECT_EQ(Counted(TestKeySet(128, "none"), kKdd), "A0A1A2A3A4A5A6A7A8A9");
}

// With other bytes that count the keys are others; with other bytes that do not
// count they are the same.
TEST(CountedCardTest, IsAnotherCardExactlyWhenItsKeysAreOthers) {
  for (const auto& [bits, diversification] :
       {std::pair<int, const char*>{112, "visa2"},
        {168, "visa2"},
        {112, "emv-cps"},
        {128, "kdf3"},
        {256, "kdf3"},
        {192, "kdf3-with-length"},
        {112, "ecb/1"},
        {128, "ecb/1"},
        {256, "cmac/1"},
        {112, "nxp/2"},
        {192, "nxp/2"}}) {
    KnownCard card;
    card.key_set = TestKeySet(bits, diversification);
    card.i = 0x15;
    if (card.IsScp03()) card.i = 0x70;
    card.key_diversification_data = Bytes(kKdd.begin(), kKdd.end());
    const Bytes cryptogram = card.Cipher(Bytes(8, 1))->CardCryptogram().value();
    for (size_t byte = 0; byte < kKdd.size(); ++byte) {
      Kdd other = kKdd;
      other[byte] ^= 0x10;
      card.key_diversification_data = Bytes(other.begin(), other.end());
      EXPECT_EQ(
          Counted(card.key_set, other) != Counted(card.key_set, kKdd),
          card.Cipher(Bytes(8, 1))->CardCryptogram().value() != cryptogram)
          << diversification << " byte " << byte;
    }
  }
}

}  // namespace
}  // namespace cardferry::keyvault
