#include "services/keyvault/testing/openssl_hsm_keys.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "services/keyvault/testing/hsm_keys_contract.h"

namespace cardferry::keyvault {
namespace {

INSTANTIATE_TEST_SUITE_P(
    Openssl, HsmKeysContract,
    testing::Values(HsmKeysMaker{
        "Openssl",
        [] { return std::make_shared<OpensslHsmKeys>(ContractKeySets()); }}),
    [](const auto& test) { return test.param.name; });

// From the tests of GlobalPlatformPro (TestPlaintextKeys.java, commit
// 236a610a63385e9171247485c000d0a96c5aff00).
TEST(DeriveCardKeyTest, AgreesWithAnotherImplementationOnKdf3) {
  KnownKeySet key_set;
  key_set.description.diversification = "kdf3";
  key_set.master_enc = FromHexOrDie(
      "8C72C72CF908411653018807950D82FBAD947562F0828A0B10B8B9606ABF3BCD");
  ASSERT_OK_AND_ASSIGN(
      const SecretBytes key,
      DeriveCardKey(key_set, 1, FromHexOrDie("D9B1DE5D0362DEDCE4FB")));
  EXPECT_TRUE(key.Equals(SecretBytes::CopyOf(FromHexOrDie(
      "9AAC5D0B3601F89438A0D9D0B6B256CFB47E6462DFA5228D3420C4AC7C224781"))));
}

// The same tests; the values of the keys are of a reference that gives their
// key check values.
TEST(DeriveCardKeyTest, AgreesWithAnotherImplementationOnTripleDes) {
  std::ifstream stream("tests/vectors/real_primitives.json");
  int compared = 0;
  for (const nlohmann::json& record : nlohmann::json::parse(stream)) {
    if (record["kind"] != "diversification") continue;
    const std::string algorithm = record["algorithm"].get<std::string>();
    if (algorithm != "VISA2" && algorithm != "EMV-CPS-1.1") continue;
    SCOPED_TRACE(record["name"].get<std::string>());
    KnownKeySet key_set;
    key_set.description.diversification =
        algorithm == "VISA2" ? "visa2" : "emv-cps";
    key_set.master_enc = FromHexOrDie(record["master"].get<std::string>());
    key_set.master_mac = key_set.master_enc;
    const Bytes kdd = FromHexOrDie(record["kdd"].get<std::string>());
    for (const auto& [number, name] :
         {std::make_pair(1, "enc"), std::make_pair(2, "mac")}) {
      EXPECT_TRUE(DeriveCardKey(key_set, number, kdd)
                      .value()
                      .Equals(SecretBytes::CopyOf(FromHexOrDie(
                          record["derived"][name].get<std::string>()))))
          << name;
    }
    ++compared;
  }
  EXPECT_EQ(compared, 2);
}

TEST(DeriveCardKeyTest, EncAndMacComeFromTheirOwnMasters) {
  KnownKeySet key_set;
  key_set.description.diversification = "kdf3";
  key_set.master_enc = FromHexOrDie("404142434445464748494A4B4C4D4E4F");
  key_set.master_mac = key_set.master_enc;
  const Bytes kdd = FromHexOrDie("00010203040506070809");
  EXPECT_TRUE(DeriveCardKey(key_set, 1, kdd)
                  .value()
                  .Equals(SecretBytes::CopyOf(
                      FromHexOrDie("808BC985A1069AD2A9AC94E0FE7B8843"))));
  EXPECT_TRUE(DeriveCardKey(key_set, 2, kdd)
                  .value()
                  .Equals(SecretBytes::CopyOf(
                      FromHexOrDie("65942E0BF4F3F32AEFACBA5671456275"))));
}

}  // namespace
}  // namespace cardferry::keyvault
