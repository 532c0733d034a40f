#include "services/sequencer/packet_assembly.h"

#include "lib/base/status_matchers.h"
#include "services/sequencer/packet.h"
#include "services/sequencer/testing/sequencer_fixture.h"

namespace cardferry::sequencer {
namespace {

Keyvault::Session SessionAt(uint8_t level, Bytes verify_token = {0x7E}) {
  return {*card::CommandApdu::Create({0x84, 0x82, level, 0x00}, Bytes(16)),
          {0x70},
          "demo-keys",
          Bytes(10, 0x11),
          level,
          std::move(verify_token)};
}

TEST(PacketAssemblyTest, ASessionIsOfTheCardAtTheFloorAndProvable) {
  EXPECT_OK(CheckSession(SessionAt(0x33), kCardId, 0x13));
  EXPECT_THAT(CheckSession(SessionAt(0x33), "demo-keys/00", 0x13),
              StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(CheckSession(SessionAt(0x03), kCardId, 0x13),
              StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(CheckSession(SessionAt(0x13, {}), kCardId, 0x13),
              StatusIs(absl::StatusCode::kInternal));
  EXPECT_OK(CheckSession(SessionAt(0x03, {}), kCardId, 0x03));
}

class SecurePacketTest : public SequencerTest {
 protected:
  absl::StatusOr<SecuredPacket> Secure(uint8_t level) {
    const CardProfile& profile = sequencer_->profiles()[0];
    const StatusSnapshot& expected = profile.factory_content;
    const CardRecord record{kCardId, expected};
    const ContentPlan plan;
    auto bundle = BuildBundle(plan, expected, profile, level);
    if (!bundle.ok()) return bundle.status();
    commands_ = bundle->commands.size();
    Keyvault::Session session = SessionAt(level);
    if (implicit_) session.external_authenticate.reset();
    return SecurePacket(*vault_, session, *std::move(bundle),
                        {profile, record, expected, desired_, plan});
  }

  bool implicit_ = false;
  size_t commands_ = 0;
};

TEST_F(SecurePacketTest, BeginsWithExternalAuthenticate) {
  ASSERT_OK_AND_ASSIGN(const SecuredPacket packet, Secure(0x03));
  ASSERT_EQ(packet.script.size(), commands_ + 1);
  EXPECT_EQ(packet.script[0].command.header().ins, 0x82);
  EXPECT_EQ(packet.script[0].on_mismatch, card::OnMismatch::kStop);
  EXPECT_EQ(packet.script[1].command.header().cla & 0x04, 0x04);
  EXPECT_EQ(packet.state.runs[0].kind, CommandKind::kAuthenticate);
  EXPECT_EQ(packet.state.Commands(), packet.script.size());
  EXPECT_EQ(packet.state.wanted.size(), 1u);
  EXPECT_FALSE(packet.state.MacsAnswers());
}

TEST_F(SecurePacketTest, WithImplicitInitiationBeginsWithItsFirstCommand) {
  implicit_ = true;
  ASSERT_OK_AND_ASSIGN(const SecuredPacket packet, Secure(0x01));
  EXPECT_EQ(packet.script.size(), commands_);
  EXPECT_NE(packet.state.runs[0].kind, CommandKind::kAuthenticate);
  EXPECT_EQ(packet.state.Commands(), packet.script.size());
}

TEST_F(SecurePacketTest, KeepsWhatItTakesToCheckTheAnswers) {
  ASSERT_OK_AND_ASSIGN(const SecuredPacket packet, Secure(0x13));
  EXPECT_TRUE(packet.state.MacsAnswers());
  EXPECT_EQ(packet.state.packet, CommandsOf(packet.script));
}

}  // namespace
}  // namespace cardferry::sequencer
