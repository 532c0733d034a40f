// The runners with SCP02: that they pass what is right, and fail what is not.
#include <memory>

#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "tests/conformance/card_runner.h"
#include "tests/conformance/host_runner.h"
#include "tests/conformance/openssl_host_crypto.h"
#include "tests/conformance/vector_file.h"

namespace cardferry::conformance {
namespace {

using absl::StatusCode;

// A recorded session of a card, from OpenPhysical/Gp4Net, gp_pro_scp02_enc.log,
// and what it derives.
constexpr char kTrace[] = R"([{
  "name": "gp4net_gp_pro_scp02_enc_s0", "kind": "trace", "protocol": "SCP02",
  "i": "55", "security_level": "03",
  "keys": "404142434445464748494A4B4C4D4E4F",
  "session_keys": {"enc": "E94829A5FD577FB1512772AC2DD27024",
                   "mac": "A4C596637EBC545276CDDFB75194B01C",
                   "rmac": "94EAE1F3661F5D308A7FE41BB45FBE67",
                   "dek": "0B54004FB7A503931A0B3F77EDF962C4"},
  "key_diversification_data": "00002345558083204839", "kvn": "01",
  "host_challenge": "CE410ED7FACD71A1", "card_challenge": "884AB6A84A18",
  "sequence": "0013", "card_cryptogram": "19A72830637708FB",
  "host_cryptogram": "E214362A48999E2A", "aid": "A000000151000000",
  "pseudo_random_challenge_verified": true,
  "commands": [
    {"plain": "8050000008CE410ED7FACD71A100",
     "wrapped": "8050000008CE410ED7FACD71A100",
     "response": "0000234555808320483901020013884AB6A84A1819A72830637708FB9000"},
    {"plain": "8082030008E214362A48999E2A",
     "wrapped": "8482030010E214362A48999E2AD0C159C17E6D3F9A00",
     "response": "9000"},
    {"plain": "80F28002024F0000",
     "wrapped": "84F280021013A84162D6CF3D3EB2037DBFF3A4A09100",
     "response": "9000"}]}])";

Vector TraceWith(absl::string_view from, absl::string_view to) {
  const std::string text = absl::StrReplaceAll(kTrace, {{from, to}});
  EXPECT_NE(text, kTrace);
  return ParseVectors(text)->at(0);
}

Vector One(const std::string& fields) {
  return ParseVectors(R"([{"name":"n","protocol":"SCP02",)" + fields + "}]")
      ->at(0);
}

struct Change {
  const char* from;
  const char* to;
};

HostRunner Host() { return HostRunner(std::make_unique<OpensslHostCrypto>()); }

TEST(Scp02HostRunnerTest, PassesARecordedSession) {
  const Vector trace = ParseVectors(kTrace)->at(0);
  EXPECT_EQ(Host().WhyNot(trace), std::nullopt);
  EXPECT_OK(Host().Run(trace));
}

TEST(Scp02HostRunnerTest, FailsWhenAnythingOfTheSessionIsDifferent) {
  for (const Change& change : {
           Change{"\"E94829A5", "\"F94829A5"},            // S-ENC
           Change{"\"A4C59663", "\"B4C59663"},            // S-MAC
           Change{"\"94EAE1F3", "\"84EAE1F3"},            // S-RMAC
           Change{"\"0B54004F", "\"1B54004F"},            // S-DEK
           Change{"\"40414243", "\"42414243"},            // the keys
           Change{"\"kvn\": \"01\"", "\"kvn\": \"02\""},  // of the answer
           Change{"\"0013\"", "\"0014\""},                // of the answer
           Change{"\"884AB6A84A18\"", "\"894AB6A84A18\""},
           Change{"A000000151000000", "A000000151000001"},  // of the challenge
           Change{"\"19A72830637708FB\"", "\"1AA72830637708FB\""},
           Change{"19A72830637708FB", "1AA72830637708FB"},  // in both places
           Change{"\"E214362A48999E2A\"", "\"E314362A48999E2A\""},
           Change{"9E2AD0C1", "9E2AD1C1"},  // C-MAC of EXTERNAL AUTHENTICATE
           Change{"1013A841", "1014A841"},  // encrypted data
           Change{"F3A4A091", "F3A4A090"},  // C-MAC
           Change{"A09100\"", "A091\""},    // Le
           Change{"\"80F28002024F0000\"", "\"80F28002024F0100\""},
           Change{"\"i\": \"55\"", "\"i\": \"45\""},  // ICV encryption
           Change{"\"security_level\": \"03\"", "\"security_level\": \"01\""},
       }) {
    EXPECT_THAT(Host().Run(TraceWith(change.from, change.to)),
                StatusIs(StatusCode::kDataLoss))
        << change.from;
  }
}

// A session with an NFC SIM, nfcsim_scp02_2_s0: the card refused the level.
constexpr char kWithoutMacs[] = R"("kind": "trace", "i": "55",
  "security_level": "02",
  "keys": {"enc": "4953445F4F54415F4B5332305F4B4943",
           "mac": "4953445F4F54415F4B5332305F4B4944",
           "dek": "4953445F4F54415F4B5332305F4B494B"},
  "session_keys": {"enc": "D10DA32B3E373AB630CBE003427EDAB6"},
  "key_diversification_data": "0000604DC0098C762C00", "kvn": "20",
  "host_challenge": "F49F355437D74DD3", "card_challenge": "84B8039C9105",
  "sequence": "002E", "card_cryptogram": "BF3EBE25B422DD86",
  "host_cryptogram": "5AB84BF016F49206",
  "commands": [
    {"wrapped": "8050200008F49F355437D74DD300",
     "response":
       "0000604DC0098C762C002002002E84B8039C9105BF3EBE25B422DD869000"},
    {"wrapped": "84820200105AB84BF016F4920665605B476434CC1A",
     "response": "6A86"}])";

TEST(Scp02HostRunnerTest, ChecksTheMacThatAskedForALevelWithoutMacs) {
  EXPECT_EQ(Host().WhyNot(One(kWithoutMacs)), std::nullopt);
  EXPECT_OK(Host().Run(One(kWithoutMacs)));
  EXPECT_THAT(Host().Run(One(
                  absl::StrReplaceAll(kWithoutMacs, {{"34CC1A", "34CC1B"}}))),
              StatusIs(StatusCode::kDataLoss));
  EXPECT_THAT(Host().Run(One(absl::StrReplaceAll(kWithoutMacs,
                                                 {{"\"6A86\"}",
                                                   "\"6A86\"}, {\"wrapped\": "
                                                   "\"80CA006600\"}"}}))),
              StatusIs(StatusCode::kInvalidArgument, "a session at level 02"));
}

// status-im/keycard-go.
constexpr char kChain[] = R"("kind": "cmac_chain", "i": "15", "level": "01",
  "session_mac": "2983BA77D709C2DAA1E6000ABCCAC951", "commands": [
    {"plain": "80820100081D4DE92EAF7A2C9F",
     "wrapped": "84820100101D4DE92EAF7A2C9F8F9B0DF681C1D3EC"},
    {"plain": "80F28002024F0000",
     "wrapped": "84F280020A4F0030F149209E17B39700"}])";

TEST(Scp02HostRunnerTest, ChecksAChainUnderAKnownSessionKey) {
  EXPECT_EQ(Host().WhyNot(One(kChain)), std::nullopt);
  EXPECT_OK(Host().Run(One(kChain)));
  for (const auto& [from, to] :
       {std::pair("81C1D3EC", "81C1D3ED"), std::pair("9E17B397", "9E17B396"),
        std::pair("\"15\"", "\"05\""), std::pair("\"2983", "\"2B83")}) {
    EXPECT_THAT(Host().Run(One(absl::StrReplaceAll(kChain, {{from, to}}))),
                StatusIs(StatusCode::kDataLoss))
        << from;
  }
  EXPECT_THAT(Host().Run(One(R"("kind": "cmac_chain", "i": "15", "level": "01",
      "session_mac": "2983BA77D709C2DAA1E6000ABCCAC951", "commands": [])")),
              StatusIs(StatusCode::kInvalidArgument));
}

// A vector that passes, and one digit of it with which it fails.
struct Case {
  const char* fields;
  const char* right;
  const char* wrong;
};

TEST(Scp02RunnersTest, FailWrongParts) {
  // status-im/keycard-go, ICAO Doc 9303, GlobalPlatformPro, Gp4Net.
  for (const Case& one : {
           Case{R"("kind":"cryptogram","session_enc":
                "16B5867FF50BE7239C2BF1245B83A362",
                "host_challenge":"32DA078D7AAC1CFF",
                "card_challenge":"007284F64A7D6465",
                "expected":{"card":"05C4BB8A86014E22"})",
                "4E22", "4E23"},
           Case{R"("kind":"cryptogram","session_enc":
                "0EF72A1065236DD6CAC718D5E3F379A4",
                "host_challenge":"266195E638DA1B95",
                "card_challenge":"0076A6C0D55E9535",
                "expected":{"host":"45A5F48DAE68203C"})",
                "203C", "203D"},
           Case{R"("kind":"cryptogram",
                "keys":"404142434445464748494A4B4C4D4E4F",
                "host_challenge":"F0467F908E5CA23F",
                "initialize_update_response":
           "000002650183039536622002000DE9C62BA1C4C8E55FCB91B6654CE4",
                "expected":{"card":"E55FCB91B6654CE4",
                            "host":"3CE060483AACE927"})",
                "E927", "E926"},
           Case{R"("kind":"retail_mac",
                "key":"7862D9ECE03C1BCD4D77089DCF131442",
                "data":"72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F49)"
                R"(8F76ED92F2","padding":"80","expected":"5F1448EEA8AD90A7")",
                "90A7", "90A6"},
           Case{R"("kind":"mac_full_3des",
                "key":"16B5867FF50BE7239C2BF1245B83A362",
                "data":"32DA078D7AAC1CFF007284F64A7D6465",
                "expected":"05C4BB8A86014E22")",
                "4E22", "4E23"},
           Case{R"("kind":"diversification","algorithm":"VISA2",
                "master":"404142434445464748494A4B4C4D4E4F",
                "kdd":"00010203040506070809",
                "derived":{"enc":"8510FC973208218CA86888BCEC203635"},
                "expected_kcv":{"enc":"2BE598"})",
                "2BE598", "2BE599"},
           Case{R"("kind":"diversification","algorithm":"EMV-CPS-1.1",
                "master":"404142434445464748494A4B4C4D4E4F",
                "kdd":"00010203040506070809",
                "derived":{"enc":"0EF59FCBF8019B62E62AF6EA20B8BF25"})",
                "\"0EF5", "\"0CF5"},
           Case{R"("kind":"session_keys","sequence":"0000",
                "keys":"404142434445464748494A4B4C4D4E4F",
                "session_keys":{"enc":"010B0371D78377B801F2D62AFC671D95",
                                "dek":"E11987EE331B417A5D67D760692F89D4"},
                "expected_kcv":{"enc":"F2DCDD","dek":"85272E"})",
                "\"E119", "\"E319"},
           Case{R"("kind":"session_keys","sequence":"00A5","i":"04",
                "keys":{"enc":"0123456789ABCDEF1234567890ABCDEF",
                        "mac":"FEDCBA9876543210ABCDEF0987654321",
                        "dek":"1122334455667788AABBCCDDEEFF1122"},
                "host_challenge":"FEDCBA9876543210",
                "card_challenge":"123456789ABC",
                "expected":{"enc":"B1B1E3A7B4FBD9F6BDA5FDDB703C5D47",
                            "card_cryptogram":"1D172744A5C66F2C",
                            "host_cryptogram":"D6715F0A0D67E3B4"})",
                "6F2C", "6F2D"},
       }) {
    const Vector right = One(one.fields);
    EXPECT_EQ(Host().WhyNot(right), std::nullopt) << one.fields;
    EXPECT_OK(Host().Run(right)) << one.fields;
    const Vector wrong =
        One(absl::StrReplaceAll(one.fields, {{one.right, one.wrong}}));
    EXPECT_THAT(Host().Run(wrong), StatusIs(StatusCode::kDataLoss))
        << one.fields;
    CardRunner card;
    if (card.WhyNot(right)) continue;
    EXPECT_OK(card.Run(right)) << one.fields;
    EXPECT_THAT(card.Run(wrong), StatusIs(StatusCode::kDataLoss)) << one.fields;
  }
}

TEST(Scp02CardRunnerTest, PassesARecordedSession) {
  CardRunner card;
  const Vector trace = ParseVectors(kTrace)->at(0);
  EXPECT_EQ(card.WhyNot(trace), std::nullopt);
  EXPECT_OK(card.Run(trace));
}

TEST(Scp02CardRunnerTest,
     FailsWhenAnythingThatTheCardMakesOrChecksIsDifferent) {
  for (const Change& change : {
           Change{"\"40414243", "\"42414243"},              // the keys
           Change{"A000000151000000", "A000000151000001"},  // of the challenge
           Change{"637708FB90", "637708FC90"},              // card cryptogram
           Change{"9E2AD0C1", "9E2AD1C1"},  // C-MAC of EXTERNAL AUTHENTICATE
           Change{"10E21436", "10E31436"},  // host cryptogram
           Change{"1013A841", "1014A841"},  // encrypted data
           Change{"F3A4A091", "F3A4A090"},  // C-MAC
           Change{"\"80F28002024F0000\"", "\"80F28002024F0100\""},
           Change{"\"i\": \"55\"", "\"i\": \"45\""},  // ICV encryption
       }) {
    CardRunner card;
    EXPECT_FALSE(card.Run(TraceWith(change.from, change.to)).ok())
        << change.from;
  }
}

TEST(Scp02CardRunnerTest, WantsTheRefusalOfALevelWithoutMacs) {
  CardRunner card;
  EXPECT_OK(card.Run(One(kWithoutMacs)));
  EXPECT_THAT(
      card.Run(One(absl::StrReplaceAll(kWithoutMacs, {{"6A86", "6985"}}))),
      StatusIs(StatusCode::kDataLoss,
               "command 1: answer is 6A86, must be 6985"));
}

TEST(Scp02CardRunnerTest, ANegativeTraceThatIsRightIsAFailure) {
  CardRunner card;
  EXPECT_THAT(card.Run(TraceWith("\"kind\": \"trace\"",
                                 "\"kind\": \"negative_trace\", "
                                 "\"must_reject_at\": 2")),
              StatusIs(StatusCode::kDataLoss, "command 2 was taken"));
}

TEST(Scp02CardRunnerTest, ChecksAChainUnderAKnownSessionKey) {
  CardRunner card;
  EXPECT_OK(card.Run(One(kChain)));
  for (const auto& [from, to] :
       {std::pair("81C1D3EC", "81C1D3ED"), std::pair("9E17B397", "9E17B396"),
        std::pair("\"15\"", "\"05\""), std::pair("\"2983", "\"2B83"),
        std::pair("024F0000\"", "024F0100\"")}) {
    EXPECT_FALSE(card.Run(One(absl::StrReplaceAll(kChain, {{from, to}}))).ok())
        << from;
  }
}

TEST(Scp02CardRunnerTest, SkipsWithTheReason) {
  const CardRunner card;
  EXPECT_EQ(card.WhyNot(One(R"("kind":"retail_mac")")), "for the host's side");
}

}  // namespace
}  // namespace cardferry::conformance
