#include "services/keyvault/files/file_vault_proto.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::keyvault {
namespace {

using absl::StatusCode;

v1::BeginFileSessionRequest Request() {
  v1::BeginFileSessionRequest request;
  request.set_ticket("ticket");
  request.set_agent("kiosk-1");
  request.set_reader("slot 0");
  request.set_key_set("files");
  request.set_serial_number("0123456789");
  request.set_card_challenge("challeng");
  request.set_operation_class(v1::OPERATION_CLASS_CONTENT);
  return request;
}

TEST(FileVaultProtoTest, EveryFieldOfAnArrivalIsTaken) {
  ASSERT_OK_AND_ASSIGN(const FileArrival arrival, ParseArrival(Request()));
  EXPECT_EQ(AsString(arrival.ticket), "ticket");
  EXPECT_EQ(arrival.place, (Place{"kiosk-1", "slot 0"}));
  EXPECT_EQ(arrival.key_set, "files");
  EXPECT_EQ(arrival.serial_number[9], '9');
  EXPECT_EQ(AsString(arrival.card_challenge), "challeng");
  EXPECT_EQ(arrival.operation_class, OperationClass::kContent);
}

TEST(FileVaultProtoTest, ASerialNumberHasTenBytes) {
  for (const char* other : {"", "012345678", "0123456789A"}) {
    v1::BeginFileSessionRequest request = Request();
    request.set_serial_number(other);
    EXPECT_THAT(ParseArrival(request), StatusIs(StatusCode::kInvalidArgument));
  }
  v1::BeginFileSessionRequest request = Request();
  request.clear_operation_class();
  EXPECT_THAT(ParseArrival(request), StatusIs(StatusCode::kInvalidArgument));
}

TEST(FileVaultProtoTest, CommandsComeInTheirOrder) {
  v1::ProtectFileCommandsRequest request;
  request.add_commands()->set_apdu(AsString(FromHexOrDie("00B0000010")));
  v1::CardPassword& verify = *request.add_commands()->mutable_verify();
  verify.set_number(2);
  verify.set_of_current_df(true);
  verify.set_digits(6);
  ASSERT_OK_AND_ASSIGN(const auto commands, ParseFileCommands(request));
  ASSERT_EQ(commands.size(), 2u);
  EXPECT_EQ(ToHex(std::get<card::CommandApdu>(commands[0]).Encode()),
            "00B0000010");
  const auto& password = std::get<PasswordCommand>(commands[1]);
  EXPECT_EQ(password.number, 2);
  EXPECT_TRUE(password.of_current_df);
  EXPECT_EQ(password.digits, 6u);
  for (const uint32_t number : {0u, 32u, 256u}) {
    verify.set_number(number);
    EXPECT_THAT(ParseFileCommands(request),
                StatusIs(StatusCode::kInvalidArgument,
                         "command 1: no password " + std::to_string(number) +
                             ": 1 to 31"));
  }
  request.add_commands();
  verify.set_number(1);
  EXPECT_THAT(ParseFileCommands(request),
              StatusIs(StatusCode::kInvalidArgument));
}

TEST(FileVaultProtoTest, AnAnswerHasAStatusWord) {
  v1::VerifyFileAnswersRequest request;
  request.add_answers(AsString(FromHexOrDie("CAFE9000")));
  ASSERT_OK_AND_ASSIGN(const auto answers, ParseAnswers(request));
  EXPECT_EQ(ToHex(answers[0].data), "CAFE");
  request.add_answers("x");
  EXPECT_THAT(ParseAnswers(request), StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::keyvault
