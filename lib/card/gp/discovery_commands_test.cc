#include "lib/card/gp/discovery_commands.h"

#include "absl/strings/str_cat.h"
#include "lib/base/status_matchers.h"

namespace cardferry::card {
namespace {

using absl::StatusCode;
using testing::ElementsAre;
using testing::IsEmpty;

// SCP03 i 70 and SCP02 i 55, among fields of no interest here.
const char kCardData[] =
    "663E733C"
    "06072A864886FC6B01"
    "600C060A2A864886FC6B02020301"
    "63090607"
    "2A864886FC6B03"
    "640B06092A864886FC6B040370"
    "640B06092A864886FC6B040255";

template <typename Parse>
void ExpectRefusesEveryPrefix(const Bytes& bytes, Parse parse) {
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(parse(ByteSpan(bytes).first(size)).ok()) << size;
  }
}

TEST(DiscoveryCommandsTest, AreExact) {
  EXPECT_EQ(ToHex(SelectCommand(*Aid::FromHex("A000000151000000")).Encode()),
            "00A4040008A00000015100000000");
  EXPECT_EQ(ToHex(GetDataCommand(kTagCardData).Encode()), "80CA006600");
  EXPECT_EQ(ToHex(GetDataCommand(kTagCplc).Encode()), "80CA9F7F00");
  const HostChallenge challenge = {1, 2,  3,  4,  5,  6,  7,  8,
                                   9, 10, 11, 12, 13, 14, 15, 16};
  EXPECT_EQ(ToHex(InitializeUpdateCommand(0x30, challenge).Encode()),
            "8050300008010203040506070800");
  EXPECT_EQ(ToHex(LongInitializeUpdateCommand(0x30, challenge).Encode()),
            "80503000100102030405060708090A0B0C0D0E0F1000");
}

TEST(SelectAnswerTest, NamesTheAid) {
  const Bytes answer = FromHexOrDie("6F108408A000000151000000A5049F6501FF");
  EXPECT_THAT(ParseSelectAnswer(answer),
              IsOkAndHolds(*Aid::FromHex("A000000151000000")));
  ExpectRefusesEveryPrefix(answer, ParseSelectAnswer);
}

TEST(SelectAnswerTest, MayNameNone) {
  EXPECT_THAT(
      ParseSelectAnswer(FromHexOrDie("6F03A50100")),
      StatusIs(StatusCode::kNotFound, "the answer to SELECT names no AID"));
  EXPECT_THAT(ParseSelectAnswer(FromHexOrDie("6203840100")),
              StatusIs(StatusCode::kInvalidArgument, "tag 62 instead of 6F"));
}

TEST(CardRecognitionDataTest, ListsItsChannels) {
  EXPECT_THAT(
      ParseCardRecognitionData(FromHexOrDie(kCardData)),
      IsOkAndHolds(ElementsAre(ScpVariant{3, 0x70}, ScpVariant{2, 0x55})));
}

TEST(CardRecognitionDataTest, RefusesEveryPrefix) {
  ExpectRefusesEveryPrefix(FromHexOrDie(kCardData), ParseCardRecognitionData);
}

TEST(CardRecognitionDataTest, IgnoresObjectIdentifiersOfOthers) {
  EXPECT_THAT(ParseCardRecognitionData(FromHexOrDie("660773056403060129")),
              IsOkAndHolds(IsEmpty()));
}

TEST(CplcTest, IsReadWithAndWithoutItsTag) {
  const std::string cplc =
      "47905167"
      "4700" +
      std::string(72, '1');
  ASSERT_OK_AND_ASSIGN(const Cplc tagged,
                       ParseCplc(FromHexOrDie("9F7F2A" + cplc)));
  EXPECT_EQ(ToHex(tagged.ic_fabricator()), "4790");
  EXPECT_EQ(ToHex(tagged.ic_type()), "5167");
  EXPECT_EQ(ToHex(tagged.operating_system()), "4700");
  ASSERT_OK_AND_ASSIGN(const Cplc bare, ParseCplc(FromHexOrDie(cplc)));
  EXPECT_EQ(bare.bytes, tagged.bytes);
  EXPECT_TRUE(bare.bare);
  EXPECT_FALSE(tagged.bare);
}

TEST(CplcTest, RefusesOtherLengths) {
  EXPECT_THAT(
      ParseCplc(FromHexOrDie("9F7F03010203")),
      StatusIs(StatusCode::kInvalidArgument, "CPLC of 3 bytes instead of 42"));
  EXPECT_THAT(ParseCplc({}), StatusIs(StatusCode::kInvalidArgument));
}

TEST(CardNumberTest, IsReadWithAndWithoutItsTag) {
  EXPECT_THAT(ParseCardNumber(kTagCardNumber, FromHexOrDie("45021234")),
              IsOkAndHolds(FromHexOrDie("1234")));
  EXPECT_THAT(ParseCardNumber(kTagIssuerNumber, FromHexOrDie("1234")),
              IsOkAndHolds(FromHexOrDie("1234")));
  EXPECT_THAT(ParseCardNumber(kTagCardNumber, {}),
              StatusIs(StatusCode::kInvalidArgument,
                       "45 of 0 bytes instead of 1 to 64"));
  EXPECT_THAT(ParseCardNumber(kTagCardNumber, FromHexOrDie("4500")),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(ParseCardNumber(kTagIssuerNumber, Bytes(65, 0x11)),
              StatusIs(StatusCode::kInvalidArgument));
}

constexpr char kResources[] = "FF210D8102000282047FFFFFFF83010A";

TEST(FreeMemoryTest, IsOfTwoKinds) {
  EXPECT_THAT(ParseFreeMemory(FromHexOrDie(kResources)),
              IsOkAndHolds(FreeMemory{0x7FFFFFFFu, 0x0Au}));
  EXPECT_THAT(ParseFreeMemory(FromHexOrDie("FF210A8208FFFFFFFFFFFFFFFE")),
              IsOkAndHolds(FreeMemory{0xFFFFFFFFFFFFFFFEu, std::nullopt}));
  EXPECT_THAT(ParseFreeMemory(FromHexOrDie("FF21048102000A")),
              IsOkAndHolds(FreeMemory{}));
}

TEST(FreeMemoryTest, RefusesEveryPrefix) {
  ExpectRefusesEveryPrefix(FromHexOrDie(kResources), ParseFreeMemory);
}

TEST(FreeMemoryTest, RefusesWhatIsNoNumber) {
  for (const char* const tag : {"82", "83"}) {
    EXPECT_THAT(
        ParseFreeMemory(FromHexOrDie(absl::StrCat("FF2102", tag, "00"))),
        StatusIs(StatusCode::kInvalidArgument, "free memory of 0 bytes"));
    EXPECT_THAT(
        ParseFreeMemory(
            FromHexOrDie(absl::StrCat("FF210B", tag, "09010203040506070809"))),
        StatusIs(StatusCode::kInvalidArgument, "free memory of 9 bytes"));
  }
  EXPECT_THAT(ParseFreeMemory(FromHexOrDie("660482020102")),
              StatusIs(StatusCode::kInvalidArgument, "tag 66 instead of FF21"));
}

TEST(LongestCommandTest, IsInTheAnswerToSelect) {
  const std::string aid = "8408A000000151000000";
  EXPECT_THAT(
      ParseLongestCommandData(FromHexOrDie("6F10" + aid + "A5049F6501FF")),
      IsOkAndHolds(255u));
  EXPECT_THAT(
      ParseLongestCommandData(FromHexOrDie("6F11" + aid + "A5059F65020400")),
      IsOkAndHolds(1024u));
  EXPECT_THAT(ParseLongestCommandData(FromHexOrDie("6F0A" + aid)),
              StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(
      ParseLongestCommandData(FromHexOrDie("6F10" + aid + "A5049F650100")),
      StatusIs(StatusCode::kInvalidArgument,
               "the longest command's data is 00 bytes"));
  EXPECT_THAT(ParseLongestCommandData(
                  FromHexOrDie("6F14" + aid + "A5089F65050100000000")),
              StatusIs(StatusCode::kInvalidArgument));
}

TEST(LongestCommandTest, NoPrefixSaysIt) {
  ExpectRefusesEveryPrefix(FromHexOrDie("6F108408A000000151000000A5049F6501FF"),
                           ParseLongestCommandData);
}

TEST(JavaCardMajorTest, IsInTheCardsConfiguration) {
  const std::string configuration = "660C060A2B060104012A026E01";
  EXPECT_THAT(
      ParseJavaCardMajor(FromHexOrDie("6610730E" + configuration + "03")),
      IsOkAndHolds(3));
  EXPECT_THAT(
      ParseJavaCardMajor(FromHexOrDie("6610730E" + configuration + "02")),
      IsOkAndHolds(2));
  ExpectRefusesEveryPrefix(FromHexOrDie("6610730E" + configuration + "03"),
                           ParseJavaCardMajor);
}

TEST(JavaCardMajorTest, OtherConfigurationsSayNothing) {
  EXPECT_THAT(
      ParseJavaCardMajor(FromHexOrDie("6610730E660C060A2B060104012A026E0203")),
      StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(ParseJavaCardMajor(FromHexOrDie("6604730264"
                                              "00")),
              StatusIs(StatusCode::kNotFound));
}

TEST(InitializeUpdateAnswerTest, NamesTheCardAndItsChannel) {
  const std::string kdd = "00010203040506070809";
  const std::string rest(32, 'A');  // card challenge, cryptogram
  ClaimedIdentity wanted{{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 0x30, 3, {}, {}};
  wanted.i = 0x70;
  wanted.sequence_counter = 0x010203;
  EXPECT_THAT(ParseInitializeUpdateAnswer(
                  FromHexOrDie(kdd + "300370" + rest + "010203")),
              IsOkAndHolds(wanted));
  wanted.i = 0x60;
  wanted.sequence_counter = std::nullopt;
  EXPECT_THAT(ParseInitializeUpdateAnswer(FromHexOrDie(kdd + "300360" + rest)),
              IsOkAndHolds(wanted));
  wanted = {wanted.key_diversification_data, 0x20, 2, {}, 0x1234};
  EXPECT_THAT(ParseInitializeUpdateAnswer(
                  FromHexOrDie(kdd + "20021234" + rest.substr(4))),
              IsOkAndHolds(wanted));
  wanted = {wanted.key_diversification_data, 0x20, 1, {}, {}};
  EXPECT_THAT(ParseInitializeUpdateAnswer(FromHexOrDie(kdd + "2001" + rest)),
              IsOkAndHolds(wanted));
}

TEST(InitializeUpdateAnswerTest, HasTheLengthOfItsProtocol) {
  Bytes answer = FromHexOrDie("00010203040506070809300370");
  for (size_t size = 0; size <= 60; ++size) {
    answer.resize(size);
    if (size > 12) answer[11] = 3;
    const bool fine = size == 29 || size == 32 || size == 45 || size == 48;
    EXPECT_EQ(ParseInitializeUpdateAnswer(answer).ok(), fine) << size;
  }
  answer.resize(29);
  answer[11] = 2;
  EXPECT_THAT(ParseInitializeUpdateAnswer(answer),
              StatusIs(StatusCode::kInvalidArgument,
                       "an INITIALIZE UPDATE answer of 29 bytes for SCP02"));
  answer[11] = 0x11;
  EXPECT_THAT(ParseInitializeUpdateAnswer(answer),
              StatusIs(StatusCode::kUnimplemented, "the card speaks SCP11"));
}

TEST(ImplicitIdentityTest, IsPutTogetherFromThreeAnswers) {
  const Bytes keys = FromHexOrDie("E00CC00401208010C00402208010");
  const Bytes counter = FromHexOrDie("C1020102");
  const Bytes data = FromHexOrDie("CF0A00112233445566778899");
  ASSERT_OK_AND_ASSIGN(const ClaimedIdentity claim,
                       ParseImplicitIdentity(keys, counter, data));
  EXPECT_EQ(ToHex(claim.key_diversification_data), "00112233445566778899");
  EXPECT_EQ(claim.key_version_number, 0x20);
  EXPECT_EQ(claim.scp, 2);
  EXPECT_EQ(claim.i, std::nullopt);
  EXPECT_EQ(claim.sequence_counter, 0x0102u);
  const auto refused = StatusIs(absl::StatusCode::kInvalidArgument);
  for (const Bytes& whole : {keys, counter, data}) {
    for (size_t size = 0; size < whole.size(); ++size) {
      EXPECT_THAT(ParseImplicitIdentity(
                      whole == keys ? ByteSpan(whole).first(size) : keys,
                      whole == counter ? ByteSpan(whole).first(size) : counter,
                      whole == data ? ByteSpan(whole).first(size) : data),
                  refused)
          << ToHex(whole) << " " << size;
    }
  }
  // SCP03's counter has three bytes; no key; a key that does not say its
  // version.
  EXPECT_THAT(ParseImplicitIdentity(keys, FromHexOrDie("C103000102"), data),
              refused);
  for (const char* none : {"E000", "E003C00101", "E102C000"}) {
    EXPECT_THAT(ParseImplicitIdentity(FromHexOrDie(none), counter, data),
                refused);
  }
}

}  // namespace
}  // namespace cardferry::card
