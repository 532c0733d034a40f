#include "agent/pcsc/pcsc_status.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::agent {
namespace {

using absl::StatusCode;

TEST(PcscStatusTest, SuccessIsOk) {
  EXPECT_OK(PcscStatus(SCARD_S_SUCCESS, "SCardConnect"));
}

TEST(PcscStatusTest, NamesTheCallAndTheReason) {
  EXPECT_THAT(
      PcscStatus(SCARD_W_REMOVED_CARD, "SCardTransmit"),
      StatusIs(StatusCode::kUnavailable, "SCardTransmit: Card was removed."));
}

TEST(PcscStatusTest, TheCodeSaysWhatToDo) {
  const std::pair<LONG, StatusCode> table[] = {
      {SCARD_E_NO_SERVICE, StatusCode::kUnavailable},
      {SCARD_E_NO_SMARTCARD, StatusCode::kUnavailable},
      {SCARD_E_NOT_TRANSACTED, StatusCode::kUnavailable},
      {SCARD_E_SHARING_VIOLATION, StatusCode::kUnavailable},
      {SCARD_W_RESET_CARD, StatusCode::kUnavailable},
      {SCARD_W_UNRESPONSIVE_CARD, StatusCode::kUnavailable},
      {SCARD_E_UNKNOWN_READER, StatusCode::kNotFound},
      {SCARD_E_NO_READERS_AVAILABLE, StatusCode::kNotFound},
      {SCARD_W_SECURITY_VIOLATION, StatusCode::kPermissionDenied},
      {SCARD_E_CANCELLED, StatusCode::kCancelled},
      {SCARD_E_TIMEOUT, StatusCode::kDeadlineExceeded},
      {SCARD_E_INVALID_HANDLE, StatusCode::kInternal},
      {SCARD_E_INSUFFICIENT_BUFFER, StatusCode::kInternal},
  };
  for (const auto& [code, want] : table) {
    EXPECT_THAT(PcscStatus(code, "x"), StatusIs(want)) << code;
  }
}

}  // namespace
}  // namespace cardferry::agent
