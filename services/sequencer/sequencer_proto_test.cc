#include "services/sequencer/sequencer_proto.h"

#include "lib/base/status_matchers.h"
#include "services/sequencer/state_proto.h"
#include "services/sequencer/testing/applets.h"

namespace cardferry::sequencer {
namespace {

using absl::StatusCode;
using testing::HasSubstr;
namespace pb = v1;

const card::Aid kPackage = *card::Aid::FromHex("F043464552525901");
const card::Aid kApplet = *card::Aid::FromHex("F04346455252590101");

std::string EmptyTranscript() { return AsString(card::EncodeTranscript({})); }

class ParsePrepareTest : public testing::Test {
 protected:
  ParsePrepareTest() {
    request_.set_ticket("ticket");
    request_.set_agent("kiosk");
    request_.set_reader("slot");
    request_.set_card_id("demo/00");
    request_.set_identify_transcript(EmptyTranscript());
    request_.set_challenge_transcript(EmptyTranscript());
    file_ = *load_files_.Put(ReadApplet("brokerage.cap"));
    pb::DesiredPackage& package = *request_.mutable_desired()->add_packages();
    package.set_content_hash(AsString(file_->content_hash));
    package.add_applets()->set_module_aid(AsString(kApplet.bytes()));
  }
  pb::DesiredApplet& Applet() {
    return *request_.mutable_desired()->mutable_packages(0)->mutable_applets(0);
  }
  auto Parse() { return ParsePrepare(request_, load_files_); }

  LoadFileCache load_files_{1 << 20};
  std::shared_ptr<const LoadFile> file_;
  pb::PrepareRequest request_;
};

TEST_F(ParsePrepareTest, FillsInWhatMayBeLeftOut) {
  ASSERT_OK_AND_ASSIGN(const Sequencer::Request request, Parse());
  EXPECT_EQ(AsString(request.ticket), "ticket");
  EXPECT_EQ(request.agent, "kiosk");
  EXPECT_EQ(request.reader, "slot");
  EXPECT_EQ(request.card_id, "demo/00");
  EXPECT_TRUE(request.answers.challenge.has_value());
  EXPECT_FALSE(request.record.has_value());
  EXPECT_FALSE(request.record_in_doubt);
  ASSERT_EQ(request.desired.packages.size(), 1u);
  EXPECT_EQ(request.desired.packages[0].file, file_);
  const DesiredApplet& applet = request.desired.packages[0].applets[0];
  EXPECT_EQ(applet.module, kApplet);
  EXPECT_EQ(applet.instance, kApplet);
  EXPECT_EQ(ToHex(applet.privileges), "00");
  EXPECT_TRUE(applet.parameters.empty());
}

TEST_F(ParsePrepareTest, TakesWhatIsGiven) {
  Applet().set_instance_aid(AsString(kPackage.bytes()));
  Applet().set_privileges("\x04");
  Applet().set_install_parameters("1234");
  const CardRecord record{"demo/00"};
  request_.set_card_record(EncodeCardRecord(record));
  request_.set_record_in_doubt(true);
  ASSERT_OK_AND_ASSIGN(const Sequencer::Request request, Parse());
  const DesiredApplet& applet = request.desired.packages[0].applets[0];
  EXPECT_EQ(applet.instance, kPackage);
  EXPECT_EQ(ToHex(applet.privileges), "04");
  EXPECT_EQ(AsString(applet.parameters), "1234");
  EXPECT_EQ(request.record, record);
  EXPECT_TRUE(request.record_in_doubt);
}

TEST_F(ParsePrepareTest, SaysWhichFieldIsWrong) {
  const auto refused = [this](const std::string& text) {
    EXPECT_THAT(Parse(),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr(text)));
  };
  Applet().set_module_aid("1");
  refused("module_aid: ");
  Applet().set_module_aid(AsString(kApplet.bytes()));
  Applet().set_instance_aid("1");
  refused("instance_aid: ");
  Applet().clear_instance_aid();
  request_.set_card_record("junk");
  refused("card_record: ");
  request_.clear_card_record();
  request_.set_identify_transcript("junk");
  refused("identify_transcript: ");
  request_.set_identify_transcript(EmptyTranscript());
  request_.set_challenge_transcript("junk");
  refused("challenge_transcript: ");
}

TEST_F(ParsePrepareTest, TakesWhatIsToBeReplacedAndAbsent) {
  EXPECT_FALSE(Parse()->desired.packages[0].replace);
  pb::DesiredState& desired = *request_.mutable_desired();
  desired.mutable_packages(0)->set_replace(true);
  desired.add_absent_packages(AsString(kPackage.bytes()));
  desired.add_absent_applications(AsString(kApplet.bytes()));
  ASSERT_OK_AND_ASSIGN(const Sequencer::Request request, Parse());
  EXPECT_TRUE(request.desired.packages[0].replace);
  EXPECT_THAT(request.desired.absent_packages, testing::ElementsAre(kPackage));
  EXPECT_THAT(request.desired.absent_applications,
              testing::ElementsAre(kApplet));
  desired.set_absent_packages(0, "1");
  EXPECT_THAT(Parse(), StatusIs(StatusCode::kInvalidArgument,
                                HasSubstr("absent_packages: ")));
  desired.clear_absent_packages();
  for (int i = 0; i < 64; ++i) desired.add_absent_applications("12345");
  EXPECT_THAT(Parse(), StatusIs(StatusCode::kInvalidArgument,
                                "absent_applications: 65 AIDs, at most 64"));
}

TEST_F(ParsePrepareTest, NamesALoadFileThatIsNotHere) {
  request_.mutable_desired()->mutable_packages(0)->set_content_hash("\xAB");
  EXPECT_THAT(Parse(), StatusIs(StatusCode::kNotFound,
                                "the load file AB is not here: put it again"));
}

TEST_F(ParsePrepareTest, RefusesTooMuch) {
  for (int i = 0; i < 64; ++i) {
    *request_.mutable_desired()->mutable_packages(0)->add_applets() = Applet();
  }
  EXPECT_THAT(Parse(), StatusIs(StatusCode::kInvalidArgument,
                                "65 applets of one package: at most 64"));
  for (int i = 0; i < 32; ++i) request_.mutable_desired()->add_packages();
  EXPECT_THAT(Parse(), StatusIs(StatusCode::kInvalidArgument,
                                "33 packages: at most 32"));
}

TEST(ParseAnswersTest, TheChallengeMayNotHaveRun) {
  ASSERT_OK_AND_ASSIGN(const auto answers, ParseAnswers(EmptyTranscript(), ""));
  EXPECT_FALSE(answers.challenge.has_value());
}

Sequencer::Prepared Prepared() {
  const card::ScriptCommand command{
      *card::CommandApdu::Create({0x84, 0xE8, 0, 0}, Bytes(200)),
      {card::StatusWordPattern{}},
      card::AnyData{},
      card::OnMismatch::kStop,
      "LOAD"};
  const card::ResponseApdu nothing{{}, card::kReferencedDataNotFound};
  Sequencer::Prepared prepared{"demo/00", 0x03, 299, "load it", {}, {}};
  prepared.script.assign(300, command);
  prepared.state.record.card_id = "demo/00";
  prepared.state.expected = {{nothing}, {nothing}};
  prepared.state.runs = {{CommandKind::kAuthenticate, {}, 1},
                         {CommandKind::kLoad, kPackage, 299}};
  return prepared;
}

TEST(RenderPreparedTest, TheHeaderSaysWhatTheOrchestratorNeeds) {
  const pb::PrepareResponse response = RenderHeader(Prepared());
  const pb::BundleHeader& header = response.header();
  EXPECT_EQ(header.card_id(), "demo/00");
  EXPECT_EQ(header.commands(), 300u);
  EXPECT_EQ(header.bytes(), 300u * 205u);
  EXPECT_EQ(header.changes(), 299u);
  EXPECT_EQ(header.summary(), "load it");
  EXPECT_EQ(header.security_level(), 0x03u);
  EXPECT_THAT(DecodeBundleState(header.bundle_state()),
              IsOkAndHolds(Prepared().state));
}

TEST(RenderPreparedTest, APacketThatWaitsHasAProbe) {
  Sequencer::OfflinePacket packet;
  packet.prepared.card_id = "k/1";
  packet.prepared.live_packets = 3;
  packet.report_until = absl::FromUnixMicros(5);
  const v1::PrepareResponse response = RenderHeader(packet);
  EXPECT_EQ(response.header().card_id(), "k/1");
  EXPECT_EQ(response.header().live_packets(), 3u);
  EXPECT_EQ(response.header().report_until_us(), 5);
  EXPECT_EQ(response.header().probe_script(),
            AsString(card::EncodeScript(packet.probe)));
}

TEST(RenderPreparedTest, PartsAreSmallAndTheLastSaysSo) {
  const auto parts = RenderParts(Prepared());
  ASSERT_EQ(parts.size(), 2u);
  size_t commands = 0;
  for (const pb::PrepareResponse& part : parts) {
    EXPECT_LE(part.part().script().size(), 60000u);
    ASSERT_OK_AND_ASSIGN(const card::Script script,
                         card::DecodeScript(AsBytes(part.part().script())));
    commands += script.size();
  }
  EXPECT_EQ(commands, 300u);
  EXPECT_FALSE(parts[0].part().last());
  EXPECT_TRUE(parts[1].part().last());
}

TEST(RenderTest, Openings) {
  const card::Script script = {{*card::CommandApdu::Create({0, 0xA4, 4, 0}, {}),
                                {card::StatusWordPattern{}},
                                card::AnyData{},
                                card::OnMismatch::kStop,
                                "SELECT"}};
  pb::OpenResponse response;
  Render({{Bytes{1}, script, script, absl::FromUnixMillis(1500)}}, response);
  ASSERT_EQ(response.openings_size(), 1);
  EXPECT_EQ(response.openings(0).ticket(), "\x01");
  EXPECT_EQ(response.openings(0).expires_at_us(), 1500000);
  EXPECT_THAT(
      card::DecodeScript(AsBytes(response.openings(0).identify_script())),
      IsOkAndHolds(script));
  EXPECT_THAT(
      card::DecodeScript(AsBytes(response.openings(0).challenge_script())),
      IsOkAndHolds(script));
}

TEST(RenderTest, AConclusion) {
  Conclusion conclusion;
  conclusion.outcome = Outcome::kDone;
  conclusion.reason = "done";
  conclusion.record.card_id = "demo/00";
  conclusion.content.load_files = {
      {kPackage, uint8_t{1}, {}, {}, uint16_t{0x0102}, {kApplet}}};
  conclusion.content.applications = {
      {kApplet, uint8_t{7}, {0x04}, kPackage, {}, {}}};
  conclusion.facts = {{"a fact", Assurance::kReported},
                      {"another", Assurance::kProven}};
  pb::ConcludeResponse response;
  Render(conclusion, response);
  EXPECT_EQ(response.outcome(), pb::OUTCOME_DONE);
  EXPECT_EQ(response.reason(), "done");
  EXPECT_THAT(DecodeCardRecord(response.card_record()),
              IsOkAndHolds(conclusion.record));
  const pb::CardPackage& package = response.content().packages(0);
  EXPECT_EQ(package.aid(), AsString(kPackage.bytes()));
  EXPECT_EQ(package.version_major(), 1u);
  EXPECT_EQ(package.version_minor(), 2u);
  EXPECT_EQ(package.module_aids(0), AsString(kApplet.bytes()));
  const pb::CardApplication& application = response.content().applications(0);
  EXPECT_EQ(application.life_cycle(), "SELECTABLE");
  EXPECT_EQ(application.privileges(), "\x04");
  EXPECT_EQ(application.package_aid(), AsString(kPackage.bytes()));
  EXPECT_EQ(response.facts(0).text(), "a fact");
  EXPECT_EQ(response.facts(0).assurance(), pb::ASSURANCE_REPORTED);
  EXPECT_EQ(response.facts(1).assurance(), pb::ASSURANCE_PROVEN);
}

TEST(RenderTest, EveryOutcome) {
  const auto rendered = [](Outcome outcome) {
    Conclusion conclusion;
    conclusion.outcome = outcome;
    pb::ConcludeResponse response;
    Render(conclusion, response);
    return response.outcome();
  };
  EXPECT_EQ(rendered(Outcome::kDone), pb::OUTCOME_DONE);
  EXPECT_EQ(rendered(Outcome::kCardDiffers), pb::OUTCOME_CARD_DIFFERS);
  EXPECT_EQ(rendered(Outcome::kFailed), pb::OUTCOME_FAILED);
  EXPECT_EQ(rendered(Outcome::kUnknown), pb::OUTCOME_UNKNOWN);
}

TEST(RenderTest, Profiles) {
  CardProfile scp03{"aes", {*card::Aid::FromHex("A000000151000000"), 3}};
  scp03.key_set = "aes-keys";
  CardProfile scp02{"des", {*card::Aid::FromHex("A000000003000000"), 2}};
  scp02.match.i = {0x15, 0x55};
  scp02.level_floor = 0x01;
  scp02.text = "name: \"des\"";
  pb::ListProfilesResponse response;
  Render({scp03, scp02}, response);
  ASSERT_EQ(response.profiles_size(), 2);
  EXPECT_EQ(response.profiles(0).name(), "aes");
  EXPECT_EQ(response.profiles(0).key_set(), "aes-keys");
  EXPECT_EQ(response.profiles(0).scp(), 3u);
  EXPECT_EQ(response.profiles(0).channel_options_size(), 0);
  EXPECT_EQ(response.profiles(0).level_floor(), 0x03u);
  EXPECT_EQ(ToHex(AsBytes(response.profiles(0).isd_aid())), "A000000151000000");
  EXPECT_THAT(response.profiles(1).channel_options(),
              testing::ElementsAre(0x15, 0x55));
  EXPECT_EQ(response.profiles(1).level_floor(), 0x01u);
  EXPECT_EQ(response.profiles(1).text(), "name: \"des\"");
}

TEST(RenderTest, ALoadFile) {
  pb::PutLoadFileResponse response;
  ASSERT_OK(Render(*LoadApplet("brokerage.cap"), response));
  EXPECT_EQ(response.content_hash().size(), 32u);
  EXPECT_EQ(response.package_aid(), AsString(kPackage.bytes()));
  EXPECT_EQ(response.version_major(), 1u);
  EXPECT_EQ(response.version_minor(), 0u);
  ASSERT_EQ(response.applet_aids_size(), 1);
  EXPECT_EQ(response.applet_aids(0), AsString(kApplet.bytes()));
  EXPECT_EQ(response.load_file_bytes(), 671u);
}

}  // namespace
}  // namespace cardferry::sequencer
