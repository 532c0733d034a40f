// What other tools sent to cards, which took it: that we would send the same.
// Source: tests/vectors.
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "lib/base/file.h"
#include "lib/base/status_matchers.h"
#include "lib/card/gp/content_commands.h"
#include "lib/card/tlv/tlv.h"
#include "nlohmann/json.hpp"

namespace cardferry::card {
namespace {

using Json = nlohmann::json;

Json FindSession(const std::string& file, const std::string& name) {
  const auto text = ReadFile("tests/vectors/" + file, 4 << 20);
  EXPECT_OK(text);
  for (const Json& session : Json::parse(*text)) {
    if (session["name"] == name) return session;
  }
  ADD_FAILURE() << "no session " << name;
  return {};
}

// The plain commands of a session with this INS, in order.
std::vector<Bytes> Commands(const Json& session, uint8_t ins) {
  std::vector<Bytes> commands;
  for (const Json& command : session["commands"]) {
    const Bytes plain = FromHexOrDie(command["plain"].get<std::string>());
    if (plain.at(1) == ins) commands.push_back(plain);
  }
  return commands;
}

// Header and data. Whether Le stands behind them, tools do as they like: some
// of these leave it out, we write it on every command.
std::string WithoutLe(const CommandApdu& command) {
  return ToHex(CommandApdu::Create(command.header(), command.data())->Encode());
}
std::string WithoutLe(const Bytes& command) {
  return WithoutLe(*CommandApdu::Parse(command));
}

Aid AidOf(const std::string& hex) { return *Aid::FromHex(hex); }

struct Load {
  const char* file;
  const char* session;
  uint8_t level;
  size_t commands;
};

class RecordedLoadTest : public testing::TestWithParam<Load> {};

TEST_P(RecordedLoadTest, IsMadeTheSameButForLe) {
  const Json session = FindSession(GetParam().file, GetParam().session);
  const std::vector<Bytes> recorded = Commands(session, 0xE8);
  ASSERT_EQ(recorded.size(), GetParam().commands);
  Bytes load_file;
  for (const Bytes& command : recorded) {
    Append(load_file, CommandApdu::Parse(command)->data());
  }
  ASSERT_OK_AND_ASSIGN(const Tlv c4, ParseSingleTlv(load_file));
  ASSERT_EQ(c4.tag, 0xC4u);
  ASSERT_OK_AND_ASSIGN(const std::vector<CommandApdu> ours,
                       LoadCommands(c4.value, GetParam().level));
  ASSERT_EQ(ours.size(), recorded.size());
  for (size_t i = 0; i < ours.size(); ++i) {
    EXPECT_EQ(WithoutLe(ours[i]), WithoutLe(recorded[i])) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Recorded, RecordedLoadTest,
    testing::Values(
        Load{"real_scp02.json", "gp4net_configure_gpshell_log_s0", 0x03, 113},
        Load{"real_scp03.json", "gp4net_gp_pro_install_scp03_s0", 0x01, 89},
        Load{"real_scp01.json", "kaoh_scp01_install", 0x03, 2},
        Load{"real_scp02.json", "kaoh_scp02_install_mac_enc", 0x03, 2}));

TEST(RecordedInstallTest, ForLoadIsMadeTheSameButForLe) {
  struct Install {
    const char* file;
    const char* session;
    const char* package;
    const char* security_domain;
  };
  for (const Install& install :
       {Install{"real_scp03.json", "gp4net_gp_pro_install_scp03_s0",
                "A00000030800001000", "A000000151000000"},
        Install{"real_scp02.json", "jcx_SCP02_real_card_i15_session1",
                "D27600012401", "A000000003000000"},
        Install{"real_scp02.json", "jcopshell_scp02_plain_s0", "A0000000090102",
                "A000000003000000"}}) {
    const Json session = FindSession(install.file, install.session);
    ASSERT_OK_AND_ASSIGN(
        const CommandApdu ours,
        InstallForLoad(AidOf(install.package), AidOf(install.security_domain)));
    EXPECT_EQ(WithoutLe(ours), WithoutLe(Commands(session, 0xE6).at(0)));
  }
}

TEST(RecordedInstallTest, ForInstallIsMadeTheSameButForLe) {
  const Json session =
      FindSession("real_scp02.json", "jcopshell_scp02_plain_s0");
  const Installation installation = {AidOf("A0000000090102"),
                                     AidOf("A00000000901"),
                                     AidOf("A00000000901"),
                                     {0x00},
                                     {}};
  ASSERT_OK_AND_ASSIGN(const CommandApdu ours,
                       InstallAndMakeSelectable(installation, 0x00));
  EXPECT_EQ(WithoutLe(ours), WithoutLe(Commands(session, 0xE6).at(1)));
}

TEST(RecordedDeleteTest, IsMadeTheSameButForLe) {
  const Json alone = FindSession("real_scp02.json", "jcopshell_scp02_plain_s0");
  ASSERT_OK_AND_ASSIGN(
      const CommandApdu one,
      DeleteContent(AidOf("A00000000901"), DeleteRelated::kNo));
  EXPECT_EQ(WithoutLe(one), WithoutLe(Commands(alone, 0xE4).at(0)));
  const Json related =
      FindSession("real_scp02.json", "kaoh_scp02_install_mac_enc");
  ASSERT_OK_AND_ASSIGN(
      const CommandApdu all,
      DeleteContent(AidOf("D0D1D2D3D4D501"), DeleteRelated::kYes));
  EXPECT_EQ(WithoutLe(all), WithoutLe(Commands(related, 0xE4).at(1)));
}

}  // namespace
}  // namespace cardferry::card
