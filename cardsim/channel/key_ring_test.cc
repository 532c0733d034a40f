#include "cardsim/channel/key_ring.h"

#include <utility>
#include <vector>

#include "cardsim/card_error.h"
#include "cardsim/testing/test_host.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/base/testing/counting_random.h"

namespace cardferry::cardsim {
namespace {

KeySet Version(KeySet keys, uint8_t version) {
  keys.version = version;
  return keys;
}

KeyRing Make(std::vector<KeyRingEntry> entries) {
  return *KeyRing::Create(std::move(entries), {});
}

// SCP03 under 30 and SCP02 under 20.
KeyRing MakeTwo() {
  std::vector<KeyRingEntry> entries;
  entries.push_back({TestKeys(), {5, 0}});
  entries.push_back({Version(TestDesKeys(), 0x20), {9, 0}});
  return Make(std::move(entries));
}

class KeyRingTest : public testing::Test {
 protected:
  void Initialize(KeyRing& ring, uint8_t version) {
    const Bytes answer =
        *ring.InitializeUpdate(host_.InitializeUpdate(version), random_);
    EXPECT_TRUE(host_.TakeAnswer(answer));
  }
  void Open(KeyRing& ring, uint8_t version) {
    Initialize(ring, version);
    EXPECT_OK(ring.ExternalAuthenticate(host_.ExternalAuthenticate(0x01)));
  }
  card::StatusWord Try(KeyRing& ring, uint8_t version) {
    return StatusWordOf(
        ring.InitializeUpdate(host_.InitializeUpdate(version), random_)
            .status());
  }

  CountingRandom random_;
  TestHost host_{TestKeys()};
};

TEST_F(KeyRingTest, InitializeUpdateChoosesByVersionAndZeroIsTheFirst) {
  KeyRing ring = MakeTwo();
  Open(ring, 0x00);
  EXPECT_EQ(ring.active().keys().version, 0x30);
  Open(ring, 0x30);
  host_.set_keys(Version(TestDesKeys(), 0x20));
  Open(ring, 0x20);
  EXPECT_EQ(ring.active().keys().version, 0x20);
  EXPECT_THAT(ring.Unwrap(host_.Protect(Apdu("80CA006600"))),
              IsOkAndHolds(Apdu("80CA006600")));
  EXPECT_EQ(Try(ring, 0x21), kReferencedDataNotFound);
}

TEST_F(KeyRingTest, EachKeySetCountsForItself) {
  KeyRing ring = MakeTwo();
  Open(ring, 0x30);
  EXPECT_EQ(ring.channels()[0].counters().sequence, 6u);
  EXPECT_EQ(ring.channels()[1].counters().sequence, 9u);
  Initialize(ring, 0x30);
  EXPECT_FALSE(ring.ExternalAuthenticate(
                       Apdu("848201001000112233445566770011223344556677"))
                   .ok());
  EXPECT_EQ(ring.channels()[0].counters().failures, 1);
  EXPECT_EQ(ring.channels()[1].counters().failures, 0);
}

TEST_F(KeyRingTest, AnInitializeUpdateForAnotherSetEndsTheSession) {
  KeyRing ring = MakeTwo();
  Open(ring, 0x30);
  EXPECT_EQ(Try(ring, 0x20), card::kSuccess);
  EXPECT_FALSE(ring.channels()[0].authenticated());
  EXPECT_FALSE(ring.authenticated());
  Open(ring, 0x30);
  EXPECT_EQ(Try(ring, 0x21), kReferencedDataNotFound);
  EXPECT_FALSE(ring.channels()[0].authenticated());
}

TEST_F(KeyRingTest, AddsKeySetsUntilItIsFull) {
  KeyRing ring = MakeTwo();
  for (size_t sets = 2; sets < KeyRing::kMaxKeySets; ++sets) {
    EXPECT_OK(ring.Add(Version(TestKeys(), static_cast<uint8_t>(sets))));
  }
  EXPECT_EQ(StatusWordOf(ring.Add(Version(TestKeys(), 0x40))), kNoSpace);
  Open(ring, 0x09);
  EXPECT_EQ(ring.active().counters().sequence, 2u);
}

TEST_F(KeyRingTest, NewKeysTakeThePlaceOfTheFactorys) {
  std::vector<KeyRingEntry> entries;
  entries.push_back({Version(TestKeys(), 0xFF), {100, 3}});
  KeyRing ring = Make(std::move(entries));
  Open(ring, 0xFF);
  EXPECT_OK(ring.Add(Version(TestKeys(32), 0x01)));
  EXPECT_EQ(ring.channels().size(), 1u);
  EXPECT_EQ(ring.Find(0xFF), nullptr);
  ASSERT_NE(ring.Find(0x01), nullptr);
  EXPECT_EQ(ring.Find(0x01)->counters().sequence, 1u);
  EXPECT_EQ(ring.Find(0x01)->counters().failures, 0);
  // The session goes on.
  EXPECT_OK(ring.Unwrap(host_.Protect(Apdu("80CA006600"))));
  host_.set_keys(Version(TestKeys(32), 0x01));
  Open(ring, 0x00);
}

TEST_F(KeyRingTest, ReplacesKeysAndTheirVersion) {
  KeyRing ring = MakeTwo();
  Open(ring, 0x30);
  EXPECT_OK(ring.Replace(0x30, Version(TestDesKeys(), 0x31)));
  EXPECT_OK(ring.Unwrap(host_.Protect(Apdu("80CA006600"))));
  EXPECT_EQ(Try(ring, 0x30), kReferencedDataNotFound);
  host_.set_keys(Version(TestDesKeys(), 0x31));
  Open(ring, 0x31);
  EXPECT_EQ(ring.active().counters().sequence, 1u);
}

TEST_F(KeyRingTest, RefusesVersionsThatAreThereOrAreNot) {
  KeyRing ring = MakeTwo();
  EXPECT_EQ(StatusWordOf(ring.Add(Version(TestKeys(), 0x20))), kWrongData);
  EXPECT_EQ(StatusWordOf(ring.Replace(0x21, Version(TestKeys(), 0x21))),
            kReferencedDataNotFound);
  EXPECT_EQ(StatusWordOf(ring.Replace(0x20, Version(TestKeys(), 0x30))),
            kWrongData);
  EXPECT_EQ(StatusWordOf(ring.Add(Version(TestKeys(8), 0x40))), kWrongData);
  EXPECT_EQ(StatusWordOf(ring.Replace(0x20, Version(TestKeys(8), 0x20))),
            kWrongData);
  EXPECT_EQ(ring.channels().size(), 2u);
  EXPECT_EQ(ring.Find(0x20)->keys().type, KeyType::kDes);
}

TEST_F(KeyRingTest, DeletesWhatIsNotInUse) {
  KeyRing ring = MakeTwo();
  host_.set_keys(Version(TestDesKeys(), 0x20));
  Open(ring, 0x20);
  EXPECT_EQ(StatusWordOf(ring.Delete(0x21)), kReferencedDataNotFound);
  EXPECT_EQ(StatusWordOf(ring.Delete(0x20)), kConditionsNotSatisfied);
  EXPECT_OK(ring.Delete(0x30));
  // The session is that of the set that stays.
  EXPECT_OK(ring.Unwrap(host_.Protect(Apdu("80CA006600"))));
  EXPECT_EQ(StatusWordOf(ring.Delete(0x20)), kConditionsNotSatisfied);
  EXPECT_EQ(Try(ring, 0x00), card::kSuccess);
}

TEST_F(KeyRingTest, ComesBackFromItsEntries) {
  KeyRing ring = MakeTwo();
  Open(ring, 0x30);
  std::vector<KeyRingEntry> entries = ring.ToEntries();
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].counters.sequence, 6u);
  EXPECT_EQ(entries[1].counters.sequence, 9u);
  KeyRing again = Make(std::move(entries));
  EXPECT_FALSE(again.authenticated());
  Open(again, 0x30);
  EXPECT_EQ(again.active().counters().sequence, 7u);
  host_.set_keys(Version(TestDesKeys(), 0x20));
  Open(again, 0x20);
}

TEST_F(KeyRingTest, CreateRefusesNoneAndTwoOfOneVersion) {
  EXPECT_THAT(KeyRing::Create({}, {}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  std::vector<KeyRingEntry> entries;
  entries.push_back({TestKeys(), {}});
  entries.push_back({TestDesKeys(), {}});
  EXPECT_THAT(KeyRing::Create(std::move(entries), {}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::cardsim
