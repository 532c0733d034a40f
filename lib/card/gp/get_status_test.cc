#include "lib/card/gp/get_status.h"

#include "lib/base/status_matchers.h"

namespace cardferry::card {
namespace {

using absl::StatusCode;
using testing::ElementsAre;
using testing::IsEmpty;

// A load file with version and module, as a card of GPCS 2.3 lists it.
const char kLoadFile[] =
    "E31C"
    "4F08F043464552525901"
    "9F700101"
    "CE020100"
    "8408F043464552525902";
const char kApplication[] =
    "E31D"
    "4F09F04346455252590101"
    "9F700107"
    "C503040000"
    "C405F043464552"
    "CF00";

Aid A(const std::string& hex) { return *Aid::FromHex(hex); }

ResponseApdu Answer(const std::string& hex, uint16_t sw) {
  return {FromHexOrDie(hex), StatusWord(sw)};
}

TEST(GetStatusTest, ReadsWhichSecurityDomainAnEntryBelongsTo) {
  const auto entries =
      ParseStatusEntries(FromHexOrDie("E30E4F05F043464552CC05A000000151"));
  ASSERT_OK(entries);
  EXPECT_EQ(entries->front().security_domain, A("A000000151"));
  EXPECT_THAT(
      ParseStatusEntries(FromHexOrDie("E30D4F05F043464552CC04A0000001")),
      StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(GetStatusTest, CommandsAreExact) {
  EXPECT_EQ(ToHex(GetStatusCommand(StatusScope::kLoadFiles, StatusPage::kFirst)
                      .Encode()),
            "80F22002024F0000");
  EXPECT_EQ(
      ToHex(GetStatusCommand(StatusScope::kApplications, StatusPage::kNext)
                .Encode()),
      "80F24003024F0000");
}

TEST(ParseStatusEntriesTest, ReadsALoadFile) {
  EXPECT_THAT(ParseStatusEntries(FromHexOrDie(kLoadFile)),
              IsOkAndHolds(ElementsAre(StatusEntry{A("F043464552525901"),
                                                   uint8_t{1},
                                                   {},
                                                   std::nullopt,
                                                   uint16_t{0x0100},
                                                   {A("F043464552525902")}})));
}

TEST(ParseStatusEntriesTest, ReadsAnApplicationAndSkipsOtherFields) {
  EXPECT_THAT(ParseStatusEntries(FromHexOrDie(kApplication)),
              IsOkAndHolds(ElementsAre(StatusEntry{A("F04346455252590101"),
                                                   uint8_t{7},
                                                   FromHexOrDie("040000"),
                                                   A("F043464552"),
                                                   std::nullopt,
                                                   {}})));
}

// The answer of an NFC SIM (tests/vectors, nfcsim_scp02_0_s0).
TEST(ParseStatusEntriesTest, ReadsALifeCycleWithAContactlessState) {
  ASSERT_OK_AND_ASSIGN(
      const std::vector<StatusEntry> entries,
      ParseStatusEntries(
          FromHexOrDie("E3164F08A0000001510000009F70020F01C5039AFE80EA00")));
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].life_cycle, 0x0F);
  EXPECT_EQ(ToHex(entries[0].privileges), "9AFE80");
}

TEST(ParseStatusEntriesTest, ReadsSeveralEntriesAndNone) {
  ASSERT_OK_AND_ASSIGN(
      const auto two,
      ParseStatusEntries(FromHexOrDie(std::string(kLoadFile) + kApplication)));
  EXPECT_EQ(two.size(), 2u);
  EXPECT_THAT(ParseStatusEntries({}), IsOkAndHolds(IsEmpty()));
}

TEST(ParseStatusEntriesTest, RefusesEveryPrefix) {
  for (const char* hex : {kLoadFile, kApplication}) {
    const Bytes data = FromHexOrDie(hex);
    for (size_t size = 1; size < data.size(); ++size) {
      EXPECT_THAT(ParseStatusEntries(ByteSpan(data).first(size)),
                  StatusIs(StatusCode::kInvalidArgument))
          << size;
    }
  }
}

TEST(ParseStatusEntriesTest, RefusesWhatIsNotWellFormed) {
  const auto refusal = [](const std::string& hex) {
    return std::string(
        ParseStatusEntries(FromHexOrDie(hex)).status().message());
  };
  EXPECT_EQ(refusal("E203"
                    "9F7000"),
            "entry 1: tag E2 instead of E3");
  EXPECT_EQ(refusal("E3049F700107"), "entry 1: no AID");
  EXPECT_EQ(refusal("E30D4F05F0434645529F7003000000"),
            "entry 1: life cycle of 3 bytes");
  EXPECT_EQ(refusal("E30B4F05F043464552C5020000"),
            "entry 1: privileges of 2 bytes");
  EXPECT_EQ(refusal("E30A4F05F043464552CE0100"), "entry 1: version of 1 bytes");
}

TEST(JoinStatusPagesTest, JoinsPagesUntilTheLast) {
  ASSERT_OK_AND_ASSIGN(
      const StatusList list,
      JoinStatusPages({Answer(kLoadFile, 0x6310), Answer(kApplication, 0x9000),
                       Answer("", 0x6A88)}));
  EXPECT_EQ(list.entries.size(), 2u);
  EXPECT_TRUE(list.complete);
}

TEST(JoinStatusPagesTest, JoinsAnEntryThatGoesOnOnTheNextPage) {
  const std::string hex = kLoadFile;
  ASSERT_OK_AND_ASSIGN(const StatusList list,
                       JoinStatusPages({Answer(hex.substr(0, 20), 0x6310),
                                        Answer(hex.substr(20), 0x9000)}));
  EXPECT_EQ(list.entries.size(), 1u);
}

TEST(JoinStatusPagesTest, SaysWhenThereIsMore) {
  ASSERT_OK_AND_ASSIGN(const StatusList list,
                       JoinStatusPages({Answer(kLoadFile, 0x6310)}));
  EXPECT_FALSE(list.complete);
  EXPECT_EQ(list.entries.size(), 1u);
}

TEST(JoinStatusPagesTest, ACutEntryIsNoFaultWhileThereIsMore) {
  const std::string cut = std::string(kLoadFile).substr(0, 20);
  ASSERT_OK_AND_ASSIGN(const StatusList list,
                       JoinStatusPages({Answer(cut, 0x6310)}));
  EXPECT_FALSE(list.complete);
  EXPECT_THAT(list.entries, IsEmpty());
  EXPECT_THAT(JoinStatusPages({Answer(cut, 0x9000)}),
              StatusIs(StatusCode::kInvalidArgument));
}

TEST(JoinStatusPagesTest, NothingFoundIsAnEmptyList) {
  ASSERT_OK_AND_ASSIGN(const StatusList list,
                       JoinStatusPages({Answer("", 0x6A88)}));
  EXPECT_THAT(list.entries, IsEmpty());
  EXPECT_TRUE(list.complete);
}

TEST(JoinStatusPagesTest, RefusesARefusalAndTooManyPages) {
  EXPECT_THAT(JoinStatusPages({Answer("", 0x6982)}),
              StatusIs(StatusCode::kFailedPrecondition,
                       testing::StartsWith("GET STATUS was answered 6982")));
  EXPECT_THAT(JoinStatusPages({}),
              StatusIs(StatusCode::kInvalidArgument, "0 pages of GET STATUS"));
  const std::vector<ResponseApdu> many(kMaxStatusPages + 1, Answer("", 0x6310));
  EXPECT_THAT(JoinStatusPages(many),
              StatusIs(StatusCode::kInvalidArgument, "17 pages of GET STATUS"));
}

TEST(LifeCycleTextTest, UsesTheStandardsWords) {
  const auto app = StatusScope::kApplications;
  EXPECT_EQ(LifeCycleText(app, 0x03), "INSTALLED");
  EXPECT_EQ(LifeCycleText(app, 0x07), "SELECTABLE");
  EXPECT_EQ(LifeCycleText(app, 0x0F), "PERSONALIZED");
  EXPECT_EQ(LifeCycleText(app, 0x87), "LOCKED");
  EXPECT_EQ(LifeCycleText(app, 0x1F), "1F");
  EXPECT_EQ(LifeCycleText(StatusScope::kLoadFiles, 0x01), "LOADED");
  EXPECT_EQ(LifeCycleText(StatusScope::kLoadFiles, 0x02), "02");
  const auto isd = StatusScope::kIssuerSecurityDomain;
  EXPECT_EQ(LifeCycleText(isd, 0x01), "OP_READY");
  EXPECT_EQ(LifeCycleText(isd, 0x07), "INITIALIZED");
  EXPECT_EQ(LifeCycleText(isd, 0x0F), "SECURED");
  EXPECT_EQ(LifeCycleText(isd, 0x7F), "CARD_LOCKED");
  EXPECT_EQ(LifeCycleText(isd, 0xFF), "TERMINATED");
  EXPECT_EQ(LifeCycleText(isd, 0x22), "22");
}

}  // namespace
}  // namespace cardferry::card
