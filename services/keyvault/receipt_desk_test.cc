#include "services/keyvault/receipt_desk.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/crypto/cmac.h"
#include "services/keyvault/testing/known_card.h"
#include "services/keyvault/testing/openssl_hsm_keys.h"

namespace cardferry::keyvault {
namespace {

using absl::StatusCode;
using testing::ElementsAre;

card::Aid A(const char* hex) { return *card::Aid::FromHex(hex); }

const card::Aid kFile = A("F043464552525901");
const card::Aid kApp = A("F04346455252590101");
const card::Aid kDomain = A("A000000151000001");
const card::Aid kIssuer = A("A000000151000000");

// Counter 0102 and the card's data C1C2.
constexpr char kData[] = "02010202C1C2";

class ReceiptDeskTest : public testing::Test {
 protected:
  // What a card confirms: the CMAC of what the specification says, made here of
  // literals.
  Bytes Receipt(const std::string& message) const {
    return crypto::AesCmac(
               *DeriveCardKey(key_set_, 4, card_.key_diversification_data),
               FromHexOrDie(message))
        .value();
  }
  CardReceipt About(ConfirmedContent content, const std::string& aids) const {
    return {Receipt(kData + aids), FromHexOrDie(kData), std::move(content)};
  }

  const KnownKeySet key_set_ = TestKeySet(256, "kdf3");
  OpensslHsmKeys keys_{{key_set_}};
  ReceiptDesk desk_{keys_};
  ConfirmingCard card_{"test", {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}};
};

TEST_F(ReceiptDeskTest, VerifiesEachKindOfReceipt) {
  EXPECT_THAT(
      desk_.Verify(card_, {About(LoadedContent{kFile, kDomain},
                                 "08F043464552525901"
                                 "08A000000151000001"),
                           About(InstalledContent{kFile, kApp},
                                 "08F043464552525901"
                                 "09F04346455252590101"),
                           About(ExtraditedContent{kIssuer, kApp, kDomain},
                                 "08A000000151000000"
                                 "09F04346455252590101"
                                 "08A000000151000001"),
                           About(DeletedContent{kFile}, "08F043464552525901")}),
      IsOkAndHolds(ElementsAre(true, true, true, true)));
}

TEST_F(ReceiptDeskTest, DerivesTheCardsKeyOnceForAllOfThem) {
  const CardReceipt right = About(DeletedContent{kFile}, "08F043464552525901");
  const uint64_t before = keys_.CallCount();
  EXPECT_THAT(desk_.Verify(card_, {right, right, right}),
              IsOkAndHolds(ElementsAre(true, true, true)));
  EXPECT_EQ(keys_.CallCount(), before + 1);
  EXPECT_THAT(desk_.Verify(card_, {}), IsOkAndHolds(testing::IsEmpty()));
}

TEST_F(ReceiptDeskTest, ARightReceiptIsForOneThingOfOneCard) {
  const CardReceipt right = About(DeletedContent{kFile}, "08F043464552525901");
  CardReceipt other_content = right;
  other_content.content = DeletedContent{kApp};
  CardReceipt other_counter = right;
  other_counter.confirmation_data[2] ^= 0x01;
  CardReceipt cut = right;
  cut.receipt.pop_back();
  CardReceipt none = right;
  none.receipt.clear();
  EXPECT_THAT(
      desk_.Verify(card_, {other_content, right, other_counter, cut, none}),
      IsOkAndHolds(ElementsAre(false, true, false, false, false)));
  card_.key_diversification_data[0] ^= 0x01;
  EXPECT_THAT(desk_.Verify(card_, {right}), IsOkAndHolds(ElementsAre(false)));
}

TEST_F(ReceiptDeskTest, AFlippedBitAnywhereInAReceiptIsFound) {
  const CardReceipt right = About(DeletedContent{kFile}, "08F043464552525901");
  for (size_t bit = 0; bit < right.receipt.size() * 8; ++bit) {
    CardReceipt flipped = right;
    flipped.receipt[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    EXPECT_THAT(desk_.Verify(card_, {flipped}),
                IsOkAndHolds(ElementsAre(false)));
  }
}

TEST_F(ReceiptDeskTest, SaysThatThereIsNoKey) {
  const CardReceipt right = About(DeletedContent{kFile}, "08F043464552525901");
  card_.key_set = "other";
  EXPECT_THAT(desk_.Verify(card_, {right}), StatusIs(StatusCode::kNotFound));
  OpensslHsmKeys des({TestKeySet(112, "visa2")});
  card_.key_set = "test";
  EXPECT_THAT(ReceiptDesk(des).Verify(card_, {right}),
              StatusIs(StatusCode::kNotFound));
}

TEST_F(ReceiptDeskTest, AnEarlierVersionOfTheMastersCountsToo) {
  KnownKeySet newer = key_set_;
  newer.description.master_version = 2;
  newer.master_mac[0] ^= 0xFF;
  OpensslHsmKeys both({newer, key_set_});
  EXPECT_THAT(ReceiptDesk(both).Verify(
                  card_, {About(DeletedContent{kFile}, "08F043464552525901")}),
              IsOkAndHolds(ElementsAre(true)));
}

}  // namespace
}  // namespace cardferry::keyvault
