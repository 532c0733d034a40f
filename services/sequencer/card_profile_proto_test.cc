#include "services/sequencer/card_profile_proto.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "lib/base/status_matchers.h"

namespace cardferry::sequencer {
namespace {

using absl::StatusCode;
using testing::ElementsAre;

const char kSmallest[] = R"(
  name: "demo-aes128"
  match { isd_aid: "A000000151000000" scp: 3 }
  key_set: "demo-aes128"
)";

absl::StatusOr<CardProfile> Parse(const std::string& text,
                                  const std::string& more = "") {
  config::v1::CardProfile proto;
  EXPECT_TRUE(google::protobuf::TextFormat::MergeFromString(text, &proto));
  EXPECT_TRUE(google::protobuf::TextFormat::MergeFromString(more, &proto));
  return ToCardProfile(proto);
}

std::string Refusal(const std::string& more,
                    const std::string& base = kSmallest) {
  const auto profile = Parse(base, more);
  EXPECT_THAT(profile, StatusIs(StatusCode::kInvalidArgument));
  return std::string(profile.status().message());
}

TEST(CardProfileProtoTest, TheDefaultsAreTheCarefulOnes) {
  ASSERT_OK_AND_ASSIGN(const CardProfile profile, Parse(kSmallest));
  EXPECT_EQ(profile.name, "demo-aes128");
  EXPECT_EQ(profile.match.isd_aid.ToHex(), "A000000151000000");
  EXPECT_EQ(profile.match.scp, 3);
  EXPECT_EQ(profile.key_set, "demo-aes128");
  EXPECT_EQ(profile.level_floor, 0x03);
  EXPECT_EQ(profile.descriptor, card::Descriptor::kLeaveOut);
  const card::ResponseApdu nothing{{}, card::StatusWord(0x6A88)};
  EXPECT_THAT(profile.factory_content.load_files, ElementsAre(nothing));
  EXPECT_THAT(profile.factory_content.applications, ElementsAre(nothing));
  EXPECT_TRUE(profile.IsBuiltIn(*card::Aid::FromHex("A0000000620101")));
  EXPECT_TRUE(profile.IsBuiltIn(*card::Aid::FromHex("A00000015100")));
}

TEST(CardProfileProtoTest, QuirksAreOffUntilTheyAreSaid) {
  ASSERT_OK_AND_ASSIGN(const CardProfile profile, Parse(kSmallest));
  EXPECT_EQ(profile.fallback_i, 0x00);
  EXPECT_EQ(profile.delete_related, card::DeleteRelated::kNo);
  EXPECT_FALSE(profile.tells_resources);
  EXPECT_FALSE(profile.tells_numbers);
  EXPECT_TRUE(profile.lists_modules);
  EXPECT_FALSE(profile.rules.load_file_hash.has_value());
  EXPECT_TRUE(profile.rules.daps.empty());
  EXPECT_TRUE(profile.rules.tokens.empty());
  EXPECT_FALSE(profile.rules.receipts);
  EXPECT_EQ(profile.quirks, ChannelQuirks());
  EXPECT_FALSE(profile.java_card.has_value());
  EXPECT_EQ(profile.longest_command, 255u);
}

TEST(CardProfileProtoTest, EachQuirkOfTheChannelIsItsOwn) {
  const std::vector<std::pair<const char*, bool ChannelQuirks::*>> quirks = {
      {"encrypts_absent_data", &ChannelQuirks::encrypts_absent_data},
      {"counts_only_data", &ChannelQuirks::counts_only_data},
      {"external_authenticate_has_le",
       &ChannelQuirks::external_authenticate_has_le},
      {"macs_channel_bits", &ChannelQuirks::macs_channel_bits},
      {"encrypts_first_icv", &ChannelQuirks::encrypts_first_icv},
      {"rmac_starts_with_zeros", &ChannelQuirks::rmac_starts_with_zeros},
      {"derives_all_from_first_counter",
       &ChannelQuirks::derives_all_from_first_counter}};
  for (const auto& [name, member] : quirks) {
    ASSERT_OK_AND_ASSIGN(
        const CardProfile profile,
        Parse(kSmallest, absl::StrCat("channel_quirks { ", name, ": true }")));
    ChannelQuirks only;
    only.*member = true;
    EXPECT_EQ(profile.quirks, only) << name;
  }
}

TEST(CardProfileProtoTest, AWrongMacIsAnsweredWith6988UnlessItSaysOtherwise) {
  EXPECT_EQ(Parse(kSmallest)->wrong_mac, card::StatusWord(0x6988));
  EXPECT_EQ(Parse(kSmallest, "wrong_mac_status: 0x6982")->wrong_mac,
            card::StatusWord(0x6982));
  for (const char* none : {"0x9000", "0x6300", "0x16982", "0x6310"}) {
    EXPECT_EQ(Refusal(absl::StrCat("wrong_mac_status: ", none)),
              "wrong_mac_status: is no error of a card's, 6400 to 6FFF");
  }
}

TEST(CardProfileProtoTest, KeepsTheTextThatItWasMadeOf) {
  ASSERT_OK_AND_ASSIGN(const CardProfile profile, Parse(kSmallest));
  ASSERT_OK_AND_ASSIGN(const CardProfile again, Parse(profile.text));
  EXPECT_EQ(again.text, profile.text);
  EXPECT_THAT(profile.text, testing::HasSubstr("key_set: \"demo-aes128\""));
}

TEST(CardProfileProtoTest, TakesEveryField) {
  ASSERT_OK_AND_ASSIGN(const CardProfile profile, Parse(R"(
    name: "all"
    match {
      isd_aid: "A000000151000000" scp: 2 i: 0x35 i: 0x75
      key_version_numbers: 0x20 key_version_numbers: 0xFF
      ic_fabricator: "4790" ic_type: "5167" operating_system: "4700"
    }
    key_set: "keys" level_floor: 0x13 fallback_i: 0x35 send_descriptor: true
    factory_content { load_files: "E3074F05F043464552" }
    built_in_packages: "A000000009"
    delete_related: true extended_card_resources: true skip_module_list: true
    card_numbers: true
    load_file_hash: SHA_384
    daps { security_domain: "A000000151000001" signing_key: "acme-dap" }
    tokens { signing_key: "acme-token" commands: DELETE commands: LOAD }
    receipts: true
    java_card: "3.0.4" longest_command: 1024
  )"));
  EXPECT_THAT(profile.match.i, ElementsAre(0x35, 0x75));
  EXPECT_THAT(profile.match.key_version_numbers, ElementsAre(0x20, 0xFF));
  EXPECT_EQ(ToHex(profile.match.ic_fabricator), "4790");
  EXPECT_EQ(ToHex(profile.match.ic_type), "5167");
  EXPECT_EQ(ToHex(profile.match.operating_system), "4700");
  EXPECT_EQ(profile.level_floor, 0x13);
  EXPECT_EQ(profile.fallback_i, 0x35);
  EXPECT_EQ(profile.descriptor, card::Descriptor::kSend);
  const card::ResponseApdu one{FromHexOrDie("E3074F05F043464552"),
                               card::kSuccess};
  EXPECT_THAT(profile.factory_content.load_files, ElementsAre(one));
  EXPECT_TRUE(profile.IsBuiltIn(*card::Aid::FromHex("A0000000090003")));
  EXPECT_EQ(profile.delete_related, card::DeleteRelated::kYes);
  EXPECT_TRUE(profile.tells_resources);
  EXPECT_TRUE(profile.tells_numbers);
  EXPECT_FALSE(profile.lists_modules);
  EXPECT_EQ(profile.rules.load_file_hash, crypto::HashAlgorithm::kSha384);
  ASSERT_EQ(profile.rules.daps.size(), 1u);
  EXPECT_EQ(profile.rules.daps[0].security_domain.ToHex(), "A000000151000001");
  EXPECT_EQ(profile.rules.daps[0].signing_key, "acme-dap");
  EXPECT_EQ(profile.rules.token_key, "acme-token");
  EXPECT_TRUE(profile.rules.receipts);
  EXPECT_THAT(profile.rules.tokens,
              ElementsAre(TokenFor::kLoad, TokenFor::kDelete));
  EXPECT_EQ(profile.java_card, (card::JavaCardVersion{3, 0, 4}));
  EXPECT_EQ(profile.longest_command, 1024u);
}

TEST(CardProfileProtoTest, TokensAreForAllCommandsUnlessTheyAreNamed) {
  ASSERT_OK_AND_ASSIGN(
      const CardProfile profile,
      Parse(kSmallest, "load_file_hash: SHA_1 tokens { signing_key: 'k' }"));
  EXPECT_EQ(profile.rules.load_file_hash, crypto::HashAlgorithm::kSha1);
  EXPECT_EQ(profile.rules.tokens.size(), 4u);
  ASSERT_OK_AND_ASSIGN(
      const CardProfile deletions,
      Parse(kSmallest, "tokens { signing_key: 'k' commands: DELETE }"));
  EXPECT_THAT(deletions.rules.tokens, ElementsAre(TokenFor::kDelete));
}

TEST(CardProfileProtoTest, WhatIsSignedOverAHashSaysWhichOne) {
  EXPECT_EQ(Refusal("tokens { signing_key: 'k' }"),
            "load_file_hash: DAPs and load tokens are over it: say which");
  EXPECT_EQ(Refusal("daps { security_domain: 'A000000151000001' "
                    "signing_key: 'k' }"),
            "load_file_hash: DAPs and load tokens are over it: say which");
  EXPECT_EQ(Refusal("load_file_hash: SHA_512 tokens { }"),
            "tokens.signing_key: is missing");
  EXPECT_EQ(Refusal("daps { security_domain: 'A000000151000001' }"),
            "daps.signing_key: is missing");
  EXPECT_THAT(Refusal("daps { security_domain: 'A0' signing_key: 'k' }"),
              testing::StartsWith("daps.security_domain: "));
}

TEST(CardProfileProtoTest, TheFloorIsWhatAllItsCardsCanDo) {
  const std::vector<std::pair<const char*, int>> floors = {
      {"", 0x03},
      {"match { i: [0x70, 0x60, 0x71] }", 0x33},
      {"match { i: [0x70, 0x30] }", 0x13},
      {"match { i: [0x70, 0x10] }", 0x03},
      {"match { scp: 1 i: [0x05, 0x15] }", 0x03},
      {"match { scp: 2 i: [0x15, 0x35] }", 0x03},
      {"match { scp: 2 i: [0x35, 0x75] }", 0x13},
      {"match { scp: 2 i: [0x1B, 0x3B] }", 0x01},
      {"match { i: 0x70 } level_floor: 0x01", 0x01}};
  for (const auto& [text, floor] : floors) {
    ASSERT_OK_AND_ASSIGN(const CardProfile profile, Parse(kSmallest, text));
    EXPECT_EQ(profile.level_floor, floor) << text;
  }
  EXPECT_EQ(Refusal("match { i: [0x70, 0x30] } level_floor: 0x33"),
            "level_floor: cards with i 30 of match.i cannot do it");
  EXPECT_EQ(Refusal("match { scp: 2 i: 0x1B } level_floor: 0x03"),
            "level_floor: cards with i 1B of match.i cannot do it");
}

TEST(CardProfileProtoTest, NamesTheFieldThatIsWrong) {
  EXPECT_EQ(Refusal("", "key_set: 'k'"), "name: 1 to 63 characters");
  EXPECT_EQ(Refusal("", "name: 'A b'"), "name: only a-z, 0-9 and '-'");
  EXPECT_EQ(Refusal("", "name: 'a'"), "key_set: is missing");
  EXPECT_THAT(Refusal("", "name: 'a' key_set: 'k'"),
              testing::StartsWith("match.isd_aid: "));
  EXPECT_EQ(Refusal("match { scp: 4 }"), "match.scp: 4 is not 1, 2 or 3");
  EXPECT_EQ(Refusal("match { i: 256 }"), "match.i: 256 does not fit one byte");
  EXPECT_EQ(Refusal("match { key_version_numbers: 300 }"),
            "match.key_version_numbers: 300 does not fit one byte");
  EXPECT_EQ(Refusal("match { ic_type: '51' }"),
            "match.ic_type: 1 bytes instead of 2");
  EXPECT_THAT(Refusal("match { operating_system: 'xy' }"),
              testing::StartsWith("match.operating_system: "));
  EXPECT_EQ(Refusal("level_floor: 2"), "level_floor: 02 is no security level");
  EXPECT_EQ(Refusal("match { scp: 2 } level_floor: 0x33"),
            "level_floor: only SCP03 encrypts answers");
  EXPECT_EQ(Refusal("fallback_i: 256"),
            "fallback_i: 256 does not fit one byte");
  EXPECT_EQ(Refusal("fallback_i: 0x10"),
            "fallback_i: SCP03 cards say their own");
  EXPECT_EQ(Refusal("match { scp: 2 i: 0x15 } fallback_i: 0x55"),
            "fallback_i: 55 is not one of match.i");
  EXPECT_THAT(Refusal("factory_content { load_files: 'E305' }"),
              testing::StartsWith("factory_content.load_files: "));
  EXPECT_EQ(Refusal("built_in_packages: 'A0'"),
            "built_in_packages: at least the 5 bytes of a RID");
  EXPECT_EQ(Refusal("java_card: '3'"),
            "java_card: \"3\" is no Java Card version: it is written like "
            "3.0.4");
  EXPECT_EQ(Refusal("longest_command: 255"),
            "longest_command: 255 bytes: 256 to 65535, or 0 for 255");
  EXPECT_EQ(Refusal("longest_command: 65536"),
            "longest_command: 65536 bytes: 256 to 65535, or 0 for 255");
}

}  // namespace
}  // namespace cardferry::sequencer
