// The project's real CAP files on the simulated card, without a reader.
#include <string>

#include "absl/strings/str_cat.h"
#include "cardsim/testing/test_card.h"
#include "gtest/gtest.h"
#include "lib/base/file.h"
#include "lib/base/status_matchers.h"
#include "lib/card/cap/cap_file.h"
#include "tests/stage/runfiles.h"

namespace cardferry::cardsim {
namespace {

// The load file data block of a file of //applets.
Bytes DataBlock(absl::string_view name, card::Descriptor descriptor) {
  const auto path = stage::Runfile(absl::StrCat("applets/", name));
  const auto cap = ReadFile(*path, 1 << 20);
  const auto file = card::CapFile::Parse(AsBytes(*cap));
  return *file->LoadFileDataBlock(descriptor);
}

TEST(RealAppletsTest, AllLoadWithAndWithoutDescriptor) {
  const struct {
    const char* file;
    const char* package;
    size_t size;  // without Descriptor
  } kFiles[] = {
      {"brokerage.cap", "F043464552525901", 671},
      {"greetinglib.cap", "F043464552525902", 176},
      {"greeter.cap", "F043464552525903", 259},  // imports greetinglib
      {"tables30.cap", "F043464552525904", 29816},
      {"tables55.cap", "F043464552525905", 56270},
      {"tables61.cap", "F043464552525906", 62372},
  };
  for (const auto descriptor :
       {card::Descriptor::kLeaveOut, card::Descriptor::kSend}) {
    TestCard card;
    ASSERT_EQ(card.Open(0x01), "9000");
    for (const auto& file : kFiles) {
      const Bytes block = DataBlock(file.file, descriptor);
      if (descriptor == card::Descriptor::kLeaveOut) {
        EXPECT_EQ(block.size(), file.size) << file.file;
      }
      // The most that fits beside a C-MAC. With its Descriptor the largest file
      // has more blocks than a block number can count.
      const bool fits = block.size() + 4 <= 256 * 247;
      EXPECT_EQ(card.Load(file.package, block, 247), fits ? "009000" : "6A86")
          << file.file;
    }
    EXPECT_EQ(card.card().registry().packages().size(),
              descriptor == card::Descriptor::kLeaveOut ? 6u : 5u);
  }
}

TEST(RealAppletsTest, TheGreeterNeedsItsLibrary) {
  TestCard card;
  const Bytes greeter = DataBlock("greeter.cap", card::Descriptor::kLeaveOut);
  const Bytes library =
      DataBlock("greetinglib.cap", card::Descriptor::kLeaveOut);
  ASSERT_EQ(card.Open(0x03), "9000");
  EXPECT_EQ(card.Load("F043464552525903", greeter), "6A80");
  EXPECT_EQ(card.Load("F043464552525902", library), "009000");
  EXPECT_EQ(card.Load("F043464552525903", greeter), "009000");
  EXPECT_EQ(card.Secure("80E400800A4F08F04346455252590200"), "6985");
  EXPECT_EQ(card.Install("F043464552525903", "F04346455252590301",
                         "F04346455252590301"),
            "009000");
}

TEST(RealAppletsTest, ABlockNumberOfOneByteIsTheLimit) {
  TestCard card;
  ASSERT_EQ(card.Open(0x01), "9000");
  // 62372 bytes and C4's header in blocks of 239: 261 of them.
  EXPECT_EQ(
      card.Load("F043464552525906",
                DataBlock("tables61.cap", card::Descriptor::kLeaveOut), 239),
      "6A86");
}

}  // namespace
}  // namespace cardferry::cardsim
