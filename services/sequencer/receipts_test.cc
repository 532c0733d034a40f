#include "services/sequencer/receipts.h"

#include "lib/base/status_matchers.h"
#include "services/sequencer/testing/fake_signed_content.h"

namespace cardferry::sequencer {
namespace {

using absl::StatusCode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Kind = ConfirmedContent::Kind;

card::Aid A(const char* hex) { return *card::Aid::FromHex(hex); }

const card::Aid kPackage = A("F043464552525901");
const card::Aid kApplet = A("F04346455252590101");
const card::Aid kDomain = A("A000000151000001");

// Receipt AABB, counter, the card's data C1.
Bytes Answer(uint8_t counter) {
  return {0x02, 0xAA, 0xBB, 0x02, 0x00, counter, 0x01, 0xC1};
}

class ReceiptsTest : public testing::Test {
 protected:
  ReceiptsTest() {
    state_.record.card_id = "demo/00010203040506070809";
    state_.confirming_domain = kDomain;
    state_.runs = {{CommandKind::kAuthenticate},
                   {CommandKind::kDeleteApplication, kApplet},
                   {CommandKind::kDeletePackage, kPackage},
                   {CommandKind::kInstallForLoad, kPackage},
                   {CommandKind::kLoad, kPackage, 2},
                   {CommandKind::kInstall, kApplet},
                   {CommandKind::kReadLoadFiles}};
    state_.wanted = {{{kPackage, 1, 0}, {}, {kApplet}}};
    source_.right_receipt = {0xAA, 0xBB};
    transcript_.answers = {Ok({}),        Ok(Answer(5)), Ok(Answer(6)),
                           Ok({0x00}),    Ok({0x00}),    Ok(Answer(7)),
                           Ok(Answer(8)), Ok({0xE3})};
  }
  static card::ResponseApdu Ok(Bytes data) {
    return {std::move(data), card::kSuccess};
  }
  ReceiptFindings Findings() {
    const auto findings = JudgeReceipts(state_, transcript_, &source_);
    EXPECT_OK(findings);
    return findings.ok() ? *findings : ReceiptFindings();
  }

  BundleState state_;
  card::Transcript transcript_;
  FakeSignedContent source_;
};

TEST_F(ReceiptsTest, EachChangeIsConfirmedOnce) {
  const ReceiptFindings findings = Findings();
  EXPECT_THAT(findings.alarms, IsEmpty());
  ASSERT_EQ(findings.receipts.size(), 4u);
  EXPECT_EQ(findings.receipts[0].text, "applet F04346455252590101 was deleted");
  EXPECT_EQ(findings.receipts[0].counter, 5u);
  EXPECT_EQ(ToHex(findings.receipts[0].receipt), "AABB");
  EXPECT_EQ(ToHex(findings.receipts[0].confirmation_data), "02000501C1");
  EXPECT_EQ(findings.receipts[1].text, "package F043464552525901 was deleted");
  EXPECT_EQ(findings.receipts[2].text, "package F043464552525901 was loaded");
  EXPECT_EQ(findings.receipts[3].text,
            "applet F04346455252590101 was installed");
  for (const StoredReceipt& one : findings.receipts) {
    EXPECT_TRUE(one.verified);
  }
  EXPECT_EQ(findings.last_counter, 8u);
  ASSERT_EQ(findings.facts.size(), 4u);
  EXPECT_EQ(findings.facts[2],
            (Fact{"the card has confirmed that package F043464552525901 was "
                  "loaded (confirmation 7)",
                  Assurance::kProven}));
}

TEST_F(ReceiptsTest, AReceiptIsVerifiedForWhatWasDone) {
  Findings();
  EXPECT_EQ(source_.asked_card, "demo/00010203040506070809");
  ASSERT_EQ(source_.receipts.size(), 4u);
  EXPECT_EQ(source_.receipts[0].content.kind, Kind::kDeleted);
  EXPECT_THAT(source_.receipts[0].content.aids, ElementsAre(kApplet));
  EXPECT_EQ(source_.receipts[2].content.kind, Kind::kLoaded);
  EXPECT_THAT(source_.receipts[2].content.aids, ElementsAre(kPackage, kDomain));
  EXPECT_EQ(source_.receipts[3].content.kind, Kind::kInstalled);
  EXPECT_THAT(source_.receipts[3].content.aids, ElementsAre(kPackage, kApplet));
}

TEST_F(ReceiptsTest, AMissingOrMalformedReceiptIsAnAlarm) {
  transcript_.answers[1] = Ok({0x00});
  transcript_.answers[2] = Ok({});
  transcript_.answers[5] = Ok({0x05, 0x01});
  const ReceiptFindings findings = Findings();
  ASSERT_EQ(findings.receipts.size(), 1u);
  ASSERT_EQ(findings.alarms.size(), 3u);
  EXPECT_EQ(findings.alarms[0],
            "The card gave no receipt that applet F04346455252590101 was "
            "deleted, as its profile says it does.");
  EXPECT_THAT(findings.alarms[1], HasSubstr("package F043464552525901 was de"));
  EXPECT_THAT(findings.alarms[2], HasSubstr("package F043464552525901 was lo"));
}

TEST_F(ReceiptsTest, AWrongReceiptIsAnAlarmAndItsCounterDoesNotCount) {
  transcript_.answers[6].data[1] ^= 0x01;
  const ReceiptFindings findings = Findings();
  ASSERT_EQ(findings.receipts.size(), 4u);
  EXPECT_FALSE(findings.receipts[3].verified);
  EXPECT_EQ(findings.last_counter, 7u);
  EXPECT_EQ(findings.facts.size(), 3u);
  EXPECT_THAT(findings.alarms,
              ElementsAre("The receipt that applet F04346455252590101 was "
                          "installed (confirmation 8) is not the card's: its "
                          "MAC is wrong."));
}

TEST_F(ReceiptsTest, ACounterThatDoesNotRiseIsAnAlarm) {
  state_.record.confirmation_counter = 5;
  transcript_.answers[6].data = Answer(7);
  const ReceiptFindings findings = Findings();
  EXPECT_FALSE(findings.receipts[0].verified);
  EXPECT_TRUE(findings.receipts[1].verified);
  EXPECT_TRUE(findings.receipts[2].verified);
  EXPECT_FALSE(findings.receipts[3].verified);
  EXPECT_THAT(
      findings.alarms,
      ElementsAre("The receipt that applet F04346455252590101 was deleted is "
                  "an old one: its counter is 5, and the card has confirmed 5 "
                  "before.",
                  "The receipt that applet F04346455252590101 was installed is "
                  "an old one: its counter is 7, and the card has confirmed 7 "
                  "before."));
  EXPECT_EQ(findings.last_counter, 7u);
}

TEST_F(ReceiptsTest, WhatWasNotDoneIsNotConfirmed) {
  transcript_.answers[1] = {{}, card::kReferencedDataNotFound};
  transcript_.answers.resize(5);  // torn before the last LOAD
  const ReceiptFindings findings = Findings();
  EXPECT_THAT(findings.alarms, IsEmpty());
  ASSERT_EQ(findings.receipts.size(), 1u);
  EXPECT_EQ(findings.receipts[0].counter, 6u);
  transcript_.answers.clear();
  source_.fault = absl::UnavailableError("not asked");
  EXPECT_THAT(Findings().receipts, IsEmpty());
}

TEST_F(ReceiptsTest, WhatCannotBeVerifiedIsKeptAndSaid) {
  source_.fault = absl::UnavailableError("away");
  EXPECT_THAT(JudgeReceipts(state_, transcript_, &source_),
              StatusIs(StatusCode::kUnavailable));
  source_.fault = absl::InternalError("keyvault: no keys for receipts");
  const ReceiptFindings findings = Findings();
  EXPECT_EQ(findings.receipts.size(), 4u);
  EXPECT_THAT(findings.facts, IsEmpty());
  EXPECT_EQ(findings.last_counter, std::nullopt);
  EXPECT_THAT(findings.alarms,
              ElementsAre("The card's receipts were kept, and not verified: "
                          "keyvault: no keys for receipts."));
  ASSERT_OK_AND_ASSIGN(const ReceiptFindings nobody,
                       JudgeReceipts(state_, transcript_, nullptr));
  EXPECT_EQ(nobody.alarms.size(), 1u);
}

// A security domain is made; a package that was there and a new applet of it
// are given to it, and another applet is made selectable.
class RegistryReceiptsTest : public ReceiptsTest {
 protected:
  RegistryReceiptsTest() {
    // kPackage and kOther, of kPackage, belong to kDomain.
    const Bytes package =
        Concat({FromHexOrDie("E3144F08F043464552525901CC08"), kDomain.bytes()});
    const Bytes applet =
        FromHexOrDie("E3154F09F04346455252590102C408F043464552525901");
    state_.expected = {{Ok(package)}, {Ok(applet)}};
    state_.wanted[0].security_domain = kNewDomain;
    state_.wanted_applications = {{kApplet}, {kNewDomain}};
    state_.wanted_applications[0].security_domain = kNewDomain;
    state_.wanted_applications[1].package = kDomainPackage;
    state_.runs = {{CommandKind::kAuthenticate},
                   {CommandKind::kInstall, kNewDomain},
                   {CommandKind::kInstall, kApplet},
                   {CommandKind::kExtradite, kPackage},
                   {CommandKind::kExtradite, kApplet},
                   {CommandKind::kMakeSelectable, kOther}};
    transcript_.answers = {Ok({}),        Ok(Answer(1)), Ok(Answer(2)),
                           Ok(Answer(3)), Ok(Answer(4)), Ok(Answer(5))};
  }

  const card::Aid kNewDomain = A("F0434645525344");
  const card::Aid kDomainPackage = A("A0000001515350");
  const card::Aid kOther = A("F04346455252590102");
};

TEST_F(RegistryReceiptsTest, SecurityDomainsAndExtraditionsAreConfirmedToo) {
  const ReceiptFindings findings = Findings();
  EXPECT_THAT(findings.alarms, IsEmpty());
  ASSERT_EQ(findings.receipts.size(), 5u);
  ASSERT_EQ(source_.receipts.size(), 5u);
  const auto content = [this](size_t i) { return source_.receipts[i].content; };
  EXPECT_EQ(content(0).kind, Kind::kInstalled);
  EXPECT_THAT(content(0).aids, ElementsAre(kDomainPackage, kNewDomain));
  EXPECT_THAT(content(1).aids, ElementsAre(kPackage, kApplet));
  EXPECT_EQ(content(2).kind, Kind::kExtradited);
  EXPECT_THAT(content(2).aids, ElementsAre(kDomain, kPackage, kNewDomain));
  EXPECT_THAT(content(3).aids, ElementsAre(kDomain, kApplet, kNewDomain));
  EXPECT_EQ(content(4).kind, Kind::kInstalled);
  EXPECT_THAT(content(4).aids, ElementsAre(kPackage, kOther));
  EXPECT_EQ(findings.receipts[2].text,
            "F043464552525901 was given to F0434645525344");
  EXPECT_EQ(findings.receipts[4].text,
            "applet F04346455252590102 was made selectable");
  EXPECT_EQ(findings.last_counter, 5u);
}

TEST_F(RegistryReceiptsTest, WhatWasThereBelongedToWhatTheCardSaid) {
  state_.confirming_domain = kOther;
  Findings();
  EXPECT_THAT(source_.receipts[2].content.aids,
              ElementsAre(kDomain, kPackage, kNewDomain));
  EXPECT_THAT(source_.receipts[3].content.aids,
              ElementsAre(kOther, kApplet, kNewDomain));
}

TEST_F(RegistryReceiptsTest, NoneIsDueForMakingSelectable) {
  transcript_.answers[5] = Ok({0x00});
  const ReceiptFindings findings = Findings();
  EXPECT_THAT(findings.alarms, IsEmpty());
  EXPECT_EQ(findings.receipts.size(), 4u);
}

TEST_F(RegistryReceiptsTest, AReceiptThatNobodyCanPlaceIsAnAlarm) {
  state_.runs[5] = {CommandKind::kUpdatePrivileges, kOther};
  ReceiptFindings findings = Findings();
  EXPECT_EQ(findings.receipts.size(), 4u);
  EXPECT_THAT(
      findings.alarms,
      ElementsAre("The card gave a receipt (confirmation 5) for INSTALL [for "
                  "registry update] of F04346455252590102, and nobody could "
                  "tell what it should confirm: it was not verified."));
  transcript_.answers[5] = Ok({0x00});
  EXPECT_THAT(Findings().alarms, IsEmpty());
  transcript_.answers[5] = {Answer(5), card::StatusWord(0x6A80)};
  EXPECT_THAT(Findings().alarms, IsEmpty());
  // What an applet answers to its data may look like anything.
  state_.runs[5] = {CommandKind::kStoreData, kOther};
  transcript_.answers[5] = Ok(Answer(5));
  EXPECT_THAT(Findings().alarms, IsEmpty());
  state_.wanted_applications[1].package.reset();
  EXPECT_THAT(Findings().alarms,
              ElementsAre(HasSubstr("for INSTALL of F0434645525344, and")));
}

}  // namespace
}  // namespace cardferry::sequencer
