#include "cli/render/testing/samples.h"
#include "cli/testing/run_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/bytes.h"

namespace cardferry::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kCard[] = "issuer/00010203040506070809";

class CardCommandsTest : public RunFixture {};

TEST_F(CardCommandsTest, ShowsTheOnlyCard) {
  EXPECT_EQ(Run({"card", "content"}), kRefused);
  EXPECT_THAT(err(), HasSubstr("no card is known yet"));
  fake_.cards = {Card()};
  EXPECT_EQ(Run({"card", "content"}), kOk);
  EXPECT_THAT(out(), StartsWith("Card issuer/0001020304"));
  EXPECT_EQ(Run({"card", "content", "issuer/0001020304"}), kOk);
  EXPECT_EQ(Run({"card", "show"}), kOk);
  EXPECT_THAT(out(), StartsWith("card         issuer/0001020304\n"));
  EXPECT_EQ(Run({"card", "list"}), kOk);
  EXPECT_THAT(out(), StartsWith("CARD"));
  fake_.cards = {Card(), Card()};
  EXPECT_EQ(Run({"card", "content"}), kRefused);
  EXPECT_THAT(err(), HasSubstr("there are 2 cards: say which"));
}

TEST_F(CardCommandsTest, AsksForTheCardsThatPassTheFilter) {
  EXPECT_EQ(Run({"card", "list", "--profile", "demo", "--stopped", "--package",
                 "F043464552525901"}),
            kOk);
  EXPECT_EQ(fake_.asked_cards.profile(), "demo");
  EXPECT_TRUE(fake_.asked_cards.stopped());
  EXPECT_EQ(ToHex(AsBytes(fake_.asked_cards.package_aid())),
            "F043464552525901");
  EXPECT_EQ(Run({"card", "list", "--package", "F0"}), kRefused);
  EXPECT_THAT(err(), HasSubstr("--package"));
  EXPECT_EQ(Run({"card", "list"}), kOk);
  EXPECT_EQ(fake_.asked_cards.ShortDebugString(), "");
}

TEST_F(CardCommandsTest, ShowsWhatACardHasConfirmed) {
  fake_.cards = {Card()};
  EXPECT_EQ(Run({"card", "receipts"}), kOk);
  EXPECT_THAT(out(), StartsWith("This card has confirmed nothing"));
  orchestrator::v1::Receipt receipt;
  receipt.set_text("package F0 was loaded");
  receipt.set_counter(7);
  receipt.set_receipt("\x0A");
  receipt.set_job_id("12");
  receipt.set_verified(true);
  fake_.receipts = {receipt, receipt};
  fake_.receipts[1].set_verified(false);
  EXPECT_EQ(Run({"card", "receipts", "issuer/0001020304"}), kOk);
  EXPECT_EQ(out(),
            "CONFIRMATION  TIME  JOB  WHAT\n"
            "7             -     12   package F0 was loaded  verified\n"
            "7             -     12   package F0 was loaded  NOT VERIFIED\n");
  fake_.receipts.resize(1);
  EXPECT_EQ(Run({"card", "receipts", "--json"}), kOk);
  EXPECT_EQ(out(),
            "[{\"text\":\"package F0 was loaded\",\"counter\":7,"
            "\"receipt\":\"0A\",\"confirmation_data\":\"\","
            "\"verified\":true,\"job_id\":\"12\",\"at_us\":0}]\n");
}

TEST_F(CardCommandsTest, ResumesACardAtBothServices) {
  vault_.forgotten = 2;
  EXPECT_EQ(Run({"card", "resume", kCard, "--keyvault", "v:3"}), kOk);
  EXPECT_EQ(out(),
            "Work on card issuer/00010203040506070809 goes on.\n"
            "The keyvault forgot 2 failed verifications.\n");
  EXPECT_EQ(fake_.resumed, kCard);
  EXPECT_EQ(vault_.asked.key_set(), "issuer");
  EXPECT_EQ(ToHex(AsBytes(vault_.asked.key_diversification_data())),
            "00010203040506070809");
}

TEST_F(CardCommandsTest, ResumesACardThatTheKeyvaultDoesNotRemember) {
  vault_.status = grpc::Status(grpc::StatusCode::NOT_FOUND, "none");
  EXPECT_EQ(Run({"card", "resume", kCard, "--keyvault", "v:3"}), kOk);
  EXPECT_THAT(out(), HasSubstr("forgot 0 failed verifications"));
}

TEST_F(CardCommandsTest, ResumesACardThatOnlyTheKeyvaultHadStopped) {
  fake_.cards = {Card()};
  fake_.cards[0].set_id(kCard);
  fake_.resume_status =
      grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, "not stopped");
  vault_.forgotten = 1;
  EXPECT_EQ(Run({"card", "resume", kCard, "--keyvault", "v:3"}), kOk);
  EXPECT_THAT(out(), HasSubstr("forgot 1 failed verification.\n"));
  vault_.forgotten = 0;
  EXPECT_EQ(Run({"card", "resume", kCard, "--keyvault", "v:3"}), kRefused);
  EXPECT_EQ(err(), "cardferry: cannot resume the card: not stopped\n");
}

TEST_F(CardCommandsTest, SaysThatTheKeyvaultWasNotAsked) {
  EXPECT_EQ(Run({"card", "resume", kCard}), kOk);
  EXPECT_EQ(vault_.calls, 0);
  EXPECT_THAT(out(), HasSubstr("give --keyvault HOST:PORT"));
}

TEST_F(CardCommandsTest, DoesNotResumeWhatTheKeyvaultStillStops) {
  vault_.status = grpc::Status(grpc::StatusCode::UNAVAILABLE, "away");
  EXPECT_EQ(Run({"card", "resume", kCard, "--keyvault", "v:3"}), kUnreachable);
  EXPECT_THAT(err(), StartsWith("cardferry: cannot resume the card: the "
                                "keyvault: away\n"));
  EXPECT_EQ(fake_.resumed, "");
}

TEST_F(CardCommandsTest, WantsTheWholeIdentifierOfACard) {
  for (const char* wrong : {"issuer", "issuer/0001", "/00010203040506070809",
                            "issuer/0001020304050607080x"}) {
    EXPECT_EQ(Run({"card", "resume", wrong, "--keyvault", "v:3"}), kRefused);
    EXPECT_THAT(err(), HasSubstr("KEY_SET/DIVERSIFICATION_DATA")) << wrong;
  }
  EXPECT_EQ(vault_.calls, 0);
}

}  // namespace
}  // namespace cardferry::cli
