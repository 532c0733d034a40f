#include "services/keyvault/predicted_proto.h"

#include "lib/base/status_matchers.h"

namespace cardferry::keyvault {
namespace {

v1::OpenPredictedRequest Request() {
  v1::OpenPredictedRequest request;
  request.set_key_set("acme");
  request.set_key_diversification_data("0123456789");
  request.set_ahead(3);
  request.set_agent("kiosk-1");
  request.set_level_floor(0x13);
  request.set_operation_class(v1::OPERATION_CLASS_CONTENT);
  request.set_content(std::string(32, 'c'));
  request.mutable_quirks()->set_counts_only_data(true);
  return request;
}

TEST(PredictedProtoTest, TakesEveryField) {
  ASSERT_OK_AND_ASSIGN(const PredictedRequest parsed,
                       ParsePredicted(Request()));
  EXPECT_EQ(parsed.key_set, "acme");
  EXPECT_EQ(AsString(parsed.key_diversification_data), "0123456789");
  EXPECT_EQ(parsed.ahead, 3u);
  EXPECT_EQ(parsed.agent, "kiosk-1");
  EXPECT_EQ(parsed.level_floor, 0x13u);
  EXPECT_EQ(parsed.operation_class, OperationClass::kContent);
  EXPECT_EQ(parsed.content, Bytes(32, 'c'));
  EXPECT_TRUE(parsed.quirks.counts_only_data);
}

TEST(PredictedProtoTest, RefusesACardOrAClassThatIsNone) {
  v1::OpenPredictedRequest request = Request();
  request.set_key_diversification_data("012345678");
  EXPECT_THAT(ParsePredicted(request),
              StatusIs(absl::StatusCode::kInvalidArgument));
  request = Request();
  request.clear_operation_class();
  EXPECT_THAT(ParsePredicted(request),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(PredictedProtoTest, RendersWhatIsLive) {
  LiveSession live;
  live.card = {"acme", 2, {0x30}};
  live.counter = 258;
  live.agent = "kiosk-1";
  live.issued_at = absl::FromUnixMicros(1'000'005);
  v1::ListLivePacketsResponse response;
  Render({live}, response);
  ASSERT_EQ(response.packets_size(), 1);
  EXPECT_EQ(response.packets(0).key_set(), "acme");
  EXPECT_EQ(response.packets(0).master_version(), 2u);
  EXPECT_EQ(response.packets(0).key_diversification_data(),
            std::string("0") + std::string(9, '\0'));
  EXPECT_EQ(response.packets(0).counter(), 258u);
  EXPECT_EQ(response.packets(0).agent(), "kiosk-1");
  EXPECT_EQ(response.packets(0).issued_at_us(), 1'000'005);
  EXPECT_FALSE(response.packets(0).predicted());
}

TEST(PredictedProtoTest, RendersASession) {
  const Session session{
      card::CommandApdu::Parse(FromHexOrDie("84821300")).value(),
      {1},
      {2},
      {"acme", 2, {0x30}},
      0x31,
      scp::SecurityLevel::kCDecCMac,
      0x70};
  const PredictedSession predicted{
      session, {3}, {4}, 5, absl::FromUnixMicros(6)};
  v1::OpenPredictedResponse response;
  Render(predicted, response);
  EXPECT_EQ(response.external_authenticate(),
            AsString(FromHexOrDie("84821300")));
  EXPECT_EQ(response.command_token(), "\x01");
  EXPECT_EQ(response.verify_token(), "\x02");
  EXPECT_EQ(response.card().key_version_number(), 0x31u);
  EXPECT_EQ(response.level(), 0x03u);
  EXPECT_EQ(response.channel_options(), 0x70u);
  EXPECT_EQ(response.host_challenge(), "\x03");
  EXPECT_EQ(response.initialize_update_answer(), "\x04");
  EXPECT_EQ(response.counter(), 5u);
  EXPECT_EQ(response.report_until_us(), 6);
}

}  // namespace
}  // namespace cardferry::keyvault
