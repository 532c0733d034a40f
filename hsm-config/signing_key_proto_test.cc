#include "hsm-config/signing_key_proto.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "hsm-config/key_profile_proto.h"
#include "hsm-config/testing/test_profile.h"
#include "lib/base/status_matchers.h"

namespace cardferry::hsm {
namespace {

using testing::HasSubstr;

constexpr char kDap[] =
    "signing_keys { name: \"acme-dap\" algorithm: SIGNING_ALGORITHM_ECDSA_P256 "
    "signs: CONTENT_SIGNATURE_DAP label: \"dap/1\" id: \"4001\" "
    "used_by: \"approvers\" }\n";
constexpr char kToken[] =
    "signing_keys { name: \"acme-token\" "
    "algorithm: SIGNING_ALGORITHM_RSA_2048_PSS signs: CONTENT_SIGNATURE_TOKEN "
    "label: \"token/1\" id: \"4002\" used_by: \"approvers\" }\n";

absl::StatusOr<std::vector<SigningKey>> Parse(const std::string& text) {
  config::v1::KeyProfile message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return ParseSigningKeys(message);
}

std::string Without(std::string text, const std::string& part) {
  const size_t at = text.find(part);
  EXPECT_NE(at, std::string::npos) << part;
  return text.erase(at, part.size());
}

TEST(SigningKeyProtoTest, SaysWhatEachKeySigns) {
  ASSERT_OK_AND_ASSIGN(const auto keys, Parse(absl::StrCat(kDap, kToken)));
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_EQ(keys[0].name, "acme-dap");
  EXPECT_EQ(keys[0].algorithm, pkcs11::SigningAlgorithm::kEcdsaP256);
  EXPECT_EQ(keys[0].signs, ContentSignature::kDap);
  EXPECT_EQ(keys[0].in_token.label, "dap/1");
  EXPECT_EQ(ToHex(keys[0].in_token.id), "4001");
  EXPECT_EQ(keys[1].algorithm, pkcs11::SigningAlgorithm::kRsa2048Pss);
  EXPECT_EQ(keys[1].signs, ContentSignature::kToken);
}

TEST(SigningKeyProtoTest, RefusesAKeyThatIsNotWhole) {
  for (const char* part :
       {"name: \"acme-dap\"", "algorithm: SIGNING_ALGORITHM_ECDSA_P256",
        "signs: CONTENT_SIGNATURE_DAP", "label: \"dap/1\"", "id: \"4001\"",
        "used_by: \"approvers\""}) {
    EXPECT_THAT(
        Parse(Without(kDap, part)),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("signing key")))
        << part;
  }
}

TEST(SigningKeyProtoTest, RefusesANameThatIsThereTwice) {
  EXPECT_THAT(Parse(absl::StrCat(kDap, kDap)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("signing key acme-dap twice")));
}

TEST(SigningKeyProtoTest, LabelsAndIdentifiersAreTheirsAlone) {
  const std::string profile = TestProfileText({TestKeySet()});
  EXPECT_OK(ParseKeyProfile(absl::StrCat(profile, kDap, kToken)));
  std::string same_id = kDap;
  same_id.replace(same_id.find("4001"), 4, "0001");  // the token seal's
  EXPECT_THAT(
      ParseKeyProfile(absl::StrCat(profile, same_id)),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("id 0001 twice")));
  std::string same_label = kDap;
  same_label.replace(same_label.find("dap/1"), 5, "token-seal");
  EXPECT_THAT(ParseKeyProfile(absl::StrCat(profile, same_label)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("label token-seal twice")));
}

}  // namespace
}  // namespace cardferry::hsm
