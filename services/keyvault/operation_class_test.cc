#include "services/keyvault/operation_class.h"

#include "gtest/gtest.h"

namespace cardferry::keyvault {
namespace {

TEST(OperationClassTest, EachHasAName) {
  EXPECT_EQ(OperationClassName(OperationClass::kRead), "read");
  EXPECT_EQ(OperationClassName(OperationClass::kContent), "content");
  EXPECT_EQ(OperationClassName(OperationClass::kPersonalize), "personalize");
  EXPECT_EQ(OperationClassName(OperationClass::kKeys), "keys");
  EXPECT_EQ(OperationClassName(OperationClass::kCardState), "card-state");
  EXPECT_EQ(OperationClassName(static_cast<OperationClass>(9)), "unknown");
}

}  // namespace
}  // namespace cardferry::keyvault
