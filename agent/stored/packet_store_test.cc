#include "agent/stored/packet_store.h"

#include "agent/testing/fake_folder.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::agent {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1'000'000);

StoredPacket Packet(const std::string& id) {
  const auto command = [](uint8_t ins, card::ExpectedData expected) {
    return card::ScriptCommand{
        *card::CommandApdu::Create({0x80, ins, 0, 0}, {}),
        {card::StatusWordPattern()},
        std::move(expected),
        card::OnMismatch::kStop,
        "step"};
  };
  return {id,
          kNow + absl::Hours(1),
          {{"P-" + id,
            {command(0x50, card::ExactData{{1}})},
            {{command(0xE8, card::AnyData{})}}}}};
}

class PacketStoreTest : public testing::Test {
 protected:
  FakeFolder folder_;
  SystemRandom random_;
  std::unique_ptr<PacketSeal> seal_ =
      *PacketSeal::Create(SecretBytes(PacketSeal::kKeySize), random_);
  PacketStore store_{folder_, *seal_};
};

TEST_F(PacketStoreTest, KeepsPacketsOverRestartsAndPowerFailures) {
  ASSERT_OK(store_.Keep(Packet("1")));
  ASSERT_OK(store_.Keep(Packet("2")));
  ASSERT_OK(store_.Keep(Packet("1")));
  folder_.CutPower(0);
  PacketStore later(folder_, *seal_);
  EXPECT_THAT(later.Ids(), IsEmpty());
  later.Recover();
  EXPECT_THAT(later.Ids(), ElementsAre("1", "2"));
  EXPECT_THAT(later.Waiting(kNow), ElementsAre(Packet("1"), Packet("2")));
}

TEST_F(PacketStoreTest, WritesNothingThatCanBeRead) {
  ASSERT_OK(store_.Keep(Packet("1")));
  ASSERT_OK_AND_ASSIGN(const Bytes file, folder_.Read("31"));
  EXPECT_EQ(AsString(file).find("CFSTORE1"), std::string::npos);
  EXPECT_THAT(seal_->Open("1", file), IsOkAndHolds(EncodeStored(Packet("1"))));
}

TEST_F(PacketStoreTest, WhatIsWipedIsGone) {
  ASSERT_OK(store_.Keep(Packet("1")));
  store_.Wipe("1");
  store_.Wipe("none");
  EXPECT_THAT(store_.Waiting(kNow), IsEmpty());
  EXPECT_THAT(folder_.List(), IsOkAndHolds(IsEmpty()));
}

TEST_F(PacketStoreTest, AFullDiskWipesForThisProcess) {
  ASSERT_OK(store_.Keep(Packet("1")));
  folder_.FailFrom(folder_.calls());
  store_.Wipe("1");
  EXPECT_THAT(store_.Waiting(kNow), IsEmpty());
  EXPECT_THAT(store_.Keep(Packet("2")),
              StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(store_.Ids(), IsEmpty());
}

TEST_F(PacketStoreTest, ExpiredPacketsAreWipedUnrun) {
  ASSERT_OK(store_.Keep(Packet("1")));
  EXPECT_THAT(store_.Waiting(kNow + absl::Hours(1)), IsEmpty());
  EXPECT_THAT(folder_.List(), IsOkAndHolds(IsEmpty()));
}

TEST_F(PacketStoreTest, SetsAsideWhatItCannotOpen) {
  ASSERT_OK(store_.Keep(Packet("1")));
  ASSERT_OK_AND_ASSIGN(const Bytes file, folder_.Read("31"));
  folder_.Put("32", file);  // under another name
  folder_.Put("zz", file);
  PacketStore later(folder_, *seal_);
  later.Recover();
  EXPECT_THAT(later.Ids(), ElementsAre("1"));
  EXPECT_EQ(folder_.aside().size(), 2u);
}

TEST_F(PacketStoreTest, RefusesWhatIsNoPacketAndTooMany) {
  StoredPacket hollow = Packet("1");
  hollow.attempts.clear();
  EXPECT_THAT(store_.Keep(hollow),
              StatusIs(absl::StatusCode::kInvalidArgument));
  for (size_t i = 0; i < PacketStore::kMostPackets; ++i) {
    ASSERT_OK(store_.Keep(Packet(std::to_string(i))));
  }
  EXPECT_THAT(store_.Keep(Packet("more")),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

}  // namespace
}  // namespace cardferry::agent
