#include "lib/card/scp/initialize_update_response.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::scp {
namespace {

using absl::StatusCode;

// JCOP 4, from GlobalPlatformPro's scp03-auth-jcop4.dump.
constexpr char kJcop4[] =
    "00003244342976208448"
    "010370"
    "734ECDCA19E446A3"
    "0BC253BCE97DB991"
    "000436";

TEST(InitializeUpdateResponseTest, ReadsTheAnswerOfACardWithACounter) {
  ASSERT_OK_AND_ASSIGN(const InitializeUpdateResponse answer,
                       InitializeUpdateResponse::Parse(FromHexOrDie(kJcop4)));
  EXPECT_EQ(ToHex(answer.key_diversification_data), "00003244342976208448");
  EXPECT_EQ(answer.key_version_number, 0x01);
  EXPECT_EQ(answer.i, 0x70);
  EXPECT_EQ(ToHex(answer.card_challenge), "734ECDCA19E446A3");
  EXPECT_EQ(ToHex(answer.card_cryptogram), "0BC253BCE97DB991");
  EXPECT_EQ(ToHex(answer.sequence_counter), "000436");
}

TEST(InitializeUpdateResponseTest, ReadsTheAnswerOfACardWithRandomChallenges) {
  ASSERT_OK_AND_ASSIGN(
      const InitializeUpdateResponse answer,
      InitializeUpdateResponse::Parse(FromHexOrDie(
          "00000346020614090044010360CF7B1ACE86B043D6C3F8E7CD08769A70")));
  EXPECT_EQ(answer.i, 0x60);
  EXPECT_EQ(ToHex(answer.card_cryptogram), "C3F8E7CD08769A70");
  EXPECT_EQ(ToHex(answer.sequence_counter), "");
}

TEST(InitializeUpdateResponseTest, RefusesEveryTruncation) {
  const Bytes whole = FromHexOrDie(kJcop4);
  for (size_t length = 0; length < whole.size(); ++length) {
    EXPECT_THAT(InitializeUpdateResponse::Parse(ByteSpan(whole).first(length)),
                StatusIs(StatusCode::kInvalidArgument))
        << length;
  }
}

TEST(InitializeUpdateResponseTest, RefusesBytesLeftOver) {
  Bytes longer = FromHexOrDie(kJcop4);
  longer.push_back(0x90);
  EXPECT_THAT(
      InitializeUpdateResponse::Parse(longer),
      StatusIs(StatusCode::kInvalidArgument,
               "INITIALIZE UPDATE answer has 33 bytes, with i 70 it has 32"));
}

TEST(InitializeUpdateResponseTest, RefusesACounterThatIDoesNotAnnounce) {
  Bytes answer = FromHexOrDie(kJcop4);
  answer[12] = 0x60;
  EXPECT_THAT(
      InitializeUpdateResponse::Parse(answer),
      StatusIs(StatusCode::kInvalidArgument,
               "INITIALIZE UPDATE answer has 32 bytes, with i 60 it has 29"));
}

constexpr char kScp02Card[] =
    "0000512700551D0201BD"
    "FF02"
    "0005"
    "0E0E8F5E5FB7"
    "FE4A36B5DB8EE0B5";

TEST(InitializeUpdateResponseTest, ReadsTheAnswerOfAnScp02Card) {
  ASSERT_OK_AND_ASSIGN(
      const InitializeUpdateResponse answer,
      InitializeUpdateResponse::Parse(FromHexOrDie(kScp02Card)));
  EXPECT_EQ(ToHex(answer.key_diversification_data), "0000512700551D0201BD");
  EXPECT_EQ(answer.key_version_number, 0xFF);
  EXPECT_EQ(answer.scp, 0x02);
  EXPECT_EQ(answer.i, std::nullopt);
  EXPECT_EQ(ToHex(answer.card_challenge), "00050E0E8F5E5FB7");
  EXPECT_EQ(ToHex(answer.card_cryptogram), "FE4A36B5DB8EE0B5");
  EXPECT_EQ(ToHex(answer.sequence_counter), "0005");
}

TEST(InitializeUpdateResponseTest, RefusesEveryOtherLengthOfAnScp02Card) {
  Bytes answer = FromHexOrDie(kScp02Card);
  answer.resize(40);
  for (size_t length = 13; length <= 40; ++length) {
    if (length == 28) continue;
    EXPECT_THAT(InitializeUpdateResponse::Parse(ByteSpan(answer).first(length)),
                StatusIs(StatusCode::kInvalidArgument,
                         absl::StrCat("INITIALIZE UPDATE answer has ", length,
                                      " bytes, SCP02's has 28")));
  }
}

TEST(InitializeUpdateResponseTest, ReadsTheAnswerOfAnScp01Card) {
  ASSERT_OK_AND_ASSIGN(
      const InitializeUpdateResponse answer,
      InitializeUpdateResponse::Parse(FromHexOrDie(
          "B62C69394DDD5151D8340101A2057265317A8FF635226B74593E93A4")));
  EXPECT_EQ(answer.scp, 0x01);
  EXPECT_EQ(answer.i, std::nullopt);
  EXPECT_EQ(ToHex(answer.card_challenge), "A2057265317A8FF6");
  EXPECT_EQ(ToHex(answer.card_cryptogram), "35226B74593E93A4");
  EXPECT_EQ(ToHex(answer.sequence_counter), "");
}

TEST(InitializeUpdateResponseTest, ReadsTheAnswerOfACardInS16Mode) {
  const Bytes challenge(16, 0xC1);
  const Bytes cryptogram(16, 0xC2);
  const Bytes head = FromHexOrDie("0000324434297620844801037100");
  const Bytes data =
      Concat({ByteSpan(head).first(13), challenge, cryptogram, {0, 4, 0x36}});
  ASSERT_OK_AND_ASSIGN(const InitializeUpdateResponse answer,
                       InitializeUpdateResponse::Parse(data));
  EXPECT_EQ(answer.i, 0x71);
  EXPECT_EQ(answer.card_challenge, challenge);
  EXPECT_EQ(answer.card_cryptogram, cryptogram);
  EXPECT_EQ(ToHex(answer.sequence_counter), "000436");
  for (size_t length = 0; length < data.size(); ++length) {
    EXPECT_THAT(InitializeUpdateResponse::Parse(ByteSpan(data).first(length)),
                StatusIs(StatusCode::kInvalidArgument))
        << length;
  }
}

TEST(InitializeUpdateResponseTest, DoesNotTakeAProtocolThatIsNotThere) {
  Bytes answer = FromHexOrDie(kScp02Card);
  answer[11] = 0x11;
  EXPECT_THAT(
      InitializeUpdateResponse::Parse(answer),
      StatusIs(StatusCode::kUnimplemented,
               "the card offers SCP11; SCP01, SCP02 and SCP03 are there"));
}

TEST(InitializeUpdateResponseTest, DoesNotTakeS8ForS16) {
  Bytes answer = FromHexOrDie(kJcop4);
  answer[12] = 0x71;
  EXPECT_THAT(
      InitializeUpdateResponse::Parse(answer),
      StatusIs(StatusCode::kInvalidArgument,
               "INITIALIZE UPDATE answer has 32 bytes, with i 71 it has 48"));
}

}  // namespace
}  // namespace cardferry::scp
