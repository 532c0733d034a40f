#include "lib/store/value.h"

#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::store {
namespace {

std::string TextOf(const Param& param) {
  return std::get<std::string>(param.value());
}
int64_t NumberOf(const Param& param) {
  return std::get<int64_t>(param.value());
}
bool IsNull(const Param& param) {
  return std::holds_alternative<std::monostate>(param.value());
}

TEST(ParamTest, TurnsEveryTypeIntoWhatADatabaseKeepsAlike) {
  EXPECT_EQ(NumberOf({"n", -7}), -7);
  EXPECT_EQ(NumberOf({"n", 4294967295u}), 4294967295);
  EXPECT_EQ(NumberOf({"n", std::numeric_limits<int64_t>::min()}),
            std::numeric_limits<int64_t>::min());
  EXPECT_EQ(NumberOf({"b", true}), 1);
  EXPECT_EQ(NumberOf({"t", absl::FromUnixMicros(1700000000000001)}),
            1700000000000001);
  EXPECT_EQ(TextOf({"s", "it's"}), "it's");
  EXPECT_EQ(TextOf({"s", std::string("two")}), "two");
  EXPECT_EQ(TextOf({"s", absl::string_view("three")}), "three");
  EXPECT_EQ(TextOf({"x", Bytes{0x00, 0xAB}}), "00AB");
  EXPECT_EQ(TextOf({"x", ByteSpan()}), "");
  EXPECT_TRUE(IsNull({"o", std::nullopt}));
  EXPECT_TRUE(IsNull({"o", std::optional<Bytes>()}));
  EXPECT_EQ(NumberOf({"o", std::optional<int>(5)}), 5);
  EXPECT_EQ(Param("name", 1).name(), "name");
}

TEST(RowTest, ReadsAllColumnsInOrder) {
  const Row row({"1", "-2", "9223372036854775807", "4294967295", "text", "00AB",
                 "1700000000000001", std::nullopt, "7"});
  bool flag = false;
  int small = 0;
  int64_t large = 0;
  uint32_t natural = 0;
  std::string text;
  Bytes bytes;
  absl::Time time;
  std::optional<std::string> nothing = "before";
  std::optional<int> something;
  ASSERT_OK(row.Read(flag, small, large, natural, text, bytes, time, nothing,
                     something));
  EXPECT_TRUE(flag);
  EXPECT_EQ(small, -2);
  EXPECT_EQ(large, std::numeric_limits<int64_t>::max());
  EXPECT_EQ(natural, 4294967295u);
  EXPECT_EQ(text, "text");
  EXPECT_EQ(bytes, (Bytes{0x00, 0xAB}));
  EXPECT_EQ(time, absl::FromUnixMicros(1700000000000001));
  EXPECT_EQ(nothing, std::nullopt);
  EXPECT_EQ(something, 7);
}

TEST(RowTest, SaysHowManyColumnsThereAre) {
  std::string text;
  EXPECT_THAT(Row({"a", "b"}).Read(text),
              StatusIs(absl::StatusCode::kInternal,
                       "the row has 2 columns, 1 are read"));
  EXPECT_THAT(Row({}).Read(text),
              StatusIs(absl::StatusCode::kInternal,
                       "the row has 0 columns, 1 are read"));
}

template <typename T>
absl::Status ReadAs(Row::Column column) {
  T target{};
  return Row({std::move(column)}).Read(target);
}

TEST(RowTest, RefusesWhatDoesNotFitTheTarget) {
  constexpr auto kDataLoss = absl::StatusCode::kDataLoss;
  EXPECT_THAT(ReadAs<bool>("2"), StatusIs(kDataLoss));
  EXPECT_THAT(ReadAs<bool>(std::nullopt), StatusIs(kDataLoss));
  EXPECT_THAT(ReadAs<int>("2147483648"), StatusIs(kDataLoss));
  EXPECT_THAT(ReadAs<int>("-2147483649"), StatusIs(kDataLoss));
  EXPECT_THAT(ReadAs<int64_t>("9223372036854775808"), StatusIs(kDataLoss));
  EXPECT_THAT(ReadAs<int64_t>("1.5"), StatusIs(kDataLoss));
  EXPECT_THAT(ReadAs<int64_t>(""), StatusIs(kDataLoss));
  EXPECT_THAT(ReadAs<uint32_t>("-1"), StatusIs(kDataLoss));
  EXPECT_THAT(ReadAs<uint32_t>("4294967296"), StatusIs(kDataLoss));
  EXPECT_THAT(ReadAs<std::string>(std::nullopt), StatusIs(kDataLoss));
  EXPECT_THAT(ReadAs<Bytes>("0"), StatusIs(kDataLoss));
  EXPECT_THAT(ReadAs<Bytes>("0G"), StatusIs(kDataLoss));
  EXPECT_THAT(ReadAs<Bytes>(std::nullopt), StatusIs(kDataLoss));
  EXPECT_THAT(ReadAs<absl::Time>("soon"), StatusIs(kDataLoss));
  EXPECT_THAT(ReadAs<std::optional<int>>("x"), StatusIs(kDataLoss));
}

TEST(RowTest, ErrorsNameTheColumnNotItsContent) {
  EXPECT_THAT(ReadAs<bool>("Jane Doe"),
              StatusIs(absl::StatusCode::kDataLoss,
                       "column 0 does not hold a number of 0 to 1"));
}

}  // namespace
}  // namespace cardferry::store
