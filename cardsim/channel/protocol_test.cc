#include "cardsim/channel/protocol.h"

#include "cardsim/card_error.h"
#include "cardsim/channel/scp01_protocol.h"
#include "cardsim/testing/test_host.h"
#include "gtest/gtest.h"

namespace cardferry::cardsim {
namespace {

TEST(ProtocolTest, BeginsNoSessionWithoutAHandshake) {
  const KeySet keys = TestDesKeys();
  const auto protocol = Scp01Protocol::Create(0x05);
  EXPECT_FALSE((*protocol)->implicit());
  EXPECT_EQ(StatusWordOf(
                (*protocol)->Begin({keys, 0, {}, {}, std::nullopt}).status()),
            kConditionsNotSatisfied);
}

}  // namespace
}  // namespace cardferry::cardsim
