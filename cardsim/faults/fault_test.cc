#include "cardsim/faults/fault.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

using testing::HasSubstr;

constexpr uint8_t kLoad = 0xE8;

Fault Parse(absl::string_view text) {
  const absl::StatusOr<Fault> fault = ParseFault(text);
  EXPECT_OK(fault.status()) << text;
  return fault.ok() ? *fault : Fault();
}

TEST(FaultTest, NamesACommandByItsNumber) {
  const Fault tear = Parse("tear@12");
  EXPECT_EQ(tear.kind, FaultKind::kTear);
  EXPECT_EQ(tear.out, absl::InfiniteDuration());
  EXPECT_FALSE(tear.Strikes(kLoad, 11, 12));
  EXPECT_TRUE(tear.Strikes(kLoad, 12, 1));
  EXPECT_FALSE(tear.Strikes(kLoad, 13, 12));
}

TEST(FaultTest, NamesACommandByItsNameAndNumber) {
  const Fault fault = Parse("sw=6A84@LOAD:3");
  EXPECT_EQ(fault.kind, FaultKind::kStatusWord);
  EXPECT_EQ(fault.sw.value(), 0x6A84);
  EXPECT_TRUE(fault.Strikes(kLoad, 20, 3));
  EXPECT_FALSE(fault.Strikes(kLoad, 3, 2));
  EXPECT_FALSE(fault.Strikes(0xE6, 20, 3));
}

TEST(FaultTest, WithoutANumberEveryCommandOfTheNameIsMeant) {
  const Fault fault = Parse("sw=6982@DELETE");
  EXPECT_TRUE(fault.Strikes(0xE4, 1, 1));
  EXPECT_TRUE(fault.Strikes(0xE4, 9, 2));
  EXPECT_FALSE(fault.Strikes(kLoad, 1, 1));
}

TEST(FaultTest, KnowsTheOtherKinds) {
  EXPECT_EQ(Parse("pull@1").kind, FaultKind::kPull);
  EXPECT_EQ(Parse("reinsert@SELECT:1").kind, FaultKind::kReinsert);
  EXPECT_EQ(Parse("swap@2").kind, FaultKind::kSwap);
  EXPECT_EQ(Parse("mute@5").kind, FaultKind::kMute);
  EXPECT_EQ(Parse("tear@12+1.5s").out, absl::Milliseconds(1500));
  EXPECT_EQ(Parse("pull@LOAD:2+0").out, absl::ZeroDuration());
}

TEST(FaultTest, SlowsDownEveryCommandOrThoseOfAName) {
  const Fault all = Parse("slow=48ms");
  EXPECT_EQ(all.kind, FaultKind::kSlow);
  EXPECT_EQ(all.time, absl::Milliseconds(48));
  EXPECT_TRUE(all.Strikes(0xA4, 1, 1));
  const Fault loads = Parse("slow=1s/LOAD");
  EXPECT_EQ(loads.time, absl::Seconds(1));
  EXPECT_TRUE(loads.Strikes(kLoad, 7, 4));
  EXPECT_FALSE(loads.Strikes(0xA4, 7, 4));
}

TEST(FaultTest, SaysWhatIsWrongAndShowsWhatWouldBeRight) {
  const struct {
    const char* text;
    const char* says;
  } kWrong[] = {
      {"", "no fault is called \"\"; for example: tear@12"},
      {"tare@12", "no fault is called \"tare\"; for example: tear@12"},
      {"tear", "does not say which command; for example: tear@12"},
      {"tear@", "\"\" is not a number from 1 on; for example: tear@12"},
      {"tear@0", "\"0\" is not a number from 1 on"},
      {"tear@12x", "\"12x\" is not a number from 1 on"},
      {"tear@LAOD:1", "\"LAOD\" is none of SELECT"},
      {"tear@LOAD:", "\"\" is not a number from 1 on"},
      {"tear@12+", "\"\" is not a time up to 10 minutes; for example: 48ms"},
      {"tear@12+2", "\"2\" is not a time"},
      {"mute@12+2s", "only a card that has left the reader is put back"},
      {"sw=6A8@LOAD", "\"6A8\" is not a status word; for example: sw=6A84"},
      {"sw=@LOAD", "\"\" is not a status word"},
      {"sw=6A84", "does not say which command"},
      {"slow=48", "\"48\" is not a time"},
      {"slow=-1ms", "is not a time"},
      {"slow=11m", "is not a time"},
      {"slow=48ms/3", "\"3\" is none of"},
  };
  for (const auto& wrong : kWrong) {
    const absl::Status status = ParseFault(wrong.text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << wrong.text;
    EXPECT_THAT(std::string(status.message()), HasSubstr(wrong.says));
  }
}

}  // namespace
}  // namespace cardferry::cardsim
