#include "agent/journal/journal_record.h"

#include <zlib.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"

namespace cardferry::agent {
namespace {

using card::ResponseApdu;
using card::RunEnd;

constexpr absl::string_view kMagic = "CFERRYJ1";
constexpr size_t kRecordHead = 8;
constexpr size_t kMaxPayload = 1 + 65538;  // the longest response APDU
constexpr uint8_t kBegun = 1;
constexpr uint8_t kAnswer = 2;
constexpr uint8_t kFinished = 3;
constexpr size_t kEndBytes = 1 + 4 + 4 + 8 + 3 * 8;
constexpr size_t kMaxTroubleBytes = 256;

void AppendNumber(Bytes& out, uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<uint8_t>(value >> shift));
  }
}

uint64_t Number(ByteSpan bytes) {
  uint64_t value = 0;
  for (const uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

uint32_t Checksum(ByteSpan length, ByteSpan payload) {
  uLong crc = crc32(0, length.data(), static_cast<uInt>(length.size()));
  crc = crc32(crc, payload.data(), static_cast<uInt>(payload.size()));
  return static_cast<uint32_t>(crc);
}

Bytes Record(ByteSpan payload) {
  Bytes record;
  AppendNumber(record, payload.size(), 4);
  AppendNumber(record, Checksum(record, payload), 4);
  Append(record, payload);
  return record;
}

void AppendName(Bytes& out, const std::string& name, size_t limit) {
  const size_t size = std::min(name.size(), limit);
  out.push_back(static_cast<uint8_t>(size));
  Append(out, AsBytes(absl::string_view(name).substr(0, size)));
}

void AppendDuration(Bytes& out, absl::Duration duration) {
  AppendNumber(out, static_cast<uint64_t>(absl::ToInt64Microseconds(duration)),
               8);
}

absl::Status Corrupt(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("journal file: ", what));
}

// Reads from the front of bytes.
class Reader {
 public:
  explicit Reader(ByteSpan bytes) : rest_(bytes) {}

  size_t left() const { return rest_.size(); }
  ByteSpan rest() const { return rest_; }
  // Only when so much is left.
  ByteSpan Take(size_t size) {
    const ByteSpan taken = rest_.subspan(0, size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  absl::StatusOr<std::string> TakeName() {
    if (left() < 1) return Corrupt("a name is missing");
    const size_t size = Take(1)[0];
    if (left() < size) return Corrupt("a name is cut off");
    return AsString(Take(size));
  }

 private:
  ByteSpan rest_;
};

bool IsZeros(ByteSpan bytes) {
  return std::all_of(bytes.begin(), bytes.end(),
                     [](uint8_t byte) { return byte == 0; });
}

// The next record's payload. NOT_FOUND when the file ends, in good order or
// with a record that was not written whole.
absl::StatusOr<ByteSpan> TakePayload(Reader& file) {
  const auto torn = [&file] {
    return absl::NotFoundError(file.left() == 0 ? "end" : "torn record");
  };
  const ByteSpan rest = file.rest();
  if (IsZeros(rest) || rest.size() < kRecordHead) return torn();
  const ByteSpan length = rest.subspan(0, 4);
  const uint64_t size = Number(length);
  if (size == 0 || size > kMaxPayload) return Corrupt("length out of range");
  if (rest.size() - kRecordHead < size) return torn();
  const ByteSpan payload = rest.subspan(kRecordHead, size);
  if (Checksum(length, payload) != Number(rest.subspan(4, 4))) {
    const bool last = IsZeros(rest.subspan(kRecordHead + size));
    return last ? torn() : Corrupt("a checksum is wrong");
  }
  file.Take(kRecordHead + size);
  return payload;
}

absl::Status ReadBegun(ByteSpan payload, JournaledPacket& packet) {
  Reader reader(payload);
  if (reader.Take(1)[0] != kBegun) return Corrupt("it does not begin");
  ASSIGN_OR_RETURN(packet.packet_id, reader.TakeName());
  ASSIGN_OR_RETURN(packet.reader, reader.TakeName());
  if (packet.packet_id.empty() || packet.packet_id.size() > kMaxPacketIdBytes ||
      reader.left() != 0) {
    return Corrupt("its beginning makes no sense");
  }
  return absl::OkStatus();
}

absl::StatusOr<PacketEnd> ReadEnd(Reader reader) {
  if (reader.left() < kEndBytes ||
      reader.left() > kEndBytes + kMaxTroubleBytes) {
    return Corrupt("an end of the wrong length");
  }
  PacketEnd end;
  const uint8_t kind = reader.Take(1)[0];
  if (kind > static_cast<uint8_t>(RunEnd::kNotStarted)) {
    return Corrupt("an end that is not known");
  }
  end.end = static_cast<RunEnd>(kind);
  Measurements& figures = end.measurements;
  figures.round_trips = static_cast<uint32_t>(Number(reader.Take(4)));
  figures.apdus = static_cast<uint32_t>(Number(reader.Take(4)));
  figures.bytes = Number(reader.Take(8));
  for (absl::Duration* duration :
       {&figures.card, &figures.waited, &figures.total}) {
    const uint64_t microseconds = Number(reader.Take(8));
    if (microseconds > static_cast<uint64_t>(INT64_MAX)) {
      return Corrupt("a time that cannot be");
    }
    *duration = absl::Microseconds(static_cast<int64_t>(microseconds));
  }
  end.trouble = AsString(reader.rest());
  return end;
}

absl::Status ReadNext(ByteSpan payload, JournaledPacket& packet) {
  if (packet.end) return Corrupt("a record follows the end");
  Reader reader(payload);
  switch (reader.Take(1)[0]) {
    case kAnswer: {
      absl::StatusOr<ResponseApdu> answer = ResponseApdu::Parse(reader.rest());
      if (!answer.ok()) return Corrupt("an answer without a status word");
      packet.answers.push_back(*std::move(answer));
      return absl::OkStatus();
    }
    case kFinished: {
      ASSIGN_OR_RETURN(packet.end, ReadEnd(reader));
      const bool nothing = packet.end->end == RunEnd::kNotStarted;
      if (nothing && !packet.answers.empty()) {
        return Corrupt("answers in a run that was not started");
      }
      return absl::OkStatus();
    }
    default:
      return Corrupt("a record of no kind that is known");
  }
}

}  // namespace

bool PacketEnd::operator==(const PacketEnd& o) const {
  const Measurements& a = measurements;
  const Measurements& b = o.measurements;
  return end == o.end && trouble == o.trouble &&
         a.round_trips == b.round_trips && a.apdus == b.apdus &&
         a.bytes == b.bytes && a.card == b.card && a.waited == b.waited &&
         a.total == b.total;
}

Bytes EncodeBegun(const std::string& packet_id, const std::string& reader) {
  Bytes payload = {kBegun};
  AppendName(payload, packet_id, kMaxPacketIdBytes);
  AppendName(payload, reader, kMaxReaderBytes);
  return Concat({AsBytes(kMagic), Record(payload)});
}

Bytes EncodeAnswer(const ResponseApdu& answer) {
  return Record(Concat({ByteSpan({kAnswer}), answer.Encode()}));
}

Bytes EncodeEnd(const PacketEnd& end) {
  Bytes payload = {kFinished, static_cast<uint8_t>(end.end)};
  AppendNumber(payload, end.measurements.round_trips, 4);
  AppendNumber(payload, end.measurements.apdus, 4);
  AppendNumber(payload, end.measurements.bytes, 8);
  AppendDuration(payload, end.measurements.card);
  AppendDuration(payload, end.measurements.waited);
  AppendDuration(payload, end.measurements.total);
  Append(payload,
         AsBytes(absl::string_view(end.trouble).substr(0, kMaxTroubleBytes)));
  return Record(payload);
}

absl::StatusOr<JournaledPacket> ParseJournal(ByteSpan file) {
  const ByteSpan magic = AsBytes(kMagic);
  const size_t there = std::min(file.size(), magic.size());
  const bool begins = file.subspan(0, there) == magic.subspan(0, there);
  if (IsZeros(file)) return absl::NotFoundError("not begun");
  if (!begins) return Corrupt("it is no journal of this version");
  if (there < magic.size()) return absl::NotFoundError("not begun");
  Reader reader(file.subspan(magic.size()));
  JournaledPacket packet;
  ASSIGN_OR_RETURN(const ByteSpan begun, TakePayload(reader));
  RETURN_IF_ERROR(ReadBegun(begun, packet));
  while (true) {
    const absl::StatusOr<ByteSpan> payload = TakePayload(reader);
    if (absl::IsNotFound(payload.status())) return packet;
    RETURN_IF_ERROR(payload.status());
    RETURN_IF_ERROR(ReadNext(*payload, packet));
  }
}

}  // namespace cardferry::agent
