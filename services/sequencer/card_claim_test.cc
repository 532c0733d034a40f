#include "services/sequencer/card_claim.h"

#include "lib/base/status_matchers.h"
#include "lib/card/script/run_script.h"

namespace cardferry::sequencer {
namespace {

using absl::StatusCode;
using card::ResponseApdu;
using card::RunEnd;
using card::StatusWord;
using card::Transcript;
using testing::ElementsAre;
using testing::IsEmpty;

const card::Aid kIsd = *card::Aid::FromHex("A000000151000000");
const card::Aid kOther = *card::Aid::FromHex("A000000003000000");
const std::string kCplc =
    "47905167"
    "4700" +
    std::string(72, '1');
const char kCardData[] = "660F730D640B06092A864886FC6B040370";

constexpr card::HostChallenge kChallenge = {1, 2,  3,  4,  5,  6,  7,  8,
                                            9, 10, 11, 12, 13, 14, 15, 16};

ResponseApdu Answer(const std::string& hex, uint16_t sw = 0x9000) {
  return {FromHexOrDie(hex), StatusWord(sw)};
}

Transcript FullIdentify() {
  return {{Answer("6F0A8408A000000151000000"), Answer(kCardData),
           Answer("9F7F2A" + kCplc)},
          RunEnd::kDone};
}

std::string InitializeUpdateAnswer() {
  return "00010203040506070809"
         "300370" +
         std::string(32, 'A') + "000001";
}

TEST(IdentifyScriptTest, AsksAndNeverStops) {
  const card::Script script = IdentifyScript({{kIsd, kOther}});
  std::vector<std::string> commands;
  for (const auto& command : script) {
    commands.push_back(ToHex(command.command.Encode()));
    EXPECT_EQ(command.on_mismatch, card::OnMismatch::kContinue);
    EXPECT_TRUE(card::IsExpected(command, Answer("", 0x6A82)));
    EXPECT_TRUE(card::IsExpected(command, Answer("00", 0x9000)));
  }
  EXPECT_THAT(commands, ElementsAre("00A4040008A00000015100000000",
                                    "00A4040008A00000000300000000",
                                    "80CA006600", "80CA9F7F00"));
  EXPECT_OK(card::DecodeScript(card::EncodeScript(script)));
}

TEST(ChallengeScriptTest, IsInitializeUpdateWithTheFirstKeyVersion) {
  const card::Script script = ChallengeScript({{kIsd}}, kChallenge);
  ASSERT_EQ(script.size(), 1u);
  EXPECT_EQ(ToHex(script[0].command.Encode()), "8050000008010203040506070800");
  EXPECT_FALSE(card::IsExpected(script[0], Answer("", 0x6A88)));
  EXPECT_EQ(script[0].on_mismatch, card::OnMismatch::kStop);
  EXPECT_OK(card::DecodeScript(card::EncodeScript(script)));
}

// A second INITIALIZE UPDATE would end the session of the first.
TEST(ChallengeScriptTest, TheLongOneGoesOnlyWhereTheShortOneWasRefused) {
  const card::Script both =
      ChallengeScript({{kIsd}, false, true, true}, kChallenge);
  ASSERT_EQ(both.size(), 2u);
  EXPECT_EQ(ToHex(both[0].command.Encode()), "8050000008010203040506070800");
  EXPECT_EQ(ToHex(both[1].command.Encode()),
            "80500000100102030405060708090A0B0C0D0E0F1000");
  std::vector<uint16_t> answers = {0x9000};
  const auto run = [&] {
    size_t sent = 0;
    return card::RunScript(
        both,
        [&](const card::CommandApdu&) -> absl::StatusOr<card::ResponseApdu> {
          return Answer("", answers[sent++]);
        },
        [](size_t) {});
  };
  EXPECT_EQ(run().answers.size(), 1u);
  for (const uint16_t refusal : std::vector<uint16_t>{0x6700, 0x6A80, 0x6985}) {
    answers = {refusal, 0x9000};
    const Transcript transcript = run();
    EXPECT_EQ(transcript.answers.size(), 2u);
    EXPECT_EQ(transcript.end, RunEnd::kDone);
  }
  const card::Script only =
      ChallengeScript({{kIsd}, false, false, true}, kChallenge);
  ASSERT_EQ(only.size(), 1u);
  EXPECT_EQ(only[0].command, both[1].command);
}

TEST(ReadClaimTest, ACardWithoutInitializeUpdateSaysWhoItIsByGetData) {
  const Questions all{{kIsd}, false, true, true, true};
  const card::Script script = ChallengeScript(all, kChallenge);
  ASSERT_EQ(script.size(), 5u);
  EXPECT_FALSE(card::IsExpected(script[1], Answer("", 0x9000)));
  EXPECT_EQ(ToHex(script[2].command.Encode()), "80CA00E000");
  Transcript challenge{
      {Answer("", 0x6D00), Answer("", 0x6D00), Answer("E006C00401208010"),
       Answer("C1020007"), Answer("CF0A00112233445566778899")},
      RunEnd::kDone};
  ASSERT_OK_AND_ASSIGN(const CardClaim claim,
                       ReadClaim(all, FullIdentify(), &challenge));
  EXPECT_TRUE(claim.implicit);
  EXPECT_EQ(claim.identity->key_version_number, 0x20);
  EXPECT_EQ(claim.identity->sequence_counter, 7u);
  EXPECT_TRUE(claim.initialize_update_answer.empty());
  challenge.answers[3] = Answer("", 0x6A88);
  EXPECT_THAT(ReadClaim(all, FullIdentify(), &challenge),
              StatusIs(StatusCode::kFailedPrecondition,
                       testing::StartsWith("the card has no INITIALIZE UPDATE, "
                                           "and cannot do without it: ")));
  // One with INITIALIZE UPDATE is not asked for that.
  const Transcript explicit_one{{Answer(InitializeUpdateAnswer())},
                                RunEnd::kStopped};
  EXPECT_FALSE(ReadClaim(all, FullIdentify(), &explicit_one)->implicit);
}

TEST(ReadClaimTest, TheLastAnswerToAChallengeCounts) {
  const Questions both{{kIsd}, false, true, true};
  // As an honest agent says that it stopped there.
  const Transcript short_one{{Answer(InitializeUpdateAnswer())},
                             RunEnd::kStopped};
  EXPECT_TRUE(ReadClaim(both, FullIdentify(), &short_one)->identity);
  const Transcript long_one{
      {Answer("", 0x6700), Answer("00010203040506070809"
                                  "300371" +
                                  std::string(64, 'A') + "000001")},
      RunEnd::kDone};
  ASSERT_OK_AND_ASSIGN(const CardClaim claim,
                       ReadClaim(both, FullIdentify(), &long_one));
  EXPECT_EQ(claim.identity->i, 0x71);
  EXPECT_THAT(ReadClaim({{kIsd}}, FullIdentify(), &long_one),
              StatusIs(StatusCode::kFailedPrecondition));
}

TEST(ReadClaimTest, ReadsWhatACardSays) {
  const Transcript challenge{{Answer(InitializeUpdateAnswer())}, RunEnd::kDone};
  ASSERT_OK_AND_ASSIGN(const CardClaim claim,
                       ReadClaim({{kIsd}}, FullIdentify(), &challenge));
  EXPECT_EQ(claim.isd_aid, kIsd);
  EXPECT_THAT(claim.channels, ElementsAre(card::ScpVariant{3, 0x70}));
  ASSERT_TRUE(claim.cplc.has_value());
  EXPECT_EQ(ToHex(claim.cplc->bytes), kCplc);
  ASSERT_TRUE(claim.identity.has_value());
  EXPECT_EQ(claim.identity->key_version_number, 0x30);
  EXPECT_EQ(ToHex(claim.initialize_update_answer), InitializeUpdateAnswer());
  EXPECT_EQ(claim.ToString(),
            "ISD A000000151000000, SCP03 i 70, key version 30, IC 4790 5167, "
            "OS 4700");
}

TEST(ReadClaimTest, ReadsWhatACardCanTake) {
  Transcript identify = FullIdentify();
  identify.answers[0] = Answer("6F118408A000000151000000A5059F65020400");
  identify.answers[1] = Answer("6610730E660C060A2B060104012A026E0102");
  ASSERT_OK_AND_ASSIGN(const CardClaim claim,
                       ReadClaim({{kIsd}}, identify, nullptr));
  EXPECT_EQ(claim.longest_command, 1024u);
  EXPECT_EQ(claim.java_card, 2);
  EXPECT_FALSE(claim.is_locked);
}

TEST(ReadClaimTest, ALockedCardSaysSoWhenItIsSelected) {
  Transcript identify = FullIdentify();
  identify.answers[0].sw = card::StatusWord(0x6283);
  ASSERT_OK_AND_ASSIGN(const CardClaim claim,
                       ReadClaim({{kIsd}}, identify, nullptr));
  EXPECT_TRUE(claim.is_locked);
  EXPECT_EQ(claim.isd_aid, kIsd);
}

TEST(ReadClaimTest, AsksForResourcesWhereSomeCardsTellThem) {
  const Questions questions{{kIsd}, true};
  const card::Script script = IdentifyScript(questions);
  ASSERT_EQ(script.size(), 4u);
  EXPECT_EQ(ToHex(script[3].command.Encode()), "80CAFF2100");
  Transcript identify = FullIdentify();
  identify.answers.push_back(Answer("FF2106820400012345"));
  EXPECT_EQ(ReadClaim(questions, identify, nullptr)->free_memory,
            (card::FreeMemory{0x012345u, std::nullopt}));
  for (const auto& answer : {Answer("", 0x6A88), Answer("FF21")}) {
    identify.answers[3] = answer;
    EXPECT_EQ(ReadClaim(questions, identify, nullptr)->free_memory,
              card::FreeMemory());
  }
  EXPECT_THAT(ReadClaim({{kIsd}}, identify, nullptr),
              StatusIs(StatusCode::kFailedPrecondition));
}

TEST(ReadClaimTest, Scp02SaysItsOptionsInCardRecognitionData) {
  const Transcript challenge{{Answer("000102030405060708092002"
                                     "1234"
                                     "010203040506"
                                     "0102030405060708")},
                             RunEnd::kDone};
  Transcript identify = FullIdentify();
  identify.answers[1] = Answer("660F730D640B06092A864886FC6B040255");
  identify.answers[2] = Answer("", 0x6A88);
  ASSERT_OK_AND_ASSIGN(CardClaim claim,
                       ReadClaim({{kIsd}}, identify, &challenge));
  EXPECT_EQ(claim.identity->scp, 2);
  EXPECT_EQ(claim.identity->i, std::nullopt);
  EXPECT_EQ(claim.identity->sequence_counter, 0x1234u);
  EXPECT_EQ(claim.ToString(),
            "ISD A000000151000000, SCP02 i 55, key version 20");
  identify.answers[1] = Answer("", 0x6A88);
  ASSERT_OK_AND_ASSIGN(claim, ReadClaim({{kIsd}}, identify, &challenge));
  EXPECT_EQ(claim.ToString(),
            "ISD A000000151000000, SCP02 i ?, key version 20");
}

TEST(ReadClaimTest, ACardMayLackEverything) {
  const Transcript nothing{
      {Answer("", 0x6A82), Answer("", 0x6A88), Answer("", 0x6D00)},
      RunEnd::kDone};
  ASSERT_OK_AND_ASSIGN(const CardClaim claim,
                       ReadClaim({{kIsd}}, nothing, nullptr));
  EXPECT_FALSE(claim.isd_aid.has_value());
  EXPECT_THAT(claim.channels, IsEmpty());
  EXPECT_FALSE(claim.cplc.has_value());
  EXPECT_FALSE(claim.identity.has_value());
  EXPECT_EQ(claim.ToString(), "no issuer security domain that was looked for");
}

TEST(ReadClaimTest, WhatIsNotWellFormedWasNotSaid) {
  const Transcript garbage{{Answer("6F"), Answer("6605"), Answer("9F7F0100")},
                           RunEnd::kDone};
  ASSERT_OK_AND_ASSIGN(const CardClaim claim,
                       ReadClaim({{kIsd}}, garbage, nullptr));
  EXPECT_EQ(claim.isd_aid, kIsd);  // it was selected; it only does not say so
  EXPECT_THAT(claim.channels, IsEmpty());
  EXPECT_FALSE(claim.cplc.has_value());
}

TEST(ReadClaimTest, NumbersAreReadWhereTheTypeHasThem) {
  Questions questions{{kIsd}, true};
  questions.numbers = true;
  const card::Script script = IdentifyScript(questions);
  ASSERT_EQ(script.size(), 6u);
  EXPECT_EQ(ToHex(script[4].command.Encode()), "80CA004200");
  EXPECT_EQ(ToHex(script[5].command.Encode()), "80CA004500");
  Transcript identify = FullIdentify();
  identify.answers.push_back(Answer("FF2106820400012345"));
  identify.answers.push_back(Answer("42021234"));
  identify.answers.push_back(Answer("5678"));  // without its tag
  ASSERT_OK_AND_ASSIGN(CardClaim claim,
                       ReadClaim(questions, identify, nullptr));
  EXPECT_EQ(ToHex(claim.issuer_number), "1234");
  EXPECT_EQ(ToHex(claim.card_number), "5678");
  EXPECT_EQ(claim.free_memory.non_volatile, 0x12345u);
  identify.answers[4] = Answer("", 0x6A88);
  ASSERT_OK_AND_ASSIGN(claim, ReadClaim(questions, identify, nullptr));
  EXPECT_THAT(claim.issuer_number, IsEmpty());
}

TEST(ReadClaimTest, TheLastSecurityDomainThatIsThereCounts) {
  Transcript identify{
      {Answer("6F0A8408A000000151000000"), Answer("6F0A8408A000000003000000"),
       Answer("", 0x6A88), Answer("", 0x6A88)},
      RunEnd::kDone};
  EXPECT_EQ(ReadClaim({{kIsd, kOther}}, identify, nullptr)->isd_aid, kOther);
  identify.answers[1] = Answer("", 0x6A82);
  EXPECT_EQ(ReadClaim({{kIsd, kOther}}, identify, nullptr)->isd_aid, kIsd);
}

TEST(ReadClaimTest, RefusesARunThatDidNotEnd) {
  Transcript identify = FullIdentify();
  identify.end = RunEnd::kUnknown;
  EXPECT_THAT(ReadClaim({{kIsd}}, identify, nullptr),
              StatusIs(StatusCode::kFailedPrecondition,
                       "the card was gone before it was identified"));
}

TEST(ReadClaimTest, RefusesAnswersToAnotherOpening) {
  EXPECT_THAT(ReadClaim({{kIsd, kOther}}, FullIdentify(), nullptr),
              StatusIs(StatusCode::kFailedPrecondition,
                       "these are answers to another opening"));
}

TEST(ReadClaimTest, SaysWhyThereIsNoChallenge) {
  const Transcript none{{}, RunEnd::kUnknown};
  EXPECT_THAT(ReadClaim({{kIsd}}, FullIdentify(), &none),
              StatusIs(StatusCode::kFailedPrecondition,
                       "the card was gone before INITIALIZE UPDATE"));
  const Transcript refused{{Answer("", 0x6A88)}, RunEnd::kStopped};
  EXPECT_THAT(ReadClaim({{kIsd}}, FullIdentify(), &refused),
              StatusIs(StatusCode::kFailedPrecondition,
                       testing::StartsWith(
                           "the card answered INITIALIZE UPDATE with 6A88")));
  const Transcript garbage{{Answer("0102")}, RunEnd::kDone};
  EXPECT_THAT(ReadClaim({{kIsd}}, FullIdentify(), &garbage),
              StatusIs(StatusCode::kInvalidArgument));
}

TEST(CardIdTest, IsKeySetAndDiversificationData) {
  EXPECT_EQ(CardId("demo-aes128", FromHexOrDie("0001")), "demo-aes128/0001");
}

}  // namespace
}  // namespace cardferry::sequencer
