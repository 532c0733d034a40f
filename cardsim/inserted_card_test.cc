#include "cardsim/inserted_card.h"

#include <unistd.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/file.h"
#include "lib/base/status_matchers.h"
#include "lib/base/testing/counting_random.h"

namespace cardferry::cardsim {
namespace {

constexpr char kKeysFile[] =
    "kvn=30\n"
    "kdd=00010203040506070809\n"
    "enc=101112131415161718191A1B1C1D1E1F\n"
    "mac=505152535455565758595A5B5C5D5E5F\n"
    "dek=909192939495969798999A9B9C9D9E9F\n";

class InsertedCardTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK(WriteFileAtomically(keys_, AsBytes(kKeysFile), 0400));
  }
  CardsimSettings Settings(absl::string_view protocol) {
    CardsimFlags flags;
    flags.protocol = std::string(protocol);
    return *CheckFlags(flags);
  }

  absl::StatusOr<std::unique_ptr<InsertedCard>> Insert(
      absl::string_view protocol, absl::string_view state = "") {
    return InsertedCard::Create(Settings(protocol),
                                {keys_, std::string(state), ""}, random_);
  }

  const std::string keys_ = absl::StrCat(testing::TempDir(), "/inserted.keys");
  CountingRandom random_;
};

TEST_F(InsertedCardTest, SpeaksT1AsItsAtrSays) {
  ASSERT_OK_AND_ASSIGN(const auto card, Insert("t1"));
  EXPECT_EQ(ToHex(card->port().Atr()), "3B80800101");
  EXPECT_EQ(ToHex(*card->port().Transmit(FromHexOrDie("80CA004500"))),
            "450A000102030405060708099000");
}

TEST_F(InsertedCardTest, SpeaksT0AsItsAtrSays) {
  ASSERT_OK_AND_ASSIGN(const auto card, Insert("t0"));
  EXPECT_EQ(ToHex(card->port().Atr()), "3B00");
  EXPECT_EQ(ToHex(*card->port().Transmit(FromHexOrDie("80CA004500"))), "6C0C");
}

TEST_F(InsertedCardTest, IsTheCardOfItsStateFile) {
  const std::string state = absl::StrCat(testing::TempDir(), "/inserted.state");
  (void)unlink(state.c_str());
  const auto counter = [](InsertedCard& card) {
    const Bytes answer =
        *card.port().Transmit(FromHexOrDie("8050000008000102030405060700"));
    return ToHex(ByteSpan(answer).subspan(answer.size() - 5, 3));
  };
  for (const char* sequence : {"000001", "000002"}) {
    ASSERT_OK_AND_ASSIGN(const auto card, Insert("t1", state));
    EXPECT_EQ(counter(*card), sequence);
    EXPECT_THAT(Insert("t1", state).status(),
                StatusIs(absl::StatusCode::kFailedPrecondition));
  }
}

TEST_F(InsertedCardTest, RefusesTheStateOfAnotherCard) {
  const std::string state = absl::StrCat(testing::TempDir(), "/other.state");
  (void)unlink(state.c_str());
  ASSERT_OK(Insert("t1", state).status());
  const std::string other = absl::StrCat(testing::TempDir(), "/other.keys");
  std::string keys = kKeysFile;
  keys.replace(keys.find("0708"), 4, "FFFF");
  ASSERT_OK(WriteFileAtomically(other, AsBytes(keys), 0400));
  EXPECT_THAT(
      InsertedCard::Create(Settings("t1"), {other, state, ""}, random_),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               absl::StrCat(state,
                            ": it is the card with key diversification data "
                            "00010203040506070809, and the keys file is that "
                            "of 00010203040506FFFF09; give the keys file of "
                            "this card, or another state file")));
}

TEST_F(InsertedCardTest, IsTheFileOrientedCardOfItsStateFile) {
  const std::string state = absl::StrCat(testing::TempDir(), "/files.state");
  (void)unlink(state.c_str());
  const std::string password = absl::StrCat(testing::TempDir(), "/password");
  ASSERT_OK(WriteFileAtomically(password, AsBytes("1234"), 0400));
  CardsimFlags flags;
  flags.card = "files-aes";
  ASSERT_OK_AND_ASSIGN(const CardsimSettings settings, CheckFlags(flags));
  for (const char* answer : {"63C2", "63C1"}) {
    ASSERT_OK_AND_ASSIGN(
        const auto card,
        InsertedCard::Create(settings, {keys_, state, password}, random_));
    EXPECT_EQ(ToHex(*card->port().Transmit(FromHexOrDie("002000010430303030"))),
              answer);
  }
  // Another kind of card is not in this file.
  EXPECT_THAT(Insert("t1", state), StatusIs(absl::StatusCode::kDataLoss));
}

// P-256, by another program.
constexpr char kPem[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAElXYk4DlJcMWa4AnPr/+7Q7TCj10G\n"
    "kZWMfv3fES1pV/z87NIW3czK7TN57CbU3F/Z1b9BPMy70BKJCQCdwU4rPg==\n"
    "-----END PUBLIC KEY-----\n";

TEST_F(InsertedCardTest, KeepsWhatItVerifiesContentWith) {
  const std::string pem = absl::StrCat(testing::TempDir(), "/key.pem");
  ASSERT_OK(WriteFileAtomically(pem, AsBytes(kPem), 0644));
  const std::string state = absl::StrCat(testing::TempDir(), "/content.state");
  (void)unlink(state.c_str());
  CardsimFlags flags;
  flags.domains = {"A00000015100000001=E0"};
  flags.dap_keys = {"A00000015100000001=" + pem};
  flags.token_key = pem;
  const auto select = [](InsertedCard& card) {
    return ToHex(*card.port().Transmit(
                     FromHexOrDie("00A4040009A0000001510000000100")))
        .substr(0, 2);
  };
  {
    ASSERT_OK_AND_ASSIGN(
        const auto card,
        InsertedCard::Create(*CheckFlags(flags), {keys_, state, ""}, random_));
    EXPECT_EQ(select(*card), "6F");
  }
  ASSERT_OK_AND_ASSIGN(const auto kept, Insert("t1", state));
  EXPECT_EQ(select(*kept), "6F");
  ASSERT_OK(WriteFileAtomically(pem, AsBytes("no key"), 0644));
  EXPECT_THAT(
      InsertedCard::Create(*CheckFlags(flags), {keys_, "", ""}, random_),
      StatusIs(absl::StatusCode::kInvalidArgument,
               testing::StartsWith(absl::StrCat(pem, ": "))));
}

TEST_F(InsertedCardTest, NeedsItsKeys) {
  EXPECT_THAT(
      InsertedCard::Create(Settings("t1"), {keys_ + "no", "", ""}, random_),
      StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace cardferry::cardsim
