#include "agent/stored/stored_packet.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::agent {
namespace {

card::ScriptCommand Command(uint8_t ins, card::ExpectedData expected) {
  return {*card::CommandApdu::Create({0x80, ins, 0, 0}, {}),
          {card::StatusWordPattern()},
          std::move(expected),
          card::OnMismatch::kStop,
          "step"};
}

StoredPacket Packet() {
  StoredPacket packet{"job-7", absl::FromUnixMicros(1'234'567'890), {}};
  for (const char* id : {"P1", "P2"}) {
    packet.attempts.push_back(
        {id,
         {Command(0xA4, card::AnyData{}),
          Command(0x50, card::ExactData{{1, 2, 3}})},
         {{Command(0x82, card::AnyData{})},
          {Command(0xE8, card::AnyData{}), Command(0xE6, card::AnyData{})}}});
  }
  return packet;
}

TEST(StoredPacketTest, IsReadAsItWasWritten) {
  EXPECT_THAT(ParseStored(EncodeStored(Packet())), IsOkAndHolds(Packet()));
  EXPECT_EQ(Packet().attempts[0].Commands(), 3u);
}

TEST(StoredPacketTest, HasNoPart) {
  const Bytes whole = EncodeStored(Packet());
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THAT(ParseStored(ByteSpan(whole).first(size)),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << size;
  }
  Bytes longer = whole;
  longer.push_back(0);
  EXPECT_THAT(ParseStored(longer),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

void ExpectRefused(void (*change)(StoredPacket&)) {
  StoredPacket packet = Packet();
  change(packet);
  EXPECT_THAT(CheckStored(packet),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ParseStored(EncodeStored(packet)),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(StoredPacketTest, HasAnIdAndAttempts) {
  EXPECT_OK(CheckStored(Packet()));
  ExpectRefused([](StoredPacket& p) { p.id.clear(); });
  ExpectRefused([](StoredPacket& p) { p.id = std::string(65, 'x'); });
  ExpectRefused([](StoredPacket& p) { p.attempts.clear(); });
  ExpectRefused([](StoredPacket& p) {
    for (char c = 'a'; c < 'h'; ++c) {
      p.attempts.push_back(p.attempts[0]);
      p.attempts.back().packet_id = c;
    }
  });
  ExpectRefused([](StoredPacket& p) { p.attempts[1].packet_id = "P1"; });
  ExpectRefused([](StoredPacket& p) { p.attempts[1].packet_id.clear(); });
  ExpectRefused([](StoredPacket& p) { p.attempts[1].parts.clear(); });
}

TEST(StoredPacketTest, ComparesBeforeItAuthenticates) {
  ExpectRefused([](StoredPacket& p) { p.attempts[0].probe.clear(); });
  ExpectRefused([](StoredPacket& p) {
    p.attempts[0].probe[0].on_mismatch = card::OnMismatch::kContinue;
  });
  ExpectRefused([](StoredPacket& p) {
    p.attempts[0].probe.back().expected = card::AnyData{};
  });
}

}  // namespace
}  // namespace cardferry::agent
