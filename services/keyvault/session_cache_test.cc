#include "services/keyvault/session_cache.h"

#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "lib/base/testing/fake_clock.h"

namespace cardferry::keyvault {
namespace {

// Counts those that live; does nothing else.
class CountedCipher final : public scp::SessionCipher {
 public:
  explicit CountedCipher(std::atomic<int>& alive) : alive_(alive) { ++alive_; }
  ~CountedCipher() override { --alive_; }

  scp::ChannelProtocol protocol() const override { return {scp::kScp03, 0x00}; }
  absl::StatusOr<Bytes> CardCryptogram() override { return Bytes(8); }
  absl::StatusOr<Bytes> HostCryptogram() override { return Bytes(8); }
  absl::StatusOr<std::vector<Bytes>> MacChain(
      ByteSpan, absl::Span<const Bytes>) override {
    return std::vector<Bytes>();
  }
  absl::StatusOr<std::vector<Bytes>> EncryptCommands(
      absl::Span<const Plaintext>) override {
    return std::vector<Bytes>();
  }

 private:
  std::atomic<int>& alive_;
};

SessionOrigin Origin(uint8_t number) {
  SessionOrigin origin;
  origin.serial = {number};
  origin.seed = {{scp::kScp03, 0x00}, Bytes(8, 0xA0), Bytes(8, 0xC0)};
  return origin;
}

class SessionCacheTest : public testing::Test {
 protected:
  std::atomic<int> alive_{0};
  FakeClock clock_;
  SessionCache cache_{2, absl::Seconds(30), clock_};

  std::unique_ptr<scp::SessionCipher> NewCipher() {
    return std::make_unique<CountedCipher>(alive_);
  }
};

TEST_F(SessionCacheTest, LendsACipherToOneAtATime) {
  std::unique_ptr<scp::SessionCipher> cipher = NewCipher();
  const scp::SessionCipher* const same = cipher.get();
  cache_.Put(Origin(1), std::move(cipher));
  std::unique_ptr<scp::SessionCipher> taken = cache_.Take(Origin(1));
  EXPECT_EQ(taken.get(), same);
  EXPECT_EQ(cache_.Take(Origin(1)), nullptr);
  cache_.Put(Origin(1), std::move(taken));
  EXPECT_EQ(cache_.Take(Origin(1)).get(), same);
}

TEST_F(SessionCacheTest, GivesACipherForItsVeryOriginOnly) {
  cache_.Put(Origin(1), NewCipher());
  EXPECT_EQ(cache_.Take(Origin(2)), nullptr);
  SessionOrigin other = Origin(1);
  other.card.key_set = "other";
  EXPECT_EQ(cache_.Take(other), nullptr);
  other = Origin(1);
  other.card.master_version = 2;
  EXPECT_EQ(cache_.Take(other), nullptr);
  other = Origin(1);
  other.seed.card_challenge[7] = 1;
  EXPECT_EQ(cache_.Take(other), nullptr);
  EXPECT_NE(cache_.Take(Origin(1)), nullptr);
}

TEST_F(SessionCacheTest, TheOldestGoesWhenItIsFull) {
  for (uint8_t i = 1; i <= 3; ++i) cache_.Put(Origin(i), NewCipher());
  EXPECT_EQ(alive_, 2);
  EXPECT_EQ(cache_.Take(Origin(1)), nullptr);
  EXPECT_NE(cache_.Take(Origin(2)), nullptr);
  EXPECT_NE(cache_.Take(Origin(3)), nullptr);
}

TEST_F(SessionCacheTest, OneThatCameBackIsTheYoungest) {
  cache_.Put(Origin(1), NewCipher());
  cache_.Put(Origin(2), NewCipher());
  cache_.Put(Origin(1), cache_.Take(Origin(1)));
  cache_.Put(Origin(3), NewCipher());
  EXPECT_EQ(cache_.Take(Origin(2)), nullptr);
  EXPECT_NE(cache_.Take(Origin(1)), nullptr);
}

TEST_F(SessionCacheTest, KeepsNoneLongerThanItsTime) {
  cache_.Put(Origin(1), NewCipher());
  clock_.Advance(absl::Seconds(30) - absl::Microseconds(1));
  cache_.Put(Origin(2), NewCipher());
  EXPECT_EQ(cache_.size(), 2u);
  clock_.Advance(absl::Microseconds(1));
  EXPECT_EQ(cache_.Take(Origin(1)), nullptr);
  EXPECT_EQ(alive_, 1);
  clock_.Advance(absl::Seconds(30));
  cache_.Sweep();
  EXPECT_EQ(alive_, 0);
  EXPECT_EQ(cache_.size(), 0u);
}

TEST_F(SessionCacheTest, ClearEndsAll) {
  cache_.Put(Origin(1), NewCipher());
  cache_.Put(Origin(2), NewCipher());
  cache_.Clear();
  EXPECT_EQ(alive_, 0);
}

TEST_F(SessionCacheTest, WithoutRoomItKeepsNothing) {
  SessionCache none(0, absl::Seconds(30), clock_);
  none.Put(Origin(1), NewCipher());
  EXPECT_EQ(alive_, 0);
  EXPECT_EQ(none.Take(Origin(1)), nullptr);
}

TEST_F(SessionCacheTest, ManyThreadsNeverGetTheSameCipher) {
  std::atomic<int> using_it{0};
  std::atomic<int> clashes{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 1000; ++round) {
        std::unique_ptr<scp::SessionCipher> cipher = cache_.Take(Origin(1));
        if (cipher == nullptr) continue;
        if (++using_it != 1) ++clashes;
        --using_it;
        cache_.Put(Origin(1), std::move(cipher));
      }
    });
  }
  cache_.Put(Origin(1), NewCipher());
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(clashes, 0);
  EXPECT_EQ(alive_, 1);
}

}  // namespace
}  // namespace cardferry::keyvault
