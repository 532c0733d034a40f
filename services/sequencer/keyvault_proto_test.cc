#include "services/sequencer/keyvault_proto.h"

#include "lib/base/status_matchers.h"

namespace cardferry::sequencer {
namespace {

using absl::StatusCode;
namespace pb = keyvault::v1;

TEST(KeyvaultProtoTest, RendersAHandshake) {
  const pb::AuthenticateRequest request =
      RenderHandshake({{1, 2},
                       "kiosk",
                       "slot",
                       "keys",
                       {3, 4},
                       0x55,
                       0x13,
                       Keyvault::OperationClass::kContent});
  EXPECT_EQ(request.ticket(), "\x01\x02");
  EXPECT_EQ(request.agent(), "kiosk");
  EXPECT_EQ(request.reader(), "slot");
  EXPECT_EQ(request.key_set(), "keys");
  EXPECT_EQ(request.initialize_update_answer(), "\x03\x04");
  EXPECT_EQ(request.channel_options(), 0x55u);
  EXPECT_EQ(request.level_floor(), 0x13u);
  EXPECT_EQ(request.operation_class(), pb::OPERATION_CLASS_CONTENT);
  EXPECT_EQ(RenderHandshake({}).operation_class(), pb::OPERATION_CLASS_READ);
}

TEST(KeyvaultProtoTest, RendersAStartWithoutInitializeUpdate) {
  EXPECT_FALSE(RenderHandshake({}).has_implicit());
  Keyvault::Handshake handshake;
  handshake.implicit = card::ClaimedIdentity{
      {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 0x20, 2, std::nullopt, 0x0107};
  handshake.aid = {0xA0, 0x00};
  const pb::AuthenticateRequest request = RenderHandshake(handshake);
  EXPECT_EQ(ToHex(AsBytes(request.implicit().key_diversification_data())),
            "00010203040506070809");
  EXPECT_EQ(request.implicit().key_version_number(), 0x20u);
  EXPECT_EQ(request.implicit().sequence_counter(), 0x0107u);
  EXPECT_EQ(ToHex(AsBytes(request.aid())), "A000");
}

TEST(KeyvaultProtoTest, RendersEachQuirkAsItsOwn) {
  bool ChannelQuirks::*const members[] = {
      &ChannelQuirks::encrypts_absent_data,
      &ChannelQuirks::counts_only_data,
      &ChannelQuirks::external_authenticate_has_le,
      &ChannelQuirks::macs_channel_bits,
      &ChannelQuirks::encrypts_first_icv,
      &ChannelQuirks::rmac_starts_with_zeros,
      &ChannelQuirks::derives_all_from_first_counter};
  EXPECT_FALSE(RenderHandshake({}).has_quirks());
  for (int i = 0; i < 7; ++i) {
    Keyvault::Handshake handshake;
    handshake.quirks.*members[i] = true;
    // The fields' numbers are 1 to 7, in this order.
    const std::string only = {static_cast<char>((i + 1) << 3), 1};
    EXPECT_EQ(RenderHandshake(handshake).quirks().SerializeAsString(), only);
  }
}

TEST(KeyvaultProtoTest, ParsesOpenings) {
  pb::IssueOpeningsResponse response;
  pb::Opening& opening = *response.add_openings();
  opening.set_long_host_challenge("1234567890abcdef");
  opening.set_ticket("ticket");
  opening.set_expires_at_us(1500000);
  ASSERT_OK_AND_ASSIGN(const auto openings, ParseOpenings(response, 1));
  EXPECT_EQ(AsString(openings[0].host_challenge), "1234567890abcdef");
  EXPECT_EQ(AsString(openings[0].ticket), "ticket");
  EXPECT_EQ(openings[0].expires_at, absl::FromUnixMillis(1500));

  EXPECT_THAT(ParseOpenings(response, 2),
              StatusIs(StatusCode::kInternal,
                       "the keyvault sent 1 openings instead of 2"));
  opening.set_long_host_challenge("1234567");
  EXPECT_THAT(ParseOpenings(response, 1),
              StatusIs(StatusCode::kInternal,
                       "the keyvault sent 7 bytes of host challenge instead "
                       "of 16"));
}

TEST(KeyvaultProtoTest, ParsesASession) {
  pb::AuthenticateResponse response;
  response.set_external_authenticate(AsString(FromHexOrDie("8482030002AABB")));
  response.set_command_token("token");
  response.set_verify_token("verify");
  response.mutable_card()->set_key_set("keys");
  response.mutable_card()->set_key_diversification_data("0123456789");
  response.set_level(0x03);
  ASSERT_OK_AND_ASSIGN(const auto session, ParseSession(response));
  EXPECT_EQ(ToHex(session.external_authenticate->Encode()), "8482030002AABB");
  EXPECT_FALSE(session.only_reads);
  EXPECT_EQ(AsString(session.command_token), "token");
  EXPECT_EQ(session.key_set, "keys");
  EXPECT_EQ(AsString(session.key_diversification_data), "0123456789");
  EXPECT_EQ(session.level, 0x03);
  EXPECT_EQ(AsString(session.verify_token), "verify");
  response.set_live_packets(2);
  EXPECT_EQ(ParseSession(response)->live_packets, 2u);

  response.clear_external_authenticate();
  response.set_granted_class(pb::OPERATION_CLASS_READ);
  EXPECT_EQ(ParseSession(response)->external_authenticate, std::nullopt);
  EXPECT_TRUE(ParseSession(response)->only_reads);

  response.set_level(256);
  EXPECT_THAT(ParseSession(response), StatusIs(StatusCode::kInternal));
  response.set_level(1);
  response.set_external_authenticate("84");
  EXPECT_THAT(ParseSession(response), StatusIs(StatusCode::kInternal));
}

TEST(KeyvaultProtoTest, AsksForASessionWithoutItsCard) {
  ChannelQuirks quirks;
  quirks.counts_only_data = true;
  const pb::OpenPredictedRequest request =
      RenderPrediction({"keys",
                        {1, 2},
                        3,
                        "kiosk",
                        0x33,
                        Keyvault::OperationClass::kContent,
                        {4, 5},
                        quirks});
  EXPECT_EQ(request.key_set(), "keys");
  EXPECT_EQ(request.key_diversification_data(), "\x01\x02");
  EXPECT_EQ(request.ahead(), 3u);
  EXPECT_EQ(request.agent(), "kiosk");
  EXPECT_EQ(request.level_floor(), 0x33u);
  EXPECT_EQ(request.operation_class(), pb::OPERATION_CLASS_CONTENT);
  EXPECT_EQ(request.content(), "\x04\x05");
  EXPECT_TRUE(request.quirks().counts_only_data());
}

TEST(KeyvaultProtoTest, ParsesASessionWithoutItsCard) {
  pb::OpenPredictedResponse response;
  response.set_external_authenticate(AsString(FromHexOrDie("8482030002AABB")));
  response.set_host_challenge("01234567");
  response.set_initialize_update_answer("answer");
  response.set_command_token("token");
  response.set_verify_token("verify");
  response.mutable_card()->set_key_set("keys");
  response.set_level(0x33);
  response.set_channel_options(0x70);
  response.set_report_until_us(7);
  ASSERT_OK_AND_ASSIGN(const auto predicted, ParsePredicted(response));
  EXPECT_EQ(predicted.session.level, 0x33);
  EXPECT_EQ(AsString(predicted.session.verify_token), "verify");
  EXPECT_EQ(predicted.host_challenge[7], '7');
  EXPECT_EQ(AsString(predicted.initialize_update_answer), "answer");
  EXPECT_EQ(predicted.channel_options, 0x70);
  EXPECT_EQ(predicted.report_until, absl::FromUnixMicros(7));
  response.set_host_challenge("0123456");
  EXPECT_THAT(ParsePredicted(response), StatusIs(StatusCode::kInternal));
}

TEST(KeyvaultProtoTest, SendsThePacketAndItsAnswersAsTheyWere) {
  const Keyvault::Packet packet{
      {'t'},
      {*card::CommandApdu::Parse(FromHexOrDie("8482030002AABB")),
       *card::CommandApdu::Parse(FromHexOrDie("84F2200202AABB00"))},
      {{FromHexOrDie("C1C2"), card::kSuccess}}};
  const pb::VerifyResponsesRequest request = RenderPacket(packet);
  EXPECT_EQ(request.verify_token(), "t");
  ASSERT_EQ(request.commands_size(), 2);
  EXPECT_EQ(ToHex(AsBytes(request.commands(1))), "84F2200202AABB00");
  ASSERT_EQ(request.answers_size(), 1);
  EXPECT_EQ(ToHex(AsBytes(request.answers(0))), "C1C29000");
}

TEST(KeyvaultProtoTest, ParsesWhatEachAnswerProves) {
  pb::VerifyResponsesResponse response;
  const auto add = [&response](pb::Assurance assurance, uint32_t sw) {
    pb::VerifiedAnswer& answer = *response.add_answers();
    answer.set_assurance(assurance);
    answer.set_data("x");
    answer.set_status_word(sw);
  };
  add(pb::ASSURANCE_REPORTED, 0x6A88);
  add(pb::ASSURANCE_PROVEN, 0x9000);
  add(pb::ASSURANCE_FORGED, 0x9000);
  ASSERT_OK_AND_ASSIGN(const auto answers, ParseVerified(response, 3));
  EXPECT_EQ(answers[0].assurance, Assurance::kReported);
  EXPECT_EQ(answers[0].answer.sw, card::StatusWord(0x6A88));
  EXPECT_EQ(answers[1].assurance, Assurance::kProven);
  EXPECT_EQ(AsString(answers[1].answer.data), "x");
  EXPECT_EQ(answers[2].assurance, Assurance::kForged);
  EXPECT_THAT(ParseVerified(response, 2),
              StatusIs(StatusCode::kInternal,
                       "the keyvault sent 3 answers instead of 2"));
  add(pb::ASSURANCE_UNSPECIFIED, 0x9000);
  EXPECT_THAT(ParseVerified(response, 4), StatusIs(StatusCode::kInternal));
  response.mutable_answers(3)->set_assurance(pb::ASSURANCE_PROVEN);
  response.mutable_answers(3)->set_status_word(0x10000);
  EXPECT_THAT(ParseVerified(response, 4), StatusIs(StatusCode::kInternal));
}

TEST(KeyvaultProtoTest, ParsesAsManyCommandsAsWereAskedFor) {
  pb::ProtectResponse response;
  response.add_commands(AsString(FromHexOrDie("84F2200202AABB00")));
  ASSERT_OK_AND_ASSIGN(const auto commands, ParseProtected(response, 1));
  EXPECT_EQ(ToHex(commands[0].Encode()), "84F2200202AABB00");
  EXPECT_THAT(ParseProtected(response, 2),
              StatusIs(StatusCode::kInternal,
                       "the keyvault sent 1 commands instead of 2"));
  response.set_commands(0, "84F");
  EXPECT_THAT(ParseProtected(response, 1), StatusIs(StatusCode::kInternal));
}

}  // namespace
}  // namespace cardferry::sequencer
