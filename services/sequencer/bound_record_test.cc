#include "services/sequencer/bound_record.h"

#include "lib/base/status_matchers.h"

namespace cardferry::sequencer {
namespace {

CardClaim Claim(uint8_t scp, uint32_t counter) {
  CardClaim claim;
  claim.cplc = card::Cplc{Bytes(42, 0x11)};
  claim.identity = card::ClaimedIdentity{{}, 0x20, scp, {}, counter};
  return claim;
}

TEST(BindRecordTest, TheFirstSessionBindsTheProductionData) {
  ASSERT_OK_AND_ASSIGN(const CardRecord first,
                       BindRecord(std::nullopt, "k/00", Claim(2, 7)));
  EXPECT_EQ(first.cplc, Bytes(42, 0x11));
  EXPECT_FALSE(first.cplc_bare);
  CardClaim other = Claim(2, 8);
  // The form is as the card says it now.
  other.cplc->bare = true;
  ASSERT_OK_AND_ASSIGN(const CardRecord bare, BindRecord(first, "k/00", other));
  EXPECT_TRUE(bare.cplc_bare);
  EXPECT_OK(BindRecord(first, "k/00", other));
  other.cplc->bytes[41] = 0x12;
  EXPECT_THAT(BindRecord(first, "k/00", other),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(BindRecord(first, "k/01", Claim(2, 8)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "the record is of card k/00, not of k/01"));
}

TEST(BindRecordTest, NumbersAreBoundAndComparedEverAfter) {
  CardClaim claim = Claim(2, 7);
  claim.issuer_number = {0x42};
  claim.card_number = {0x45};
  ASSERT_OK_AND_ASSIGN(CardRecord bound,
                       BindRecord(std::nullopt, "k/00", claim));
  EXPECT_EQ(bound.issuer_number, Bytes{0x42});
  EXPECT_EQ(bound.card_number, Bytes{0x45});
  bound.identity_proven = true;
  EXPECT_TRUE(BindRecord(bound, "k/00", claim)->identity_proven);
  EXPECT_OK(BindRecord(bound, "k/00", Claim(2, 7)));  // it says less
  claim.card_number = {0x46};
  EXPECT_THAT(BindRecord(bound, "k/00", claim),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "card k/00 says another card image number than before: "
                       "another card with its identity, or an agent that "
                       "lies"));
  claim.card_number = {0x45};
  claim.issuer_number = {0x43};
  EXPECT_THAT(BindRecord(bound, "k/00", claim),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(BindRecordTest, WhatIsBoundLaterIsNotProvenYet) {
  ASSERT_OK_AND_ASSIGN(CardRecord bound,
                       BindRecord(std::nullopt, "k/00", Claim(2, 7)));
  bound.identity_proven = true;
  CardClaim claim = Claim(2, 7);
  claim.card_number = {0x45};
  EXPECT_FALSE(BindRecord(bound, "k/00", claim)->identity_proven);
}

TEST(BindRecordTest, OnlyAnExplicitScp02SessionProvesItsCounter) {
  EXPECT_EQ(BindRecord({}, "k/00", Claim(2, 7))->sequence_counter, 7u);
  EXPECT_EQ(BindRecord({}, "k/00", Claim(3, 7))->sequence_counter,
            std::nullopt);
  CardClaim implicit = Claim(2, 7);
  implicit.implicit = true;
  EXPECT_EQ(BindRecord({}, "k/00", implicit)->sequence_counter, std::nullopt);
}

TEST(CounterNoticeTest, SaysThatACounterFell) {
  EXPECT_EQ(CounterNotice(7, 7), "");
  EXPECT_EQ(CounterNotice(std::nullopt, 7), "");
  EXPECT_EQ(CounterNotice(7, std::nullopt), "");
  EXPECT_THAT(
      CounterNotice(7, 6),
      testing::StartsWith("the card's sequence counter fell from 7 to 6: "));
}

}  // namespace
}  // namespace cardferry::sequencer
