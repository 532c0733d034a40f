#include "services/keyvault/opening_ticket.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::keyvault {
namespace {

Opening TestOpening() {
  Opening opening;
  opening.serial = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  opening.host_challenge = {0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7,
                            0xA8, 0xA9, 0xAA, 0xAB, 0xAC, 0xAD, 0xAE, 0xAF};
  opening.place = {"kiosk-1", "slot 0"};
  opening.expires_at = absl::FromUnixMicros(0x0006000000000001);
  return opening;
}

TEST(OpeningTicketTest, HasTheLayoutThatStandsInItsHeader) {
  EXPECT_EQ(ToHex(EncodeOpening(TestOpening())),
            "02"
            "000102030405060708090A0B0C0D0E0F"
            "A0A1A2A3A4A5A6A7A8A9AAABACADAEAF"
            "0006000000000001"
            "000000076B696F736B2D31"
            "00000006736C6F742030");
}

TEST(OpeningTicketTest, ReadsWhatItWrote) {
  ASSERT_OK_AND_ASSIGN(const Opening opening,
                       DecodeOpening(EncodeOpening(TestOpening())));
  EXPECT_EQ(opening.serial, TestOpening().serial);
  EXPECT_EQ(opening.host_challenge, TestOpening().host_challenge);
  EXPECT_EQ(opening.place, TestOpening().place);
  EXPECT_EQ(opening.expires_at, TestOpening().expires_at);
}

TEST(OpeningTicketTest, ItsChallengeIsWholeForS16AndHalfForAllOthers) {
  EXPECT_EQ(ToHex(HostChallengeFor(TestOpening(), {scp::kScp03, 0x71})),
            "A0A1A2A3A4A5A6A7A8A9AAABACADAEAF");
  for (const scp::ChannelProtocol& protocol :
       {scp::ChannelProtocol{scp::kScp03, 0x70},
        scp::ChannelProtocol{scp::kScp02, 0x15},
        scp::ChannelProtocol{scp::kScp01, 0x05}}) {
    EXPECT_EQ(ToHex(HostChallengeFor(TestOpening(), protocol)),
              "A0A1A2A3A4A5A6A7");
  }
}

TEST(OpeningTicketTest, RefusesEveryTruncation) {
  const Bytes bytes = EncodeOpening(TestOpening());
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THAT(DecodeOpening(ByteSpan(bytes).first(size)),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << size;
  }
}

TEST(OpeningTicketTest, RefusesWhatIsLeftOverAndAnotherVersion) {
  Bytes longer = EncodeOpening(TestOpening());
  longer.push_back(0);
  EXPECT_THAT(DecodeOpening(longer),
              StatusIs(absl::StatusCode::kInvalidArgument));
  Bytes other = EncodeOpening(TestOpening());
  other[0] = 1;
  EXPECT_THAT(DecodeOpening(other),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "opening ticket of an unknown version"));
}

}  // namespace
}  // namespace cardferry::keyvault
