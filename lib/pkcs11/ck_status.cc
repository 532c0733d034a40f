#include "lib/pkcs11/ck_status.h"

#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace cardferry::pkcs11 {
namespace {

constexpr char kPayload[] = "cardferry/ck_rv";

struct Row {
  CK_RV rv;
  const char* name;
  absl::StatusCode code;
};

#define CARDFERRY_ROW(rv, code) \
  { rv, #rv, absl::StatusCode::code }

constexpr Row kRows[] = {
    CARDFERRY_ROW(CKR_GENERAL_ERROR, kUnavailable),
    CARDFERRY_ROW(CKR_FUNCTION_FAILED, kUnavailable),
    CARDFERRY_ROW(CKR_CANT_LOCK, kUnavailable),
    CARDFERRY_ROW(CKR_DEVICE_ERROR, kUnavailable),
    CARDFERRY_ROW(CKR_DEVICE_REMOVED, kUnavailable),
    CARDFERRY_ROW(CKR_FUNCTION_CANCELED, kUnavailable),
    CARDFERRY_ROW(CKR_CANCEL, kUnavailable),
    CARDFERRY_ROW(CKR_SESSION_CLOSED, kUnavailable),
    CARDFERRY_ROW(CKR_SESSION_HANDLE_INVALID, kUnavailable),
    CARDFERRY_ROW(CKR_TOKEN_NOT_PRESENT, kUnavailable),
    CARDFERRY_ROW(CKR_TOKEN_NOT_RECOGNIZED, kUnavailable),
    CARDFERRY_ROW(CKR_TOKEN_WRITE_PROTECTED, kUnavailable),
    CARDFERRY_ROW(CKR_USER_NOT_LOGGED_IN, kUnavailable),
    CARDFERRY_ROW(CKR_CRYPTOKI_NOT_INITIALIZED, kUnavailable),
    CARDFERRY_ROW(CKR_SLOT_ID_INVALID, kUnavailable),
    CARDFERRY_ROW(CKR_RANDOM_NO_RNG, kUnavailable),
    CARDFERRY_ROW(CKR_FIPS_SELF_TEST_FAILED, kUnavailable),
    CARDFERRY_ROW(CKR_LIBRARY_LOAD_FAILED, kUnavailable),
    CARDFERRY_ROW(CKR_MUTEX_BAD, kUnavailable),
    CARDFERRY_ROW(CKR_HOST_MEMORY, kResourceExhausted),
    CARDFERRY_ROW(CKR_DEVICE_MEMORY, kResourceExhausted),
    CARDFERRY_ROW(CKR_SESSION_COUNT, kResourceExhausted),
    CARDFERRY_ROW(CKR_OBJECT_HANDLE_INVALID, kFailedPrecondition),
    CARDFERRY_ROW(CKR_KEY_HANDLE_INVALID, kFailedPrecondition),
    CARDFERRY_ROW(CKR_WRAPPING_KEY_HANDLE_INVALID, kFailedPrecondition),
    CARDFERRY_ROW(CKR_UNWRAPPING_KEY_HANDLE_INVALID, kFailedPrecondition),
    CARDFERRY_ROW(CKR_USER_PIN_NOT_INITIALIZED, kFailedPrecondition),
    CARDFERRY_ROW(CKR_CRYPTOKI_ALREADY_INITIALIZED, kFailedPrecondition),
    CARDFERRY_ROW(CKR_PIN_INCORRECT, kUnauthenticated),
    CARDFERRY_ROW(CKR_PIN_INVALID, kUnauthenticated),
    CARDFERRY_ROW(CKR_PIN_LEN_RANGE, kUnauthenticated),
    CARDFERRY_ROW(CKR_PIN_EXPIRED, kUnauthenticated),
    CARDFERRY_ROW(CKR_PIN_LOCKED, kUnauthenticated),
    CARDFERRY_ROW(CKR_ATTRIBUTE_SENSITIVE, kPermissionDenied),
    CARDFERRY_ROW(CKR_ATTRIBUTE_READ_ONLY, kPermissionDenied),
    CARDFERRY_ROW(CKR_ACTION_PROHIBITED, kPermissionDenied),
    CARDFERRY_ROW(CKR_KEY_FUNCTION_NOT_PERMITTED, kPermissionDenied),
    CARDFERRY_ROW(CKR_KEY_UNEXTRACTABLE, kPermissionDenied),
    CARDFERRY_ROW(CKR_KEY_NOT_WRAPPABLE, kPermissionDenied),
    CARDFERRY_ROW(CKR_INFORMATION_SENSITIVE, kPermissionDenied),
    CARDFERRY_ROW(CKR_FUNCTION_REJECTED, kPermissionDenied),
    CARDFERRY_ROW(CKR_SESSION_READ_ONLY, kPermissionDenied),
    CARDFERRY_ROW(CKR_MECHANISM_INVALID, kUnimplemented),
    CARDFERRY_ROW(CKR_MECHANISM_PARAM_INVALID, kUnimplemented),
    CARDFERRY_ROW(CKR_FUNCTION_NOT_SUPPORTED, kUnimplemented),
    CARDFERRY_ROW(CKR_ATTRIBUTE_TYPE_INVALID, kUnimplemented),
    CARDFERRY_ROW(CKR_ATTRIBUTE_VALUE_INVALID, kUnimplemented),
    CARDFERRY_ROW(CKR_KEY_SIZE_RANGE, kUnimplemented),
    CARDFERRY_ROW(CKR_KEY_TYPE_INCONSISTENT, kUnimplemented),
    CARDFERRY_ROW(CKR_ENCRYPTED_DATA_INVALID, kDataLoss),
    CARDFERRY_ROW(CKR_ENCRYPTED_DATA_LEN_RANGE, kDataLoss),
    CARDFERRY_ROW(CKR_SIGNATURE_INVALID, kDataLoss),
    CARDFERRY_ROW(CKR_SIGNATURE_LEN_RANGE, kDataLoss),
    CARDFERRY_ROW(CKR_WRAPPED_KEY_INVALID, kDataLoss),
    CARDFERRY_ROW(CKR_WRAPPED_KEY_LEN_RANGE, kDataLoss),
    CARDFERRY_ROW(CKR_ARGUMENTS_BAD, kInternal),
    CARDFERRY_ROW(CKR_DATA_INVALID, kInternal),
    CARDFERRY_ROW(CKR_DATA_LEN_RANGE, kInternal),
    CARDFERRY_ROW(CKR_KEY_NOT_NEEDED, kInternal),
    CARDFERRY_ROW(CKR_KEY_CHANGED, kInternal),
    CARDFERRY_ROW(CKR_KEY_NEEDED, kInternal),
    CARDFERRY_ROW(CKR_KEY_INDIGESTIBLE, kInternal),
    CARDFERRY_ROW(CKR_OPERATION_ACTIVE, kInternal),
    CARDFERRY_ROW(CKR_OPERATION_NOT_INITIALIZED, kInternal),
    CARDFERRY_ROW(CKR_TEMPLATE_INCOMPLETE, kInternal),
    CARDFERRY_ROW(CKR_TEMPLATE_INCONSISTENT, kInternal),
    CARDFERRY_ROW(CKR_USER_ALREADY_LOGGED_IN, kInternal),
    CARDFERRY_ROW(CKR_USER_TYPE_INVALID, kInternal),
    CARDFERRY_ROW(CKR_USER_ANOTHER_ALREADY_LOGGED_IN, kInternal),
    CARDFERRY_ROW(CKR_BUFFER_TOO_SMALL, kInternal),
    CARDFERRY_ROW(CKR_SESSION_EXISTS, kInternal),
    CARDFERRY_ROW(CKR_NEED_TO_CREATE_THREADS, kInternal),
};

#undef CARDFERRY_ROW

// A vendor's own values mean that its machine is unwell.
constexpr Row kUnknown = {0, "unknown", absl::StatusCode::kUnavailable};

const Row& RowOf(CK_RV rv) {
  for (const Row& row : kRows) {
    if (row.rv == rv) return row;
  }
  return kUnknown;
}

}  // namespace

absl::Status CkStatus(CK_RV rv, absl::string_view call) {
  if (rv == CKR_OK) return absl::OkStatus();
  const Row& row = RowOf(rv);
  absl::Status status(
      row.code, absl::StrCat(call, ": ", row.name, " (0x", absl::Hex(rv), ")"));
  status.SetPayload(kPayload, absl::Cord(absl::StrCat(rv)));
  return status;
}

std::optional<CK_RV> CkRvOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayload);
  CK_RV rv = CKR_OK;
  if (!payload.has_value() || !absl::SimpleAtoi(std::string(*payload), &rv)) {
    return std::nullopt;
  }
  return rv;
}

bool IsObjectGone(const absl::Status& status) {
  const std::optional<CK_RV> rv = CkRvOf(status);
  return rv == CKR_OBJECT_HANDLE_INVALID || rv == CKR_KEY_HANDLE_INVALID ||
         rv == CKR_WRAPPING_KEY_HANDLE_INVALID;
}

}  // namespace cardferry::pkcs11
