#include "lib/card/tlv/tlv.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::card {
namespace {

TEST(TlvTest, ReadsObjectsOneAfterTheOther) {
  const Bytes bytes = FromHexOrDie("4F01AA9F7002070FDF8101000500");
  ASSERT_OK_AND_ASSIGN(const std::vector<Tlv> tlvs, ParseTlvs(bytes));
  ASSERT_EQ(tlvs.size(), 4u);
  EXPECT_EQ(tlvs[0].tag, 0x4Fu);
  EXPECT_EQ(ToHex(tlvs[0].value), "AA");
  EXPECT_EQ(tlvs[1].tag, 0x9F70u);
  EXPECT_EQ(ToHex(tlvs[1].value), "070F");
  EXPECT_EQ(tlvs[2].tag, 0xDF8101u);
  EXPECT_EQ(ToHex(tlvs[2].value), "");
  EXPECT_EQ(tlvs[3].tag, 0x05u);
}

TEST(TlvTest, NothingIsNoObject) {
  ASSERT_OK_AND_ASSIGN(const std::vector<Tlv> tlvs, ParseTlvs({}));
  EXPECT_TRUE(tlvs.empty());
  EXPECT_THAT(ParseSingleTlv({}), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(TlvTest, DoesNotDescendIntoConstructedObjects) {
  const Bytes bytes = FromHexOrDie("E3054F03A0A1A2");
  ASSERT_OK_AND_ASSIGN(const Tlv tlv, ParseSingleTlv(bytes));
  EXPECT_EQ(tlv.tag, 0xE3u);
  EXPECT_EQ(ToHex(tlv.value), "4F03A0A1A2");
}

TEST(TlvTest, EveryLengthReadsBack) {
  for (const size_t length :
       {0u, 1u, 0x7Fu, 0x80u, 0xFFu, 0x100u, 0xFFFFu, 0x10000u}) {
    const Bytes encoded = EncodeTlv(0xC4, Bytes(length, 0x55));
    ASSERT_OK_AND_ASSIGN(const Tlv tlv, ParseSingleTlv(encoded));
    EXPECT_EQ(tlv.tag, 0xC4u);
    EXPECT_EQ(tlv.value.size(), length);
  }
}

TEST(TlvTest, WritesTheShortestLength) {
  const auto head = [](size_t length) {
    return ToHex(ByteSpan(EncodeTlv(0xC4, Bytes(length, 0x55)))
                     .first(length < 5 ? 2 : 5));
  };
  EXPECT_EQ(head(0), "C400");
  EXPECT_EQ(head(0x7F), "C47F555555");
  EXPECT_EQ(head(0x80), "C481805555");
  EXPECT_EQ(head(0xFF), "C481FF5555");
  EXPECT_EQ(head(0x100), "C482010055");
  EXPECT_EQ(head(0xFFFF), "C482FFFF55");
  EXPECT_EQ(head(0x10000), "C483010000");
}

TEST(TlvTest, TagsOfOneToThreeBytesReadBack) {
  for (const uint32_t tag : {0x4Fu, 0xE3u, 0x9F70u, 0x7F21u, 0xDF8101u}) {
    ASSERT_OK_AND_ASSIGN(const Tlv tlv,
                         ParseSingleTlv(EncodeTlv(tag, Bytes{0x01})));
    EXPECT_EQ(tlv.tag, tag);
  }
}

TEST(TlvTest, ReadsLengthsThatAreNotTheShortest) {
  ASSERT_OK_AND_ASSIGN(const Tlv tlv,
                       ParseSingleTlv(FromHexOrDie("C4820001AA")));
  EXPECT_EQ(tlv.value.size(), 1u);
}

TEST(TlvTest, RefusesEveryTruncation) {
  const Bytes whole = EncodeTlv(0xDF8101, Bytes(0x180, 0x55));
  for (size_t length = 1; length < whole.size(); ++length) {
    EXPECT_THAT(ParseTlvs(ByteSpan(whole).first(length)),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         "data object at offset 0 is cut short"))
        << length;
  }
}

TEST(TlvTest, NamesTheOffsetOfTheBadObject) {
  EXPECT_THAT(ParseTlvs(FromHexOrDie("4F01AA4F05AA")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "data object at offset 3 is cut short"));
}

TEST(TlvTest, RefusesTheIndefiniteForm) {
  EXPECT_THAT(ParseTlvs(FromHexOrDie("E3800000")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "data object at offset 0 has an indefinite length"));
}

TEST(TlvTest, RefusesTagsAndLengthsThatAreTooLong) {
  EXPECT_THAT(
      ParseTlvs(FromHexOrDie("DF81818101AA")),
      StatusIs(absl::StatusCode::kInvalidArgument,
               "data object at offset 0 has a tag of more than 3 bytes"));
  EXPECT_THAT(
      ParseTlvs(FromHexOrDie("C48400000001AA")),
      StatusIs(absl::StatusCode::kInvalidArgument,
               "data object at offset 0 has a length of more than 4 bytes"));
}

TEST(TlvTest, RefusesMoreObjectsThanItsLimit) {
  EXPECT_OK(ParseTlvs(Bytes(2 * 4096)));
  EXPECT_THAT(ParseTlvs(Bytes(2 * 4097)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "more than 4096 data objects"));
}

TEST(TlvTest, NeverWritesALengthThatIsCutShort) {
  const Bytes longest((1 << 24) - 1);
  EXPECT_EQ(ToHex(ByteSpan(EncodeTlv(0xC4, longest)).first(5)), "C483FFFFFF");
  const Bytes longer = EncodeTlv(0xC4, Bytes(1 << 24));
  EXPECT_EQ(ToHex(ByteSpan(longer).first(7)), "C4840100000000");
  EXPECT_THAT(
      ParseTlvs(longer),
      StatusIs(absl::StatusCode::kInvalidArgument,
               "data object at offset 0 has a length of more than 4 bytes"));
}

TEST(TlvTest, ASingleObjectMustFillTheBytes) {
  EXPECT_THAT(ParseSingleTlv(FromHexOrDie("4F01AA00")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "bytes follow the data object"));
}

TEST(TlvTest, ObjectsInFrontOfSomethingElseAreRead) {
  const auto tags = [](const std::string& hex) {
    std::vector<uint32_t> tags;
    const Bytes bytes = FromHexOrDie(hex);
    for (const Tlv& tlv : ParseTlvsInFront(bytes)) tags.push_back(tlv.tag);
    return tags;
  };
  EXPECT_THAT(tags("4F01AADF810100"), testing::ElementsAre(0x4Fu, 0xDF8101u));
  EXPECT_THAT(tags("4F01AA4205BB"), testing::ElementsAre(0x4Fu));
  EXPECT_THAT(tags("4F01AA4280BB"), testing::ElementsAre(0x4Fu));
  EXPECT_THAT(tags("4F01AA42"), testing::ElementsAre(0x4Fu));
  EXPECT_THAT(tags("4F01AADF818181"), testing::ElementsAre(0x4Fu));
  EXPECT_THAT(tags(""), testing::IsEmpty());
}

TEST(TlvTest, FindsTheFirstObjectWithATag) {
  const Bytes bytes = FromHexOrDie("4F01AA500101500102");
  ASSERT_OK_AND_ASSIGN(const std::vector<Tlv> tlvs, ParseTlvs(bytes));
  EXPECT_EQ(ToHex(FindTag(tlvs, 0x50).value()), "01");
  EXPECT_EQ(FindTag(tlvs, 0x51), std::nullopt);
}

TEST(TlvTest, GivesTheTagsUpToWhereItCanReadNoFurther) {
  using Tags = std::vector<uint32_t>;
  const auto tags = [](absl::string_view hex) {
    return TagsAsFarAsTheyGo(FromHexOrDie(hex));
  };
  EXPECT_EQ(tags(""), Tags());
  EXPECT_EQ(tags("4F01AA9F70020701DF810100"), (Tags{0x4F, 0x9F70, 0xDF8101}));
  // The last one without a length, with one that is none, and cut short.
  for (const char* end :
       {"B9", "B980", "B984", "B98400000001AA", "B981", "B90501", "B90101"}) {
    EXPECT_EQ(tags(std::string("420101") + end), (Tags{0x42, 0xB9})) << end;
  }
  // A tag that is none has no number.
  EXPECT_EQ(tags("4201019F"), Tags{0x42});
  EXPECT_EQ(tags("420101DF81818101AA"), Tags{0x42});
  EXPECT_EQ(TagsAsFarAsTheyGo(Bytes(2 * 4097)).size(), 4097u);
}

TEST(TlvTest, AFieldWithoutTagHasTheShortestLength) {
  const auto field = [](size_t size) {
    Bytes out = {0xAA};
    AppendLengthValue(out, Bytes(size, 0x11));
    EXPECT_EQ(out.size(), 1 + (size < 128 ? 1 : 2) + size);
    out.resize(3);
    return ToHex(out);
  };
  EXPECT_EQ(field(1), "AA0111");
  EXPECT_EQ(field(127), "AA7F11");
  EXPECT_EQ(field(128), "AA8180");
}

}  // namespace
}  // namespace cardferry::card
