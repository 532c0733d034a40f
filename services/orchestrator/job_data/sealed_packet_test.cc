#include "services/orchestrator/job_data/sealed_packet.h"

#include <utility>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "services/orchestrator/job_data/testing/test_box.h"

namespace cardferry::orchestrator {
namespace {

using absl::StatusCode;

PreparedPacket Packet() {
  return {"7",
          "kiosk-1",
          absl::FromUnixSeconds(5),
          {{"P1", {1}, {{2}, {3}}}, {"P2", {4}, {{5}}}}};
}

TEST(SealedPacketTest, OpensToWhatWasSealed) {
  ASSERT_OK_AND_ASSIGN(const PreparedPacket sealed,
                       SealPacket(TestBox(), Packet()));
  EXPECT_EQ(sealed.job_id, "7");
  EXPECT_EQ(StoredIdOf(sealed), "P1");
  ASSERT_EQ(sealed.attempts.size(), 2u);
  EXPECT_EQ(sealed.attempts[0].probe.size(), 1 + crypto::SealedBox::kOverhead);
  EXPECT_EQ(sealed.attempts[0].scripts[1].size(),
            1 + crypto::SealedBox::kOverhead);
  ASSERT_OK_AND_ASSIGN(const PreparedPacket opened,
                       OpenPacket(TestBox(), sealed));
  EXPECT_EQ(opened.agent, "kiosk-1");
  EXPECT_EQ(opened.attempts[0].probe, Bytes{1});
  EXPECT_EQ(opened.attempts[0].scripts, (std::vector<Bytes>{{2}, {3}}));
  EXPECT_EQ(opened.attempts[1].probe, Bytes{4});
  EXPECT_EQ(opened.attempts[1].scripts, (std::vector<Bytes>{{5}}));
}

TEST(SealedPacketTest, NothingOfItCanBeChangedOrMoved) {
  ASSERT_OK_AND_ASSIGN(const PreparedPacket sealed,
                       SealPacket(TestBox(), Packet()));
  PreparedPacket changed = sealed;
  changed.attempts[1].scripts[0].back() ^= 1;
  EXPECT_THAT(OpenPacket(TestBox(), changed), StatusIs(StatusCode::kDataLoss));
  changed = sealed;
  std::swap(changed.attempts[0].scripts[0], changed.attempts[0].scripts[1]);
  EXPECT_THAT(OpenPacket(TestBox(), changed), StatusIs(StatusCode::kDataLoss));
  changed = sealed;
  std::swap(changed.attempts[0].probe, changed.attempts[1].probe);
  EXPECT_THAT(OpenPacket(TestBox(), changed), StatusIs(StatusCode::kDataLoss));
}

}  // namespace
}  // namespace cardferry::orchestrator
