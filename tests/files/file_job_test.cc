// A file tree from the plan to the card, without processes and network: the
// sequencer and the keyvault's domain (known keys instead of an HSM) on one
// side, the simulated card with code of its own on the other.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/card/script/run_script.h"
#include "proto/cardferry/config/v1/file_tree.pb.h"
#include "services/sequencer/files/file_sequencer.h"
#include "tests/files/file_vault_in_process.h"
#include "tests/files/vault_and_file_card.h"

namespace cardferry::sequencer {
namespace {

using absl::StatusCode;
using Outcome = FileSequencer::Outcome;

constexpr char kTree[] = R"(
  files {
    id: '0001' short_id: 1
    transparent { size: 64 content: 'CAFE0102030405060708' }
    rules { access: READ fixed: ALWAYS }
    rules { access: [UPDATE, DELETE] all_of: [SECURE_MESSAGING, EXTERNAL] }
  }
  files {
    id: '5000'
    df {
      name: 'A000000001'
      files {
        id: '0002'
        linear_fixed { record_size: 3 record_count: 4
                       records: '010203' records: '040506' }
      }
      files {
        id: '0003' deactivated: true
        linear_variable { record_size: 4 record_count: 4
                          records: '01' records: '020304' }
      }
      files {
        id: '0004'
        cyclic { record_size: 1 record_count: 3
                 records: '03' records: '02' records: '01' }
      }
    }
    rules { access: [CREATE_EF, CREATE_DF, DELETE_CHILD]
            all_of: [SECURE_MESSAGING, EXTERNAL] }
  }
  files { id: '0099' absent: true }
)";

std::string Tree(const std::string& text) {
  config::v1::FileTree proto;
  if (!google::protobuf::TextFormat::ParseFromString(text, &proto)) abort();
  return proto.SerializeAsString();
}

class FileJobTest : public testing::TestWithParam<FileCardKind> {
 protected:
  FileJobTest() { Serve({"demo-files", "files", {}}); }

  void Serve(FileProfile profile) {
    sequencer_ = std::make_unique<FileSequencer>(
        std::vector<FileProfile>{std::move(profile)},
        std::make_unique<FileVaultInProcess>(both_.vault()));
  }

  card::Transcript Run(const card::Script& script) {
    return card::RunScript(
        script,
        [this](const card::CommandApdu& command)
            -> absl::StatusOr<card::ResponseApdu> {
          if (dies_after_.has_value() && (*dies_after_)-- == 0) {
            return absl::UnavailableError("pulled");
          }
          return both_.Send(command);
        },
        nullptr);
  }

  absl::StatusOr<FileSequencer::Prepared> Arrive() {
    both_.card().Reset();
    const keyvault::IssuedOpening opening = both_.NewOpening(place_);
    card::Script identify;
    card::Script challenge;
    AskForFiles(identify, challenge);
    // As a file-oriented card does with INITIALIZE UPDATE.
    card::Transcript identified = Run(identify);
    card::Transcript challenged = Run(challenge);
    challenged.answers.insert(challenged.answers.begin(),
                              {{}, card::StatusWord(0x6E00)});
    const auto claim = TakeFileAnswers(1, identified, &challenged);
    if (!claim.has_value()) return absl::InternalError("no claim");
    return sequencer_->Prepare({opening.ticket, place_.agent, place_.reader,
                                *claim, tree_,
                                "files/" + ToHex(claim->serial_number)});
  }

  // The card is inserted, and stays until its session is over.
  FileSequencer::Conclusion Insert() {
    packets_ = changes_ = commands_ = 0;
    auto prepared = Arrive();
    EXPECT_OK(prepared.status());
    for (;;) {
      ++packets_;
      changes_ += prepared->changes;
      commands_ += prepared->script.size();
      const auto conclusion =
          sequencer_->Conclude(prepared->state, Run(prepared->script));
      EXPECT_OK(conclusion.status());
      if (!conclusion.ok()) return {};
      if (conclusion->outcome != Outcome::kContinues) return *conclusion;
      prepared = sequencer_->Continue(conclusion->continuation);
      EXPECT_OK(prepared.status());
      if (!prepared.ok()) return {};
    }
  }

  // Up to the packet that has been authenticated and is to be run.
  FileSequencer::Prepared Opened() {
    const auto prepared = Arrive();
    const auto opened =
        sequencer_->Conclude(prepared->state, Run(prepared->script));
    return *sequencer_->Continue(opened->continuation);
  }

  std::string Ask(const std::string& hex) {
    return ToHex(both_.card().Transmit(FromHexOrDie(hex)));
  }

  const keyvault::Place place_{"kiosk-1", "slot 0"};
  VaultAndFileCard both_{GetParam()};
  std::unique_ptr<FileSequencer> sequencer_;
  std::string tree_ = Tree(kTree);
  std::optional<size_t> dies_after_;
  size_t packets_ = 0;
  size_t changes_ = 0;
  size_t commands_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Keys, FileJobTest, testing::ValuesIn(FileCardKinds()),
                         [](const auto& row) { return row.param.name; });

TEST_P(FileJobTest, AnEmptyCardComesToHoldTheTreeInOneInsertion) {
  const auto conclusion = Insert();
  ASSERT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
  EXPECT_GT(changes_, 10u);
  // Authentication, survey; new files, what is in the DF, activation,
  // deactivation.
  EXPECT_EQ(packets_, 6u);
  EXPECT_EQ(conclusion.facts.size(), 6u);
  EXPECT_EQ(conclusion.facts[0], "file 0001 is as it should be");
  EXPECT_EQ(conclusion.facts[5], "file 0099 is not there");
  // The card's own word, without a session.
  both_.card().Reset();
  EXPECT_EQ(Ask("00B081000A"), "CAFE01020304050607089000");
  EXPECT_EQ(Ask("00D6810001FF"), "6982");
  EXPECT_EQ(Ask("00A4080C0450000003"), "6283");
  EXPECT_EQ(Ask("00A4080C0450000004"), "9000");
  EXPECT_EQ(Ask("00B2010400"), "039000");
}

TEST_P(FileJobTest, TheSecondTimeNothingIsWritten) {
  ASSERT_EQ(Insert().outcome, Outcome::kDone);
  const cardsim::CardState before = both_.card().ToState();
  EXPECT_EQ(Insert().outcome, Outcome::kDone);
  EXPECT_EQ(changes_, 0u);
  EXPECT_EQ(packets_, 2u);
  EXPECT_TRUE(both_.card().ToState().Equals(before));
}

TEST_P(FileJobTest, ThePlanFromTheRecordSaysThatNothingIsToBeDone) {
  const auto conclusion = Insert();
  ASSERT_EQ(conclusion.outcome, Outcome::kDone);
  ASSERT_OK_AND_ASSIGN(const FileCardRecord record,
                       DecodeFileRecord(EncodeFileRecord(conclusion.record)));
  ASSERT_OK_AND_ASSIGN(const auto lines,
                       sequencer_->Plan(tree_, record, "demo-files"));
  for (const PlanLine& line : lines) {
    EXPECT_EQ(line.kind, PlanLine::Kind::kKeep) << line.text;
  }
  ASSERT_OK_AND_ASSIGN(const auto fresh,
                       sequencer_->Plan(tree_, {}, "demo-files"));
  EXPECT_EQ(fresh[0].kind, PlanLine::Kind::kAdd);
  EXPECT_THAT(sequencer_->Plan(tree_, {}, "other"),
              StatusIs(StatusCode::kInvalidArgument));
}

TEST_P(FileJobTest, ConvergesWhereverTheCardIsPulled) {
  Insert();
  const size_t all = commands_;
  for (size_t answered = 1; answered < all; answered += 7) {
    both_.NewCard(kFileCardNumber);
    dies_after_ = answered + 2;  // two are the opening's
    EXPECT_EQ(Insert().outcome, Outcome::kUnknown) << answered;
    dies_after_.reset();
    EXPECT_EQ(Insert().outcome, Outcome::kDone) << answered;
    EXPECT_EQ(Insert().outcome, Outcome::kDone) << answered;
    EXPECT_EQ(changes_, 0u) << answered;
  }
}

TEST_P(FileJobTest, TheDeepestTreeComesToBeInOneSession) {
  std::string text = "files { id: '0001' transparent { content: '01' } }";
  for (int level = 0; level < 7; ++level) {
    text = "files { id: '5000' df { " + text + " } }";
  }
  tree_ = Tree(text);
  const auto conclusion = Insert();
  EXPECT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
  EXPECT_EQ(packets_, 11u);
}

TEST_P(FileJobTest, AnAnswerThatIsNotTheCardsIsFound) {
  const FileSequencer::Prepared packet = Opened();
  card::Transcript transcript = Run(packet.script);
  ASSERT_FALSE(transcript.answers.back().data.empty());
  transcript.answers.back().data.back() ^= 0x01;
  ASSERT_OK_AND_ASSIGN(const auto conclusion,
                       sequencer_->Conclude(packet.state, transcript));
  EXPECT_EQ(conclusion.outcome, Outcome::kForged);
}

TEST_P(FileJobTest, AnswersThatWereLeftOutAreMissed) {
  const FileSequencer::Prepared packet = Opened();
  card::Transcript transcript = Run(packet.script);
  while (!transcript.answers.empty()) {
    transcript.answers.pop_back();
    ASSERT_OK_AND_ASSIGN(const auto conclusion,
                         sequencer_->Conclude(packet.state, transcript));
    EXPECT_NE(conclusion.outcome, Outcome::kDone);
    EXPECT_NE(conclusion.outcome, Outcome::kContinues);
  }
}

TEST_P(FileJobTest, BareStatusWordsProveNothing) {
  const FileSequencer::Prepared packet = Opened();
  card::Transcript transcript = Run(packet.script);
  for (card::ResponseApdu& answer : transcript.answers) {
    answer = {{}, card::kSuccess};
  }
  ASSERT_OK_AND_ASSIGN(const auto conclusion,
                       sequencer_->Conclude(packet.state, transcript));
  EXPECT_EQ(conclusion.outcome, Outcome::kUnknown);
}

TEST_P(FileJobTest, ACardWithoutTheKeysIsTurnedAway) {
  // Another one in bytes on which keys depend whatever the diversification.
  both_.NewCard({8, 1, 4, 9, 1, 2, 3, 4, 5, 6});
  const auto opening = both_.NewOpening(place_);
  card::Transcript challenged =
      Run({{*card::CommandApdu::Parse(FromHexOrDie("0084000008")),
            {card::StatusWordPattern{}},
            card::AnyData{},
            card::OnMismatch::kContinue,
            ""}});
  // It says to be another card.
  ASSERT_OK_AND_ASSIGN(
      const auto prepared,
      sequencer_->Prepare(
          {opening.ticket, place_.agent, place_.reader,
           FileClaim{kFileCardNumber, challenged.answers[0].data}, tree_,
           "files/" + ToHex(kFileCardNumber)}));
  ASSERT_OK_AND_ASSIGN(
      const auto conclusion,
      sequencer_->Conclude(prepared.state, Run(prepared.script)));
  EXPECT_TRUE(prepared.card_unproven);
  EXPECT_EQ(conclusion.outcome, Outcome::kWrongKeys);
  both_.NewCard(kFileCardNumber);
  EXPECT_THAT(Arrive(), StatusIs(StatusCode::kPermissionDenied));
}

TEST_P(FileJobTest, APasswordIsVerifiedFirstWhereTheTypeHasOne) {
  tree_ = Tree(
      "files { id: '0001' transparent { content: '0102' } rules { "
      "access: [READ, UPDATE] all_of: USER } }");
  EXPECT_EQ(Insert().outcome, Outcome::kDone);
  EXPECT_EQ(Insert().outcome, Outcome::kDone);
  // Its content cannot be read without the password.
  Serve({"demo-files", "files", {}, 8, 1});
  const auto conclusion = Insert();
  EXPECT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
  EXPECT_TRUE(conclusion.notes.empty());
  EXPECT_EQ(both_.sent().find(ToHex(both_.Password(kFileCardNumber))),
            std::string::npos);
  // Another password than the card's: its tries are not used up.
  Serve({"demo-files", "files", {}, 6, 1});
  EXPECT_EQ(Insert().outcome, Outcome::kFailed);
}

TEST_P(FileJobTest, WhatIsInTheWayEndsTheJobWithItsName) {
  ASSERT_EQ(Insert().outcome, Outcome::kDone);
  tree_ = Tree("files { id: '0001' transparent { content: '00FF' } }");
  const auto conclusion = Insert();
  EXPECT_EQ(conclusion.outcome, Outcome::kFailed);
  EXPECT_EQ(conclusion.reason.substr(0, 9), "file 0001") << conclusion.reason;
  EXPECT_EQ(changes_, 0u);
}

TEST_P(FileJobTest, ATreeThatCannotBeIsRefusedBeforeTheCardIsAsked) {
  tree_.clear();
  EXPECT_THAT(Arrive(), StatusIs(StatusCode::kInvalidArgument));
  tree_ = Tree("files { id: 'XY' }");
  EXPECT_THAT(Arrive(), StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::sequencer
