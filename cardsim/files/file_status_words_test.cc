// One row a way to meet a status word: what was sent before, and what then.
#include "cardsim/files/file_status_words.h"

#include "cardsim/files/testing/file_host.h"
#include "gtest/gtest.h"

namespace cardferry::cardsim {
namespace {

struct Row {
  const char* name;
  std::vector<const char*> before;
  const char* command;
  const char* answer;
};

// The card has: MF { 0101 transparent, 16 bytes, short identifier 1, update
// after VERIFY, read always; 0102 transparent, nothing allowed; 0103 linear
// fixed, 2 of 3 bytes; 0104 linear variable, 2 of up to 3; 0105 cyclic, 2 of 3;
// DF 5000, name A000000001 { 0101 transparent, 4 } }
class FileStatusWordsTest : public testing::TestWithParam<Row> {
 protected:
  FileStatusWordsTest() {
    EXPECT_EQ(card_.Send("00E000001462128201018302010180011088010"
                         "88C03031000"),
              "9000");
    EXPECT_EQ(card_.CreateBinary("0102", "04", "7FFFFFFFFFFFFFFF"), "9000");
    EXPECT_EQ(card_.CreateRecords("02", "0103", "03", "02"), "9000");
    EXPECT_EQ(card_.CreateRecords("04", "0104", "03", "02"), "9000");
    EXPECT_EQ(card_.CreateRecords("06", "0105", "03", "02"), "9000");
    EXPECT_EQ(card_.CreateDf("5000", "A000000001"), "9000");
    EXPECT_EQ(card_.CreateBinary("0101", "04"), "9000");
    card_.card().Reset();
  }

  FileTestCard card_;
};

TEST_P(FileStatusWordsTest, AnswersAsTheStandardSays) {
  for (const char* command : GetParam().before) {
    const std::string answer = card_.Send(command);
    ASSERT_EQ(answer.substr(answer.size() - 4), "9000") << command;
  }
  EXPECT_EQ(card_.Send(GetParam().command), GetParam().answer);
}

constexpr char kSelect0101[] = "00A4000C020101";
constexpr char kSelect0102[] = "00A4000C020102";
constexpr char kSelect0103[] = "00A4000C020103";
constexpr char kSelect0104[] = "00A4000C020104";
constexpr char kSelect0105[] = "00A4000C020105";
constexpr char kSelect5000[] = "00A4000C025000";
constexpr char kVerify[] = "002000010431323334";
constexpr char kWrongPassword[] = "002000010430303030";

const Row kRows[] = {
    {"ShortCommand6700", {}, "00A4", "6700"},
    {"OtherChannel6881", {}, "01A4000C", "6881"},
    {"OtherClass6E00", {}, "80A4000C", "6E00"},
    {"OtherInstruction6D00", {}, "00CA0000", "6D00"},
    {"MessagingWithoutSession6985", {}, "0CA4000C", "6985"},

    {"SelectMf9000", {}, "00A4000C023F00", "9000"},
    {"SelectWithoutData9000", {kSelect5000}, "00A4000C", "9000"},
    {"SelectFcp9000",
     {},
     "00A4000402010100",
     "621682010183020101800200108801088A01058C03031000"
     "9000"},
    {"SelectFci9000",
     {},
     "00A4000002010500",
     "6F0F8206062100030002830201058A01059000"},
    {"SelectDfFcp9000",
     {},
     "00A4040403A0000000",
     "621182013883025000"
     "8405A0000000018A01059000"},
    {"SelectChildDf9000", {}, "00A4010C025000", "9000"},
    {"SelectChildDfThatIsAnEf6A82", {}, "00A4010C020101", "6A82"},
    {"SelectChildEf9000", {kSelect5000}, "00A4020C020101", "9000"},
    {"SelectChildEfThatIsADf6A82", {}, "00A4020C025000", "6A82"},
    {"SelectParent9000", {kSelect5000}, "00A4030C", "9000"},
    {"SelectParentOfMf6A82", {}, "00A4030C", "6A82"},
    {"SelectPath9000", {kSelect5000}, "00A4080C0450000101", "9000"},
    {"SelectPathFromHere6A82", {kSelect5000}, "00A4090C0450000101", "6A82"},
    {"SelectHalfAnIdentifier6700", {}, "00A4080C03500001", "6700"},
    {"SelectUnknownName6A82", {}, "00A4040C02B000", "6A82"},
    {"SelectOtherWay6A86", {}, "00A4050C020101", "6A86"},
    {"SelectOtherAnswer6A86", {}, "00A40008020101", "6A86"},
    {"SelectUnknown6A82", {}, "00A4000C029999", "6A82"},
    {"SelectShortLe6C18", {}, "00A4000402010105", "6C18"},

    {"ReadWithoutCurrentEf6986", {}, "00B0000000", "6986"},
    {"ReadWithoutLe6700", {kSelect0101}, "00B00000", "6700"},
    {"ReadAll9000",
     {kSelect0101},
     "00B0000000",
     "000000000000000000000000000000009000"},
    {"ReadMoreThanThereIs6282", {kSelect0101}, "00B0000E04", "00006282"},
    {"ReadPastTheEnd6B00", {kSelect0101}, "00B0001001", "6B00"},
    {"ReadForbidden6982", {kSelect0102}, "00B0000004", "6982"},
    {"ReadRecords6981", {kSelect0103}, "00B0000004", "6981"},
    {"ReadByShortIdentifier9000", {}, "00B0810004", "000000009000"},
    {"ReadByUnknownShortIdentifier6A82", {}, "00B0820004", "6A82"},
    {"ReadByNoShortIdentifier6A86", {}, "00B0800004", "6A86"},
    {"ReadOdd9000", {kSelect0101}, "00B100000354010E00", "530200009000"},
    {"ReadOddWithoutOffset6A80", {kSelect0101}, "00B100000353010E00", "6A80"},
    {"ReadOddOtherP16A86", {kSelect0101}, "00B101000354010E00", "6A86"},

    {"Update9000", {kSelect0101, kVerify}, "00D6000002AABB", "9000"},
    {"UpdateForbidden6982", {kSelect0101}, "00D6000002AABB", "6982"},
    {"UpdateNothing6700", {kSelect0101, kVerify}, "00D60000", "6700"},
    {"UpdatePastTheEnd6A84", {kSelect0101, kVerify}, "00D6000F02AABB", "6A84"},
    {"UpdateFromPastTheEnd6B00",
     {kSelect0101, kVerify},
     "00D6001001AA",
     "6B00"},
    {"UpdateOdd9000",
     {kSelect0101, kVerify},
     "00D7000008540200015302AABB",
     "9000"},

    {"ReadNoRecord6A83", {kSelect0103}, "00B2010400", "6A83"},
    {"ReadRecordZero6A86", {kSelect0103}, "00B2000400", "6A86"},
    {"ReadRecordByIdentifier6A86", {kSelect0103}, "00B2010000", "6A86"},
    {"ReadRecordOfBinary6981", {kSelect0101}, "00B2010400", "6981"},
    {"ReadRecordWithData6700", {kSelect0103}, "00B2010401AA00", "6700"},
    {"ReadRecord9000",
     {kSelect0103, "00E2000003010203"},
     "00B2010400",
     "0102039000"},
    {"ReadRecordShortLe6C03",
     {kSelect0103, "00E2000003010203"},
     "00B2010402",
     "6C03"},
    {"AppendOtherP16A86", {kSelect0103}, "00E2010003010203", "6A86"},
    {"AppendOtherLength6700", {kSelect0103}, "00E20000020102", "6700"},
    {"AppendVariable9000", {kSelect0104}, "00E20000020102", "9000"},
    {"AppendTooLong6700", {kSelect0104}, "00E200000401020304", "6700"},
    {"AppendTooMany6A84",
     {kSelect0103, "00E2000003010203", "00E2000003010203"},
     "00E2000003010203",
     "6A84"},
    {"AppendCyclicForEver9000",
     {kSelect0105, "00E2000003010203", "00E2000003040506"},
     "00E2000003070809",
     "9000"},
    {"CyclicHasTheLastFirst9000",
     {kSelect0105, "00E2000003010203", "00E2000003040506", "00E2000003070809"},
     "00B2010400",
     "0708099000"},
    {"CyclicHasForgottenTheOldest6A83",
     {kSelect0105, "00E2000003010203", "00E2000003040506", "00E2000003070809"},
     "00B2030400",
     "6A83"},
    {"UpdateRecord9000",
     {kSelect0103, "00E2000003010203"},
     "00DC010403040506",
     "9000"},
    {"UpdateNoRecord6A83", {kSelect0103}, "00DC010403040506", "6A83"},
    {"UpdateCyclic6981",
     {kSelect0105, "00E2000003010203"},
     "00DC010403040506",
     "6981"},

    {"CreateTwice6A89", {}, "00E000000D620B8201018302010180020004", "6A89"},
    {"CreateShortIdentifierTwice6A89",
     {},
     "00E0000010620E8201018302010A80020004880108",
     "6A89"},
    {"CreateNameTwice6A8A",
     {},
     "00E0000010620E82013883026000"
     "8405A000000001",
     "6A8A"},
    {"CreateTooLarge6A84",
     {},
     "00E000000E620C8201018302010A8003100000",
     "6A84"},
    {"CreateWithoutIdentifier6A80", {}, "00E0000009620782010180020004", "6A80"},
    {"CreateWithoutSize6A80", {}, "00E0000009620782010183020109", "6A80"},
    {"CreateMf6A80", {}, "00E0000009620782013883023F00", "6A80"},
    {"CreateUnknownParameter6A80",
     {},
     "00E000000C620A82013883026000990100",
     "6A80"},
    {"CreateOtherP16A86", {}, "00E0380009620782013883026000", "6A86"},
    {"CreateTerminated6A80", {}, "00E000000C620A820138830260008A010C", "6A80"},

    {"Delete9000", {}, "00E40000020103", "9000"},
    {"DeleteDfWithAllBelow9000", {}, "00E40000025000", "9000"},
    {"DeleteForbidden6982", {}, "00E40000020102", "6982"},
    {"DeleteUnknown6A82", {}, "00E40000029999", "6A82"},
    {"DeleteNothing6700", {}, "00E40000", "6700"},
    {"DeleteOtherP16A86", {}, "00E40100020103", "6A86"},

    {"SelectDeactivated6283",
     {kSelect0103, "00040000"},
     "00A4000C020103",
     "6283"},
    {"AppendDeactivated6985",
     {kSelect0103, "00040000"},
     "00E2000003010203",
     "6985"},
    {"Reactivated9000",
     {kSelect0103, "00040000", "00440000"},
     "00E2000003010203",
     "9000"},
    {"BelowADeactivatedDf6985",
     {kSelect5000, "00040000", "00A4020C020101"},
     "00B0000004",
     "6985"},
    {"DeactivateForbidden6982", {kSelect0102}, "00040000", "6982"},
    {"TerminateEf9000", {kSelect0103}, "00E80000", "9000"},
    {"SelectTerminated6285",
     {kSelect0103, "00E80000"},
     "00A4000C020103",
     "6285"},
    {"ActivateTerminated6985", {kSelect0103, "00E80000"}, "00440000", "6985"},
    {"TerminateNoEf6986", {}, "00E80000", "6986"},
    {"TerminateDf9000", {kSelect5000}, "00E60000", "9000"},
    {"TerminateMf6985", {}, "00E60000", "6985"},
    {"TerminateWithData6700", {kSelect5000}, "00E6000001AA", "6700"},
    {"ActivateOtherP16A86", {kSelect5000}, "00440100", "6A86"},

    {"AskTries63C3", {}, "00200001", "63C3"},
    {"WrongPassword63C2", {}, kWrongPassword, "63C2"},
    {"VerifiedNeedsNoMore9000", {kVerify}, "00200001", "9000"},
    {"UnknownPassword6A88", {}, "00200002", "6A88"},
    {"VerifyOtherP16A86", {}, "00200101", "6A86"},

    {"Challenge9000", {}, "0084000008", "00010203040506079000"},
    {"LongChallenge6700", {}, "0084000010", "6700"},
    {"ChallengeOtherP16A86", {}, "0084010008", "6A86"},
    {"AuthenticateWithoutChallenge6985", {}, "0082000001AA01", "6985"},
    {"AuthenticateOneByte6700", {"0084000008"}, "0082000001AA", "6700"},
    {"AuthenticateShortLe6700",
     {"0084000008"},
     "0082000028"
     "0000000000000000000000000000000000000000000000000000000000000000"
     "000000000000000027",
     "6700"},
    {"AuthenticateWithoutKeys6300",
     {"0084000008"},
     "0082000028"
     "0000000000000000000000000000000000000000000000000000000000000000"
     "000000000000000028",
     "6300"},
    {"AuthenticateOtherKey6A86", {"0084000008"}, "0082000101AA01", "6A86"},
};

INSTANTIATE_TEST_SUITE_P(Rows, FileStatusWordsTest, testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

TEST(FileStatusWordsTest, AThirdWrongPasswordBlocksTheRightOneToo) {
  FileTestCard card;
  EXPECT_EQ(card.Send(kWrongPassword), "63C2");
  card.card().Reset();
  EXPECT_EQ(card.Send(kWrongPassword), "63C1");
  EXPECT_EQ(card.Send(kWrongPassword), "63C0");
  EXPECT_EQ(card.Send(kVerify), "6983");
  EXPECT_EQ(card.Send("00200001"), "6983");
}

TEST(FileStatusWordsTest, ARightPasswordGivesTheTriesBack) {
  FileTestCard card;
  EXPECT_EQ(card.Send(kWrongPassword), "63C2");
  EXPECT_EQ(card.Send(kVerify), "9000");
  card.card().Reset();
  EXPECT_EQ(card.Send("00200001"), "63C3");
}

}  // namespace
}  // namespace cardferry::cardsim
