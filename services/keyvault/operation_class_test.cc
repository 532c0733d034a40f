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

TEST(OperationClassTest, OnlyOneClassCoversTwoKindsOfChanges) {
  using Class = OperationClass;
  for (const Class needed : kAllOperationClasses) {
    const bool read = needed == Class::kRead;
    const bool content = needed == Class::kContent;
    const bool personalize = needed == Class::kPersonalize;
    EXPECT_EQ(Covers(Class::kRead, needed), read);
    EXPECT_EQ(Covers(Class::kContent, needed), read || content);
    EXPECT_EQ(Covers(Class::kPersonalize, needed), read || personalize);
    EXPECT_EQ(Covers(Class::kContentAndPersonalize, needed),
              read || content || personalize);
    EXPECT_FALSE(Covers(Class::kKeys, needed));
    EXPECT_FALSE(Covers(Class::kCardState, needed));
  }
}

}  // namespace
}  // namespace cardferry::keyvault
