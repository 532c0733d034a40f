#include "lib/card/script/script.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::card {
namespace {

using absl::StatusCode;

ScriptCommand Command(ExpectedData expected = AnyData{}) {
  return {*CommandApdu::Create({0x80, 0xE8, 0x00, 0x00}, Bytes{0xC4, 0x00}),
          {StatusWordPattern{}},
          std::move(expected),
          OnMismatch::kStop,
          "LOAD 1"};
}

Script EveryKind() {
  Script script = {Command(), Command(ExactData{{0x01, 0x02}}),
                   Command(ExactData{}),
                   Command(MaskedData{{0x01, 0x02}, {0xFF, 0x00}})};
  script[1].accepted.push_back({0x6300, 0xFF00});
  script[2].on_mismatch = OnMismatch::kContinue;
  script[3].label = "Größe €";
  script[3].command = *CommandApdu::Create({0x00, 0xA4, 0x04, 0x00}, {}, 256);
  script[3].slow_seconds = 300;
  return script;
}

// The encoding of a script of one command with the given fields.
Bytes WithFields(absl::string_view fields) {
  const Bytes command = EncodeTlv(0xE1, FromHexOrDie(fields));
  return EncodeTlv(0xE0, Concat({FromHexOrDie("C80101"), command}));
}

TEST(ScriptWireTest, WritesTheLayoutOfTheHeader) {
  EXPECT_EQ(ToHex(EncodeScript({Command(ExactData{{0xAA}})})),
            "E022C80101E11D"
            "C00780E8000002C400"
            "C1049000FFFF"
            "C201AA"
            "C40100"
            "C5064C4F41442031");
}

TEST(ScriptWireTest, WritesTheTimeOfASlowCommandOnly) {
  ScriptCommand slow = Command();
  slow.slow_seconds = 300;
  const std::string usual = ToHex(EncodeScript({Command()}));
  const std::string with_time = ToHex(EncodeScript({slow}));
  EXPECT_EQ(usual.find("C902"), std::string::npos);
  EXPECT_EQ(with_time.substr(with_time.size() - 8), "C902012C");
}

TEST(ScriptWireTest, ReadsBackEveryKindOfCommand) {
  const Script script = EveryKind();
  EXPECT_THAT(DecodeScript(EncodeScript(script)), IsOkAndHolds(script));
  EXPECT_THAT(DecodeScript(EncodeScript({})), IsOkAndHolds(Script{}));
}

TEST(ScriptWireTest, RefusesEveryTruncation) {
  const Bytes whole = EncodeScript(EveryKind());
  for (size_t length = 0; length < whole.size(); ++length) {
    EXPECT_THAT(DecodeScript(ByteSpan(whole).first(length)),
                StatusIs(StatusCode::kInvalidArgument))
        << length;
  }
}

TEST(ScriptWireTest, EveryFlippedBitIsRefusedOrAnotherScript) {
  const Script script = EveryKind();
  const Bytes whole = EncodeScript(script);
  for (size_t bit = 0; bit < whole.size() * 8; ++bit) {
    Bytes flipped = whole;
    flipped[bit / 8] = static_cast<uint8_t>(flipped[bit / 8] ^ 1u << bit % 8);
    const absl::StatusOr<Script> read = DecodeScript(flipped);
    if (!read.ok()) continue;
    EXPECT_FALSE(*read == script) << bit;
    EXPECT_EQ(EncodeScript(*read), flipped) << bit;
  }
}

TEST(ScriptWireTest, ReadsTheFieldsOfACommand) {
  EXPECT_OK(DecodeScript(WithFields("C00400A40400C1049000FFFFC40100C500")));
}

struct BadFields {
  const char* fields;
  const char* message;
};

TEST(ScriptWireTest, RefusesACommandWhoseFieldsAreNotAsWritten) {
  const BadFields kCases[] = {
      {"C1049000FFFFC40100C500", "command APDU is not where it should be"},
      {"C00400A40400C40100C500",
       "accepted status words is not where it should be"},
      {"C00400A40400C100C40100C500",
       "accepted status words are not one or more of 4 bytes"},
      {"C00400A40400C1059000FFFF90C40100C500",
       "accepted status words are not one or more of 4 bytes"},
      {"C00400A40400C1049000FFFFC500",
       "rule on mismatch is not where it should be"},
      {"C00400A40400C1049000FFFFC40102C500",
       "rule on mismatch is not a known value"},
      {"C00400A40400C1049000FFFFC4020000C500",
       "rule on mismatch is not a known value"},
      {"C00400A40400C1049000FFFFC40100", "label is not where it should be"},
      {"C00400A40400C1049000FFFFC30101C40100C500",
       "value and mask differ in length"},
      {"C00400A40400C1049000FFFFC200C300C40100C500",
       "rule on mismatch is not where it should be"},
      {"C00400A40400C1049000FFFFC40100C500C500",
       "a field follows the last one"},
      {"C00400A40400C1049000FFFFC40100C500C9020000",
       "seconds of a slow command are not 1 to 65535"},
      {"C00400A40400C1049000FFFFC40100C500C9010A",
       "seconds of a slow command are not 1 to 65535"},
      {"C00300A404C1049000FFFFC40100C500",
       "command APDU has 3 bytes, needs at least 4"},
  };
  for (const BadFields& bad : kCases) {
    EXPECT_THAT(DecodeScript(WithFields(bad.fields)),
                StatusIs(StatusCode::kInvalidArgument,
                         std::string("script: command 0: ") + bad.message))
        << bad.fields;
  }
}

TEST(ScriptWireTest, RefusesEncodingsThatAreNotTheShortest) {
  for (const char* fields : {
           "C0810400A40400C1049000FFFFC40100C500",      // length of two bytes
           "C00700A40400000001C1049000FFFFC40100C500",  // extended Le 1
       }) {
    EXPECT_THAT(DecodeScript(WithFields(fields)),
                StatusIs(StatusCode::kInvalidArgument,
                         "script: not in its shortest form"));
  }
}

TEST(ScriptWireTest, RefusesAnotherOuterTagOrVersion) {
  EXPECT_THAT(DecodeScript(FromHexOrDie("E203C80101")),
              StatusIs(StatusCode::kInvalidArgument,
                       "script: has the wrong outer tag"));
  EXPECT_THAT(
      DecodeScript(FromHexOrDie("E003C80102")),
      StatusIs(StatusCode::kInvalidArgument, "script: unknown version"));
  EXPECT_THAT(DecodeScript(FromHexOrDie("E000")),
              StatusIs(StatusCode::kInvalidArgument,
                       "script: version is not where it should be"));
}

TEST(ScriptWireTest, RefusesMoreCommandsThanItsLimit) {
  EXPECT_OK(DecodeScript(EncodeScript(Script(kMaxScriptCommands, Command()))));
  EXPECT_THAT(
      DecodeScript(EncodeScript(Script(kMaxScriptCommands + 1, Command()))),
      StatusIs(StatusCode::kInvalidArgument, "script: too many commands"));
}

TEST(ScriptWireTest, RefusesMoreBytesThanItsLimit) {
  EXPECT_THAT(DecodeScript(Bytes(kMaxScriptBytes + 1)),
              StatusIs(StatusCode::kInvalidArgument,
                       "script: 1048577 bytes, at most 1048576 are allowed"));
}

TEST(ScriptWireTest, TakesLabelsOfSixtyFourBytesAndRefusesLongerOnes) {
  Script script = {Command()};
  script[0].label = std::string(64, 'x');
  EXPECT_OK(DecodeScript(EncodeScript(script)));
  script[0].label += 'x';
  EXPECT_THAT(DecodeScript(EncodeScript(script)),
              StatusIs(StatusCode::kInvalidArgument,
                       "script: command 0: label of more than 64 bytes"));
}

TEST(ScriptWireTest, RefusesLabelsThatATerminalWouldObeyOrNotUnderstand) {
  Script script = {Command()};
  for (const char* label :
       {"\x1B[2J", "a\nb", "\x7F", "\xC2\x9B", "\x80", "\xC3", "\xC0\xAF",
        "\xE2\x82", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF0\x80\x80\x80",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80"}) {
    script[0].label = label;
    EXPECT_THAT(DecodeScript(EncodeScript(script)),
                StatusIs(StatusCode::kInvalidArgument,
                         "script: command 0: label is not printable UTF-8"))
        << ToHex(AsBytes(label));
  }
}

Transcript SomeAnswers() {
  return {{{{0x01, 0x02}, kSuccess}, {{}, StatusWord(0x6A84)}},
          RunEnd::kStopped};
}

TEST(TranscriptWireTest, WritesTheLayoutOfTheHeader) {
  EXPECT_EQ(ToHex(EncodeTranscript(SomeAnswers())),
            "E210C80101C60101C70401029000C7026A84");
}

TEST(TranscriptWireTest, ReadsBackEveryEnd) {
  Transcript transcript = SomeAnswers();
  for (const RunEnd end : {RunEnd::kDone, RunEnd::kStopped, RunEnd::kUnknown}) {
    transcript.end = end;
    EXPECT_THAT(DecodeTranscript(EncodeTranscript(transcript)),
                IsOkAndHolds(transcript));
  }
  const Transcript none{{}, RunEnd::kNotStarted};
  EXPECT_THAT(DecodeTranscript(EncodeTranscript(none)), IsOkAndHolds(none));
}

TEST(TranscriptWireTest, RefusesEveryTruncation) {
  const Bytes whole = EncodeTranscript(SomeAnswers());
  for (size_t length = 0; length < whole.size(); ++length) {
    EXPECT_THAT(DecodeTranscript(ByteSpan(whole).first(length)),
                StatusIs(StatusCode::kInvalidArgument))
        << length;
  }
}

TEST(TranscriptWireTest, RefusesWhatIsNotAsWritten) {
  for (const char* hex : {
           "E006C80101C60104",              // unknown end
           "E206C80101C60104",              // unknown end
           "E203C80101",                    // no end
           "E209C80101C60100C70190",        // half a status word
           "E20AC80101C60103C7029000",      // answers, not started
           "E20AC80101C60100C8029000",      // unknown tag
           "E20BC80101C60100C781029000",    // long length
           "E20CC80101C60100C7029000C700",  // empty answer
           "E206C80101C6010000",            // bytes follow
       }) {
    EXPECT_THAT(DecodeTranscript(FromHexOrDie(hex)),
                StatusIs(StatusCode::kInvalidArgument))
        << hex;
  }
}

TEST(IsExpectedTest, TheStatusWordMustBeAmongTheAccepted) {
  ScriptCommand command = Command();
  EXPECT_TRUE(IsExpected(command, {{}, kSuccess}));
  EXPECT_FALSE(IsExpected(command, {{}, StatusWord(0x6A88)}));
  command.accepted.push_back({0x6A88, 0xFFFF});
  EXPECT_TRUE(IsExpected(command, {{}, StatusWord(0x6A88)}));
  command.accepted.clear();
  EXPECT_FALSE(IsExpected(command, {{}, kSuccess}));
}

TEST(IsExpectedTest, ExactDataMustBeEqual) {
  const ScriptCommand command = Command(ExactData{{0x01, 0x02}});
  EXPECT_TRUE(IsExpected(command, {{0x01, 0x02}, kSuccess}));
  EXPECT_FALSE(IsExpected(command, {{0x01, 0x03}, kSuccess}));
  EXPECT_FALSE(IsExpected(command, {{0x01}, kSuccess}));
}

TEST(IsExpectedTest, MaskedDataIsComparedInTheBitsOfTheMask) {
  const ScriptCommand command = Command(MaskedData{{0x01, 0x00}, {0xFF, 0x0F}});
  EXPECT_TRUE(IsExpected(command, {{0x01, 0xF0}, kSuccess}));
  EXPECT_FALSE(IsExpected(command, {{0x01, 0x01}, kSuccess}));
  EXPECT_FALSE(IsExpected(command, {{0x01, 0x00, 0x00}, kSuccess}));
  EXPECT_FALSE(IsExpected(command, {{0x01}, kSuccess}));
}

TEST(IsExpectedTest, AMaskOfAnotherLengthMatchesNothing) {
  EXPECT_FALSE(IsExpected(Command(MaskedData{{0x01, 0x02}, {0xFF}}),
                          {{0x01, 0x02}, kSuccess}));
}

TEST(IsExpectedTest, DataOfAnAcceptedErrorIsNotCompared) {
  ScriptCommand command = Command(ExactData{{0x01}});
  command.accepted = {{0x6A88, 0xFFFF}};
  EXPECT_TRUE(IsExpected(command, {{}, StatusWord(0x6A88)}));
}

TEST(IsExpectedTest, DataOfAnAcceptedWarningIsCompared) {
  ScriptCommand command = Command(ExactData{{0x01}});
  for (const uint16_t warning : {uint16_t{0x6310}, uint16_t{0x6283}}) {
    command.accepted = {{warning, 0xFFFF}};
    EXPECT_TRUE(IsExpected(command, {{0x01}, StatusWord(warning)}));
    EXPECT_FALSE(IsExpected(command, {{0x02}, StatusWord(warning)}));
  }
}

}  // namespace
}  // namespace cardferry::card
