// The wire form of scripts and transcripts; see script.h for its layout.

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/card/script/script.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::card {
namespace {

constexpr uint32_t kScriptTag = 0xE0;
constexpr uint32_t kCommandTag = 0xE1;
constexpr uint32_t kTranscriptTag = 0xE2;
constexpr uint32_t kApduTag = 0xC0;
constexpr uint32_t kAcceptedTag = 0xC1;
constexpr uint32_t kExactTag = 0xC2;
constexpr uint32_t kMaskedTag = 0xC3;
constexpr uint32_t kOnMismatchTag = 0xC4;
constexpr uint32_t kLabelTag = 0xC5;
constexpr uint32_t kEndTag = 0xC6;
constexpr uint32_t kAnswerTag = 0xC7;
constexpr uint32_t kVersionTag = 0xC8;
constexpr uint32_t kSlowTag = 0xC9;
constexpr uint8_t kVersion = 0x01;

absl::Status Bad(absl::string_view what) {
  return absl::InvalidArgumentError(what);
}

// Data objects that have to come in a given order.
class Fields {
 public:
  static absl::StatusOr<Fields> Parse(ByteSpan bytes) {
    ASSIGN_OR_RETURN(std::vector<Tlv> tlvs, ParseTlvs(bytes));
    return Fields(std::move(tlvs));
  }

  bool AtEnd() const { return next_ == tlvs_.size(); }
  size_t left() const { return tlvs_.size() - next_; }

  // The value of the next object if it has this tag.
  std::optional<ByteSpan> TakeIf(uint32_t tag) {
    if (AtEnd() || tlvs_[next_].tag != tag) return std::nullopt;
    return tlvs_[next_++].value;
  }

  absl::StatusOr<ByteSpan> Take(uint32_t tag, absl::string_view name) {
    const std::optional<ByteSpan> value = TakeIf(tag);
    if (!value) return Bad(absl::StrCat(name, " is not where it should be"));
    return *value;
  }

  // A value of one byte, at most `max`.
  absl::StatusOr<uint8_t> TakeByte(uint32_t tag, uint8_t max,
                                   absl::string_view name) {
    ASSIGN_OR_RETURN(const ByteSpan value, Take(tag, name));
    if (value.size() != 1 || value[0] > max) {
      return Bad(absl::StrCat(name, " is not a known value"));
    }
    return value[0];
  }

 private:
  explicit Fields(std::vector<Tlv> tlvs) : tlvs_(std::move(tlvs)) {}

  std::vector<Tlv> tlvs_;
  size_t next_ = 0;
};

// The number of bytes of the UTF-8 character at the front of `text`, 0 when
// there is none or when it is a control character: labels go to terminals.
size_t PrintableLength(ByteSpan text) {
  const uint8_t first = text[0];
  if (first < 0x80) return first >= 0x20 && first != 0x7F ? 1 : 0;
  const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  uint32_t code = first & (0xFFu >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    if ((text[i] & 0xC0) != 0x80) return 0;
    code = code << 6 | (text[i] & 0x3Fu);
  }
  constexpr uint32_t kSmallest[] = {0, 0, 0xA0, 0x800, 0x10000};
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  return code < kSmallest[length] || surrogate || code > 0x10FFFF ? 0 : length;
}

absl::StatusOr<std::string> ParseLabel(ByteSpan text) {
  if (text.size() > kMaxLabelBytes) return Bad("label of more than 64 bytes");
  for (size_t i = 0; i < text.size();) {
    const size_t length = PrintableLength(text.subspan(i));
    if (length == 0) return Bad("label is not printable UTF-8");
    i += length;
  }
  return AsString(text);
}

void AppendUint16(Bytes& out, uint16_t value) {
  out.push_back(static_cast<uint8_t>(value >> 8));
  out.push_back(static_cast<uint8_t>(value));
}

uint16_t ReadUint16(ByteSpan bytes) {
  return static_cast<uint16_t>(bytes[0] << 8 | bytes[1]);
}

Bytes EncodeAccepted(const std::vector<StatusWordPattern>& accepted) {
  Bytes out;
  for (const StatusWordPattern& pattern : accepted) {
    AppendUint16(out, pattern.value);
    AppendUint16(out, pattern.mask);
  }
  return out;
}

absl::StatusOr<std::vector<StatusWordPattern>> ParseAccepted(ByteSpan bytes) {
  if (bytes.empty() || bytes.size() % 4 != 0) {
    return Bad("accepted status words are not one or more of 4 bytes");
  }
  std::vector<StatusWordPattern> accepted;
  for (size_t i = 0; i < bytes.size(); i += 4) {
    accepted.push_back(
        {ReadUint16(bytes.subspan(i)), ReadUint16(bytes.subspan(i + 2))});
  }
  return accepted;
}

void AppendExpected(Bytes& out, const ExpectedData& expected) {
  if (const auto* exact = std::get_if<ExactData>(&expected)) {
    AppendTlv(out, kExactTag, exact->value);
  } else if (const auto* masked = std::get_if<MaskedData>(&expected)) {
    AppendTlv(out, kMaskedTag, Concat({masked->value, masked->mask}));
  }
}

absl::StatusOr<ExpectedData> TakeExpected(Fields& fields) {
  if (const std::optional<ByteSpan> exact = fields.TakeIf(kExactTag)) {
    return ExactData{Bytes(exact->begin(), exact->end())};
  }
  const std::optional<ByteSpan> masked = fields.TakeIf(kMaskedTag);
  if (!masked) return AnyData{};
  if (masked->size() % 2 != 0) return Bad("value and mask differ in length");
  const auto middle = masked->begin() + masked->size() / 2;
  return MaskedData{Bytes(masked->begin(), middle),
                    Bytes(middle, masked->end())};
}

Bytes EncodeCommand(const ScriptCommand& command) {
  Bytes out;
  AppendTlv(out, kApduTag, command.command.Encode());
  AppendTlv(out, kAcceptedTag, EncodeAccepted(command.accepted));
  AppendExpected(out, command.expected);
  AppendTlv(out, kOnMismatchTag, {static_cast<uint8_t>(command.on_mismatch)});
  AppendTlv(out, kLabelTag, AsBytes(command.label));
  if (command.slow_seconds != 0) {
    Bytes seconds;
    AppendUint16(seconds, command.slow_seconds);
    AppendTlv(out, kSlowTag, seconds);
  }
  return out;
}

absl::StatusOr<uint16_t> TakeSlowSeconds(Fields& fields) {
  const std::optional<ByteSpan> seconds = fields.TakeIf(kSlowTag);
  if (!seconds) return uint16_t{0};
  if (seconds->size() != 2 || ReadUint16(*seconds) == 0) {
    return Bad("seconds of a slow command are not 1 to 65535");
  }
  return ReadUint16(*seconds);
}

absl::StatusOr<ScriptCommand> ParseCommand(ByteSpan bytes) {
  ASSIGN_OR_RETURN(Fields fields, Fields::Parse(bytes));
  ASSIGN_OR_RETURN(const ByteSpan encoded,
                   fields.Take(kApduTag, "command APDU"));
  ASSIGN_OR_RETURN(CommandApdu command, CommandApdu::Parse(encoded));
  ASSIGN_OR_RETURN(const ByteSpan patterns,
                   fields.Take(kAcceptedTag, "accepted status words"));
  ASSIGN_OR_RETURN(std::vector<StatusWordPattern> accepted,
                   ParseAccepted(patterns));
  ASSIGN_OR_RETURN(ExpectedData expected, TakeExpected(fields));
  ASSIGN_OR_RETURN(const uint8_t on_mismatch,
                   fields.TakeByte(kOnMismatchTag, 1, "rule on mismatch"));
  ASSIGN_OR_RETURN(const ByteSpan text, fields.Take(kLabelTag, "label"));
  ASSIGN_OR_RETURN(std::string label, ParseLabel(text));
  ASSIGN_OR_RETURN(const uint16_t slow_seconds, TakeSlowSeconds(fields));
  if (!fields.AtEnd()) return Bad("a field follows the last one");
  return ScriptCommand{
      std::move(command),  std::move(accepted),
      std::move(expected), static_cast<OnMismatch>(on_mismatch),
      std::move(label),    slow_seconds};
}

// The fields inside the outer object, after its version.
absl::StatusOr<Fields> ParseOuter(ByteSpan encoded, uint32_t tag) {
  if (encoded.size() > kMaxScriptBytes) {
    return Bad(absl::StrCat(encoded.size(), " bytes, at most ", kMaxScriptBytes,
                            " are allowed"));
  }
  ASSIGN_OR_RETURN(const Tlv outer, ParseSingleTlv(encoded));
  if (outer.tag != tag) return Bad("has the wrong outer tag");
  ASSIGN_OR_RETURN(Fields fields, Fields::Parse(outer.value));
  ASSIGN_OR_RETURN(const ByteSpan version, fields.Take(kVersionTag, "version"));
  if (version != ByteSpan({kVersion})) return Bad("unknown version");
  if (fields.left() > kMaxScriptCommands + 1) return Bad("too many fields");
  return fields;
}

absl::StatusOr<Script> ParseScript(ByteSpan encoded) {
  ASSIGN_OR_RETURN(Fields fields, ParseOuter(encoded, kScriptTag));
  if (fields.left() > kMaxScriptCommands) return Bad("too many commands");
  Script script;
  while (!fields.AtEnd()) {
    ASSIGN_OR_RETURN(const ByteSpan value, fields.Take(kCommandTag, "command"));
    absl::StatusOr<ScriptCommand> command = ParseCommand(value);
    if (!command.ok()) {
      return Annotate(command.status(),
                      absl::StrCat("command ", script.size()));
    }
    script.push_back(*std::move(command));
  }
  // One check for every encoding that is read but not written.
  if (EncodeScript(script) != encoded) return Bad("not in its shortest form");
  return script;
}

absl::StatusOr<Transcript> ParseTranscript(ByteSpan encoded) {
  ASSIGN_OR_RETURN(Fields fields, ParseOuter(encoded, kTranscriptTag));
  Transcript transcript;
  ASSIGN_OR_RETURN(const uint8_t end, fields.TakeByte(kEndTag, 3, "end"));
  transcript.end = static_cast<RunEnd>(end);
  if (transcript.end == RunEnd::kNotStarted && !fields.AtEnd()) {
    return Bad("answers in a run that was not started");
  }
  while (!fields.AtEnd()) {
    ASSIGN_OR_RETURN(const ByteSpan value, fields.Take(kAnswerTag, "answer"));
    if (value.size() < 2) return Bad("answer without a status word");
    ASSIGN_OR_RETURN(ResponseApdu answer, ResponseApdu::Parse(value));
    transcript.answers.push_back(std::move(answer));
  }
  if (EncodeTranscript(transcript) != encoded) {
    return Bad("not in its shortest form");
  }
  return transcript;
}

}  // namespace

Bytes EncodeScript(const Script& script) {
  Bytes inner = EncodeTlv(kVersionTag, {kVersion});
  for (const ScriptCommand& command : script) {
    AppendTlv(inner, kCommandTag, EncodeCommand(command));
  }
  return EncodeTlv(kScriptTag, inner);
}

absl::StatusOr<Script> DecodeScript(ByteSpan encoded) {
  absl::StatusOr<Script> script = ParseScript(encoded);
  if (!script.ok()) return Annotate(script.status(), "script");
  return script;
}

Bytes EncodeTranscript(const Transcript& transcript) {
  Bytes inner = EncodeTlv(kVersionTag, {kVersion});
  AppendTlv(inner, kEndTag, {static_cast<uint8_t>(transcript.end)});
  for (const ResponseApdu& answer : transcript.answers) {
    AppendTlv(inner, kAnswerTag, answer.Encode());
  }
  return EncodeTlv(kTranscriptTag, inner);
}

absl::StatusOr<Transcript> DecodeTranscript(ByteSpan encoded) {
  absl::StatusOr<Transcript> transcript = ParseTranscript(encoded);
  if (!transcript.ok()) return Annotate(transcript.status(), "transcript");
  return transcript;
}

}  // namespace cardferry::card
