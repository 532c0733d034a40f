// What of a plan is refused before the card is touched, one reason after the
// other. The applets import javacard.framework 1.6 (Java Card 3.0.5).
#include "services/sequencer/preflight.h"

#include <string>

#include "lib/base/status_matchers.h"
#include "services/sequencer/testing/content_plan_fixture.h"

namespace cardferry::sequencer {
namespace {

using absl::StatusCode;

class PreflightTest : public ContentPlanTest {
 protected:
  absl::Status Check() {
    const auto plan = PlanContent(desired_, actual_, origins_, profile_);
    EXPECT_OK(plan);
    if (!plan.ok()) return plan.status();
    return CheckPlan(*plan, record_, profile_, claim_);
  }

  DesiredApplet& Wanted() { return desired_.packages[0].applets[0]; }
  // The refusal of an applet with these privileges.
  std::string RefusalOf(const std::string& privileges) {
    Wanted().privileges = FromHexOrDie(privileges);
    const absl::Status status = Check();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << privileges;
    return std::string(status.message());
  }

  const size_t least_ = brokerage_->cap.LeastMemory();
  CardRecord record_{"demo/00"};
  CardClaim claim_;
};

TEST_F(PreflightTest, ACardThatSaysNothingIsTried) { EXPECT_OK(Check()); }

TEST_F(PreflightTest, ALockedCardIsOnlyRead) {
  claim_.is_locked = true;
  EXPECT_THAT(Check(),
              StatusIs(StatusCode::kInvalidArgument,
                       "the card is locked (CARD_LOCKED): it only lets itself "
                       "be read until its issuer unlocks it"));
  desired_ = {};
  EXPECT_OK(Check());
}

TEST_F(PreflightTest, ATerminatedCardIsNotTried) {
  record_.security_domain =
      FromHexOrDie("E3134F08A0000001510000009F7001FFC5039EDE80");
  EXPECT_THAT(Check(), StatusIs(StatusCode::kInvalidArgument,
                                "the card is TERMINATED: nothing changes it "
                                "any more"));
}

TEST_F(PreflightTest, WhatWasLockedMayHaveBeenUnlockedSince) {
  record_.security_domain =
      FromHexOrDie("E3134F08A0000001510000009F70017FC5039EDE80");
  EXPECT_OK(Check());
}

TEST_F(PreflightTest, ASecurityDomainNeedsTheRightToManageContent) {
  record_.security_domain =
      FromHexOrDie("E3134F08A0000001510000009F70010FC5039E9E80");
  EXPECT_THAT(
      Check(),
      StatusIs(StatusCode::kInvalidArgument,
               "the security domain A000000151000000 has no right to manage "
               "what is on the card (privileges 9E9E80, neither Authorized nor "
               "Delegated Management)"));
  for (const char* const may :
       {"E3134F08A0000001510000009F70010FC5039EDE80",
        "E3134F08A0000001510000019F70010FC503A00000",
        "E3114F08A0000001510000009F70010FC5019E",  // of an older card
        "E30E4F08A0000001510000009F70010F", "6A88"}) {
    record_.security_domain = FromHexOrDie(may);
    EXPECT_OK(Check()) << may;
  }
}

TEST_F(PreflightTest, APackageForALaterJavaCardIsRefused) {
  profile_.java_card = card::JavaCardVersion{3, 0, 4};
  EXPECT_THAT(
      Check(),
      StatusIs(StatusCode::kInvalidArgument,
               "package F043464552525901 1.0 imports A0000000620101 1.6, which "
               "came with Java Card 3.0.5; cards of the profile \"demo\" have "
               "3.0.4: build it for that release, or take another card"));
  profile_.java_card = card::JavaCardVersion{3, 0, 5};
  EXPECT_OK(Check());
  // Somebody has said it: what the card says does not count.
  claim_.java_card = 2;
  EXPECT_OK(Check());
}

TEST_F(PreflightTest, TheCardsOwnWordCountsWhereTheProfileHasNone) {
  claim_.java_card = 2;
  EXPECT_THAT(
      Check(),
      StatusIs(StatusCode::kInvalidArgument,
               "package F043464552525901 1.0 imports A0000000620101 1.6, which "
               "came with Java Card 3.0.5; the card says that it has Java Card "
               "2: build it for that release, or take another card"));
  claim_.java_card = 3;
  EXPECT_OK(Check());
}

TEST_F(PreflightTest, WhatIsOnTheCardAlreadyNeedsNoJavaCard) {
  ThereIs(kBrokerage, 0x0100);
  profile_.java_card = card::JavaCardVersion{2, 2, 1};
  EXPECT_OK(Check());
}

TEST_F(PreflightTest, PackagesThatTakeMoreThanIsFreeAreRefused) {
  claim_.free_memory.non_volatile = least_ - 1;
  EXPECT_THAT(Check(),
              StatusIs(StatusCode::kResourceExhausted,
                       "the packages take at least " + std::to_string(least_) +
                           " bytes on the card, it says that " +
                           std::to_string(least_ - 1) +
                           " are free: delete something on it, or take one "
                           "with more memory"));
  claim_.free_memory.non_volatile = least_;
  EXPECT_OK(Check());
}

TEST_F(PreflightTest, WhatAppletsAskForCountsToo) {
  Wanted().system_parameters = FromHexOrDie("C8020100D80400000200");
  claim_.free_memory.non_volatile = least_ + 0x200 - 1;
  EXPECT_THAT(
      Check(),
      StatusIs(StatusCode::kResourceExhausted,
               "the packages and what applets ask for (C8, D8) take at least " +
                   std::to_string(least_ + 0x200) +
                   " bytes on the card, it says that " +
                   std::to_string(least_ + 0x200 - 1) +
                   " are free: delete something on it, or take one with more "
                   "memory"));
  claim_.free_memory.non_volatile = least_ + 0x200;
  EXPECT_OK(Check());
}

TEST_F(PreflightTest, TransientMemoryIsCountedByItself) {
  Wanted().system_parameters = FromHexOrDie("C7020401");
  claim_.free_memory.transient = 0x400;
  EXPECT_THAT(
      Check(),
      StatusIs(StatusCode::kResourceExhausted,
               "what applets ask for (C7, D7) would take at least 1025 bytes "
               "of transient memory on the card, it says that 1024 are free: "
               "delete something on it, or take one with more memory"));
  claim_.free_memory.transient = 0x401;
  EXPECT_OK(Check());
}

TEST_F(PreflightTest, NothingIsKnownOfMemoryOnceSomethingIsDeleted) {
  desired_.absent_applications = {A("F000000001")};
  IsInstalled(A("F000000001"), std::nullopt);
  claim_.free_memory.non_volatile = 0;
  EXPECT_OK(Check());
}

TEST_F(PreflightTest, SystemParametersHaveTheirForm) {
  Wanted().system_parameters = FromHexOrDie("C80301");
  EXPECT_THAT(Check(), StatusIs(StatusCode::kInvalidArgument,
                                testing::HasSubstr(
                                    "applet F04346455252590101: its system "
                                    "parameters are not BER-TLV")));
  Wanted().system_parameters = FromHexOrDie("C803010203");
  EXPECT_THAT(Check(),
              StatusIs(StatusCode::kInvalidArgument,
                       "applet F04346455252590101: its system parameters' C8 "
                       "has 3 bytes, not 2 or 4"));
}

TEST_F(PreflightTest, PrivilegesOfSecurityDomainsAreForThem) {
  const std::string only = ", which only security domains have";
  const std::string is = "applet F04346455252590101 is to have the privilege ";
  EXPECT_EQ(RefusalOf("40"), is + "DAP Verification" + only);
  EXPECT_EQ(RefusalOf("20"), is + "Delegated Management" + only);
  EXPECT_EQ(RefusalOf("01"), is + "Mandated DAP Verification" + only);
  EXPECT_EQ(RefusalOf("008000"), is + "Trusted Path" + only);
  EXPECT_EQ(RefusalOf("004000"), is + "Authorized Management" + only);
  EXPECT_EQ(RefusalOf("002000"), is + "Token Verification" + only);
  EXPECT_EQ(RefusalOf("000080"), is + "Receipt Generation" + only);
  EXPECT_EQ(RefusalOf("000040"), is + "Ciphered Load File Data Block" + only);
  for (const char* const domain : {"80", "C0", "C1", "A0", "80F0C0"}) {
    Wanted().privileges = FromHexOrDie(domain);
    EXPECT_OK(Check()) << domain;
  }
}

TEST_F(PreflightTest, PrivilegesHaveToGoTogether) {
  EXPECT_EQ(RefusalOf("000001"),
            "applet F04346455252590101 is to have privilege 000001, which "
            "there is not");
  EXPECT_EQ(RefusalOf("81"),
            "applet F04346455252590101 is to have the privilege Mandated DAP "
            "Verification without DAP Verification");
  EXPECT_EQ(RefusalOf("A04000"),
            "applet F04346455252590101 is to have the privileges Delegated "
            "Management and Authorized Management, of which one excludes the "
            "other");
}

TEST_F(PreflightTest, TheDefaultGoesWithItsPackage) {
  ThereIs(A("F0000000FF"), 0x0100);
  IsInstalled(A("F000000001"), A("F0000000FF"));
  actual_.applications[0].privileges = {0x04};
  desired_.absent_packages = {A("F0000000FF")};
  Wanted().privileges = {0x04};
  profile_.delete_related = card::DeleteRelated::kYes;
  EXPECT_OK(Check());
}

}  // namespace
}  // namespace cardferry::sequencer
