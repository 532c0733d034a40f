// Delete, upgrade and further instances, from the plan to the card.
#include "lib/base/status_matchers.h"
#include "tests/sequencer/insertion_test.h"

namespace cardferry::sequencer {
namespace {

using absl::StatusCode;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const card::Aid kSecondInstance = *card::Aid::FromHex("F04346455252590102");

// Every test begins with a card that has been loaded.
class ContentTest : public InsertionTest {
 protected:
  void SetUp() override {
    const Conclusion loaded = Insert();
    ASSERT_EQ(loaded.outcome, Outcome::kDone) << loaded.reason;
  }

  void Desire(std::vector<DesiredPackage> packages) {
    desired_ = {std::move(packages), {}, {}};
  }

  // The brokerage package in version 1.1, to replace what is there.
  static DesiredPackage NewBrokerage(const std::string& account) {
    DesiredPackage package =
        Package("brokerage.cap", kBrokerageApplet, account);
    package.file = LoadApplet("brokerage.cap", 1, 1);
    package.replace = true;
    return package;
  }

  // What the brokerage applet that is selected says of its account.
  std::string Account(const std::string& instance) {
    const Bytes select = FromHexOrDie("00A4040009" + instance + "00");
    if (ToHex(card_->Transmit(select)).substr(0, 2) != "90") return "none";
    const std::string answer = Ask("8010000000");
    return AsString(FromHexOrDie(answer.substr(0, answer.size() - 4)));
  }

  // Lets the card be pulled after every command of a plan, from a card that has
  // just been loaded; then everything must come to the same end.
  template <typename Check>
  void ConvergesWhereverItIsPulled(const DesiredState& wanted, Check check) {
    const DesiredState first = desired_;
    desired_ = wanted;
    const size_t commands = Prepare()->script.size();
    for (size_t answered = 0; answered < commands; ++answered) {
      NewCard();
      desired_ = first;
      ASSERT_EQ(Insert().outcome, Outcome::kDone);
      desired_ = wanted;
      EXPECT_EQ(Insert(answered).outcome, Outcome::kUnknown) << answered;
      const Conclusion conclusion = InsertUntilKnown();
      EXPECT_EQ(conclusion.outcome, Outcome::kDone)
          << answered << ": " << conclusion.reason;
      check(answered);
    }
  }
};

INSTANTIATE_TEST_SUITE_P(CardTypes, ContentTest, testing::ValuesIn(CardTypes()),
                         NameOfCardType);

TEST_P(ContentTest, APackageIsDeletedWithItsApplet) {
  desired_ = {{}, {LoadApplet("brokerage.cap")->cap.package().aid}, {}};
  const Conclusion conclusion = Insert();
  EXPECT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
  EXPECT_EQ(changes_, 2u);
  EXPECT_THAT(card_->registry().packages(), IsEmpty());
  EXPECT_THAT(card_->registry().applications(), IsEmpty());
  EXPECT_THAT(conclusion.record.origins, IsEmpty());
  EXPECT_EQ(Insert().outcome, Outcome::kDone);
  EXPECT_EQ(changes_, 0u);
}

TEST_P(ContentTest, OneCommandDeletesAPackageWithItsApplet) {
  Serve(card::DeleteRelated::kYes);
  desired_ = {{}, {LoadApplet("brokerage.cap")->cap.package().aid}, {}};
  EXPECT_EQ(Insert().outcome, Outcome::kDone);
  EXPECT_EQ(changes_, 1u);
  EXPECT_THAT(card_->registry().packages(), IsEmpty());
  EXPECT_THAT(card_->registry().applications(), IsEmpty());
}

TEST_P(ContentTest, AnApplicationIsDeletedAlone) {
  desired_ = {{}, {}, {kBrokerageApplet}};
  EXPECT_EQ(Insert().outcome, Outcome::kDone);
  EXPECT_EQ(changes_, 1u);
  EXPECT_THAT(card_->registry().packages(), SizeIs(1));
  EXPECT_THAT(card_->registry().applications(), IsEmpty());
}

TEST_P(ContentTest, AnUpgradeIsOneBundle) {
  Desire({NewBrokerage("DE00 9999")});
  const Conclusion conclusion = Insert();
  EXPECT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
  EXPECT_EQ(changes_, GetParam().IsS16()
                          ? 8u
                          : 7u);  // 2 DELETE, INSTALL, 3 LOAD, INSTALL
  ASSERT_THAT(card_->registry().packages(), SizeIs(1));
  EXPECT_EQ(card_->registry().packages()[0].file.minor, 1);
  EXPECT_EQ(Account("F04346455252590101"), "DE00 9999");
  EXPECT_EQ(Insert().outcome, Outcome::kDone);
  EXPECT_EQ(changes_, 0u);
}

TEST_P(ContentTest, AnUpgradeThatNobodyAskedForIsRefused) {
  Desire({NewBrokerage("DE00 9999")});
  desired_.packages[0].replace = false;
  EXPECT_THAT(Prepare(),
              StatusIs(StatusCode::kInvalidArgument,
                       "package F043464552525901 is on the card in version "
                       "1.0, version 1.1 is desired: replace it, or delete it "
                       "first"));
}

TEST_P(ContentTest, WhatWasRecordedLongAgoIsNoReasonToRefuse) {
  CardRecord record = *record_;
  record.read_at = absl::InfinitePast();
  NewCard();  // somebody has deleted it all
  record_ = record;
  Desire({NewBrokerage("DE00 9999")});
  desired_.packages[0].replace = false;
  EXPECT_EQ(Insert().outcome, Outcome::kCardDiffers);
  EXPECT_EQ(changes_, 0u);
  const Conclusion conclusion = Insert();
  EXPECT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
}

TEST_P(ContentTest, ASecondInstanceIsInstalledFromThePackageThatIsThere) {
  desired_.packages[0].applets.push_back(desired_.packages[0].applets[0]);
  desired_.packages[0].applets[1].instance = kSecondInstance;
  desired_.packages[0].applets[1].parameters = {'2'};
  EXPECT_EQ(Insert().outcome, Outcome::kDone);
  EXPECT_EQ(changes_, 1u);
  EXPECT_EQ(Account("F04346455252590101"), kAccount);
  EXPECT_EQ(Account("F04346455252590102"), "2");
}

TEST_P(ContentTest, ALibraryStaysWhileItIsNeeded) {
  DesiredPackage library = Package("greetinglib.cap");
  Desire({library, Package("greeter.cap", kGreeterApplet, "")});
  ASSERT_EQ(Insert().outcome, Outcome::kDone);
  const card::Aid aid = library.package().aid;
  desired_ = {{}, {aid}, {}};
  EXPECT_THAT(Prepare(),
              StatusIs(StatusCode::kInvalidArgument,
                       "package F043464552525902 cannot be deleted: package "
                       "F043464552525903 on the card imports it"));
  record_.reset();  // then only the card knows
  EXPECT_EQ(Insert().outcome, Outcome::kCardDiffers);
  const Conclusion refused = Insert();
  EXPECT_EQ(refused.outcome, Outcome::kFailed);
  EXPECT_THAT(refused.reason,
              testing::HasSubstr("DELETE of package F043464552525902 with "
                                 "6985"));
  EXPECT_THAT(card_->registry().packages(), SizeIs(3));
}

TEST_P(ContentTest, ALibraryGoesWithWhatNeedsIt) {
  Desire(
      {Package("greetinglib.cap"), Package("greeter.cap", kGreeterApplet, "")});
  ASSERT_EQ(Insert().outcome, Outcome::kDone);
  desired_ = {{},
              {*card::Aid::FromHex("F043464552525902"),
               *card::Aid::FromHex("F043464552525903")},
              {}};
  const Conclusion conclusion = Insert();
  EXPECT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
  EXPECT_THAT(card_->registry().packages(), SizeIs(1));
}

TEST_P(ContentTest, ModulesAreListed) {
  const Conclusion conclusion = Insert();
  ASSERT_THAT(conclusion.content.load_files, SizeIs(1));
  EXPECT_THAT(conclusion.content.load_files[0].modules,
              ElementsAre(kBrokerageApplet));
}

TEST_P(ContentTest, AnUpgradeConvergesWhereverTheCardIsPulled) {
  ConvergesWhereverItIsPulled(
      {{NewBrokerage("DE00 9999")}, {}, {}}, [this](size_t answered) {
        ASSERT_THAT(card_->registry().packages(), SizeIs(1)) << answered;
        EXPECT_EQ(card_->registry().packages()[0].file.minor, 1) << answered;
        EXPECT_EQ(Account("F04346455252590101"), "DE00 9999") << answered;
      });
}

TEST_P(ContentTest, ADeletionConvergesWhereverTheCardIsPulled) {
  ConvergesWhereverItIsPulled(
      {{}, {*card::Aid::FromHex("F043464552525901")}, {}},
      [this](size_t answered) {
        EXPECT_THAT(card_->registry().packages(), IsEmpty()) << answered;
        EXPECT_THAT(card_->registry().applications(), IsEmpty()) << answered;
      });
}

}  // namespace
}  // namespace cardferry::sequencer
