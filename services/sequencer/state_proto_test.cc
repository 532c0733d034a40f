#include "services/sequencer/state_proto.h"

#include "lib/base/status_matchers.h"
#include "services/sequencer/bundle_state.h"
#include "services/sequencer/state.pb.h"

namespace cardferry::sequencer {
namespace {

using absl::StatusCode;

const card::Aid kPackage = *card::Aid::FromHex("F043464552525901");
const card::Aid kLibrary = *card::Aid::FromHex("F043464552525902");
const card::Aid kApplet = *card::Aid::FromHex("F04346455252590101");

StatusSnapshot Snapshot() {
  return {{{FromHexOrDie("E3074F05F043464552"), card::kMoreDataAvailable},
           {FromHexOrDie("E3074F05F043464553"), card::kSuccess}},
          {{{}, card::kReferencedDataNotFound}}};
}

CardRecord Record() {
  return {"demo/00010203040506070809",
          Snapshot(),
          {{kPackage, {Bytes(32, 0xAA), {kLibrary}}}},
          Bytes(42, 0x47),
          0x1234};
}

BundleState State() {
  return {Record(),
          Snapshot(),
          {{CommandKind::kAuthenticate, {}, 1},
           {CommandKind::kPeekLoadFiles, {}, 2},
           {CommandKind::kInstallForLoad, kPackage, 1},
           {CommandKind::kLoad, kPackage, 120}},
          {{{kPackage, 1, 2}, Bytes(32, 0xAA), {kApplet}, {kLibrary}}},
          {kLibrary},
          {kApplet}};
}

auto Refused(const std::string& message) {
  return StatusIs(StatusCode::kInvalidArgument, message);
}

TEST(CardRecordStateTest, ComesBackAsItWas) {
  CardRecord read = Record();
  read.read_at = absl::FromUnixMicros(1234567);
  read.security_domain = FromHexOrDie("E3074F05F043464552");
  read.issuer_number = {0x42};
  read.card_number = {0x45};
  read.identity_proven = true;
  EXPECT_THAT(DecodeCardRecord(EncodeCardRecord(read)), IsOkAndHolds(read));
  EXPECT_THAT(DecodeCardRecord(EncodeCardRecord(Record())),
              IsOkAndHolds(Record()));
  const CardRecord fresh{"demo/00"};
  EXPECT_THAT(DecodeCardRecord(EncodeCardRecord(fresh)), IsOkAndHolds(fresh));
}

TEST(CardRecordStateTest, NoPrefixBecomesAnotherRecord) {
  const std::string bytes = EncodeCardRecord(Record());
  for (size_t size = 0; size < bytes.size(); ++size) {
    const auto record = DecodeCardRecord(bytes.substr(0, size));
    if (record.ok()) {  // fields at the end were left out
      EXPECT_EQ(record->card_id, Record().card_id);
    }
  }
}

TEST(CardRecordStateTest, RefusesWhatItWouldNotWrite) {
  const auto refusal = [](auto change) {
    state::v1::CardRecord proto;
    proto.ParseFromString(EncodeCardRecord(Record()));
    change(proto);
    return DecodeCardRecord(proto.SerializeAsString());
  };
  EXPECT_OK(refusal([](auto&) {}));
  EXPECT_THAT(DecodeCardRecord("\xFF"), Refused("not a card record"));
  EXPECT_THAT(DecodeCardRecord(std::string(kMaxRecordBytes + 1, '\0')),
              Refused("not a card record"));
  EXPECT_THAT(refusal([](auto& p) { p.set_version(5); }),
              Refused("a card record of version 5"));
  EXPECT_THAT(refusal([](auto& p) { p.clear_card_id(); }),
              Refused("a card record beyond its limits"));
  EXPECT_THAT(refusal([](auto& p) { p.set_cplc(std::string(65, 'x')); }),
              Refused("a card record beyond its limits"));
  EXPECT_THAT(refusal([](auto& p) { p.set_card_number(std::string(65, 'x')); }),
              Refused("a card record beyond its limits"));
  EXPECT_THAT(
      refusal([](auto& p) { p.mutable_origins(0)->set_content_hash("short"); }),
      Refused("a hash has 32 bytes"));
  EXPECT_THAT(
      refusal([](auto& p) { p.mutable_origins(0)->set_package_aid("1"); }),
      StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(refusal([](auto& p) {
                p.mutable_snapshot()->mutable_load_files(0)->set_sw(0x10000);
              }),
              Refused("a page of GET STATUS is none"));
  EXPECT_THAT(refusal([](auto& p) {
                p.mutable_snapshot()->mutable_load_files(1)->set_data("junk");
              }),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(
      refusal([](auto& p) { p.mutable_snapshot()->clear_applications(); }),
      Refused("0 pages of GET STATUS"));
  EXPECT_THAT(refusal([](auto& p) {
                for (int i = 0; i < 17; ++i) {
                  p.mutable_snapshot()->add_modules();
                }
              }),
              Refused("too many pages of GET STATUS"));
  EXPECT_THAT(refusal([](auto& p) { p.mutable_origins(0)->add_imports("1"); }),
              StatusIs(StatusCode::kInvalidArgument));
}

// Written by the version that knew neither modules, imports, counters nor
// absence.
constexpr char kRecordOfVersion1[] =
    "0801121964656D6F2F30303031303230333034303530363037303830391A280A0F0A"
    "09E3074F05F0434645521090C6010A0F0A09E3074F05F0434645531080A002120410"
    "88D501222C0A08F0434645525259011220AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA2A2A4747474747474747474747474747474747"
    "47474747474747474747474747474747474747474747474747";
constexpr char kStateOfVersion1[] =
    "0801120B0801120764656D6F2F30301A0C0A041088D50112041088D5012204080118"
    "01220408021801220408031801220408041801220E08051208F04346455252590118"
    "01220E08061208F0434645525259011802220F08071209F043464552525901011801"
    "2204080818012204080918012A390A08F04346455252590110012220AAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA2A09F04346455252"
    "590101";

TEST(CardRecordStateTest, ReadsVersion1) {
  CardRecord wanted = Record();
  wanted.origins.at(kPackage).imports.clear();
  wanted.sequence_counter = std::nullopt;
  const std::string bytes = AsString(FromHexOrDie(kRecordOfVersion1));
  EXPECT_THAT(DecodeCardRecord(bytes), IsOkAndHolds(wanted));
  EXPECT_THAT(DecodeCardRecord(EncodeCardRecord(wanted)), IsOkAndHolds(wanted));
}

TEST(BundleStateTest, ReadsVersion1) {
  const card::ResponseApdu nothing{{}, card::kReferencedDataNotFound};
  const BundleState wanted{
      {"demo/00"},
      {{nothing}, {nothing}},
      {{CommandKind::kAuthenticate, {}, 1},
       {CommandKind::kPeekLoadFiles, {}, 1},
       {CommandKind::kCompareApplications, {}, 1},
       {CommandKind::kCompareLoadFiles, {}, 1},
       {CommandKind::kInstallForLoad, kPackage, 1},
       {CommandKind::kLoad, kPackage, 2},
       {CommandKind::kInstall, kApplet, 1},
       {CommandKind::kReadLoadFiles, {}, 1},
       {CommandKind::kReadApplications, {}, 1}},
      {{{kPackage, 1, 0}, Bytes(32, 0xAA), {kApplet}, {}}}};
  EXPECT_THAT(DecodeBundleState(AsString(FromHexOrDie(kStateOfVersion1))),
              IsOkAndHolds(wanted));
}

TEST(BundleStateTest, ComesBackWithItsPacket) {
  BundleState state = State();
  state.verify_token = {1, 2, 3};
  state.packet.assign(state.Commands(), *card::CommandApdu::Parse(
                                            FromHexOrDie("84F2200202AABB00")));
  EXPECT_THAT(DecodeBundleState(EncodeBundleState(state)), IsOkAndHolds(state));
  state.packet.pop_back();
  EXPECT_THAT(DecodeBundleState(EncodeBundleState(state)),
              Refused("a bundle state with another packet than its own"));
  state.packet.clear();
  state.verify_token.assign(4097, 0x00);
  EXPECT_THAT(DecodeBundleState(EncodeBundleState(state)),
              Refused("a verify token that is none"));
}

TEST(CardRecordStateTest, KeepsTheCounterOfTheLastConfirmation) {
  CardRecord record = Record();
  record.confirmation_counter = 0x01020304;
  record.cplc_bare = true;
  EXPECT_THAT(DecodeCardRecord(EncodeCardRecord(record)), IsOkAndHolds(record));
}

TEST(BundleStateTest, KeepsTheDomainThatConfirms) {
  BundleState state = State();
  state.confirming_domain = kPackage;
  EXPECT_THAT(DecodeBundleState(EncodeBundleState(state)), IsOkAndHolds(state));
  EXPECT_FALSE(state == State());
}

TEST(BundleStateTest, ComesBackAsItWas) {
  EXPECT_EQ(State().Commands(), 124u);
  BundleState state = State();
  EXPECT_THAT(DecodeBundleState(EncodeBundleState(state)), IsOkAndHolds(state));
  state.runs.erase(state.runs.begin());  // of an implicit session
  EXPECT_THAT(DecodeBundleState(EncodeBundleState(state)), IsOkAndHolds(state));
  state.wrong_mac = card::StatusWord(0x6982);
  EXPECT_THAT(DecodeBundleState(EncodeBundleState(state)), IsOkAndHolds(state));
}

TEST(BundleStateTest, ComesBackWithWhatApplicationsShouldBe) {
  BundleState state = State();
  state.wanted[0].security_domain = kLibrary;
  state.wanted[0].modules = {kLibrary};
  state.wanted_applications = {
      {kApplet, DesiredLifeCycle::kLocked, {0x80, 0x00, 0x01}, kLibrary},
      {kLibrary, DesiredLifeCycle::kSelectable},
      {kPackage, DesiredLifeCycle::kAny, {}, {}, kLibrary}};
  EXPECT_THAT(DecodeBundleState(EncodeBundleState(state)), IsOkAndHolds(state));
  const auto refusal = [&state](auto change) {
    state::v1::BundleState proto;
    proto.ParseFromString(EncodeBundleState(state));
    change(*proto.mutable_wanted_applications(0));
    return DecodeBundleState(proto.SerializeAsString());
  };
  EXPECT_OK(refusal([](auto&) {}));
  EXPECT_THAT(refusal([](auto& p) { p.set_life_cycle(3); }),
              Refused("a wanted application that is none"));
  EXPECT_THAT(refusal([](auto& p) { p.set_privileges("12"); }),
              Refused("a wanted application that is none"));
  EXPECT_THAT(refusal([](auto& p) { p.set_security_domain("1"); }),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(refusal([](auto& p) { p.set_package_aid("1"); }),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(refusal([](auto& p) { p.clear_aid(); }),
              StatusIs(StatusCode::kInvalidArgument));
}

TEST(CardRecordStateTest, ComesBackWithWhatApplicationsWereGiven) {
  CardRecord record = Record();
  record.stored = {{kApplet, {Bytes(32, 0x01), Bytes(32, 0x02)}},
                   {kLibrary, {}}};
  EXPECT_THAT(DecodeCardRecord(EncodeCardRecord(record)), IsOkAndHolds(record));
  state::v1::CardRecord proto;
  proto.ParseFromString(EncodeCardRecord(record));
  proto.mutable_stored(1)->add_fingerprints("short");
  EXPECT_THAT(DecodeCardRecord(proto.SerializeAsString()),
              Refused("a hash has 32 bytes"));
}

TEST(BundleStateTest, ComesBackWithItsPersonalizations) {
  BundleState state = State();
  state.runs.push_back({CommandKind::kBeginPersonalization, kApplet, 1});
  state.runs.push_back({CommandKind::kStoreData, kApplet, 3});
  EXPECT_THAT(
      DecodeBundleState(EncodeBundleState(state)),
      Refused("a bundle state with other personalizations than its own"));
  state.personalizations = {{kApplet, Bytes(32, 0x01)}};
  EXPECT_THAT(DecodeBundleState(EncodeBundleState(state)), IsOkAndHolds(state));
  state.personalizations[0].fingerprint.pop_back();
  EXPECT_THAT(DecodeBundleState(EncodeBundleState(state)),
              Refused("a hash has 32 bytes"));
}

TEST(BundleStateTest, RefusesWhatItWouldNotWrite) {
  const auto refusal = [](auto change) {
    state::v1::BundleState proto;
    proto.ParseFromString(EncodeBundleState(State()));
    change(proto);
    return DecodeBundleState(proto.SerializeAsString());
  };
  EXPECT_OK(refusal([](auto&) {}));
  EXPECT_THAT(refusal([](auto& p) { p.set_wrong_mac(0x16988); }),
              Refused("a status word that is none"));
  EXPECT_THAT(DecodeBundleState(""), Refused("a bundle state of version 0"));
  EXPECT_THAT(DecodeBundleState("\xFF"), Refused("not a bundle state"));
  EXPECT_THAT(refusal([](auto& p) { p.clear_record(); }),
              Refused("a card record of version 0"));
  EXPECT_THAT(refusal([](auto& p) { p.clear_expected(); }),
              Refused("0 pages of GET STATUS"));
  EXPECT_THAT(refusal([](auto& p) { p.clear_runs(); }),
              Refused("a bundle state without its commands"));
  EXPECT_THAT(refusal([](auto& p) { p.mutable_runs(0)->set_count(2); }),
              Refused("a bundle state without its commands"));
  EXPECT_THAT(refusal([](auto& p) { p.mutable_runs(1)->set_kind(1); }),
              Refused("a bundle state without its commands"));
  EXPECT_THAT(refusal([](auto& p) { p.mutable_runs(3)->set_count(1023); }),
              Refused("a bundle state without its commands"));
  EXPECT_THAT(refusal([](auto& p) { p.mutable_runs(1)->set_kind(100); }),
              Refused("a command run that is none"));
  EXPECT_THAT(refusal([](auto& p) { p.mutable_runs(1)->set_kind(0); }),
              Refused("a command run that is none"));
  EXPECT_THAT(refusal([](auto& p) { p.mutable_runs(1)->set_count(0); }),
              Refused("a command run that is none"));
  EXPECT_THAT(refusal([](auto& p) { p.mutable_runs(3)->clear_subject(); }),
              Refused("a change without a subject, or a read with one"));
  EXPECT_THAT(
      refusal([](auto& p) { p.mutable_wanted(0)->set_version_major(256); }),
      Refused("a version number has one byte"));
  EXPECT_THAT(
      refusal([](auto& p) { p.mutable_wanted(0)->add_instance_aids("1"); }),
      StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(refusal([](auto& p) { p.add_absent_packages("1"); }),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(refusal([](auto& p) {
                for (int i = 0; i < 1025; ++i)
                  p.add_absent_applications("12345");
              }),
              Refused("too many AIDs"));
}

}  // namespace
}  // namespace cardferry::sequencer
