#include "services/keyvault/opening_desk.h"

#include <set>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/base/testing/fake_clock.h"
#include "services/keyvault/testing/known_card.h"

namespace cardferry::keyvault {
namespace {

class OpeningDeskTest : public testing::Test {
 protected:
  const Place place_{"kiosk-1", "slot 0"};
  OpensslHsmKeys keys_{{TestKeySet()}};
  FakeClock clock_;
  SystemRandom random_;
  OpeningDesk desk_{keys_, clock_, random_, absl::Minutes(10)};

  IssuedOpening IssueOne() { return desk_.Issue(place_, 1).value()[0]; }
};

TEST_F(OpeningDeskTest, IssuesAsManyAsAreWantedNoTwoAlike) {
  ASSERT_OK_AND_ASSIGN(const std::vector<IssuedOpening> issued,
                       desk_.Issue(place_, 16));
  ASSERT_EQ(issued.size(), 16u);
  std::set<SessionSerial> serials;
  std::set<std::array<uint8_t, 16>> challenges;
  for (const IssuedOpening& one : issued) {
    serials.insert(one.opening.serial);
    challenges.insert(one.opening.host_challenge);
    EXPECT_EQ(one.opening.expires_at, clock_.Now() + absl::Minutes(10));
    EXPECT_EQ(one.opening.place, place_);
  }
  EXPECT_EQ(serials.size(), 16u);
  EXPECT_EQ(challenges.size(), 16u);
}

TEST_F(OpeningDeskTest, RefusesNoneAndMoreThanSixteen) {
  for (const uint32_t count : {0u, 17u, 0xFFFFFFFFu}) {
    EXPECT_THAT(desk_.Issue(place_, count),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << count;
  }
}

TEST_F(OpeningDeskTest, RefusesPlacesWithoutOrWithTooLongNames) {
  for (const Place& place : {Place{"", "slot"}, Place{"kiosk", ""},
                             Place{std::string(256, 'a'), "slot"},
                             Place{"kiosk", std::string(256, 'r')}}) {
    EXPECT_THAT(desk_.Issue(place, 1),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
  EXPECT_OK(desk_.Issue({std::string(255, 'a'), std::string(255, 'r')}, 1));
}

TEST_F(OpeningDeskTest, AdmitsItsTicketWhereItWasIssuedFor) {
  const IssuedOpening issued = IssueOne();
  ASSERT_OK_AND_ASSIGN(const Opening opening,
                       desk_.Admit(issued.ticket, place_));
  EXPECT_EQ(opening.serial, issued.opening.serial);
  EXPECT_EQ(opening.host_challenge, issued.opening.host_challenge);
  EXPECT_EQ(opening.expires_at, issued.opening.expires_at);
}

TEST_F(OpeningDeskTest, RefusesATicketOfAnotherAgentOrReader) {
  const Bytes ticket = IssueOne().ticket;
  for (const Place& other :
       {Place{"kiosk-2", "slot 0"}, Place{"kiosk-1", "slot 1"}, Place{}}) {
    EXPECT_THAT(
        desk_.Admit(ticket, other),
        StatusIs(absl::StatusCode::kPermissionDenied,
                 "the opening ticket was issued for another agent or reader"));
  }
}

TEST_F(OpeningDeskTest, RefusesATicketWithAnyBitFlipped) {
  const Bytes ticket = IssueOne().ticket;
  for (size_t bit = 0; bit < 8 * ticket.size(); ++bit) {
    Bytes flipped = ticket;
    flipped[bit / 8] = static_cast<uint8_t>(flipped[bit / 8] ^ 1 << bit % 8);
    EXPECT_THAT(desk_.Admit(flipped, place_),
                StatusIs(absl::StatusCode::kPermissionDenied,
                         "the opening ticket is not one of ours"))
        << bit;
  }
}

TEST_F(OpeningDeskTest, RefusesATicketThatIsCutShortOrLonger) {
  Bytes ticket = IssueOne().ticket;
  for (size_t size = 0; size < ticket.size(); ++size) {
    EXPECT_THAT(desk_.Admit(ByteSpan(ticket).first(size), place_),
                StatusIs(absl::StatusCode::kPermissionDenied))
        << size;
  }
  ticket.push_back(0);
  EXPECT_THAT(desk_.Admit(ticket, place_),
              StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST_F(OpeningDeskTest, AdmitsUntilTheLastMomentAndNotAfter) {
  const Bytes ticket = IssueOne().ticket;
  clock_.Advance(absl::Minutes(10) - absl::Microseconds(1));
  EXPECT_OK(desk_.Admit(ticket, place_));
  clock_.Advance(absl::Microseconds(1));
  EXPECT_THAT(desk_.Admit(ticket, place_),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       "the opening has expired"));
}

TEST_F(OpeningDeskTest, AForeignTicketIsRefusedAsForeignEvenWhenExpired) {
  const Bytes ticket = IssueOne().ticket;
  clock_.Advance(absl::Hours(1));
  EXPECT_THAT(desk_.Admit(ticket, {"kiosk-2", "slot 0"}),
              StatusIs(absl::StatusCode::kPermissionDenied));
}

}  // namespace
}  // namespace cardferry::keyvault
