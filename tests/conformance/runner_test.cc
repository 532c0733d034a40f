// The runners themselves: that they pass what is right, and fail what is not.
#include <memory>

#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "tests/conformance/card_runner.h"
#include "tests/conformance/host_runner.h"
#include "tests/conformance/openssl_host_crypto.h"
#include "tests/conformance/vector_file.h"

namespace cardferry::conformance {
namespace {

// A recorded session of a card, from OpenPhysical/Gp4Net, and what it derives.
constexpr char kTrace[] = R"([{
  "name": "gp4net_gp_pro_scp03_enc_s0", "kind": "trace", "protocol": "SCP03",
  "i": "70", "mode": "S8", "security_level": "03",
  "keys": "404142434445464748494A4B4C4D4E4F",
  "session_keys": {"enc": "6520CC360F22CA251D9345DD9627AE08",
                   "mac": "5BB759C88D39B9D4C0B6B3AE1CFE0C7A",
                   "rmac": "D7501FF81C704475FCA8B9449A0CA640"},
  "key_diversification_data": "03700000000000000000", "kvn": "01",
  "host_challenge": "F5E88C6C30039A53", "card_challenge": "0D607A25D729A20F",
  "sequence": "00004A", "card_cryptogram": "7E793686DEE77FAF",
  "host_cryptogram": "3B50EF3764CCDD83", "aid": "A000000151000000",
  "pseudo_random_challenge_verified": true,
  "commands": [
    {"plain": "8050000008F5E88C6C30039A5300",
     "wrapped": "8050000008F5E88C6C30039A5300",
     "response": "037000000000000000000103700D607A25D729A20F7E793686DEE77FAF00004A9000"},
    {"plain": "80820300083B50EF3764CCDD83",
     "wrapped": "84820300103B50EF3764CCDD83AF26B8D11ED7034000",
     "response": "9000"},
    {"plain": "80F28002024F0000",
     "wrapped": "84F280021847D799BDC908166D61B7CEAFD6205F731A7B8648F31BC58000",
     "response": "9000"}]}])";

Vector TraceWith(absl::string_view from, absl::string_view to) {
  const std::string text = absl::StrReplaceAll(kTrace, {{from, to}});
  EXPECT_NE(text, kTrace);
  return ParseVectors(text)->at(0);
}

Vector One(const std::string& fields) {
  return ParseVectors(R"([{"name":"n",)" + fields + "}]")->at(0);
}

HostRunner Host() { return HostRunner(std::make_unique<OpensslHostCrypto>()); }

struct Change {
  const char* from;
  const char* to;
};

TEST(HostRunnerTest, PassesARecordedSession) {
  const Vector trace = ParseVectors(kTrace)->at(0);
  EXPECT_EQ(Host().WhyNot(trace), std::nullopt);
  EXPECT_OK(Host().Run(trace));
}

TEST(HostRunnerTest, FailsWhenAnythingOfTheSessionIsDifferent) {
  for (const Change& change : {
           Change{"\"6520CC36", "\"7520CC36"},            // S-ENC
           Change{"\"5BB759C8", "\"6BB759C8"},            // S-MAC
           Change{"\"D7501FF8", "\"C7501FF8"},            // S-RMAC
           Change{"\"40414243", "\"41414243"},            // the keys
           Change{"\"kvn\": \"01\"", "\"kvn\": \"02\""},  // of the answer
           Change{"\"00004A\"", "\"00004B\""},            // of the answer
           Change{"\"0D607A25D729A20F\"", "\"0E607A25D729A20F\""},
           Change{"\"7E793686DEE77FAF\"", "\"7F793686DEE77FAF\""},
           Change{"7E793686DEE77FAF", "7F793686DEE77FAF"},  // in both places
           Change{"\"3B50EF3764CCDD83\"", "\"3C50EF3764CCDD83\""},
           Change{"DD83AF26", "DD83BF26"},  // C-MAC of EXTERNAL AUTHENTICATE
           Change{"1847D799", "1848D799"},  // encrypted data
           Change{"8648F31BC580", "8648F31BC581"},  // C-MAC
           Change{"C58000\"", "C580\""},            // Le
           Change{"\"80F28002024F0000\"", "\"80F28002024F0100\""},
           Change{"\"security_level\": \"03\"", "\"security_level\": \"01\""},
       }) {
    EXPECT_THAT(Host().Run(TraceWith(change.from, change.to)),
                StatusIs(absl::StatusCode::kDataLoss))
        << change.from;
  }
}

TEST(HostRunnerTest, SaysWhatWasAndWhatShouldBe) {
  EXPECT_THAT(
      Host().Run(TraceWith("8648F31BC580", "8648F31BC581")),
      StatusIs(absl::StatusCode::kDataLoss,
               "command 2 is 84F280021847D799BDC908166D61B7CEAFD6205F731A7B8648"
               "F31BC58000, must be 84F280021847D799BDC908166D61B7CEAFD6205F731"
               "A7B8648F31BC58100"));
}

TEST(HostRunnerTest, FailsARecordThatIsNotWhole) {
  EXPECT_THAT(Host().Run(TraceWith("\"plain\": \"80F2", "\"other\": \"80F2")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "a command has no plain form"));
  EXPECT_THAT(
      Host().Run(TraceWith("\"host_challenge\"", "\"other\"")),
      StatusIs(absl::StatusCode::kInvalidArgument, "no field host_challenge"));
}

TEST(HostRunnerTest, SkipsWithTheReason) {
  const HostRunner host = Host();
  EXPECT_EQ(host.WhyNot(TraceWith("SCP03", "SCP11")), "SCP11");
  EXPECT_EQ(host.WhyNot(TraceWith("\"trace\"", "\"dance\"")),
            "kind is not there");
  EXPECT_EQ(host.WhyNot(One(R"("kind":"cmac","cipher":"tdes")")), "tdes");
  EXPECT_EQ(host.WhyNot(One(R"("kind":"diversification","algorithm":"VISA3")")),
            "VISA3");
  EXPECT_EQ(host.WhyNot(One(R"("kind":"retail_mac","padding":"none")")),
            "without padding");
  EXPECT_EQ(host.WhyNot(One(R"("kind":"kdf_counter","rlen":16)")),
            "counter of 16 bits");
  EXPECT_EQ(
      host.WhyNot(One(R"("kind":"negative_trace","mutation":"flip_cmac")")),
      "for the card's side");
}

TEST(HostRunnerTest, FailsWrongPrimitives) {
  // NIST SP 800-38B; blaufish/scp03_kdf_testvectors; GlobalPlatformPro.
  const std::string cmac =
      R"("kind":"cmac","cipher":"aes","key":"2B7E151628AED2A6ABF7158809CF4F3C",
         "message":"","expected":"BB1D6929E95937287FA37D129B75674)";
  EXPECT_OK(Host().Run(One(cmac + "6\"")));
  EXPECT_FALSE(Host().Run(One(cmac + "7\"")).ok());
  const std::string kdf =
      R"("kind":"kdf_scp03","key":"00000000000000000000000000000000",
         "constant":"01","context":"00000000000000000000000000000000",
         "bits":128,"expected":"329C873894717F6D545C755D175AE7E)";
  EXPECT_FALSE(Host().Run(One(kdf + "C\"")).ok());  // L is part of the input
  const std::string diversification =
      R"("kind":"diversification","algorithm":"KDF3",
         "master":"404142434445464748494A4B4C4D4E4F",
         "kdd":"00010203040506070809",
         "derived":{"enc":"808BC985A1069AD2A9AC94E0FE7B8843"},
         "expected_kcv":{"enc":"E79C0)";
  EXPECT_OK(Host().Run(One(diversification + "5\"}")));
  EXPECT_FALSE(Host().Run(One(diversification + "6\"}")).ok());
}

TEST(CardRunnerTest, PassesARecordedSession) {
  CardRunner card;
  const Vector trace = ParseVectors(kTrace)->at(0);
  EXPECT_EQ(card.WhyNot(trace), std::nullopt);
  EXPECT_OK(card.Run(trace));
}

TEST(CardRunnerTest, FailsWhenAnythingThatTheCardMakesOrChecksIsDifferent) {
  for (const Change& change : {
           Change{"\"40414243", "\"41414243"},              // the keys
           Change{"A000000151000000", "A000000151000001"},  // of the challenge
           Change{"00004A9000", "00004B9000"},
           Change{"\"i\": \"70\"", "\"i\": \"30\""},
           Change{"DD83AF26", "DD83BF26"},  // C-MAC of EXTERNAL AUTHENTICATE
           Change{"103B50EF", "103C50EF"},  // host cryptogram
           Change{"1847D799", "1848D799"},  // encrypted data
           Change{"8648F31BC580", "8648F31BC581"},  // C-MAC
           Change{"\"80F28002024F0000\"", "\"80F28002024F0100\""},
       }) {
    CardRunner card;
    EXPECT_FALSE(card.Run(TraceWith(change.from, change.to)).ok())
        << change.from;
  }
}

TEST(CardRunnerTest, ANegativeTraceThatIsRightIsAFailure) {
  CardRunner card;
  EXPECT_THAT(card.Run(TraceWith("\"kind\": \"trace\"",
                                 "\"kind\": \"negative_trace\", "
                                 "\"must_reject_at\": 2")),
              StatusIs(absl::StatusCode::kDataLoss, "command 2 was taken"));
}

TEST(CardRunnerTest, ANegativeTraceRefusedTooEarlyIsAFailure) {
  const std::string text = absl::StrReplaceAll(
      kTrace, {{"\"kind\": \"trace\"",
                "\"kind\": \"negative_trace\", \"must_reject_at\": 2"},
               {"DD83AF26", "DD83BF26"}});
  CardRunner card;
  const absl::Status status = card.Run(ParseVectors(text)->at(0));
  EXPECT_THAT(std::string(status.message()), testing::StartsWith("command 1:"));
}

TEST(CardRunnerTest, SkipsWithTheReason) {
  const CardRunner card;
  EXPECT_EQ(card.WhyNot(TraceWith("SCP03", "SCP11")), "SCP11");
  EXPECT_EQ(card.WhyNot(One(R"("kind":"cmac","cipher":"aes")")),
            "for the host's side");
  EXPECT_EQ(
      card.WhyNot(One(R"("kind":"negative_trace","mutation":"drop_rmac")")),
      "for the host's side");
  EXPECT_EQ(card.WhyNot(One(R"("kind":"token")")), "kind is not there");
}

}  // namespace
}  // namespace cardferry::conformance
