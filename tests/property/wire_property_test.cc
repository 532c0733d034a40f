// What is written is read back as it was, and what is read was written like
// that: for data objects, APDUs, scripts and what became of them.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/status_matchers.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"
#include "lib/card/script/script.h"
#include "lib/card/tlv/tlv.h"
#include "rapidcheck.h"
#include "rapidcheck/gtest.h"

namespace cardferry::card {
namespace {

namespace gen = rc::gen;

// Mostly short, now and then around a length's next byte, or long.
rc::Gen<Bytes> SomeBytes(size_t most) {
  return gen::exec([most] {
    const size_t edge = *gen::weightedElement<size_t>(
        {{6, 12}, {1, 0x7F}, {1, 0x80}, {2, 0xFF}, {2, 0x100}, {1, 0x3E8}});
    const size_t size = edge == 12 ? *gen::inRange<size_t>(0, 12) : edge;
    Bytes bytes(std::min(size, most), *gen::arbitrary<uint8_t>());
    if (!bytes.empty()) bytes.back() = *gen::arbitrary<uint8_t>();
    return bytes;
  });
}

rc::Gen<uint32_t> Tags() {
  return gen::exec([] {
    uint32_t tag = *gen::arbitrary<uint8_t>();
    if ((tag & 0x1F) != 0x1F) return tag;
    const uint32_t last = *gen::inRange<uint32_t>(0x00, 0x80);
    if (*gen::arbitrary<bool>()) {
      tag = tag << 8 | *gen::inRange<uint32_t>(0x80, 0x100);
    }
    return tag << 8 | last;
  });
}

rc::Gen<CommandApdu> Commands() {
  return gen::exec([] {
    const CommandHeader header = {
        *gen::arbitrary<uint8_t>(), *gen::arbitrary<uint8_t>(),
        *gen::arbitrary<uint8_t>(), *gen::arbitrary<uint8_t>()};
    const auto le = *gen::element<std::optional<uint32_t>>(
        std::nullopt, 1, 255, 256, 257, 65535, 65536);
    return *CommandApdu::Create(header, *SomeBytes(0xFFFF), le);
  });
}

rc::Gen<StatusWord> StatusWords() {
  return gen::map(gen::arbitrary<uint16_t>(),
                  [](uint16_t value) { return StatusWord(value); });
}

rc::Gen<ScriptCommand> ScriptCommands() {
  return gen::exec([] {
    ScriptCommand command{*Commands(), {}, AnyData{}, OnMismatch::kStop, ""};
    const int accepted = *gen::inRange(1, 4);
    for (int i = 0; i < accepted; ++i) {
      command.accepted.push_back(
          {*gen::arbitrary<uint16_t>(), *gen::arbitrary<uint16_t>()});
    }
    const Bytes value = *SomeBytes(0x100);
    switch (*gen::inRange(0, 3)) {
      case 0:
        command.expected = ExactData{value};
        break;
      case 1:
        command.expected =
            MaskedData{value, Bytes(value.size(), *gen::arbitrary<uint8_t>())};
        break;
      default:
        break;
    }
    if (*gen::arbitrary<bool>()) command.on_mismatch = OnMismatch::kContinue;
    command.label = *gen::container<std::string>(gen::inRange(' ', '\x7F'));
    command.label.resize(std::min(command.label.size(), kMaxLabelBytes));
    command.slow_seconds = *gen::arbitrary<uint16_t>();
    return command;
  });
}

template <typename T>
rc::Gen<std::vector<T>> UpTo(size_t most, rc::Gen<T> one) {
  return gen::mapcat(gen::inRange<size_t>(0, most + 1), [one](size_t count) {
    return gen::container<std::vector<T>>(count, one);
  });
}

Bytes Flipped(Bytes bytes, size_t bit) {
  bytes[bit / 8] = static_cast<uint8_t>(bytes[bit / 8] ^ 1u << bit % 8);
  return bytes;
}

using Objects = std::vector<std::pair<uint32_t, Bytes>>;

Objects Read(ByteSpan bytes) {
  Objects objects;
  const auto tlvs = ParseTlvs(bytes);
  if (!tlvs.ok()) return {{0, {}}, {0, {}}};
  for (const Tlv& tlv : *tlvs) {
    objects.push_back({tlv.tag, Bytes(tlv.value.begin(), tlv.value.end())});
  }
  return objects;
}

RC_GTEST_PROP(TlvProperty, ObjectsReadBackAndPrefixesAreTheFirstOfThem, ()) {
  const auto objects = *UpTo(5, gen::pair(Tags(), SomeBytes(0xFFFF)));
  Bytes encoded;
  std::vector<size_t> ends = {0};
  for (const auto& [tag, value] : objects) {
    AppendTlv(encoded, tag, value);
    ends.push_back(encoded.size());
  }
  RC_ASSERT(Read(encoded) == objects);
  const size_t cut = *gen::inRange<size_t>(0, encoded.size() + 1);
  const auto end = std::find(ends.begin(), ends.end(), cut);
  const bool is_whole = end != ends.end();
  const auto read = ParseTlvs(ByteSpan(encoded).first(cut));
  RC_ASSERT(read.ok() == is_whole);
  if (is_whole)
    RC_ASSERT(read->size() == static_cast<size_t>(end - ends.begin()));
}

RC_GTEST_PROP(ApduProperty, ACommandReadsBackInTheFormThatItNeeds, ()) {
  const CommandApdu command = *Commands();
  const Bytes encoded = command.Encode();
  const auto read = CommandApdu::Parse(encoded);
  RC_ASSERT(read.ok());
  RC_ASSERT(*read == command);
  RC_ASSERT(read->came_extended() == command.IsExtended());
  RC_ASSERT(command.IsExtended() ==
            (command.data().size() > 255 || command.le().value_or(0) > 256));
}

RC_GTEST_PROP(ApduProperty, AnyBytesAreNoCommandOrOneThatReadsBack, ()) {
  Bytes bytes = (*Commands()).Encode();
  if (*gen::arbitrary<bool>()) {
    bytes = Flipped(bytes, *gen::inRange<size_t>(0, 8 * bytes.size()));
  }
  bytes.resize(bytes.size() - *gen::inRange<size_t>(0, bytes.size()));
  const auto read = CommandApdu::Parse(bytes);
  if (!read.ok()) return;
  const auto again = CommandApdu::Parse(read->Encode());
  RC_ASSERT(again.ok());
  RC_ASSERT(*again == *read);
  // In the form in which it came, or shorter.
  RC_ASSERT(read->Encode().size() <= bytes.size());
}

RC_GTEST_PROP(ApduProperty, AnAnswerReadsBack, ()) {
  const ResponseApdu answer{*SomeBytes(0xFFFF), *StatusWords()};
  const auto read = ResponseApdu::Parse(answer.Encode());
  RC_ASSERT(read.ok());
  RC_ASSERT(*read == answer);
}

RC_GTEST_PROP(ScriptProperty, AScriptReadsBack, ()) {
  const Script script = *UpTo(4, ScriptCommands());
  const auto read = DecodeScript(EncodeScript(script));
  RC_ASSERT(read.ok());
  RC_ASSERT(*read == script);
}

RC_GTEST_PROP(ScriptProperty, AFlippedBitIsRefusedOrAnotherScript, ()) {
  const Script script = *UpTo(4, ScriptCommands());
  const Bytes encoded = EncodeScript(script);
  const Bytes flipped =
      Flipped(encoded, *gen::inRange<size_t>(0, 8 * encoded.size()));
  const auto read = DecodeScript(flipped);
  if (!read.ok()) return;
  RC_ASSERT(!(*read == script));
  RC_ASSERT(EncodeScript(*read) == flipped);
}

RC_GTEST_PROP(ScriptProperty, ATranscriptReadsBack, ()) {
  Transcript transcript;
  const int answers = *gen::inRange(0, 5);
  for (int i = 0; i < answers; ++i) {
    transcript.answers.push_back({*SomeBytes(0x100), *StatusWords()});
  }
  transcript.end =
      *gen::element(RunEnd::kDone, RunEnd::kStopped, RunEnd::kUnknown);
  const auto read = DecodeTranscript(EncodeTranscript(transcript));
  RC_ASSERT(read.ok());
  RC_ASSERT(*read == transcript);
}

}  // namespace
}  // namespace cardferry::card
