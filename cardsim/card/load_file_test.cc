#include "cardsim/card/load_file.h"

#include <utility>

#include "cardsim/card_error.h"
#include "cardsim/testing/load_files.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

// The status word with which a load file of these components is refused.
card::StatusWord Refusal(const std::vector<TestComponent>& components) {
  return StatusWordOf(ParseLoadFile(JoinComponents(components)).status());
}

// The place of the component with this tag.
size_t IndexOf(const std::vector<TestComponent>& components, uint8_t tag) {
  for (size_t i = 0; i < components.size(); ++i) {
    if (components[i].tag == tag) return i;
  }
  return components.size();
}

TEST(LoadFileTest, ReadsWhatThePackageSaysOfItself) {
  TestPackage package;
  package.package = "F04346455252590B";
  package.major = 3;
  package.minor = 7;
  package.modules = {"F04346455252590B01", "F04346455252590B02"};
  package.imports = {"A0000000620101", "F043464552525902"};
  ASSERT_OK_AND_ASSIGN(const LoadFile file,
                       ParseLoadFile(TestLoadFile(package)));
  EXPECT_EQ(file.package.ToHex(), "F04346455252590B");
  EXPECT_EQ(file.major, 3);
  EXPECT_EQ(file.minor, 7);
  ASSERT_EQ(file.modules.size(), 2u);
  EXPECT_EQ(file.modules[1].ToHex(), "F04346455252590B02");
  ASSERT_EQ(file.imports.size(), 2u);
  EXPECT_EQ(file.imports[1].aid.ToHex(), "F043464552525902");
  EXPECT_EQ(file.imports[1].major, 1);
}

TEST(LoadFileTest, ALibraryHasNoModules) {
  TestPackage package;
  package.modules = {};
  ASSERT_OK_AND_ASSIGN(const LoadFile file,
                       ParseLoadFile(TestLoadFile(package)));
  EXPECT_TRUE(file.modules.empty());
}

TEST(LoadFileTest, TakesExportAndDescriptorInTheirPlaces) {
  auto components = TestComponents({});
  components.insert(
      components.begin() + static_cast<long>(IndexOf(components, 5)),
      TestComponent{10, {}});
  components.push_back({11, {}});
  EXPECT_EQ(Refusal(components), card::kSuccess);
}

TEST(LoadFileTest, RefusesEveryTruncation) {
  const Bytes whole = TestLoadFile({});
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(StatusWordOf(ParseLoadFile(ByteSpan(whole).first(size)).status()),
              kWrongData)
        << size;
  }
}

TEST(LoadFileTest, RefusesBytesLeftOver) {
  Bytes longer = TestLoadFile({});
  longer.push_back(0x00);
  EXPECT_EQ(StatusWordOf(ParseLoadFile(longer).status()), kWrongData);
}

TEST(LoadFileTest, RefusesAMissingComponent) {
  for (const uint8_t tag : Bytes{1, 2, 4, 5, 6, 7, 8, 9}) {
    auto components = TestComponents({});
    components.erase(components.begin() +
                     static_cast<long>(IndexOf(components, tag)));
    EXPECT_EQ(Refusal(components), kWrongData) << static_cast<int>(tag);
  }
}

TEST(LoadFileTest, RefusesAComponentTwiceOrOutOfOrder) {
  const size_t count = TestComponents({}).size();
  for (size_t i = 0; i < count; ++i) {
    auto twice = TestComponents({});
    twice.insert(twice.begin() + static_cast<long>(i), twice[i]);
    EXPECT_EQ(Refusal(twice), kWrongData) << i;
    if (i == 0) continue;
    auto swapped = TestComponents({});
    std::swap(swapped[i - 1], swapped[i]);
    EXPECT_EQ(Refusal(swapped), kWrongData) << i;
  }
}

TEST(LoadFileTest, RefusesDebugCustomAndUnknownComponents) {
  for (const uint8_t tag : Bytes{0, 12, 13, 0x80, 0xFF}) {
    auto components = TestComponents({});
    components.push_back({tag, {}});
    EXPECT_EQ(Refusal(components), kWrongData) << static_cast<int>(tag);
  }
}

TEST(LoadFileTest, RefusesASizeThatTheDirectoryDoesNotKnow) {
  for (const uint8_t tag : Bytes{6, 7, 8, 5, 9}) {
    auto components = TestComponents({});
    components[IndexOf(components, tag)].info.push_back(0x00);
    EXPECT_EQ(Refusal(components), kWrongData) << static_cast<int>(tag);
  }
}

TEST(LoadFileTest, RefusesAnotherMagicFormatOrAnExtendedFile) {
  for (const size_t byte : {0u, 1u, 2u, 3u, 5u}) {
    auto components = TestComponents({});
    components[0].info[byte] ^= 0x01;
    EXPECT_EQ(Refusal(components), kWrongData) << byte;
  }
  auto newer = TestComponents({});
  newer[0].info[4] = 4;  // 2.4
  EXPECT_EQ(Refusal(newer), kWrongData);
  auto extended = TestComponents({});
  extended[0].info[6] |= 0x08;
  EXPECT_EQ(Refusal(extended), kWrongData);
}

TEST(LoadFileTest, RefusesImpossibleAids) {
  TestPackage package;
  package.package = "F0434645";
  EXPECT_EQ(Refusal(TestComponents(package)), kWrongData);
  package = {};
  package.modules = {"F04346455252590A010203040506070809"};
  EXPECT_EQ(Refusal(TestComponents(package)), kWrongData);
  package = {};
  package.imports = {""};
  EXPECT_EQ(Refusal(TestComponents(package)), kWrongData);
}

TEST(LoadFileTest, RefusesListsThatAreLongerThanTheirComponent) {
  for (const uint8_t tag : Bytes{3, 4}) {
    auto more = TestComponents({});
    ++more[IndexOf(more, tag)].info[0];
    EXPECT_EQ(Refusal(more), kWrongData) << static_cast<int>(tag);
  }
  auto fewer = TestComponents({});
  --fewer[IndexOf(fewer, 3)].info[0];
  EXPECT_EQ(Refusal(fewer), kWrongData);
}

}  // namespace
}  // namespace cardferry::cardsim
