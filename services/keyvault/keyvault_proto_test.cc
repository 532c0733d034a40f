#include "services/keyvault/keyvault_proto.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::keyvault {
namespace {

using testing::HasSubstr;

std::string Raw(absl::string_view hex) { return AsString(FromHexOrDie(hex)); }

v1::AuthenticateRequest TestRequest() {
  v1::AuthenticateRequest request;
  request.set_ticket(Raw("00FF"));
  request.set_agent("kiosk-1");
  request.set_reader("slot 0");
  request.set_key_set("issuer");
  request.set_initialize_update_answer(Raw("80007F"));
  request.set_channel_options(0x55);
  request.set_level_floor(0x13);
  request.set_operation_class(v1::OPERATION_CLASS_CONTENT);
  return request;
}

TEST(KeyvaultProtoTest, ParsesAHandshake) {
  ASSERT_OK_AND_ASSIGN(const Handshake handshake,
                       ParseHandshake(TestRequest()));
  EXPECT_EQ(ToHex(handshake.ticket), "00FF");
  EXPECT_EQ(handshake.place, (Place{"kiosk-1", "slot 0"}));
  EXPECT_EQ(handshake.key_set, "issuer");
  EXPECT_EQ(ToHex(handshake.initialize_update_answer), "80007F");
  EXPECT_EQ(handshake.level_floor, 0x13u);
  EXPECT_EQ(handshake.operation_class, OperationClass::kContent);
  EXPECT_EQ(handshake.quirks, scp::ChannelQuirks());
  EXPECT_FALSE(handshake.implicit.has_value());
}

TEST(KeyvaultProtoTest, ParsesAStartWithoutInitializeUpdate) {
  v1::AuthenticateRequest request = TestRequest();
  v1::ImplicitStart& start = *request.mutable_implicit();
  start.set_key_diversification_data(Raw("00010203040506070809"));
  start.set_key_version_number(0x20);
  start.set_sequence_counter(0xFFFF);
  ASSERT_OK_AND_ASSIGN(const Handshake handshake, ParseHandshake(request));
  ASSERT_TRUE(handshake.implicit.has_value());
  EXPECT_EQ(ToHex(handshake.implicit->key_diversification_data),
            "00010203040506070809");
  EXPECT_EQ(handshake.implicit->key_version_number, 0x20);
  EXPECT_EQ(handshake.implicit->sequence_counter, 0xFFFF);
  const auto refused = StatusIs(absl::StatusCode::kInvalidArgument);
  start.set_sequence_counter(0x10000);
  EXPECT_THAT(ParseHandshake(request), refused);
  start.set_sequence_counter(0);
  start.set_key_version_number(0x100);
  EXPECT_THAT(ParseHandshake(request), refused);
  start.set_key_version_number(0);
  start.set_key_diversification_data(Raw("000102030405060708"));
  EXPECT_THAT(ParseHandshake(request), refused);
}

TEST(KeyvaultProtoTest, ParsesEachQuirkOfACardAndItsApplication) {
  const google::protobuf::Descriptor& quirks = *v1::ChannelQuirks::descriptor();
  ASSERT_EQ(quirks.field_count(), 7);
  for (int i = 0; i < quirks.field_count(); ++i) {
    v1::AuthenticateRequest request = TestRequest();
    request.set_aid(Raw("A000000151000000"));
    v1::ChannelQuirks& message = *request.mutable_quirks();
    message.GetReflection()->SetBool(&message, quirks.field(i), true);
    ASSERT_OK_AND_ASSIGN(const Handshake handshake, ParseHandshake(request));
    EXPECT_EQ(scp::ToBits(handshake.quirks), 1 << i) << quirks.field(i)->name();
    EXPECT_EQ(ToHex(handshake.aid), "A000000151000000");
  }
}

TEST(KeyvaultProtoTest, KnowsEveryOperationClassAndNoOther) {
  v1::AuthenticateRequest request = TestRequest();
  for (int value = v1::OperationClass_MIN; value <= v1::OperationClass_MAX;
       ++value) {
    request.set_operation_class(static_cast<v1::OperationClass>(value));
    const absl::StatusOr<Handshake> handshake = ParseHandshake(request);
    if (value == v1::OPERATION_CLASS_UNSPECIFIED) {
      EXPECT_THAT(handshake, StatusIs(absl::StatusCode::kInvalidArgument,
                                      "no operation class"));
    } else {
      ASSERT_OK(handshake);
      EXPECT_EQ(static_cast<int>(handshake->operation_class), value);
    }
  }
  request.set_operation_class(static_cast<v1::OperationClass>(77));
  EXPECT_THAT(ParseHandshake(request),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(KeyvaultProtoTest, ParsesCommandsAndSaysWhichOneIsWrong) {
  v1::ProtectRequest request;
  request.add_commands(Raw("80CA006600"));
  ASSERT_OK_AND_ASSIGN(const std::vector<card::CommandApdu> commands,
                       ParseCommands(request.commands()));
  ASSERT_EQ(commands.size(), 1u);
  EXPECT_EQ(ToHex(commands[0].Encode()), "80CA006600");
  request.add_commands(Raw("80CA"));
  EXPECT_THAT(ParseCommands(request.commands()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "command 1: command APDU has 2 bytes, needs at least "
                       "4"));
}

TEST(KeyvaultProtoTest, ParsesAPacketAndSaysWhichAnswerIsWrong) {
  v1::VerifyResponsesRequest request;
  request.add_commands(Raw("84820100101011121314151617E0E1E2E3E4E5E6E7"));
  request.add_commands(Raw("84CA006608F0F1F2F3F4F5F6F700"));
  request.add_answers(Raw("9000"));
  request.add_answers(Raw("66049000"));
  ASSERT_OK_AND_ASSIGN(const SessionPacket packet, ParsePacket(request));
  ASSERT_EQ(packet.commands.size(), 2u);
  EXPECT_EQ(packet.commands[1].header().ins, 0xCA);
  ASSERT_EQ(packet.answers.size(), 2u);
  EXPECT_EQ(ToHex(packet.answers[1].data), "6604");
  EXPECT_EQ(packet.answers[1].sw, card::kSuccess);
  request.add_answers(Raw("90"));
  EXPECT_THAT(ParsePacket(request), StatusIs(absl::StatusCode::kInvalidArgument,
                                             HasSubstr("answer 2: ")));
}

TEST(KeyvaultProtoTest, RendersWhatAnswersProve) {
  v1::VerifyResponsesResponse response;
  Render(
      std::vector<VerifiedAnswer>{
          {Assurance::kReported, {}, card::kSuccess},
          {Assurance::kProven, {0x01, 0x02}, card::StatusWord(0x6310)},
          {Assurance::kForged, {}, card::StatusWord(0x9000)}},
      response);
  ASSERT_EQ(response.answers_size(), 3);
  EXPECT_EQ(response.answers(0).assurance(), v1::ASSURANCE_REPORTED);
  EXPECT_EQ(response.answers(1).assurance(), v1::ASSURANCE_PROVEN);
  EXPECT_EQ(response.answers(1).data(), Raw("0102"));
  EXPECT_EQ(response.answers(1).status_word(), 0x6310u);
  EXPECT_EQ(response.answers(2).assurance(), v1::ASSURANCE_FORGED);
}

TEST(KeyvaultProtoTest, RendersOpenings) {
  IssuedOpening issued;
  issued.opening.host_challenge = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  issued.opening.expires_at = absl::FromUnixMicros(1'800'000'000'000'001);
  issued.ticket = {0xAA, 0x00};
  v1::IssueOpeningsResponse response;
  Render(std::vector<IssuedOpening>{issued}, response);
  ASSERT_EQ(response.openings_size(), 1);
  EXPECT_EQ(response.openings(0).host_challenge(), Raw("0102030405060708"));
  EXPECT_EQ(response.openings(0).long_host_challenge(),
            Raw("01020304050607080900000000000000"));
  EXPECT_EQ(response.openings(0).ticket(), Raw("AA00"));
  EXPECT_EQ(response.openings(0).expires_at_us(), 1'800'000'000'000'001);
}

TEST(KeyvaultProtoTest, RendersASession) {
  const Session session{
      card::CommandApdu::Parse(FromHexOrDie("8482030000")).value(),
      {1},
      {2, 3},
      {"issuer", 7, {9, 8}},
      0x30,
      scp::SecurityLevel::kCMac};
  v1::AuthenticateResponse response;
  Render(session, response);
  EXPECT_EQ(response.external_authenticate(), Raw("8482030000"));
  EXPECT_EQ(response.command_token(), Raw("01"));
  EXPECT_EQ(response.verify_token(), Raw("0203"));
  EXPECT_EQ(response.card().key_set(), "issuer");
  EXPECT_EQ(response.card().key_diversification_data(),
            Raw("09080000000000000000"));
  EXPECT_EQ(response.card().master_version(), 7u);
  EXPECT_EQ(response.card().key_version_number(), 0x30u);
  EXPECT_EQ(response.level(), 1u);
}

TEST(KeyvaultProtoTest, RendersProtectedCommands) {
  ProtectedCommands batch;
  batch.commands.push_back(
      card::CommandApdu::Parse(FromHexOrDie("84CA006600")).value());
  batch.command_token = {5};
  v1::ProtectResponse response;
  Render(batch, response);
  ASSERT_EQ(response.commands_size(), 1);
  EXPECT_EQ(response.commands(0), Raw("84CA006600"));
  EXPECT_EQ(response.command_token(), Raw("05"));
}

TEST(KeyvaultProtoTest, RendersStatisticsAndKeySets) {
  v1::GetStatisticsResponse statistics;
  Render(Statistics{1, 2, 3, 4, 5}, statistics);
  EXPECT_EQ(statistics.hsm_calls(), 1u);
  EXPECT_EQ(statistics.openings_issued(), 2u);
  EXPECT_EQ(statistics.sessions_authenticated(), 3u);
  EXPECT_EQ(statistics.commands_protected(), 4u);
  EXPECT_EQ(statistics.verifications_failed(), 5u);
  v1::ListKeySetsResponse key_sets;
  Render(std::vector<KeySetDescription>{{"issuer", 2, 0x30, "kdf3", 256}},
         key_sets);
  ASSERT_EQ(key_sets.key_sets_size(), 1);
  EXPECT_EQ(key_sets.key_sets(0).name(), "issuer");
  EXPECT_EQ(key_sets.key_sets(0).master_version(), 2u);
  EXPECT_EQ(key_sets.key_sets(0).key_version_number(), 0x30u);
  EXPECT_EQ(key_sets.key_sets(0).diversification(), "kdf3");
  EXPECT_EQ(key_sets.key_sets(0).key_bits(), 256u);
}

}  // namespace
}  // namespace cardferry::keyvault
