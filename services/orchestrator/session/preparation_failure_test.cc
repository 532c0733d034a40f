#include "services/orchestrator/session/preparation_failure.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardferry::orchestrator {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;

PreparationFailure Of(StatusCode code) {
  return ClassifyPreparation(absl::Status(code, "the reason"), false);
}

TEST(PreparationFailure, AWrongCryptogramStopsTheCardAndEndsTheJob) {
  const PreparationFailure failure = Of(StatusCode::kDataLoss);
  EXPECT_EQ(failure.kind, NotPackedKind::kRefused);
  EXPECT_EQ(failure.stop, CardStop::kWrongCryptogram);
  EXPECT_TRUE(failure.ends_job);
  EXPECT_EQ(failure.message,
            "The card's cryptogram is wrong (the reason). It has other keys, or"
            " is not the card that it says. Nothing was sent to it, and it is "
            "stopped at this agent.");
}

TEST(PreparationFailure, AChangedIStopsTheCardUntilItIsResumed) {
  const PreparationFailure failure = Of(StatusCode::kOutOfRange);
  EXPECT_EQ(failure.kind, NotPackedKind::kRefused);
  EXPECT_EQ(failure.stop, CardStop::kChangedOptions);
  EXPECT_TRUE(failure.ends_job);
  EXPECT_EQ(failure.message,
            "The reason. Nothing was sent to it, and it is stopped at this "
            "agent until an operator resumes it.");
}

TEST(PreparationFailure, AnOpeningThatCannotBeUsedIsNeverAFailedVerification) {
  for (const StatusCode code :
       {StatusCode::kFailedPrecondition, StatusCode::kPermissionDenied}) {
    const PreparationFailure failure = Of(code);
    EXPECT_EQ(failure.kind, NotPackedKind::kAgain);
    EXPECT_EQ(failure.stop, CardStop::kNone);
    EXPECT_FALSE(failure.ends_job);
    EXPECT_EQ(failure.message,
              "The card's answer could not be used (the reason). Take the card "
              "out and insert it again.");
  }
}

TEST(PreparationFailure, WhatCannotBeReachedIsTriedLater) {
  for (const StatusCode code :
       {StatusCode::kUnavailable, StatusCode::kDeadlineExceeded,
        StatusCode::kAborted, StatusCode::kCancelled, StatusCode::kNotFound,
        StatusCode::kUnauthenticated}) {
    const PreparationFailure failure = Of(code);
    EXPECT_EQ(failure.kind, NotPackedKind::kUnavailable);
    EXPECT_EQ(failure.stop, CardStop::kNone);
    EXPECT_FALSE(failure.ends_job);
  }
}

TEST(PreparationFailure, WhatCannotBeDoneEndsTheJobWithTheReason) {
  for (const StatusCode code :
       {StatusCode::kInvalidArgument, StatusCode::kResourceExhausted}) {
    const PreparationFailure failure = Of(code);
    EXPECT_EQ(failure.kind, NotPackedKind::kRefused);
    EXPECT_EQ(failure.stop, CardStop::kNone);
    EXPECT_TRUE(failure.ends_job);
    EXPECT_EQ(failure.message, "The reason. Nothing was sent to the card.");
  }
}

TEST(PreparationFailure, AFaultOfOursEndsTheJobAndSaysWhereToLook) {
  for (const StatusCode code :
       {StatusCode::kInternal, StatusCode::kUnimplemented,
        StatusCode::kUnknown}) {
    const PreparationFailure failure = Of(code);
    EXPECT_EQ(failure.kind, NotPackedKind::kRefused);
    EXPECT_EQ(failure.stop, CardStop::kNone);
    EXPECT_TRUE(failure.ends_job);
    EXPECT_EQ(failure.message,
              "The reason. Nothing was sent to the card. The fault is in the "
              "services, not in the card: look at the sequencer's log.");
  }
}

TEST(PreparationFailure, NoOtherErrorStopsACard) {
  for (int code = 1; code <= 16; ++code) {
    const auto status = static_cast<StatusCode>(code);
    EXPECT_EQ(
        Of(status).stop != CardStop::kNone,
        status == StatusCode::kDataLoss || status == StatusCode::kOutOfRange)
        << code;
  }
}

TEST(PreparationFailure, APacketThatHasBegunMayBeOnTheCardWhateverTheError) {
  for (const StatusCode code : {StatusCode::kDataLoss, StatusCode::kUnavailable,
                                StatusCode::kInvalidArgument}) {
    const PreparationFailure failure =
        ClassifyPreparation(absl::Status(code, "x"), true);
    EXPECT_EQ(failure.kind, NotPackedKind::kAgain);
    EXPECT_EQ(failure.stop, CardStop::kNone);
    EXPECT_FALSE(failure.ends_job);
    EXPECT_EQ(failure.message,
              "The packet broke off on its way. The card is read again.");
  }
}

}  // namespace
}  // namespace cardferry::orchestrator
