#include "services/sequencer/packet.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardferry::sequencer {
namespace {

using card::CommandApdu;
using testing::ElementsAre;

CommandApdu Command(uint8_t p1) {
  return *CommandApdu::Create({0x80, 0xE8, p1, 0x00}, {});
}

TEST(PacketTest, ProtectedCommandsTakeThePlaceOfThePlannedOnes) {
  const card::Script planned = {
      {Command(1), {}, card::AnyData{}, card::OnMismatch::kStop, "one"},
      {Command(2), {}, card::AnyData{}, card::OnMismatch::kContinue, "two"}};
  const card::Script packet =
      Assemble(Command(9), planned, {Command(11), Command(12)});
  EXPECT_THAT(CommandsOf(packet),
              ElementsAre(Command(9), Command(11), Command(12)));
  EXPECT_EQ(packet[0].on_mismatch, card::OnMismatch::kStop);
  EXPECT_TRUE(card::IsExpected(packet[0], {{}, card::kSuccess}));
  EXPECT_FALSE(card::IsExpected(packet[0], {{}, card::StatusWord(0x6300)}));
  EXPECT_EQ(packet[1].label, "one");
  EXPECT_EQ(packet[2].on_mismatch, card::OnMismatch::kContinue);
}

TEST(PacketTest, MayBeginWithoutAuthentication) {
  const card::Script planned = {
      {Command(1), {}, card::AnyData{}, card::OnMismatch::kStop, "one"}};
  EXPECT_THAT(CommandsOf(Assemble(std::nullopt, planned, {Command(11)})),
              ElementsAre(Command(11)));
}

}  // namespace
}  // namespace cardferry::sequencer
