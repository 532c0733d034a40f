// The card's runner with the kinds that it alone has, and with SCP01: that it
// passes what is right, and fails what is not.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "tests/conformance/card_runner.h"
#include "tests/conformance/vector_file.h"

namespace cardferry::conformance {
namespace {

struct Case {
  const char* record;
  // Each makes it wrong.
  std::vector<std::pair<std::string, std::string>> changes;
};

// kaoh/globalplatform, scp01Test.c, get_status_mac_enc.
constexpr char kScp01[] = R"([{
  "name": "n", "kind": "trace", "protocol": "SCP01", "i": "05",
  "security_level": "03", "keys": "404142434445464748494A4B4C4D4E4F",
  "commands": [
    {"wrapped": "8050000008C504EDBB64DD582900", "response":
     "00005237000000470000FF01691FF128720F01AEB82C85804AB776409000"},
    {"wrapped": "8482030010D3C21BB2478977BDA01145D1C12BEDC5",
     "response": "9000"},
    {"wrapped": "84F2100210EF482121446322C0CD9A3CC2C8E89D8400",
     "plain": "80F21002024F0000"},
    {"wrapped": "84F2200210EF482121446322C0A8C7D22E1EB71EBA00",
     "plain": "80F22002024F0000"}]}])";

constexpr char kScp01Cryptograms[] = R"([{
  "name": "n", "kind": "cryptogram", "protocol": "SCP01",
  "keys": "404142434445464748494A4B4C4D4E4F",
  "host_challenge": "894519BFBC1A5BD8", "card_challenge": "274DB7EACA66CE44",
  "expected": {"card": "8AD4A92D9B6B24E0", "host": "338788E8334EBA1B"}}])";

constexpr char kImplicit[] = R"([{
  "name": "n", "kind": "scp02_implicit", "protocol": "SCP02", "i": "1A",
  "security_level": "01", "keys": "F12C3DFBA71C7F3E010D70A24643E658",
  "sequence": "3D88", "aid": "A000000151000000",
  "session_keys": {"enc": "22A670BA22779D24EBD8EC5D5A418E49",
                   "mac": "93DA9BF39166C874145D58ED02A1C1BC"},
  "icv_initial": "312D38B0E57E487D",
  "commands": [
    {"plain": "80F24002024F0000",
     "wrapped": "84F240020A4F00566045A1D0D73B7E00"},
    {"plain": "80CA006600", "wrapped": "84CA006608A33F1D390828E4C000"}]}])";

constexpr char kImplicitRMac[] = R"([{
  "name": "n", "kind": "scp02_implicit_rmac", "protocol": "SCP02", "i": "3A",
  "security_level": "11", "keys": "7F79C432344FC43845161CB964A8A2E5",
  "sequence": "14F6", "aid": "A000000151000000",
  "session_keys": {"mac": "36659677EFEF18799D88199F2D081344",
                   "rmac": "6466768360F7C5784423CEDB3EE616C5"},
  "commands": [
    {"plain": "807A100109083DEF3820A32981EF",
     "wrapped": "847A100111083DEF3820A32981EF6CE273ED6EBD8E77",
     "response": "9000"},
    {"plain": "80F24002024F0000",
     "wrapped": "84F240020A4F009173B49AAD82CCE900",
     "response": "E3124F08A0000001510000009F700101C5039EFE80E3D71C90CAB229E6F71B3E9000",
     "response_plain":
       "E3124F08A0000001510000009F700101C5039EFE80E3D71C9000"}]}])";

constexpr char kPutKeyBlock[] = R"([{
  "name": "n", "kind": "put_key_block", "protocol": "SCP01", "key_type": "DES",
  "dek": "404142434445464748494A4B4C4D4E4F",
  "key": "404142434445464748494A4B4C4D4E4F", "kcv": "8BAF47",
  "expected_ciphertext": "B4BAA89A8CD0292B45210E1BC84B1C31",
  "expected_field": "8010B4BAA89A8CD0292B45210E1BC84B1C31038BAF47"}])";

// A card's, of OpenPhysical/Gp4Net.
constexpr char kPutKeyApdu[] = R"([{
  "name": "n", "kind": "put_key_apdu", "protocol": "SCP02", "new_kvn": "01",
  "dek": "F5352F994F0CAE5DB807D08AE3E055DB", "plain_apdu":
   "80D801814301801006D9BBD21F443275C6A517AD705A76CE0385ADA28010630131F780AE2F24EA80579B89C75394036A4BA380102D0F90A4D9F14A606698821D71511BFF0306CE59",
  "keys": [
    {"kcv": "85ADA2", "key": "B03DAC79005755CE75BF83C1082C5002"},
    {"kcv": "6A4BA3", "key": "ECA887BBCF6F9F3B30292DB1BE0CFE24"},
    {"kcv": "06CE59", "key": "D82C7773A427D40B7AD3FB409E715DCF"}]}])";

std::vector<Case> Cases() {
  return {
      {kScp01,
       {{"\"40414243", "\"42414243"},  // the keys
        {"B7764090", "B7764190"},      // card cryptogram
        {"10D3C21B", "10D3C31B"},      // host cryptogram
        {"C8E89D84", "C8E89D85"},      // C-MAC
        {"10EF4821", "10EF4921"},      // encrypted data
        {"\"05\"", "\"15\""}}},        // ICV encryption
      {kScp01Cryptograms,
       {{"274DB7", "274DB8"}, {"8AD4A9", "8AD4AA"}, {"338788", "338789"}}},
      {kImplicit,
       {{"F12C3D", "F32C3D"},
        {"3D88", "3D89"},
        {"22A670", "23A670"},
        {"93DA9B", "92DA9B"},
        {"312D38", "312D39"},
        {"A00000", "A00001"},
        {"3B7E00", "3B7F00"},
        {"\"80F24002024F0000", "\"80F24002024F0100"},
        {"\"1A\"", "\"0A\""}}},
      {kImplicitRMac,
       {{"7F79C4", "7D79C4"},
        {"36659677", "37659677"},
        {"64667683", "66667683"},
        {"E6F71B3E", "E6F71B3F"},
        {"CCE900", "CCE800"},
        {"A00000015100", "A00000015101"}}},
      {kPutKeyBlock,
       {{"\"dek\": \"40", "\"dek\": \"42"},
        {"\"key\": \"40", "\"key\": \"41"},
        {"\"8BAF47", "\"8BAF48"},
        {"\"B4BAA8", "\"B4BAA9"},
        {"\"8010B4BA", "\"8010B4BB"}}},
      {kPutKeyApdu,
       {{"F5352F", "F7352F"},
        {"\"01\"", "\"02\""},
        {"06D9BBD2", "06D9BBD3"},
        {"\"6A4BA3", "\"6A4BA4"},
        {"D82C77", "D92C77"}}},
  };
}

TEST(CardKindsTest, PassesWhatIsRightAndFailsEveryChange) {
  for (const Case& one : Cases()) {
    SCOPED_TRACE(one.record);
    CardRunner card;
    const Vector right = ParseVectors(one.record)->at(0);
    EXPECT_EQ(card.WhyNot(right), std::nullopt);
    EXPECT_OK(card.Run(right));
    for (const auto& [from, to] : one.changes) {
      const std::string wrong = absl::StrReplaceAll(one.record, {{from, to}});
      EXPECT_NE(wrong, one.record) << from;
      EXPECT_FALSE(card.Run(ParseVectors(wrong)->at(0)).ok()) << from;
    }
  }
}

}  // namespace
}  // namespace cardferry::conformance
