// A load file as a real card was sent it, made a CAP file again: what is read
// from it, and that it comes out byte for byte. Source: tests/vectors.
#include <string>
#include <vector>

#include "lib/base/file.h"
#include "lib/base/status_matchers.h"
#include "lib/card/cap/cap_file.h"
#include "lib/card/cap/testing/build_zip.h"
#include "nlohmann/json.hpp"

namespace cardferry::card {
namespace {

Bytes ReadLoadFileDataBlock() {
  const auto text = ReadFile("tests/vectors/real_lfdbh.json", 4 << 20);
  EXPECT_OK(text);
  const auto vectors = nlohmann::json::parse(*text);
  return FromHexOrDie(
      vectors.at(0).at("load_file_data_block").get<std::string>());
}

// The components that stand one after the other, as entries of a zip.
std::vector<ZipEntry> EntriesOf(ByteSpan block) {
  std::vector<ZipEntry> entries;
  while (block.size() >= 3) {
    const size_t size = 3u + block[1] * 256u + block[2];
    const ComponentTag tag{block[0]};
    const ByteSpan component = block.first(size);
    entries.push_back(
        {"real/javacard/" + std::string(ComponentName(tag)) + ".cap",
         Bytes(component.begin(), component.end())});
    block.remove_prefix(size);
  }
  EXPECT_TRUE(block.empty());
  return entries;
}

TEST(RealLoadFileTest, IsReadAndComesOutByteForByte) {
  const Bytes block = ReadLoadFileDataBlock();
  ASSERT_EQ(block.size(), 21780u);
  ASSERT_OK_AND_ASSIGN(const CapFile cap,
                       CapFile::Parse(BuildZip(EntriesOf(block))));
  EXPECT_EQ(cap.package().ToString(), "A00000030800001000 1.10");
  EXPECT_EQ(cap.imports().size(), 5u);
  EXPECT_EQ(cap.imports()[2].ToString(), "A00000015100 1.5");
  ASSERT_EQ(cap.applets().size(), 1u);
  EXPECT_EQ(cap.applets()[0].ToHex(), "A000000308000010000100");
  ASSERT_OK_AND_ASSIGN(const Bytes again,
                       cap.LoadFileDataBlock(Descriptor::kLeaveOut));
  EXPECT_EQ(again, block);
}

}  // namespace
}  // namespace cardferry::card
