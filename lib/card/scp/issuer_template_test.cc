#include "lib/card/scp/issuer_template.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::scp {
namespace {

using testing::HasSubstr;
using Kind = TemplatePart::Kind;

TemplatePart CardData(size_t offset, size_t length) {
  return {Kind::kCardData, offset, length, {}};
}
TemplatePart Constant(absl::string_view hex) {
  return {Kind::kConstant, 0, 0, FromHexOrDie(hex)};
}
TemplatePart Of(Kind kind) { return {kind, 0, 0, {}}; }

// KDF3 with length, as a template.
IssuerTemplate Kdf3WithLength() {
  return {"issuer",
          1,
          TemplateMethod::kCmacCounter,
          {Of(Kind::kCounter), Constant("000000"), Of(Kind::kKeyNumber),
           Constant("00"), CardData(0, 10), Of(Kind::kKeyLength)}};
}

// VISA's first scheme.
IssuerTemplate Visa1() {
  return {
      "visa1",
      1,
      TemplateMethod::kEcb,
      {CardData(0, 4), CardData(8, 2), Constant("F0"), Of(Kind::kKeyNumber),
       CardData(0, 4), CardData(8, 2), Constant("0F"), Of(Kind::kKeyNumber)}};
}

IssuerTemplate An10922() {
  return {"nxp",
          1,
          TemplateMethod::kAn10922,
          {Of(Kind::kKeyNumber), CardData(0, 10), Constant("4E58")}};
}

const Bytes& Data() {
  static const auto* const data =
      new Bytes(FromHexOrDie("A0A1A2A3A4A5A6A7A8A9"));
  return *data;
}

TEST(IssuerTemplateTest, JoinsItsPartsAroundTheCounter) {
  const TemplateInput kdf3 = FillTemplate(Kdf3WithLength(), 2, Data(), 192);
  EXPECT_EQ(ToHex(kdf3.before), "");
  EXPECT_EQ(ToHex(kdf3.after), "0000000200A0A1A2A3A4A5A6A7A8A900C0");
  IssuerTemplate middle = Kdf3WithLength();
  std::swap(middle.parts[0], middle.parts[1]);
  EXPECT_EQ(ToHex(FillTemplate(middle, 2, Data(), 192).before), "000000");
  const TemplateInput visa = FillTemplate(Visa1(), 3, Data(), 112);
  EXPECT_EQ(ToHex(visa.before), "");
  EXPECT_EQ(ToHex(visa.after), "A0A1A2A3A8A9F003A0A1A2A3A8A90F03");
}

TEST(IssuerTemplateTest, KnowsOnWhichBytesOfTheCardItDepends) {
  for (size_t offset = 0; offset < 10; ++offset) {
    EXPECT_EQ(DependsOn(Visa1(), offset), offset < 4 || offset >= 8) << offset;
    EXPECT_TRUE(DependsOn(An10922(), offset));
  }
}

TEST(IssuerTemplateTest, FitsKeysThatItsMethodMakes) {
  EXPECT_OK(CheckTemplate(Visa1(), 112));
  EXPECT_OK(CheckTemplate(Visa1(), 128));  // 16 bytes are an AES block too
  EXPECT_THAT(CheckTemplate(Visa1(), 256),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "its parts have 16 bytes, keys of 256 bits take 32 by "
                       "this method"));
  for (const size_t bits : {128u, 192u, 256u}) {
    EXPECT_OK(CheckTemplate(Kdf3WithLength(), bits));
    EXPECT_OK(CheckTemplate(An10922(), bits));
  }
  EXPECT_OK(CheckTemplate(An10922(), 112));
  EXPECT_THAT(CheckTemplate(Kdf3WithLength(), 112),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "CMAC in counter mode makes AES keys"));
  IssuerTemplate longer = An10922();
  longer.parts.push_back(Constant("0102030405"));
  EXPECT_THAT(CheckTemplate(longer, 112),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("18 bytes, keys of 112 bits take 1 to 15")));
  longer.parts.push_back(Constant("0102030405060708090A0B0C0D"));
  EXPECT_OK(CheckTemplate(longer, 128));
  longer.parts.push_back(Constant("00"));
  EXPECT_THAT(CheckTemplate(longer, 128),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

std::string Refusal(const IssuerTemplate& form) {
  return std::string(CheckTemplate(form, 128).message());
}

TEST(IssuerTemplateTest, RefusesWhatWouldGiveOneKeyToAll) {
  IssuerTemplate form = An10922();
  form.parts.erase(form.parts.begin() + 1);
  EXPECT_THAT(Refusal(form), HasSubstr("all cards would have one key"));
  form = An10922();
  form.parts.erase(form.parts.begin());
  EXPECT_THAT(Refusal(form), HasSubstr("a card's keys would be one"));
}

TEST(IssuerTemplateTest, RefusesEqualBlocksOfAKeyOrOfTwo) {
  const auto refused = StatusIs(absl::StatusCode::kInvalidArgument,
                                HasSubstr("two blocks of a card's keys"));
  IssuerTemplate single_des = Visa1();
  single_des.parts[6] = Constant("F0");
  EXPECT_THAT(CheckTemplate(single_des, 112), refused);
  IssuerTemplate shared_half = Visa1();
  shared_half.parts[7] = Constant("00");
  EXPECT_THAT(CheckTemplate(shared_half, 112), refused);
  EXPECT_OK(CheckTemplate(Visa1(), 112));
}

TEST(IssuerTemplateTest, RefusesPartsThatAreNotThere) {
  for (const auto& [offset, length] :
       {std::make_pair(0, 11), std::make_pair(9, 2), std::make_pair(10, 1),
        std::make_pair(5, 0)}) {
    IssuerTemplate form = An10922();
    form.parts.push_back(
        CardData(static_cast<size_t>(offset), static_cast<size_t>(length)));
    EXPECT_NE(Refusal(form), "") << offset << " " << length;
  }
  IssuerTemplate counted = An10922();
  counted.parts.push_back(Of(Kind::kCounter));
  EXPECT_EQ(Refusal(counted), "only CMAC in counter mode has a counter");
  IssuerTemplate twice = Kdf3WithLength();
  twice.parts.push_back(Of(Kind::kCounter));
  EXPECT_EQ(Refusal(twice), "CMAC in counter mode has one counter, not 2");
}

}  // namespace
}  // namespace cardferry::scp
