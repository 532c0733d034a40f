#include "services/orchestrator/sequencing/sequencer_proto.h"

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "services/orchestrator/job_data/testing/test_box.h"

namespace cardferry::orchestrator {
namespace {

namespace pb = ::cardferry::sequencer::v1;
using absl::StatusCode;
using ::testing::ElementsAre;

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

TEST(SequencerProto, ReadsAnOpening) {
  ASSERT_OK_AND_ASSIGN(
      const OpeningScripts opening,
      ParseOpening(Parse<pb::OpenResponse>(
          "openings { ticket: '\\001' identify_script: '\\002' "
          "challenge_script: '\\003' expires_at_us: 5000000 }")));
  EXPECT_EQ(opening.ticket, Bytes({1}));
  EXPECT_EQ(opening.identify, Bytes({2}));
  EXPECT_EQ(opening.challenge, Bytes({3}));
  EXPECT_EQ(opening.expires_at, absl::FromUnixSeconds(5));
}

TEST(SequencerProto, WantsExactlyOneOpening) {
  EXPECT_THAT(ParseOpening(pb::OpenResponse()),
              StatusIs(StatusCode::kInternal));
  EXPECT_THAT(ParseOpening(Parse<pb::OpenResponse>("openings {} openings {}")),
              StatusIs(StatusCode::kInternal,
                       "the sequencer gave 2 openings instead of one"));
}

TEST(SequencerProto, ReadsABundleHeader) {
  const BundleHeader header = ParseHeader(Parse<pb::BundleHeader>(
      "card_id: 'issuer/A' commands: 12 changes: 9 bundle_state: '\\265' "
      "summary: 'load it' asks_server: true card_unproven: true"));
  EXPECT_EQ(header.card_id, "issuer/A");
  EXPECT_EQ(header.commands, 12u);
  EXPECT_EQ(header.changes, 9u);
  EXPECT_EQ(header.bundle_state, Bytes({0xB5}));
  EXPECT_EQ(header.summary, "load it");
  EXPECT_TRUE(header.asks_server);
  EXPECT_TRUE(header.card_unproven);
}

TEST(SequencerProto, ReadsAConclusion) {
  ASSERT_OK_AND_ASSIGN(const Conclusion conclusion,
                       ParseConclusion(Parse<pb::ConcludeResponse>(R"(
        outcome: OUTCOME_FAILED
        reason: "no memory"
        card_record: "\001\000"
        content {
          packages { aid: "\360\001" version_major: 2 version_minor: 3
                     module_aids: "\360\002" }
          applications { aid: "\360\003" life_cycle: "SELECTABLE"
                         privileges: "\000" package_aid: "\360\001" }
        }
        facts { text: "loaded" assurance: ASSURANCE_REPORTED }
        facts { text: "read" assurance: ASSURANCE_PROVEN }
        facts { text: "unclear" }
        receipts { text: "loaded" counter: 7 receipt: "\001"
                   confirmation_data: "\002" verified: true }
        alarms: "an old receipt"
        started: true
        continuation: "\005"
      )")));
  EXPECT_EQ(conclusion.outcome, Outcome::kFailed);
  EXPECT_EQ(conclusion.reason, "no memory");
  EXPECT_EQ(conclusion.card_record, Bytes({1, 0}));
  ASSERT_EQ(conclusion.content.packages.size(), 1u);
  EXPECT_EQ(conclusion.content.packages[0].aid, Bytes({0xF0, 1}));
  EXPECT_EQ(conclusion.content.packages[0].version, "2.3");
  EXPECT_THAT(conclusion.content.packages[0].module_aids,
              ElementsAre(Bytes({0xF0, 2})));
  ASSERT_EQ(conclusion.content.applications.size(), 1u);
  EXPECT_EQ(conclusion.content.applications[0].life_cycle, "SELECTABLE");
  EXPECT_EQ(conclusion.content.applications[0].privileges, Bytes({0}));
  EXPECT_EQ(conclusion.content.applications[0].package_aid, Bytes({0xF0, 1}));
  EXPECT_THAT(conclusion.facts,
              ElementsAre(Fact{"loaded", false}, Fact{"read", true},
                          Fact{"unclear", false}));
  ASSERT_EQ(conclusion.receipts.size(), 1u);
  EXPECT_EQ(conclusion.receipts[0].text, "loaded");
  EXPECT_EQ(conclusion.receipts[0].counter, 7u);
  EXPECT_EQ(conclusion.receipts[0].receipt, Bytes({1}));
  EXPECT_EQ(conclusion.receipts[0].confirmation_data, Bytes({2}));
  EXPECT_TRUE(conclusion.receipts[0].verified);
  EXPECT_THAT(conclusion.alarms, ElementsAre("an old receipt"));
  EXPECT_EQ(conclusion.continuation, Bytes({5}));
  EXPECT_FALSE(conclusion.nothing_ran);
  ASSERT_OK_AND_ASSIGN(
      const Conclusion nothing,
      ParseConclusion(Parse<pb::ConcludeResponse>("outcome: OUTCOME_UNKNOWN")));
  EXPECT_TRUE(nothing.nothing_ran);
}

TEST(SequencerProto, KnowsEveryOutcomeAndNoOther) {
  const auto outcome = [](pb::Outcome value) {
    pb::ConcludeResponse response;
    response.set_outcome(value);
    const auto conclusion = ParseConclusion(response);
    return conclusion.ok() ? absl::StatusOr<Outcome>(conclusion->outcome)
                           : conclusion.status();
  };
  EXPECT_THAT(outcome(pb::OUTCOME_DONE), IsOkAndHolds(Outcome::kDone));
  EXPECT_THAT(outcome(pb::OUTCOME_CARD_DIFFERS),
              IsOkAndHolds(Outcome::kCardDiffers));
  EXPECT_THAT(outcome(pb::OUTCOME_FAILED), IsOkAndHolds(Outcome::kFailed));
  EXPECT_THAT(outcome(pb::OUTCOME_UNKNOWN), IsOkAndHolds(Outcome::kUnknown));
  EXPECT_THAT(outcome(pb::OUTCOME_FORGED), IsOkAndHolds(Outcome::kForged));
  EXPECT_THAT(outcome(pb::OUTCOME_CONTINUES),
              IsOkAndHolds(Outcome::kContinues));
  EXPECT_THAT(outcome(pb::OUTCOME_WRONG_KEYS),
              IsOkAndHolds(Outcome::kWrongKeys));
  EXPECT_THAT(outcome(pb::OUTCOME_UNSPECIFIED),
              StatusIs(StatusCode::kInternal));
  EXPECT_THAT(outcome(static_cast<pb::Outcome>(99)),
              StatusIs(StatusCode::kInternal));
}

TEST(SequencerProto, ReadsALoadFile) {
  const LoadFile file = ParseLoadFile(Parse<pb::PutLoadFileResponse>(
      "content_hash: '\\377' package_aid: '\\360' version_major: 1 "
      "applet_aids: '\\361' applet_aids: '\\362' load_file_bytes: 300"));
  EXPECT_EQ(file.content_hash, Bytes({0xFF}));
  EXPECT_EQ(file.package_aid, Bytes({0xF0}));
  EXPECT_EQ(file.version, "1.0");
  EXPECT_THAT(file.applet_aids, ElementsAre(Bytes({0xF1}), Bytes({0xF2})));
  EXPECT_EQ(file.load_file_bytes, 300u);
}

TEST(SequencerProto, ReadsProfiles) {
  const std::vector<CardProfile> profiles =
      ParseProfiles(Parse<pb::ListProfilesResponse>(
          "profiles { name: 'generic' key_set: 'issuer' scp: 3 "
          "channel_options: 112 channel_options: 96 level_floor: 51 "
          "isd_aid: '\\240' text: 'all of it' }"));
  ASSERT_EQ(profiles.size(), 1u);
  EXPECT_EQ(profiles[0].name, "generic");
  EXPECT_EQ(profiles[0].key_set, "issuer");
  EXPECT_EQ(profiles[0].scp, 3u);
  EXPECT_EQ(profiles[0].channel_options, (std::vector<uint32_t>{0x70, 0x60}));
  EXPECT_EQ(profiles[0].level_floor, 0x33u);
  EXPECT_EQ(profiles[0].isd_aid, Bytes({0xA0}));
  EXPECT_EQ(profiles[0].text, "all of it");
}

TEST(SequencerProto, AsksForWhatTheCardShallHold) {
  Preparation preparation;
  preparation.at = {"kiosk-7", "Reader 0"};
  preparation.ticket = {1};
  preparation.answer = {{2}, {3}};
  DesiredPackage package;
  package.content_hash = {0xAA};
  package.applets = {{{0xF1}, {}, {}}, {{0xF2}, {0xF3}, {0x04}}};
  package.install_parameters = {0x31, 0x00};
  package.replace = true;
  preparation.desired.packages = {package};
  preparation.desired.absent_packages = {{0xA0}};
  preparation.desired.absent_applications = {{0xA1}, {0xA2}};
  preparation.card_id = "issuer/A";
  preparation.card_record = {4};
  preparation.record_in_doubt = true;
  const pb::PrepareRequest wanted = Parse<pb::PrepareRequest>(R"(
    ticket: "\001" agent: "kiosk-7" reader: "Reader 0"
    identify_transcript: "\002" challenge_transcript: "\003"
    desired {
      packages { content_hash: "\252" replace: true
        applets { module_aid: "\361" install_parameters: "1\000" }
        applets { module_aid: "\362" instance_aid: "\363" privileges: "\004"
                  install_parameters: "1\000" } }
      absent_packages: "\240"
      absent_applications: "\241" absent_applications: "\242" }
    card_id: "issuer/A" card_record: "\004" record_in_doubt: true)");
  EXPECT_EQ(RenderPrepare(preparation).DebugString(), wanted.DebugString());
}

TEST(SequencerProto, AManifestIsSentAsItIs) {
  pb::DesiredState state;
  state.add_packages()->set_content_hash("hash");
  state.mutable_packages(0)->add_applets()->set_system_parameters("EF");
  PlanQuestion question;
  const std::string bytes = state.SerializeAsString();
  question.desired.manifest = Bytes(bytes.begin(), bytes.end());
  question.card_record = {4};
  question.profile = "generic";
  const pb::PlanRequest request = RenderPlan(question);
  EXPECT_EQ(request.desired().DebugString(), state.DebugString());
  EXPECT_EQ(request.card_record(), "\004");
  EXPECT_EQ(request.profile(), "generic");
}

TEST(SequencerProto, ReadsTheStepsOfAPlan) {
  const auto steps = ParsePlan(Parse<pb::PlanResponse>(R"(
    steps { kind: STEP_KIND_KEEP text: "a" }
    steps { kind: STEP_KIND_ADD text: "b" commands: 3 }
    steps { kind: STEP_KIND_REMOVE text: "c" commands: 1 })"));
  ASSERT_EQ(steps.size(), 3u);
  EXPECT_EQ(steps[0].sign, PlannedStep::Sign::kKeep);
  EXPECT_EQ(steps[1].sign, PlannedStep::Sign::kAdd);
  EXPECT_EQ(steps[1].text, "b");
  EXPECT_EQ(steps[1].commands, 3u);
  EXPECT_EQ(steps[2].sign, PlannedStep::Sign::kRemove);
}

class BindToCardTest : public ::testing::Test {
 protected:
  BindToCardTest() {
    applet_ = manifest_.add_packages()->add_applets();
    pb::PersonalObject& object = *applet_->add_personal_data()->add_objects();
    object.set_value("[]");
    pb::CardValue& fact = *object.add_facts();
    fact.set_at(1);
    fact.set_fact(pb::CARD_FACT_KEY_DIVERSIFICATION_DATA);
  }
  absl::StatusOr<pb::DesiredState> Bound(const std::string& card_id) {
    const std::string text = manifest_.SerializeAsString();
    const ByteSpan bytes = AsBytes(text);
    ASSIGN_OR_RETURN(
        const Bytes bound,
        BindToCard(Bytes(bytes.begin(), bytes.end()), card_id, TestBox()));
    pb::DesiredState state;
    EXPECT_TRUE(state.ParseFromString(AsString(bound)));
    return state;
  }
  const pb::PersonalData& DataOf(const pb::DesiredState& state) {
    return state.packages(0).applets(0).personal_data(0);
  }

  pb::DesiredState manifest_;
  pb::DesiredApplet* applet_;
};

TEST_F(BindToCardTest, FactsAreInTheirPlaces) {
  applet_->set_install_parameters("id=;");
  pb::CardValue& fact = *applet_->add_install_parameter_facts();
  fact.set_at(3);
  fact.set_fact(pb::CARD_FACT_ID);
  fact.set_as_text(true);
  ASSERT_OK_AND_ASSIGN(const pb::DesiredState state, Bound("issuer/4142"));
  EXPECT_EQ(DataOf(state).objects(0).value(), "[AB]");
  EXPECT_EQ(DataOf(state).objects(0).facts_size(), 0);
  EXPECT_EQ(state.packages(0).applets(0).install_parameters(),
            "id=issuer/4142;");
}

TEST_F(BindToCardTest, FingerprintsAreOfDataAndCard) {
  ASSERT_OK_AND_ASSIGN(const pb::DesiredState first, Bound("issuer/4142"));
  ASSERT_OK_AND_ASSIGN(const pb::DesiredState again, Bound("issuer/4142"));
  EXPECT_EQ(DataOf(first).fingerprint().size(), 32u);
  EXPECT_EQ(DataOf(first).fingerprint(), DataOf(again).fingerprint());
  applet_->mutable_personal_data(0)->mutable_objects(0)->clear_facts();
  ASSERT_OK_AND_ASSIGN(const pb::DesiredState plain, Bound("issuer/4142"));
  ASSERT_OK_AND_ASSIGN(const pb::DesiredState other, Bound("issuer/4143"));
  EXPECT_NE(DataOf(plain).fingerprint(), DataOf(first).fingerprint());
  EXPECT_NE(DataOf(plain).fingerprint(), DataOf(other).fingerprint());
}

TEST_F(BindToCardTest, FactsWithoutAPlaceAreRefused) {
  auto* fact =
      applet_->mutable_personal_data(0)->mutable_objects(0)->mutable_facts(0);
  fact->set_at(3);
  EXPECT_THAT(Bound("issuer/4142"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "a fact of the card has no place"));
  fact->set_at(1);
  EXPECT_THAT(Bound("issuer/none"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::orchestrator
