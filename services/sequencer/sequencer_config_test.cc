#include "services/sequencer/sequencer_config.h"

#include <filesystem>
#include <map>

#include "lib/base/file.h"
#include "lib/base/status_matchers.h"
#include "lib/rpc/config.h"

namespace cardferry::sequencer {
namespace {

using absl::StatusCode;
using testing::HasSubstr;

const char kGood[] = R"(
  listen: "127.0.0.1:0"
  tls { certificate: "a" private_key: "b" ca: "c" }
  keyvault: "vault:7003"
  profiles: "services/sequencer/profiles"
)";

absl::StatusOr<SequencerConfig> Parse(const std::string& text,
                                      const std::string& folder = "") {
  config::v1::SequencerConfig proto;
  EXPECT_OK(rpc::ParseTextproto(text, "test", proto));
  return ParseSequencerConfig(proto, folder);
}

std::string Without(const std::string& line) {
  std::string text = kGood;
  return text.erase(text.find(line), line.size());
}

auto Refuses(const std::string& text) {
  return StatusIs(StatusCode::kInvalidArgument, HasSubstr(text));
}

class SequencerConfigTest : public testing::Test {
 protected:
  SequencerConfigTest() {
    folder_ = testing::TempDir() + "/profiles-" +
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder_);
  }
  void Write(const std::string& name, const std::string& text) {
    ASSERT_OK(WriteFileAtomically(folder_ + "/" + name, AsBytes(text), 0600));
  }
  std::string folder_;
};

TEST_F(SequencerConfigTest, TheShippedProfilesTellTheDemoCardsApart) {
  ASSERT_OK_AND_ASSIGN(const SequencerConfig config, Parse(kGood));
  EXPECT_EQ(config.listen, "127.0.0.1:0");
  EXPECT_EQ(config.keyvault, "vault:7003");
  EXPECT_EQ(config.tls.private_key, "b");
  EXPECT_EQ(config.load_file_cache_bytes, 64u << 20);
  std::map<std::string, CardProfile> profiles;
  for (const CardProfile& profile : config.profiles.profiles()) {
    profiles.emplace(profile.name, profile);
  }
  ASSERT_EQ(profiles.size(), 8u);
  EXPECT_EQ(profiles.at("demo-des-implicit").level_floor, 0x01);
  EXPECT_EQ(profiles.at("demo-aes128-s16").level_floor, 0x33);
  EXPECT_EQ(profiles.at("demo-aes256-s16").key_set, "demo-aes256");
  EXPECT_EQ(profiles.at("demo-scp01").match.scp, 1);
  EXPECT_EQ(profiles.at("demo-des-rmac").level_floor, 0x13);
  const CardProfile& aes128 = profiles.at("demo-aes128");
  const CardProfile& aes256 = profiles.at("demo-aes256");
  EXPECT_EQ(aes128.key_set, "demo-aes128");
  EXPECT_EQ(aes128.match.key_version_numbers, std::set<uint8_t>{0x30});
  EXPECT_EQ(aes256.key_set, "demo-aes256");
  EXPECT_EQ(aes256.match.key_version_numbers, std::set<uint8_t>{0x31});
  EXPECT_EQ(aes128.level_floor, 0x33);
  const CardProfile& des = profiles.at("demo-des");
  EXPECT_EQ(des.key_set, "demo-des");
  EXPECT_EQ(des.match.scp, 2);
  EXPECT_EQ(des.match.i, (std::set<uint8_t>{0x15, 0x55}));
}

TEST_F(SequencerConfigTest, NamesWhatIsMissing) {
  EXPECT_THAT(Parse(Without("listen: \"127.0.0.1:0\"")),
              Refuses("listen is missing"));
  EXPECT_THAT(Parse(Without("keyvault: \"vault:7003\"")),
              Refuses("keyvault is missing"));
  EXPECT_THAT(Parse(Without("private_key: \"b\"")), Refuses("private_key"));
  EXPECT_THAT(Parse(Without("profiles: \"services/sequencer/profiles\"")),
              Refuses("profiles: there is no card profile"));
}

TEST_F(SequencerConfigTest, TheCacheHasALeastSize) {
  EXPECT_THAT(Parse(std::string(kGood) + "load_file_cache_bytes: 100"),
              Refuses("load_file_cache_bytes: at least 1048576"));
  EXPECT_EQ(Parse(std::string(kGood) + "load_file_cache_bytes: 2000000")
                ->load_file_cache_bytes,
            2000000u);
}

TEST_F(SequencerConfigTest, PathsBeginAtTheConfigurationsFolder) {
  Write("one.textproto",
        "name: 'one' key_set: 'k' match { isd_aid: 'A000000151' scp: 3 }");
  Write("readme.txt", "not a profile");
  const std::string text = Without("services/sequencer/profiles");
  ASSERT_OK_AND_ASSIGN(const SequencerConfig config, Parse(text, folder_));
  EXPECT_EQ(config.profiles.profiles().size(), 1u);
}

TEST_F(SequencerConfigTest, FileOrientedCardsHaveProfilesOfTheirOwn) {
  Write("one.textproto",
        "name: 'one' key_set: 'k' match { isd_aid: 'A000000151' scp: 3 }");
  Write("two.textproto", "name: 'two' key_set: 'f' file_card {}");
  const std::string text = Without("services/sequencer/profiles");
  ASSERT_OK_AND_ASSIGN(const SequencerConfig config, Parse(text, folder_));
  EXPECT_EQ(config.profiles.profiles().size(), 1u);
  ASSERT_EQ(config.file_profiles.size(), 1u);
  EXPECT_EQ(config.file_profiles[0].name, "two");
  Write("two.textproto", "name: 'one' key_set: 'f' file_card {}");
  EXPECT_THAT(Parse(text, folder_),
              Refuses("profiles: two card profiles are called one"));
  Write("two.textproto", "name: 'two' file_card {}");
  EXPECT_THAT(Parse(text, folder_),
              Refuses("two.textproto: key_set: is missing"));
}

TEST_F(SequencerConfigTest, ProfilesOfFileOrientedCardsAreEnough) {
  Write("two.textproto", "name: 'two' key_set: 'f' file_card {}");
  ASSERT_OK_AND_ASSIGN(const SequencerConfig config,
                       Parse(Without("services/sequencer/profiles"), folder_));
  EXPECT_TRUE(config.profiles.profiles().empty());
  EXPECT_EQ(config.file_profiles.size(), 1u);
}

TEST_F(SequencerConfigTest, NamesTheProfileThatIsWrong) {
  Write("bad.textproto", "name: 'bad' key_set: 'k'");
  const std::string text = Without("services/sequencer/profiles");
  EXPECT_THAT(Parse(text, folder_), Refuses("bad.textproto: match.isd_aid"));
  Write("bad.textproto", "nonsense");
  EXPECT_THAT(Parse(text, folder_), Refuses("bad.textproto:1:"));
}

TEST_F(SequencerConfigTest, AProfileThatIsNotThereIsNotFound) {
  EXPECT_THAT(Parse(std::string(kGood) + "profiles: \"nowhere\""),
              StatusIs(StatusCode::kNotFound));
}

}  // namespace
}  // namespace cardferry::sequencer
