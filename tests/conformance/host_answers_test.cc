// Answers with R-MAC: the host's runner takes those that were recorded, and no
// others.
#include <memory>

#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "tests/conformance/host_runner.h"
#include "tests/conformance/openssl_host_crypto.h"
#include "tests/conformance/vector_file.h"

namespace cardferry::conformance {
namespace {

constexpr absl::StatusCode kDataLoss = absl::StatusCode::kDataLoss;

// From generated_negative.json; the last answer's R-MAC was changed.
constexpr char kFlipped[] = R"({
 "name": "gen_neg_flip_rmac_scp03_i21_aes256_l11_a",
 "kind": "negative_trace",
 "protocol": "SCP03",
 "i": "21",
 "mode": "S16",
 "security_level": "11",
 "keys": {
  "enc": "E17E8E9BE8E8CB7EB17A74939E21777F9143F3C061BBAEA581C695EB5F7144A6",
  "mac": "8CC610249016B49B116E7C2012559FAA5516A1FA0351EB78F8AD312E8EF29CE4",
  "dek": "5B38C8C1EFE5D7D614579E3C0347BDB5D492E30D887EE5159D3EE94632FC2462"
 },
 "must_reject_at": 3,
 "mutation": "flip_rmac",
 "commands": [
  {
   "wrapped": "805030001064DBC4C22D0BA2DBD47DA0ED2B7A852400",
   "response": "911138EE5611F34DEBCA300321BB5B05759C5A0F327C72C087E364542709D8D3DC3814339B4D1610E9CE31C2179000"
  },
  {
   "wrapped": "848211002020CA2EC3D38752D6E190E41F6E8E52BEE580F21C0A41EF56ED042108F6F2AFD1",
   "response": "9000"
  },
  {
   "wrapped": "84F24002124F00D731E9D2B9318A3461B14D0214F979C300",
   "response": "E3124F08A0000001510000009F700101C5039EFE80A22BD5AA4415B02BF3642A986A44D0E63737267008119000"
  },
  {
   "wrapped": "84CA0066107D06BDE08276BE5245771769B4EA17FC00",
   "response": "B7E733755F898DA74B345006110EC2C2A34D153D8B9CA45E0E0DCD6FC3442B3769B7F8089000"
  }
 ]
})";

// From generated_scp02_implicit.json, the beginning.
constexpr char kImplicit[] = R"({
 "name": "gen_scp02_begin_rmac_i3A_a",
 "kind": "scp02_implicit_rmac",
 "protocol": "SCP02",
 "i": "3A",
 "security_level": "11",
 "keys": {
  "enc": "7F79C432344FC43845161CB964A8A2E5",
  "mac": "7F79C432344FC43845161CB964A8A2E5",
  "dek": "7F79C432344FC43845161CB964A8A2E5"
 },
 "sequence": "14F6",
 "aid": "A000000151000000",
 "session_keys": {
  "mac": "36659677EFEF18799D88199F2D081344",
  "rmac": "6466768360F7C5784423CEDB3EE616C5"
 },
 "commands": [
  {
   "plain": "807A100109083DEF3820A32981EF",
   "wrapped": "847A100111083DEF3820A32981EF6CE273ED6EBD8E77",
   "response": "9000"
  },
  {
   "plain": "80F24002024F0000",
   "wrapped": "84F240020A4F009173B49AAD82CCE900",
   "response": "E3124F08A0000001510000009F700101C5039EFE80E3D71C90CAB229E6F71B3E9000",
   "response_plain": "E3124F08A0000001510000009F700101C5039EFE80E3D71C9000"
  },
  {
   "plain": "80CA006600",
   "wrapped": "84CA006608D4DF6E9E2640BC1A00",
   "response": "DBCDBB97CC598B7D8D1B690C60DF7C30A58238E33BA1599CE60076289000",
   "response_plain": "DBCDBB97CC598B7D8D1B690C60DF7C30A58238E39000"
  }
 ]
})";

absl::Status RunWith(const std::string& record, const std::string& text,
                     const std::string& replacement) {
  const std::string changed =
      absl::StrReplaceAll(record, {{text, replacement}});
  EXPECT_EQ(changed == record, text == replacement);
  const auto vectors = ParseVectors("[" + changed + "]");
  HostRunner host(std::make_unique<OpensslHostCrypto>());
  EXPECT_EQ(host.WhyNot(vectors->at(0)), std::nullopt);
  return host.Run(vectors->at(0));
}

TEST(HostAnswersTest, AForgedAnswerIsFoundWhereItIs) {
  EXPECT_OK(RunWith(kFlipped, "", ""));
  EXPECT_THAT(RunWith(kFlipped, "must_reject_at\": 3", "must_reject_at\": 2"),
              StatusIs(kDataLoss, "the first forged answer is 3, must be 2"));
}

TEST(HostAnswersTest, ATraceWithoutAForgedAnswerIsNoNegativeOne) {
  EXPECT_THAT(
      RunWith(kFlipped,
              "B7E733755F898DA74B345006110EC2C2A34D153D8B9CA45E0E0DCD6FC344"
              "2B3769B7F8089000",
              "6A88"),
      StatusIs(kDataLoss, "the first forged answer is 4, must be 3"));
}

TEST(HostAnswersTest, AnImplicitSessionsAnswersAreProvenAsRecorded) {
  EXPECT_OK(RunWith(kImplicit, "", ""));
  // The R-MAC, the data, the plain data; and no proof at all.
  EXPECT_THAT(RunWith(kImplicit, "90CAB229E6F71B3E", "0000000000000000"),
              StatusIs(kDataLoss, "answer 1 to the packet is not proven"));
  EXPECT_THAT(RunWith(kImplicit, "\"response_plain\": \"E312",
                      "\"response_plain\": \"00E312"),
              StatusIs(kDataLoss));
  EXPECT_THAT(
      RunWith(kImplicit, "response_plain", "other"),
      StatusIs(absl::StatusCode::kInvalidArgument, "no answer to be proven"));
}

TEST(HostAnswersTest, AnImplicitSessionsCommandsAreHeldToTheRecord) {
  EXPECT_THAT(RunWith(kImplicit, "\"wrapped\": \"84CA006608D4DF6E9E2640BC1A00",
                      "\"wrapped\": \"84CA006608D4DF6E9E2640BC0000"),
              StatusIs(kDataLoss));
  EXPECT_THAT(RunWith(kImplicit, "\"aid\": \"A0", "\"aid\": \"A1"),
              StatusIs(kDataLoss));
}

}  // namespace
}  // namespace cardferry::conformance
