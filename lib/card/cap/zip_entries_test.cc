#include "lib/card/cap/zip_entries.h"

#include "lib/base/status_matchers.h"
#include "lib/card/cap/testing/build_zip.h"

namespace cardferry::card {
namespace {

using absl::StatusCode;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;

bool All(const std::string&) { return true; }

ZipEntry Entry(const std::string& name, const std::string& content) {
  return {name, Bytes(content.begin(), content.end())};
}

auto Named(const std::string& name) { return Field(&ZipEntry::name, name); }

auto Refuses(const std::string& message) {
  return StatusIs(StatusCode::kInvalidArgument, message);
}

TEST(ReadZipEntriesTest, GivesTheWantedEntriesInTheirOrder) {
  const Bytes zip =
      BuildZip({Entry("b", "1"), Entry("x", "2"), Entry("a", "")});
  const auto wanted = [](const std::string& name) { return name != "x"; };
  ASSERT_OK_AND_ASSIGN(const auto entries, ReadZipEntries(zip, wanted));
  EXPECT_THAT(entries, ElementsAre(Named("b"), Named("a")));
  EXPECT_EQ(entries[0].content, Bytes{'1'});
  EXPECT_TRUE(entries[1].content.empty());
}

TEST(ReadZipEntriesTest, RefusesWhatIsNoZip) {
  EXPECT_THAT(ReadZipEntries({}, All), Refuses("not a zip file"));
  EXPECT_THAT(ReadZipEntries(AsBytes("\x7f"
                                     "ELF and more"),
                             All),
              Refuses("not a zip file"));
}

TEST(ReadZipEntriesTest, RefusesEveryPrefix) {
  const Bytes zip = BuildZip({Entry("a", "content")});
  ASSERT_OK(ReadZipEntries(zip, All));
  for (size_t size = 0; size < zip.size(); ++size) {
    EXPECT_THAT(ReadZipEntries(ByteSpan(zip).first(size), All),
                StatusIs(StatusCode::kInvalidArgument))
        << size;
  }
}

TEST(ReadZipEntriesTest, RefusesNamesThatLeaveTheArchive) {
  const Bytes zip = BuildZip({Entry("abcdefgh", "1")});
  for (const std::string name : {"../efghi", "ab/../gh", "/bcdefgh",
                                 "ab\\defgh", "C:cdefgh", "abcde/.."}) {
    EXPECT_THAT(
        ReadZipEntries(ReplaceAll(zip, "abcdefgh", name.substr(0, 8)), All),
        Refuses("entry \"" + name.substr(0, 8) +
                "\" points out of the archive"));
  }
}

TEST(ReadZipEntriesTest, RefusesTwoEntriesOfOneName) {
  const Bytes zip = BuildZip({Entry("same", "1"), Entry("diff", "2")});
  EXPECT_THAT(ReadZipEntries(ReplaceAll(zip, "diff", "same"), All),
              Refuses("two entries have the same name"));
}

TEST(ReadZipEntriesTest, RefusesAnEncryptedEntryEvenWhenItIsNotWanted) {
  const Bytes zip = BuildZip({Entry("a", "content")}, "password");
  EXPECT_THAT(ReadZipEntries(zip, [](const std::string&) { return false; }),
              Refuses("entry \"a\" is encrypted"));
}

TEST(ReadZipEntriesTest, RefusesAnotherCompressionMethod) {
  Bytes zip = BuildZip({Entry("a", "content")});
  zip[8] = 12;  // local header: method bzip2
  const Bytes central = {'P', 'K', 1, 2};
  auto at = std::search(zip.begin(), zip.end(), central.begin(), central.end());
  ASSERT_NE(at, zip.end());
  at[10] = 12;
  EXPECT_THAT(ReadZipEntries(zip, All),
              Refuses("entry \"a\" is compressed by method 12, only deflate "
                      "(8) is taken"));
}

TEST(ReadZipEntriesTest, RefusesAChecksumThatDoesNotMatch) {
  const Bytes zip = BuildZip({Entry("a", "content")});
  EXPECT_THAT(ReadZipEntries(ReplaceAll(zip, "content", "c0ntent"), All),
              Refuses("entry \"a\" is damaged: size or checksum do not match"));
}

TEST(ReadZipEntriesTest, RefusesMoreThanItsLimits) {
  const Bytes zip = BuildZip({Entry("name", "content"), Entry("b", "2")});
  ZipLimits limits;
  limits.archive = zip.size();
  limits.entries = 2;
  limits.name = 4;
  limits.entry = 7;
  EXPECT_OK(ReadZipEntries(zip, All, limits));

  ZipLimits smaller = limits;
  smaller.archive = 20;
  EXPECT_THAT(ReadZipEntries(zip, All, smaller),
              StatusIs(StatusCode::kInvalidArgument,
                       HasSubstr("bytes, at most 20 are taken")));
  smaller = limits;
  smaller.entries = 1;
  EXPECT_THAT(ReadZipEntries(zip, All, smaller),
              Refuses("the zip has 2 entries, at most 1 are taken"));
  smaller = limits;
  smaller.name = 3;
  EXPECT_THAT(ReadZipEntries(zip, All, smaller),
              Refuses("entry \"name\": its name has 4 bytes, at most 3 are "
                      "taken"));
  smaller = limits;
  smaller.entry = 6;
  EXPECT_THAT(ReadZipEntries(zip, All, smaller),
              Refuses("entry \"name\" unpacks to 7 bytes, at most 6 are "
                      "taken"));
}

TEST(ReadZipEntriesTest, DoesNotUnpackALargeEntryThatIsNotWanted) {
  const Bytes zip = BuildZip({Entry("big", std::string(1 << 20, 'x'))});
  EXPECT_THAT(ReadZipEntries(zip, [](const std::string&) { return false; }),
              IsOkAndHolds(testing::IsEmpty()));
}

TEST(ReadZipEntriesTest, ShowsOnlyPrintableNames) {
  const Bytes zip = BuildZip({Entry("/a\x1b[31m", "1")});
  EXPECT_THAT(ReadZipEntries(zip, All),
              Refuses("entry \"/a?[31m\" points out of the archive"));
}

}  // namespace
}  // namespace cardferry::card
