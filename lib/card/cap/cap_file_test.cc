#include "lib/card/cap/cap_file.h"

#include <tuple>
#include <utility>

#include "lib/base/file.h"
#include "lib/base/status_matchers.h"
#include "lib/card/cap/testing/build_zip.h"

namespace cardferry::card {
namespace {

using absl::StatusCode;
using testing::ElementsAre;
using testing::IsEmpty;

Bytes ReadApplet(const std::string& name) {
  const auto text = ReadFile("applets/" + name, 1 << 20);
  EXPECT_OK(text);
  const ByteSpan bytes = AsBytes(*text);
  return Bytes(bytes.begin(), bytes.end());
}

PackageVersion Package(const std::string& aid, uint8_t major, uint8_t minor) {
  return {*Aid::FromHex(aid), major, minor};
}

auto Refuses(const std::string& message) {
  return StatusIs(StatusCode::kInvalidArgument, message);
}

TEST(CapFileTest, SaysWhatIsInside) {
  ASSERT_OK_AND_ASSIGN(const CapFile cap,
                       CapFile::Parse(ReadApplet("greeter.cap")));
  EXPECT_EQ(cap.package(), Package("F043464552525903", 1, 0));
  EXPECT_THAT(cap.applets(), ElementsAre(*Aid::FromHex("F04346455252590301")));
  EXPECT_THAT(cap.imports(), ElementsAre(Package("A0000000620101", 1, 6),
                                         Package("F043464552525902", 1, 0),
                                         Package("A0000000620001", 1, 0)));
}

TEST(CapFileTest, ALibraryHasNoApplets) {
  ASSERT_OK_AND_ASSIGN(const CapFile cap,
                       CapFile::Parse(ReadApplet("greetinglib.cap")));
  EXPECT_THAT(cap.applets(), IsEmpty());
  EXPECT_EQ(cap.package(), Package("F043464552525902", 1, 0));
}

TEST(CapFileTest, ItsCodeTakesMemoryForGood) {
  // Class, Method and StaticField, without their tags and sizes.
  const std::pair<const char*, size_t> wanted[] = {
      {"brokerage.cap", 422}, {"greetinglib.cap", 69}, {"tables30.cap", 29494}};
  for (const auto& [name, bytes] : wanted) {
    ASSERT_OK_AND_ASSIGN(const CapFile cap, CapFile::Parse(ReadApplet(name)));
    EXPECT_EQ(cap.LeastMemory(), bytes) << name;
  }
}

using Size = std::tuple<const char*, size_t, size_t>;
class LoadFileSizeTest : public testing::TestWithParam<Size> {};

TEST_P(LoadFileSizeTest, IsExact) {
  const auto& [name, without, with] = GetParam();
  ASSERT_OK_AND_ASSIGN(const CapFile cap, CapFile::Parse(ReadApplet(name)));
  ASSERT_OK_AND_ASSIGN(const Bytes lean,
                       cap.LoadFileDataBlock(Descriptor::kLeaveOut));
  ASSERT_OK_AND_ASSIGN(const Bytes full,
                       cap.LoadFileDataBlock(Descriptor::kSend));
  EXPECT_EQ(lean.size(), without);
  EXPECT_EQ(full.size(), with);
  EXPECT_EQ(ByteSpan(full).first(lean.size()), ByteSpan(lean));
  EXPECT_EQ(full[lean.size()], 11);  // Descriptor's tag
}

INSTANTIATE_TEST_SUITE_P(
    Applets, LoadFileSizeTest,
    testing::Values(Size("brokerage.cap", 671, 671 + 206),
                    Size("greetinglib.cap", 176, 176 + 46),
                    Size("greeter.cap", 259, 259 + 90),
                    Size("tables30.cap", 29816, 29816 + 475),
                    Size("tables55.cap", 56270, 56270 + 814),
                    Size("tables61.cap", 62372, 62372 + 889)));

// The tags of the components that stand one after the other in a load file.
std::vector<int> TagsOf(ByteSpan block) {
  std::vector<int> tags;
  while (block.size() >= 3) {
    tags.push_back(block[0]);
    block.remove_prefix(3u + block[1] * 256u + block[2]);
  }
  return tags;
}

TEST(CapFileTest, SendsComponentsInTheOrderThatCardsExpect) {
  ASSERT_OK_AND_ASSIGN(const CapFile applet,
                       CapFile::Parse(ReadApplet("brokerage.cap")));
  EXPECT_THAT(TagsOf(*applet.LoadFileDataBlock(Descriptor::kSend)),
              ElementsAre(1, 2, 4, 3, 6, 7, 8, 5, 9, 11));
  ASSERT_OK_AND_ASSIGN(const CapFile library,
                       CapFile::Parse(ReadApplet("greetinglib.cap")));
  EXPECT_THAT(TagsOf(*library.LoadFileDataBlock(Descriptor::kLeaveOut)),
              ElementsAre(1, 2, 4, 6, 7, 8, 10, 5, 9));
}

TEST(CapFileTest, RefusesEveryPrefixOfAFile) {
  const Bytes file = ReadApplet("brokerage.cap");
  ASSERT_OK(CapFile::Parse(file));
  for (size_t size = 0; size < file.size(); ++size) {
    ASSERT_THAT(CapFile::Parse(ByteSpan(file).first(size)),
                StatusIs(StatusCode::kInvalidArgument))
        << size;
  }
}

// brokerage.cap, one thing changed.
class BadCapFileTest : public testing::Test {
 protected:
  Bytes& Component(const std::string& name) {
    return EntryOf(entries_, "/javacard/" + name + ".cap").content;
  }
  void Drop(const std::string& name) {
    const std::string full = EntryOf(entries_, name).name;
    entries_.erase(std::find_if(entries_.begin(), entries_.end(),
                                [&](auto& e) { return e.name == full; }));
  }
  void Add(const std::string& name, Bytes content) {
    entries_.push_back({name, std::move(content)});
  }
  absl::Status Parse() { return CapFile::Parse(BuildZip(entries_)).status(); }

  std::vector<ZipEntry> entries_ = UnpackZip(ReadApplet("brokerage.cap"));
};

TEST_F(BadCapFileTest, IsFineWhenNothingIsChanged) { EXPECT_OK(Parse()); }

TEST_F(BadCapFileTest, RefusesOtherFiles) {
  EXPECT_THAT(CapFile::Parse(AsBytes("#!/bin/sh\n")),
              Refuses("not a zip file"));
  EXPECT_THAT(CapFile::Parse(BuildZip({{"readme.txt", {'x'}}})),
              Refuses("the zip holds no CAP components "
                      "(.../javacard/Header.cap)"));
}

TEST_F(BadCapFileTest, RefusesATruncatedFile) {
  Bytes file = ReadApplet("brokerage.cap");
  file.resize(file.size() / 2);
  EXPECT_THAT(CapFile::Parse(file),
              Refuses("truncated or damaged zip: Not a zip archive"));
}

TEST_F(BadCapFileTest, RefusesNamesThatPointOutOfTheArchive) {
  const Bytes file =
      ReplaceAll(ReadApplet("brokerage.cap"), "APPLET-INF/applet.xml",
                 "../../../../etc/thing");
  EXPECT_THAT(
      CapFile::Parse(file),
      Refuses("entry \"../../../../etc/thing\" points out of the archive"));
}

TEST_F(BadCapFileTest, RefusesEncryptedEntries) {
  EXPECT_THAT(CapFile::Parse(BuildZip(entries_, "secret")),
              Refuses("entry \"META-INF/MANIFEST.MF\" is encrypted"));
}

TEST_F(BadCapFileTest, RefusesTwoEntriesOfOneName) {
  Add("brokerage/javacard/Xethod.cap", Component("Method"));
  EXPECT_THAT(
      CapFile::Parse(ReplaceAll(BuildZip(entries_), "Xethod", "Method")),
      Refuses("two entries have the same name"));
}

TEST_F(BadCapFileTest, RefusesAComponentInTwoFolders) {
  Add("other/javacard/Method.cap", Component("Method"));
  EXPECT_THAT(Parse(), Refuses("the component Method is there twice"));
}

TEST_F(BadCapFileTest, RefusesComponentsOfTwoPackages) {
  EntryOf(entries_, "Method.cap").name = "other/javacard/Method.cap";
  EXPECT_THAT(Parse(), Refuses("components of two packages: "
                               "\"brokerage/javacard/\" and "
                               "\"other/javacard/\""));
}

TEST_F(BadCapFileTest, RefusesAMissingComponent) {
  for (const char* name :
       {"Header", "Directory", "Import", "ConstantPool", "Class", "Method",
        "StaticField", "RefLocation", "Applet"}) {
    entries_ = UnpackZip(ReadApplet("brokerage.cap"));
    Drop(std::string(name) + ".cap");
    EXPECT_THAT(Parse(),
                Refuses("the component " + std::string(name) + " is missing"));
  }
}

TEST_F(BadCapFileTest, RefusesAComponentThatIsNotAnnounced) {
  Add("brokerage/javacard/Export.cap", FromHexOrDie("0A000100"));
  EXPECT_THAT(Parse(), Refuses("the component Export is there, but Header "
                               "does not announce it"));
}

TEST_F(BadCapFileTest, SendsDescriptorOnlyWhenItIsThere) {
  Drop("Descriptor.cap");
  ASSERT_OK_AND_ASSIGN(const CapFile cap, CapFile::Parse(BuildZip(entries_)));
  EXPECT_OK(cap.LoadFileDataBlock(Descriptor::kLeaveOut));
  EXPECT_THAT(cap.LoadFileDataBlock(Descriptor::kSend),
              Refuses("the component Descriptor is missing, and these cards "
                      "are sent it"));
}

TEST_F(BadCapFileTest, RefusesABadMagicNumber) {
  Component("Header")[3] = 0xCA;
  EXPECT_THAT(Parse(),
              Refuses("Header: magic number CACAFFED instead of DECAFFED"));
}

TEST_F(BadCapFileTest, RefusesAnUnknownFormat) {
  Component("Header")[8] = 3;
  EXPECT_THAT(Parse(),
              Refuses("Header: CAP format 3.1, only 2.1 to 2.3 are known"));
}

TEST_F(BadCapFileTest, RefusesASizeThatLies) {
  Component("Method")[2] ^= 1;
  EXPECT_THAT(Parse(), Refuses("Method: says that 401 bytes follow, 400 do"));
}

TEST_F(BadCapFileTest, RefusesASizeThatDirectoryDoesNotKnow) {
  Bytes& method = Component("Method");
  method.push_back(0);
  method[2] = static_cast<uint8_t>(method.size() - 3);
  EXPECT_THAT(Parse(),
              Refuses("Directory: says that Method has 400 bytes, it has 401"));
}

TEST_F(BadCapFileTest, RefusesAnExtendedCapFile) {
  Add("brokerage/javacard/Method.capx", {7, 0, 0});
  EXPECT_THAT(Parse(), Refuses("\"brokerage/javacard/Method.capx\" belongs to "
                               "an extended CAP file, only compact ones are "
                               "taken"));
}

TEST_F(BadCapFileTest, RefusesTheFlagOfAnExtendedCapFile) {
  Component("Header")[9] |= kFlagExtended;
  EXPECT_THAT(Parse(), Refuses("Header: an extended CAP file, only compact "
                               "ones are taken"));
}

TEST_F(BadCapFileTest, RefusesAZipBomb) {
  Component("StaticField").resize(8 << 20);
  Bytes file = BuildZip(entries_);
  EXPECT_THAT(CapFile::Parse(file), StatusIs(StatusCode::kInvalidArgument));
  Component("StaticField").resize(1 << 20);
  EXPECT_THAT(Parse(),
              Refuses("entry \"brokerage/javacard/StaticField.cap\" unpacks "
                      "to 1048576 bytes, at most 65538 are taken"));
}

TEST_F(BadCapFileTest, RefusesTooManyEntries) {
  for (int i = 0; i < 1024; ++i) Add("x" + std::to_string(i), {});
  EXPECT_THAT(Parse(),
              Refuses("the zip has 1037 entries, at most 1024 are taken"));
}

TEST_F(BadCapFileTest, NeverSendsDebugAndCustomComponents) {
  ASSERT_OK_AND_ASSIGN(const CapFile plain, CapFile::Parse(BuildZip(entries_)));
  Add("brokerage/javacard/Debug.cap", FromHexOrDie("0C000100"));
  Add("brokerage/javacard/Vendor.cap", FromHexOrDie("81000100"));
  Add("Header.cap", {});
  ASSERT_OK_AND_ASSIGN(const CapFile more, CapFile::Parse(BuildZip(entries_)));
  EXPECT_EQ(*plain.LoadFileDataBlock(Descriptor::kSend),
            *more.LoadFileDataBlock(Descriptor::kSend));
}

}  // namespace
}  // namespace cardferry::card
