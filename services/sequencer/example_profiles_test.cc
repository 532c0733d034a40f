// The types of cards in deploy/profiles: all can be served together, beside the
// demo's, and each is what its file says.
#include <map>

#include "lib/base/status_matchers.h"
#include "lib/rpc/config.h"
#include "services/sequencer/sequencer_config.h"

namespace cardferry::sequencer {
namespace {

using testing::ElementsAre;

class ExampleProfilesTest : public testing::Test {
 protected:
  void SetUp() override {
    config::v1::SequencerConfig proto;
    ASSERT_OK(rpc::ParseTextproto(R"(
      listen: "127.0.0.1:0"
      tls { certificate: "a" private_key: "b" ca: "c" }
      keyvault: "vault:7003"
      profiles: "deploy/profiles"
      profiles: "services/sequencer/profiles"
      profiles: "services/sequencer/profiles/files"
    )",
                                  "test", proto));
    ASSERT_OK_AND_ASSIGN(config_, ParseSequencerConfig(proto, ""));
  }

  const CardProfile* Named(const std::string& name) const {
    for (const CardProfile& profile : config_->profiles.profiles()) {
      if (profile.name == name) return &profile;
    }
    return nullptr;
  }

  // What a card says, and the name of its type.
  std::string TypeOf(const std::string& isd, uint8_t scp, uint8_t key_version,
                     std::optional<uint8_t> i) {
    CardClaim claim;
    claim.isd_aid = *card::Aid::FromHex(isd);
    claim.identity = card::ClaimedIdentity{{}, key_version, scp, {}, {}};
    if (scp == 3) claim.identity->i = i;
    if (scp == 2 && i.has_value()) claim.channels = {{2, *i}};
    const auto profile = config_->profiles.Find(claim);
    return profile.ok() ? (*profile)->name : "none";
  }

  std::optional<SequencerConfig> config_;
};

TEST_F(ExampleProfilesTest, HaveTheirKeySetsAndTheHighestFloors) {
  const std::map<std::string, uint8_t> floors = {
      {"scp03-aes128", 0x33},   {"scp03-aes256", 0x13}, {"scp02-i15", 0x03},
      {"scp02-i55", 0x03},      {"scp03-s16", 0x33},    {"scp02-i35", 0x13},
      {"scp02-implicit", 0x01}, {"scp01-i15", 0x03}};
  for (const auto& [name, floor] : floors) {
    const CardProfile* profile = Named(name);
    ASSERT_NE(profile, nullptr) << name;
    EXPECT_EQ(profile->key_set, name);
    EXPECT_EQ(profile->level_floor, floor) << name;
  }
}

TEST_F(ExampleProfilesTest, TellCardsApart) {
  const std::string isd = "A000000151000000";
  const std::string old_isd = "A000000003000000";
  EXPECT_EQ(TypeOf(isd, 3, 0x32, 0x70), "scp03-aes128");
  EXPECT_EQ(TypeOf(isd, 3, 0x32, 0x00), "none");
  EXPECT_EQ(TypeOf(isd, 3, 0x33, 0x20), "scp03-aes256");
  EXPECT_EQ(TypeOf(isd, 3, 0x33, 0x21), "none");
  EXPECT_EQ(TypeOf(isd, 3, 0x34, 0x71), "scp03-s16");
  EXPECT_EQ(TypeOf(isd, 2, 0x22, 0x35), "scp02-i35");
  EXPECT_EQ(TypeOf(old_isd, 1, 0x0D, std::nullopt), "scp01-i15");
  EXPECT_EQ(TypeOf(isd, 3, 0x30, 0x70), "demo-aes128");
  EXPECT_EQ(TypeOf(old_isd, 2, 0x20, 0x15), "scp02-i15");
  EXPECT_EQ(TypeOf(old_isd, 2, 0x20, std::nullopt), "scp02-i15");
  EXPECT_EQ(TypeOf(old_isd, 2, 0x20, 0x55), "none");
  EXPECT_EQ(TypeOf(isd, 2, 0x21, 0x55), "scp02-i55");
  EXPECT_EQ(TypeOf(isd, 2, 0x21, std::nullopt), "none");
  EXPECT_EQ(TypeOf(isd, 2, 0x20, 0x15), "demo-des");
  EXPECT_EQ(TypeOf(isd, 2, 0x20, 0x05), "none");
}

TEST_F(ExampleProfilesTest, OfFilesAreForTheirOwnCards) {
  ASSERT_EQ(config_->file_profiles.size(), 1u);
  const FileProfile& files = config_->file_profiles[0];
  EXPECT_EQ(files.name, "demo-files");
  EXPECT_EQ(files.key_set, "demo-files");
  EXPECT_TRUE(files.MayBe({0, 0, 0, 0, 0, 0x20, 0x26, 0x11, 0, 1}));
  EXPECT_FALSE(files.MayBe({0x80, 0x49, 0, 0, 0, 0, 0, 0, 0, 1}));
}

TEST_F(ExampleProfilesTest, ShowTheQuirks) {
  const CardProfile& aes256 = *Named("scp03-aes256");
  EXPECT_TRUE(Named("scp02-i35")->quirks.rmac_starts_with_zeros);
  EXPECT_EQ(Named("scp02-i35")->wrong_mac, card::StatusWord(0x6982));
  EXPECT_TRUE(Named("scp01-i15")->quirks.external_authenticate_has_le);
  EXPECT_EQ(aes256.delete_related, card::DeleteRelated::kYes);
  EXPECT_TRUE(aes256.tells_resources);
  EXPECT_THAT(Named("scp03-aes128")->match.i, ElementsAre(0x60, 0x70));
  EXPECT_EQ(Named("scp02-i15")->fallback_i, 0x15);
  EXPECT_FALSE(Named("scp02-i15")->lists_modules);
  EXPECT_EQ(Named("scp02-i55")->fallback_i, 0x00);
  EXPECT_TRUE(Named("scp02-i55")->lists_modules);
}

}  // namespace
}  // namespace cardferry::sequencer
