#include "lib/base/log.h"

#include <type_traits>

#include "gtest/gtest.h"
#include "lib/base/secret_bytes.h"

namespace cardferry {
namespace {

static_assert(!std::is_constructible<LogField, absl::string_view,
                                     const SecretBytes&>::value,
              "a secret must not get into a log line");

TEST(LogTest, ALineIsOneJsonObjectWithItsFieldsInOrder) {
  EXPECT_EQ(
      FormatLogLine(LogLevel::kInfo, "agent", "card arrived",
                    {{"reader", "R 1"},
                     {"apdus", 3},
                     {"ok", true},
                     {"status", absl::NotFoundError("none")}}),
      R"("level":"info","component":"agent","message":"card arrived",)"
      R"("reader":"R 1","apdus":3,"ok":true,"status":"NOT_FOUND: none"})");
}

TEST(LogTest, NothingInAValueBreaksTheLineOrTheJson) {
  EXPECT_EQ(JsonString("a\"b\\\n\x01"), R"("a\"b\\\n\u0001")");
  EXPECT_EQ(JsonString("\xFF"), "\"\xEF\xBF\xBD\"");
}

TEST(LogTest, ValuesOfEveryKindAreJson) {
  EXPECT_EQ(LogField("n", int64_t{-1}).json(), "\"n\":-1");
  EXPECT_EQ(LogField("n", uint64_t{18446744073709551615u}).json(),
            "\"n\":18446744073709551615");
  EXPECT_EQ(LogField("n", false).json(), "\"n\":false");
  EXPECT_EQ(LogField("n", std::string("s")).json(), "\"n\":\"s\"");
}

}  // namespace
}  // namespace cardferry
