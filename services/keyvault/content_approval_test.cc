#include "services/keyvault/content_approval.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/file.h"
#include "lib/base/status_matchers.h"
#include "nlohmann/json.hpp"

namespace cardferry::keyvault {
namespace {

using hsm::ContentSignature;
using Json = nlohmann::json;

card::Aid A(const char* hex) { return *card::Aid::FromHex(hex); }

const char kFile[] = "A00000006203010C01";
const char kApp[] = "A00000006203010C010102";
const char kDomain[] = "A00000006203010D01";

// The messages of the vectors' tokens for a command. Source: tests/vectors.
std::vector<std::string> VectorMessages(const std::string& command) {
  const auto text =
      ReadFile("tests/vectors/generated_primitives.json", 16 << 20);
  EXPECT_OK(text);
  std::vector<std::string> messages;
  for (const Json& vector : Json::parse(*text)) {
    if (vector.value("kind", "") == "token" && vector["command"] == command) {
      messages.push_back(vector["message"]);
    }
  }
  return messages;
}

std::string MessageHex(const ApprovedContent& content) {
  const auto message = MessageOf(content);
  EXPECT_OK(message);
  EXPECT_EQ(message->kind, ContentSignature::kToken);
  return ToHex(message->message);
}

TEST(ContentApprovalTest, ADapIsOverTheHashAlone) {
  for (const size_t size : {20u, 32u, 48u, 64u}) {
    ASSERT_OK_AND_ASSIGN(const ContentMessage message,
                         MessageOf(LoadFileApproval{Bytes(size, 0xAB)}));
    EXPECT_EQ(message.kind, ContentSignature::kDap);
    EXPECT_EQ(message.message, Bytes(size, 0xAB));
    EXPECT_EQ(message.summary,
              "load file with hash " + ToHex(Bytes(size, 0xAB)));
  }
}

TEST(ContentApprovalTest, NothingElseThanAHashIsTakenForOne) {
  for (const size_t size : {0u, 19u, 21u, 31u, 33u, 65u, 200u}) {
    EXPECT_THAT(MessageOf(LoadFileApproval{Bytes(size)}),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << size;
    EXPECT_THAT(MessageOf(LoadApproval{A(kFile), A(kDomain), Bytes(size)}),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << size;
  }
}

TEST(ContentApprovalTest, TokensAreThoseOfTheVectors) {
  EXPECT_THAT(
      VectorMessages("INSTALL [for extradition]"),
      testing::Contains(MessageHex(ExtraditionApproval{A(kApp), A(kDomain)})));
  EXPECT_THAT(VectorMessages("DELETE"),
              testing::Contains(MessageHex(DeleteApproval{A(kApp), false})));
}

TEST(ContentApprovalTest, TokensNameP1P2AndLength) {
  EXPECT_EQ(MessageHex(LoadApproval{A(kFile), A(kDomain), Bytes(32, 0x11)}),
            "020036"
            "09A00000006203010C01"
            "09A00000006203010D01"
            "20" +
                ToHex(Bytes(32, 0x11)) + "00");
  EXPECT_EQ(
      MessageHex(InstallApproval{{A(kFile), A(kApp), A(kApp),
                                  FromHexOrDie("00"), FromHexOrDie("4142")}}),
      "0C0029"
      "09A00000006203010C01"
      "0BA00000006203010C010102"
      "0BA00000006203010C010102"
      "0100"
      "04C9024142");
  EXPECT_EQ(MessageHex(DeleteApproval{A(kFile), true}),
            "00800B4F09A00000006203010C01");
}

TEST(ContentApprovalTest, SummariesNameAllButTheParameters) {
  const auto install =
      MessageOf(InstallApproval{{A(kFile), A(kApp), A(kApp), FromHexOrDie("00"),
                                 FromHexOrDie("4A616E6520446F65")}});
  ASSERT_OK(install);
  EXPECT_EQ(install->summary,
            "install A00000006203010C010102 of "
            "A00000006203010C01/A00000006203010C010102, privileges 00, 8 bytes "
            "of parameters");
  const auto deletion = MessageOf(DeleteApproval{A(kFile), true});
  ASSERT_OK(deletion);
  EXPECT_EQ(deletion->summary, "delete A00000006203010C01 and what came of it");
}

TEST(ContentApprovalTest, RefusesWhatNoCommandCanCarry) {
  EXPECT_THAT(MessageOf(InstallApproval{
                  {A(kFile), A(kApp), A(kApp), FromHexOrDie("0000"), {}}}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(MessageOf(InstallApproval{{A(kFile), A(kApp), A(kApp),
                                         FromHexOrDie("00"), Bytes(250)}}),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

}  // namespace
}  // namespace cardferry::keyvault
