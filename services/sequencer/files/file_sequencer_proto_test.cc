#include "services/sequencer/files/file_sequencer_proto.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::sequencer {
namespace {

TEST(FileSequencerProtoTest, ARequestHasItsTreeAndWhatTheCardSaid) {
  v1::PrepareRequest request;
  request.set_ticket("t");
  request.set_agent("kiosk-1");
  request.set_reader("slot 0");
  request.set_card_id("files/00");
  request.mutable_desired()->mutable_file_tree()->add_files()->set_id("0001");
  FileClaim claim;
  claim.serial_number[0] = 7;
  ASSERT_OK_AND_ASSIGN(const auto parsed, ParseFileRequest(request, claim));
  EXPECT_EQ(AsString(parsed.ticket), "t");
  EXPECT_EQ(parsed.agent, "kiosk-1");
  EXPECT_EQ(parsed.reader, "slot 0");
  EXPECT_EQ(parsed.card_id, "files/00");
  EXPECT_EQ(parsed.claim.serial_number[0], 7);
  EXPECT_EQ(parsed.tree, request.desired().file_tree().SerializeAsString());
  request.mutable_desired()->add_packages();
  EXPECT_THAT(ParseFileRequest(request, claim),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(FileSequencerProtoTest, APacketAsksTheServerAndItsLastPartSaysSo) {
  FileSequencer::Prepared prepared;
  prepared.card_id = "files/00";
  prepared.changes = 1;
  prepared.summary = "change";
  prepared.state.token = {1};
  prepared.script = {{*card::CommandApdu::Parse(FromHexOrDie("0C440000")),
                      {card::StatusWordPattern{}},
                      card::AnyData{},
                      card::OnMismatch::kStop,
                      "activate"}};
  const auto messages = Render(prepared);
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0].header().card_id(), "files/00");
  EXPECT_EQ(messages[0].header().commands(), 1u);
  EXPECT_EQ(messages[0].header().bytes(), 4u);
  EXPECT_EQ(messages[0].header().changes(), 1u);
  EXPECT_EQ(messages[0].header().summary(), "change");
  EXPECT_TRUE(messages[0].header().asks_server());
  EXPECT_FALSE(messages[0].header().card_unproven());
  EXPECT_TRUE(IsFileState(messages[0].header().bundle_state()));
  EXPECT_TRUE(messages[1].part().last());
  prepared.card_unproven = true;
  EXPECT_TRUE(Render(prepared)[0].header().card_unproven());
}

TEST(FileSequencerProtoTest, OnlyADoneSessionHasARecordAndFacts) {
  FileSequencer::Conclusion conclusion;
  conclusion.outcome = FileSequencer::Outcome::kDone;
  conclusion.facts = {"file 0001 is as it should be"};
  conclusion.notes = {"0002: its content cannot be read"};
  v1::ConcludeResponse done;
  Render(conclusion, done);
  EXPECT_EQ(done.outcome(), v1::OUTCOME_DONE);
  EXPECT_TRUE(IsFileState(done.card_record()));
  ASSERT_EQ(done.facts_size(), 2);
  EXPECT_EQ(done.facts(0).assurance(), v1::ASSURANCE_PROVEN);
  EXPECT_EQ(done.facts(1).assurance(), v1::ASSURANCE_REPORTED);
  EXPECT_TRUE(done.continuation().empty());

  conclusion.outcome = FileSequencer::Outcome::kContinues;
  conclusion.continuation.token = {1};
  v1::ConcludeResponse on;
  Render(conclusion, on);
  EXPECT_EQ(on.outcome(), v1::OUTCOME_CONTINUES);
  EXPECT_TRUE(on.card_record().empty());
  EXPECT_TRUE(IsFileState(on.continuation()));

  conclusion.outcome = FileSequencer::Outcome::kWrongKeys;
  v1::ConcludeResponse stopped;
  Render(conclusion, stopped);
  EXPECT_EQ(stopped.outcome(), v1::OUTCOME_WRONG_KEYS);
  EXPECT_TRUE(stopped.card_record().empty());
}

}  // namespace
}  // namespace cardferry::sequencer
