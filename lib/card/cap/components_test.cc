#include "lib/card/cap/components.h"

#include "lib/base/status_matchers.h"

namespace cardferry::card {
namespace {

using absl::StatusCode;
using testing::ElementsAre;

const char kHeader[] = "010012DECAFFED010204000108F043464552525901";
const char kImport[] = "0400150206 0107A0000000620101 000107A0000000620001";
const char kApplet[] = "03000D0109F04346455252590101002E";

Bytes Hex(std::string hex) {
  hex.erase(std::remove(hex.begin(), hex.end(), ' '), hex.end());
  return FromHexOrDie(hex);
}

auto Refuses(const std::string& message) {
  return StatusIs(StatusCode::kInvalidArgument, message);
}

PackageVersion Package(const std::string& aid, uint8_t major, uint8_t minor) {
  return {*Aid::FromHex(aid), major, minor};
}

// Every way to cut the component short, its size field set right each time.
template <typename Parse>
void ExpectRefusesEveryPrefix(const Bytes& component, Parse parse) {
  for (size_t size = 3; size < component.size(); ++size) {
    const ByteSpan prefix = ByteSpan(component).first(size);
    EXPECT_THAT(parse(prefix), StatusIs(StatusCode::kInvalidArgument)) << size;
  }
}

TEST(ComponentsTest, NamesEveryTag) {
  EXPECT_EQ(ComponentName(ComponentTag::kHeader), "Header");
  EXPECT_EQ(ComponentName(ComponentTag::kStaticField), "StaticField");
  EXPECT_EQ(ComponentName(ComponentTag::kDescriptor), "Descriptor");
}

TEST(ComponentsTest, ReadsAHeader) {
  ASSERT_OK_AND_ASSIGN(const CapHeader header, ParseHeader(Hex(kHeader)));
  EXPECT_EQ(header.format_major, 2);
  EXPECT_EQ(header.format_minor, 1);
  EXPECT_EQ(header.flags, kFlagApplet);
  EXPECT_EQ(header.package, Package("F043464552525901", 1, 0));
  EXPECT_EQ(header.package.ToString(), "F043464552525901 1.0");
}

TEST(ComponentsTest, ReadsAHeaderWithThePackagesName) {
  EXPECT_OK(ParseHeader(Hex("01001ADECAFFED020204000105F04346455203616263")));
}

TEST(ComponentsTest, RefusesBadHeaders) {
  ExpectRefusesEveryPrefix(Hex(kHeader), ParseHeader);
  EXPECT_THAT(ParseHeader(Hex("010000CAFEBABE010204000108F043464552525901")),
              Refuses("Header: magic number CAFEBABE instead of DECAFFED"));
  EXPECT_THAT(ParseHeader(Hex("010000DECAFFED000304000108F043464552525901")),
              Refuses("Header: CAP format 3.0, only 2.1 to 2.3 are known"));
  EXPECT_THAT(ParseHeader(Hex("010000DECAFFED040204000108F043464552525901")),
              Refuses("Header: CAP format 2.4, only 2.1 to 2.3 are known"));
  EXPECT_THAT(ParseHeader(Hex("010000DECAFFED03020C000108F043464552525901")),
              Refuses("Header: an extended CAP file, only compact ones are "
                      "taken"));
  EXPECT_THAT(ParseHeader(Hex("010000DECAFFED010204000105F0434645520162FF")),
              Refuses("Header: 1 bytes are left over"));
  EXPECT_THAT(ParseHeader(Hex("010000DECAFFED010204000104F0434645")),
              StatusIs(StatusCode::kInvalidArgument));  // AID of 4 bytes
}

TEST(ComponentsTest, ReadsImports) {
  EXPECT_THAT(ParseImports(Hex(kImport)),
              IsOkAndHolds(ElementsAre(Package("A0000000620101", 1, 6),
                                       Package("A0000000620001", 1, 0))));
}

TEST(ComponentsTest, RefusesBadImports) {
  ExpectRefusesEveryPrefix(Hex(kImport), ParseImports);
  EXPECT_THAT(ParseImports(Hex("04000000AA")),
              Refuses("Import: 1 bytes are left over"));
}

TEST(ComponentsTest, ReadsApplets) {
  EXPECT_THAT(ParseApplets(Hex(kApplet)),
              IsOkAndHolds(ElementsAre(*Aid::FromHex("F04346455252590101"))));
}

TEST(ComponentsTest, RefusesBadApplets) {
  ExpectRefusesEveryPrefix(Hex(kApplet), ParseApplets);
  EXPECT_THAT(ParseApplets(Hex("03000000")),
              Refuses("Applet: names no applet"));
  EXPECT_THAT(ParseApplets(Hex("0300000105F04346455200000A")),
              Refuses("Applet: 1 bytes are left over"));
  EXPECT_THAT(ParseApplets(Hex("0300000205F043464552000005F0434645520000")),
              Refuses("Applet: names F043464552 twice"));
}

TEST(ComponentsTest, ComparesTagAndSizeFieldWithTheEntry) {
  EXPECT_OK(CheckFrame(ComponentTag::kImport, Hex("04000100")));
  EXPECT_THAT(CheckFrame(ComponentTag::kImport, Hex("0400")),
              Refuses("Import: has no size field"));
  EXPECT_THAT(CheckFrame(ComponentTag::kImport, Hex("05000100")),
              Refuses("Import: begins with tag 5, not 4"));
  EXPECT_THAT(CheckFrame(ComponentTag::kImport, Hex("04000200")),
              Refuses("Import: says that 2 bytes follow, 1 do"));
  EXPECT_THAT(CheckFrame(ComponentTag::kImport, Hex("04000000")),
              Refuses("Import: says that 0 bytes follow, 1 do"));
}

class DirectoryTest : public testing::Test {
 protected:
  DirectoryTest() {
    components_[ComponentTag::kHeader] = Bytes(3 + 0x12);
    components_[ComponentTag::kDirectory] =
        Hex("020016 0012 0016 0000 0000 0000 0000 0000 0000 0000 0000 0004");
  }
  Components components_;
};

TEST_F(DirectoryTest, AgreesWithTheComponents) {
  EXPECT_OK(CheckDirectory(components_));  // Descriptor may be left out
  components_[ComponentTag::kDescriptor] = Bytes(3 + 4);
  EXPECT_OK(CheckDirectory(components_));
}

TEST_F(DirectoryTest, RefusesOneThatLies) {
  components_[ComponentTag::kDescriptor] = Bytes(3 + 5);
  EXPECT_THAT(CheckDirectory(components_),
              Refuses("Directory: says that Descriptor has 4 bytes, it has 5"));
}

TEST_F(DirectoryTest, RefusesOneThatListsAMissingComponent) {
  components_[ComponentTag::kDirectory][3 + 2 * 9 + 1] = 7;
  EXPECT_THAT(CheckDirectory(components_),
              Refuses("the component Export is missing"));
}

TEST_F(DirectoryTest, RefusesOneThatIsTooShort) {
  components_[ComponentTag::kDirectory].resize(24);
  EXPECT_THAT(CheckDirectory(components_),
              Refuses("Directory: ends in the middle"));
}

}  // namespace
}  // namespace cardferry::card
