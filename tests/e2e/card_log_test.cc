#include "tests/e2e/card_log.h"

#include "lib/base/status_matchers.h"

namespace cardferry::e2e {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kLog[] =
    R"({"time":"2026-11-22T10:00:00.000000Z","level":"info","component":"cardsim","message":"waiting for the reader","vpcd":"127.0.0.1:35963"}
{"time":"2026-11-22T10:00:00.100000Z","level":"info","component":"cardsim","message":"reset"}
{"time":"2026-11-22T10:00:00.200000Z","level":"info","component":"cardsim","message":"command","exchange":"00A40400, 13 bytes -> 9000, 20 bytes"}
{"time":"2026-11-22T10:00:00.300000Z","level":"info","component":"cardsim","message":"command","exchange":"84E2, 2 bytes -> 6700, 2 bytes"}
{"time":"2026-11-22T10:00:00.400000Z","level":"info","component":"cardsim","message":"command","exchange":"84820300, 21 bytes -> 9000, 2 bytes"}
{"time":"2026-11-22T10:00:00.500000Z","level":"info","component":"cardsim","message":"command","exchange":"80E60200, 21 bytes -> no answer"}
)";

TEST(CardLogTest, ReadsWhatTheCardWasSent) {
  EXPECT_THAT(ParseCardLog(kLog),
              IsOkAndHolds(ElementsAre(Exchange{"00A40400", 13, "9000", 20},
                                       Exchange{"84E2", 2, "6700", 2},
                                       Exchange{"84820300", 21, "9000", 2},
                                       Exchange{"80E60200", 21, "", 0})));
  EXPECT_THAT(ParseCardLog(""), IsOkAndHolds(ElementsAre()));
}

TEST(CardLogTest, FindsCommandsByTheirInstruction) {
  ASSERT_OK_AND_ASSIGN(const std::vector<Exchange> exchanges,
                       ParseCardLog(kLog));
  EXPECT_THAT(HeadersOf(exchanges, {"82"}), ElementsAre("84820300"));
  EXPECT_THAT(HeadersOf(exchanges, {"E2", "A4"}),
              ElementsAre("00A40400", "84E2"));
  EXPECT_THAT(HeadersOf(exchanges, {"E8"}), ElementsAre());
}

TEST(CardLogTest, RefusesWhatTheCardDoesNotWrite) {
  for (const char* line :
       {"not JSON", R"({"level":"info"})", R"({"message":"command"})",
        R"({"message":"command","exchange":"84E20000, 8 bytes"})",
        R"({"message":"command","exchange":"84E20000, 8 bytes -> 9000"})",
        R"({"message":"command","exchange":"84, x bytes -> 9000, 2 bytes"})",
        R"({"message":"command","exchange":7})"}) {
    EXPECT_THAT(ParseCardLog(line),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("not a line of the card's log")))
        << line;
  }
}

}  // namespace
}  // namespace cardferry::e2e
