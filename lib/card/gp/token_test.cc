#include "lib/card/gp/token.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::card {
namespace {

using absl::StatusCode;

CommandApdu Command(const char* hex) {
  return CommandApdu::Parse(FromHexOrDie(hex)).value();
}

Aid AidOf(const char* hex) { return Aid::FromHex(hex).value(); }

constexpr char kInstallForLoad[] =
    "80E602003009A00000006203010C0108A000000151000000145CDA45E7210AACCE72398DA4"
    "C3405BE2755C5A1F06EF04C602040000";
constexpr char kDelete[] = "80E400000D4F0BA00000006203010C01010200";

// Messages as in tests/vectors/generated_primitives.json.
TEST(TokenTest, SignsInstallWithoutItsTokenField) {
  EXPECT_THAT(TokenMessage(Command(kInstallForLoad)),
              IsOkAndHolds(FromHexOrDie(
                  "02002F09A00000006203010C0108A000000151000000145CDA45E7210AAC"
                  "CE72398DA4C3405BE2755C5A1F06EF04C6020400")));
}

TEST(TokenTest, SignsDelete) {
  EXPECT_THAT(TokenMessage(Command(kDelete)),
              IsOkAndHolds(FromHexOrDie("00000D4F0BA00000006203010C010102")));
}

TEST(TokenTest, TheTokenIsInstallsLastField) {
  ASSERT_OK_AND_ASSIGN(const CommandApdu command,
                       WithToken(Command("80E620000A0005F00000000100000000"),
                                 FromHexOrDie("DD422617CC0BEBC0")));
  EXPECT_EQ(ToHex(command.Encode()),
            "80E62000120005F000000001000008DD422617CC0BEBC000");
}

TEST(TokenTest, TheTokenOfDeleteHasATag) {
  ASSERT_OK_AND_ASSIGN(
      const CommandApdu command,
      WithToken(Command(kDelete), FromHexOrDie("FD324C2149F222D5")));
  EXPECT_EQ(ToHex(command.Encode()),
            "80E40000174F0BA00000006203010C0101029E08FD324C2149F222D500");
}

TEST(TokenTest, ATokenOf128BytesHasALengthOfTwo) {
  ASSERT_OK_AND_ASSIGN(const CommandApdu command,
                       WithToken(Command(kDelete), Bytes(128, 0x77)));
  EXPECT_EQ(ToHex(ByteSpan(command.data()).subspan(13, 4)), "9E818077");
  ASSERT_OK_AND_ASSIGN(const CommandApdu install,
                       WithToken(Command(kInstallForLoad), Bytes(128, 0x77)));
  EXPECT_EQ(ToHex(ByteSpan(install.data()).subspan(47, 3)), "818077");
}

TEST(TokenTest, SignsNothingTwice) {
  for (const char* plain : {kInstallForLoad, kDelete}) {
    ASSERT_OK_AND_ASSIGN(const CommandApdu signed_once,
                         WithToken(Command(plain), Bytes(8, 0x77)));
    EXPECT_THAT(TokenMessage(signed_once),
                StatusIs(StatusCode::kInvalidArgument));
    EXPECT_THAT(WithToken(signed_once, Bytes(8, 0x77)),
                StatusIs(StatusCode::kInvalidArgument));
  }
}

TEST(TokenTest, RefusesWhatHasNoToken) {
  EXPECT_THAT(TokenMessage(Command("80F24000024F00")),
              StatusIs(StatusCode::kInvalidArgument,
                       "a command with INS F2 has no token"));
  EXPECT_THAT(TokenMessage(Command("80E60200020500")),
              StatusIs(StatusCode::kInvalidArgument, "INSTALL is cut short"));
  EXPECT_THAT(WithToken(Command(kDelete), {}),
              StatusIs(StatusCode::kInvalidArgument, "the token is empty"));
}

TEST(TokenTest, ATokenThatDoesNotFitIsRefusedWithTheNumbers) {
  EXPECT_THAT(WithToken(Command(kDelete), Bytes(240, 0x77)),
              StatusIs(StatusCode::kResourceExhausted,
                       "the command needs 256 bytes with its token of 240, 255 "
                       "fit"));
}

TEST(ConfirmationTest, ReadsAReceipt) {
  ASSERT_OK_AND_ASSIGN(const Confirmation confirmation,
                       Confirmation::Parse(FromHexOrDie(
                           "081C515F5AF9C2F4130200050742034953445F20")));
  EXPECT_EQ(ToHex(confirmation.receipt), "1C515F5AF9C2F413");
  EXPECT_EQ(ToHex(confirmation.confirmation_data), "0200050742034953445F20");
  EXPECT_EQ(confirmation.counter, 5u);
}

TEST(ConfirmationTest, ReadsNoTruncatedOne) {
  const Bytes whole = FromHexOrDie("081C515F5AF9C2F4130200050742034953445F20");
  for (size_t length = 0; length < whole.size(); ++length) {
    EXPECT_THAT(Confirmation::Parse(ByteSpan(whole).first(length)),
                StatusIs(StatusCode::kInvalidArgument))
        << length;
  }
}

TEST(ConfirmationTest, ReadsNoCounterOfFiveBytes) {
  EXPECT_THAT(Confirmation::Parse(FromHexOrDie("0005000000000100")),
              StatusIs(StatusCode::kInvalidArgument));
}

// Messages as in tests/vectors/generated_primitives.json.
TEST(ReceiptTest, SignsTheConfirmationAndWhatWasDone) {
  const Bytes data = FromHexOrDie("0200050742034953445F20");
  const Aid file = AidOf("A00000006203010C01");
  const Aid domain = AidOf("A000000151000000");
  const Aid instance = AidOf("A00000006203010C010102");
  const Aid other = AidOf("A00000006203010D01");
  EXPECT_EQ(ToHex(LoadReceiptMessage(data, file, domain)),
            "0200050742034953445F2009A00000006203010C0108A000000151000000");
  EXPECT_EQ(
      ToHex(InstallReceiptMessage(data, file, instance)),
      "0200050742034953445F2009A00000006203010C010BA00000006203010C010102");
  EXPECT_EQ(
      ToHex(ExtraditionReceiptMessage(data, domain, instance, other)),
      "0200050742034953445F2008A0000001510000000BA00000006203010C01010209A"
      "00000006203010D01");
  EXPECT_EQ(ToHex(DeleteReceiptMessage(data, instance)),
            "0200050742034953445F200BA00000006203010C010102");
}

}  // namespace
}  // namespace cardferry::card
