#include "agent/transport_answers.h"

#include <deque>
#include <vector>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::agent {
namespace {

// A reader that gives prepared answers and keeps what it was sent.
class ScriptedReader {
 public:
  explicit ScriptedReader(std::vector<std::string> answers)
      : answers_(answers.begin(), answers.end()) {}

  absl::StatusOr<Bytes> operator()(ByteSpan command) {
    sent.push_back(ToHex(command));
    if (answers_.empty()) return absl::UnavailableError("card gone");
    Bytes answer = FromHexOrDie(answers_.front());
    answers_.pop_front();
    return answer;
  }

  std::vector<std::string> sent;

 private:
  std::deque<std::string> answers_;
};

absl::StatusOr<std::string> Send(ScriptedReader& reader,
                                 const std::string& command, bool t0 = false) {
  absl::StatusOr<card::ResponseApdu> answer =
      TransmitWhole(*card::CommandApdu::Parse(FromHexOrDie(command)), t0,
                    [&reader](ByteSpan bytes) { return reader(bytes); });
  if (!answer.ok()) return answer.status();
  return ToHex(answer->Encode());
}

TEST(TransmitWholeTest, PassesACommandAndItsAnswerThrough) {
  ScriptedReader reader({"01029000"});
  EXPECT_THAT(Send(reader, "80CA006600"),
              IsOkAndHolds(std::string("01029000")));
  EXPECT_EQ(reader.sent, (std::vector<std::string>{"80CA006600"}));
}

TEST(TransmitWholeTest, FetchesTheRestOfAnAnswerOnTheSameLogicalChannel) {
  ScriptedReader reader({"016102", "02036100", "049000"});
  EXPECT_THAT(Send(reader, "85F2800000"),
              IsOkAndHolds(std::string("010203049000")));
  EXPECT_EQ(reader.sent, (std::vector<std::string>{"85F2800000", "01C0000002",
                                                   "01C0000000"}));
}

TEST(TransmitWholeTest, RepeatsAnUnprotectedCommandWithTheLengthAskedFor) {
  ScriptedReader reader({"6C02", "01029000"});
  EXPECT_THAT(Send(reader, "80CA006600"),
              IsOkAndHolds(std::string("01029000")));
  EXPECT_EQ(reader.sent,
            (std::vector<std::string>{"80CA006600", "80CA006602"}));
}

TEST(TransmitWholeTest, NeverRepeatsAProtectedCommand) {
  for (const std::string cla : {"84", "87", "0C", "E0", "60"}) {
    ScriptedReader reader({"6C02", "01029000"});
    EXPECT_THAT(Send(reader, cla + "CA006600"),
                IsOkAndHolds(std::string("6C02")));
    EXPECT_EQ(reader.sent.size(), 1u) << cla;
  }
}

// GET RESPONSE is the transport's own: it may go out again for a protected
// command too.
TEST(TransmitWholeTest, RepeatsGetResponseWithTheLengthTheCardNames) {
  for (const std::string cla : {"80", "84"}) {
    ScriptedReader reader({"6110", "6C03", "0102036102", "04059000"});
    EXPECT_THAT(Send(reader, cla + "CA006600", /*t0=*/true),
                IsOkAndHolds(std::string("01020304059000")));
    EXPECT_EQ(reader.sent,
              (std::vector<std::string>{cla + "CA006600", "00C0000010",
                                        "00C0000003", "00C0000002"}));
  }
}

TEST(TransmitWholeTest, RepeatsEachGetResponseOnItsOwn) {
  ScriptedReader reader({"6110", "6C01", "016105", "6C00", "029000"});
  EXPECT_THAT(Send(reader, "80CA006600", /*t0=*/true),
              IsOkAndHolds(std::string("01029000")));
  EXPECT_EQ(reader.sent,
            (std::vector<std::string>{"80CA006600", "00C0000010", "00C0000001",
                                      "00C0000005", "00C0000000"}));
}

TEST(TransmitWholeTest, RepeatsGetResponseOnce) {
  ScriptedReader reader({"016110", "6C03", "6C04", "9000"});
  EXPECT_THAT(Send(reader, "80CA006600", /*t0=*/true),
              IsOkAndHolds(std::string("016C04")));
  EXPECT_EQ(reader.sent.size(), 3u);
}

TEST(TransmitWholeTest, LeavesLeOffACommandWithDataForT0Only) {
  ScriptedReader t0({"9000"});
  EXPECT_OK(Send(t0, "00A4040001AA00", true));
  EXPECT_EQ(t0.sent, (std::vector<std::string>{"00A4040001AA"}));
  ScriptedReader t1({"9000"});
  EXPECT_OK(Send(t1, "00A4040001AA00"));
  EXPECT_EQ(t1.sent, (std::vector<std::string>{"00A4040001AA00"}));
}

TEST(TransmitWholeTest, AnAnswerShorterThanAStatusWordIsALostAnswer) {
  for (const std::string answer : {"", "90"}) {
    ScriptedReader reader({answer});
    EXPECT_THAT(Send(reader, "80CA006600"),
                StatusIs(absl::StatusCode::kUnavailable));
  }
}

TEST(TransmitWholeTest, GivesUpOnACardThatNeverComesToAnEnd) {
  ScriptedReader mute({"6110", "6110"});
  EXPECT_THAT(Send(mute, "80CA006600"),
              StatusIs(absl::StatusCode::kDataLoss,
                       "the card offers bytes and never gives them"));
  const std::string page(2 * 256, 'A');
  ScriptedReader endless(std::vector<std::string>(1000, page + "6100"));
  EXPECT_THAT(
      Send(endless, "80CA006600"),
      StatusIs(absl::StatusCode::kDataLoss, "the card's answer has no end"));
}

}  // namespace
}  // namespace cardferry::agent
