#include "services/sequencer/personal_data.h"

#include "lib/base/status_matchers.h"

namespace cardferry::sequencer {
namespace {

using card::StoreDataFormat;
using testing::ElementsAre;
using testing::HasSubstr;

absl::StatusOr<std::vector<Bytes>> Encoded(StoreDataFormat format,
                                           uint32_t identifier,
                                           const std::string& hex) {
  return EncodeObjects({format, {{identifier, FromHexOrDie(hex)}}, {}});
}

auto Refused(const std::string& why) {
  return StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why));
}

TEST(PersonalDataTest, IsWrittenAsItsFormatSays) {
  EXPECT_THAT(Encoded(StoreDataFormat::kDgi, 0x0101, "AABB"),
              IsOkAndHolds(ElementsAre(FromHexOrDie("010102AABB"))));
  EXPECT_THAT(Encoded(StoreDataFormat::kBerTlv, 0x9F7F, "AABB"),
              IsOkAndHolds(ElementsAre(FromHexOrDie("9F7F02AABB"))));
  EXPECT_THAT(Encoded(StoreDataFormat::kPlain, 0, "AABB"),
              IsOkAndHolds(ElementsAre(FromHexOrDie("AABB"))));
  EXPECT_THAT(
      EncodeObjects(
          {StoreDataFormat::kDgi, {{0x0101, {0x01}}, {0x8201, {0x02}}}, {}}),
      IsOkAndHolds(
          ElementsAre(FromHexOrDie("01010101"), FromHexOrDie("82010102"))));
}

TEST(PersonalDataTest, IdentifiersAreOfTheFormat) {
  EXPECT_THAT(Encoded(StoreDataFormat::kDgi, 0, "AA"),
              Refused("00 is no data grouping identifier"));
  EXPECT_THAT(Encoded(StoreDataFormat::kDgi, 0x10000, "AA"),
              Refused("10000 is no data grouping identifier"));
  for (const uint32_t tag : {0x00u, 0x1Fu, 0x5A5Au, 0x01020304u}) {
    EXPECT_THAT(Encoded(StoreDataFormat::kBerTlv, tag, "AA"),
                Refused("is no tag"))
        << tag;
  }
  EXPECT_THAT(Encoded(StoreDataFormat::kPlain, 1, "AA"),
              Refused("plain data have no identifier"));
  EXPECT_THAT(Encoded(StoreDataFormat::kPlain, 0, ""),
              Refused("no data to store"));
  EXPECT_THAT(EncodeObjects({StoreDataFormat::kDgi, {}, {}}),
              Refused("no data to store"));
}

TEST(PersonalDataTest, NothingIsSentThatASecurityDomainTakesForItsOwn) {
  for (const uint32_t tag : {0x42u, 0x45u, 0x5F50u, 0x66u, 0xA6u, 0xB9u}) {
    EXPECT_THAT(Encoded(StoreDataFormat::kBerTlv, tag, "AA"),
                Refused("takes object"))
        << tag;
  }
  for (const uint32_t group : {0x0070u, 0x00A6u, 0x8113u}) {
    EXPECT_THAT(Encoded(StoreDataFormat::kDgi, group, "AA"),
                Refused("takes object"))
        << group;
  }
  EXPECT_THAT(Encoded(StoreDataFormat::kPlain, 0, "4202AABB"),
              Refused("takes object 42"));
  EXPECT_THAT(Encoded(StoreDataFormat::kPlain, 0, "0070054202AABB"),
              Refused("takes object 70"));
  EXPECT_OK(Encoded(StoreDataFormat::kPlain, 0, "42"));
}

// A security domain may take the first objects before it finds that the rest is
// none.
TEST(PersonalDataTest, NothingOfItsOwnIsHiddenBehindOrBeforeSomethingElse) {
  for (const char* const plain : {"C101004202AABB",    // the second object
                                  "C101004202AABBFF",  // then none
                                  "C101005F5001AA"}) {
    EXPECT_THAT(Encoded(StoreDataFormat::kPlain, 0, plain),
                Refused("takes object"))
        << plain;
  }
  for (const char* const plain :
       {"010101AA00A60142",        // the second group
        "0101FF0002AABB007001AA",  // after one of a long length
        "010101AA007005AABB",      // cut short
        "01010000B9FF0001AA"}) {
    EXPECT_THAT(Encoded(StoreDataFormat::kPlain, 0, plain),
                Refused("takes object"))
        << plain;
  }
  EXPECT_THAT(EncodeObjects({StoreDataFormat::kPlain,
                             {{0, {0x42}}, {0, {0x02, 0xAA, 0xBB}}},
                             {}}),
              Refused("takes object 42"));
  for (const char* const plain :
       {"C10342AABB", "C1014200", "010103007001", "DF", "5F50", "0101FF00",
        "4265726C696E",  // "Berlin": tag 42, cut short
        "C10100420FAABB", "4280AABB0000"}) {
    EXPECT_OK(Encoded(StoreDataFormat::kPlain, 0, plain)) << plain;
  }
}

TEST(PersonalDataTest, RefusalsDoNotRepeatIt) {
  const auto refused = Encoded(StoreDataFormat::kPlain, 0, "4203C0FFEE");
  EXPECT_THAT(std::string(refused.status().message()),
              testing::Not(HasSubstr("C0FFEE")));
}

}  // namespace
}  // namespace cardferry::sequencer
