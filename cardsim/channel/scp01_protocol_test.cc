#include "cardsim/channel/scp01_protocol.h"

#include "cardsim/testing/test_host.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/base/testing/counting_random.h"

namespace cardferry::cardsim {
namespace {

TEST(Scp01ProtocolTest, KnowsTwoParameters) {
  for (int i = 0; i <= 0xFF; ++i) {
    EXPECT_EQ(Scp01Protocol::Create(static_cast<uint8_t>(i)).ok(),
              i == 0x05 || i == 0x15)
        << i;
  }
}

TEST(Scp01ProtocolTest, HasNoRMacAndNoEncryptionWithoutMac) {
  const auto protocol = *Scp01Protocol::Create(0x15);
  for (int level = 0; level <= 0xFF; ++level) {
    EXPECT_EQ(protocol->LevelIsPossible(static_cast<uint8_t>(level)),
              level == 0x00 || level == 0x01 || level == 0x03)
        << level;
  }
}

TEST(Scp01ProtocolTest, TheAnswerIsChallengeAndCryptogramWithoutACounter) {
  const auto protocol = *Scp01Protocol::Create(0x05);
  const KeySet keys = TestDesKeys();
  const Bytes host(8, 0x11);
  CountingRandom random;
  ASSERT_OK_AND_ASSIGN(
      const Opening opening,
      protocol->Open({keys, 0, host, {}, std::nullopt}, random));
  EXPECT_EQ(opening.answer.size(), 16u);
  EXPECT_EQ(ToHex(ByteSpan(opening.answer).first(8)), "0001020304050607");
  EXPECT_EQ(protocol->counting(), Protocol::Counting::kNever);
}

}  // namespace
}  // namespace cardferry::cardsim
