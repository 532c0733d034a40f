#include "lib/pkcs11/ck_status.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::pkcs11 {
namespace {

TEST(CkStatus, TellsTheCallerWhatToDo) {
  EXPECT_THAT(CkStatus(CKR_DEVICE_ERROR, "C_Sign"),
              StatusIs(absl::StatusCode::kUnavailable,
                       "C_Sign: CKR_DEVICE_ERROR (0x30)"));
  EXPECT_THAT(CkStatus(CKR_PIN_INCORRECT, "C_Login"),
              StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_THAT(CkStatus(CKR_MECHANISM_INVALID, "C_EncryptInit"),
              StatusIs(absl::StatusCode::kUnimplemented));
  EXPECT_THAT(CkStatus(CKR_ATTRIBUTE_SENSITIVE, "C_GetAttributeValue"),
              StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(CkStatus(CKR_ENCRYPTED_DATA_INVALID, "C_Decrypt"),
              StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(CkStatus(CKR_TEMPLATE_INCOMPLETE, "C_DeriveKey"),
              StatusIs(absl::StatusCode::kInternal));
}

TEST(CkStatus, TakesAVendorsOwnValueForABrokenModule) {
  EXPECT_THAT(
      CkStatus(CKR_VENDOR_DEFINED + 7, "C_Sign"),
      StatusIs(absl::StatusCode::kUnavailable, "C_Sign: unknown (0x80000007)"));
}

TEST(CkStatus, IsOkForOk) { EXPECT_OK(CkStatus(CKR_OK, "C_Sign")); }

TEST(CkStatus, KeepsTheReturnValue) {
  EXPECT_EQ(CkRvOf(CkStatus(CKR_SESSION_CLOSED, "C_Sign")), CKR_SESSION_CLOSED);
  EXPECT_EQ(CkRvOf(absl::InternalError("not from a module")), std::nullopt);
}

TEST(CkStatus, KnowsWhenAnObjectIsGone) {
  EXPECT_TRUE(IsObjectGone(CkStatus(CKR_OBJECT_HANDLE_INVALID, "C_DeriveKey")));
  EXPECT_TRUE(IsObjectGone(CkStatus(CKR_KEY_HANDLE_INVALID, "C_SignInit")));
  EXPECT_FALSE(IsObjectGone(CkStatus(CKR_DEVICE_ERROR, "C_DeriveKey")));
  EXPECT_FALSE(IsObjectGone(absl::OkStatus()));
}

}  // namespace
}  // namespace cardferry::pkcs11
