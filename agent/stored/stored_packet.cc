#include "agent/stored/stored_packet.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"

namespace cardferry::agent {
namespace {

constexpr absl::string_view kMagic = "CFSTORE1";

void PutNumber(Bytes& out, uint64_t value, size_t size) {
  for (size_t i = size; i-- > 0;) {
    out.push_back(static_cast<uint8_t>(value >> (8 * i)));
  }
}

void PutCounted(Bytes& out, ByteSpan bytes) {
  PutNumber(out, bytes.size(), 4);
  Append(out, bytes);
}

// Takes fields from the front; after one that is not whole nothing more.
class Fields {
 public:
  explicit Fields(ByteSpan bytes) : rest_(bytes) {}

  ByteSpan Fixed(size_t size) {
    if (size > rest_.size()) {
      cut_ = true;
      rest_ = {};
      return {};
    }
    const ByteSpan field = rest_.first(size);
    rest_.remove_prefix(size);
    return field;
  }
  uint64_t Number(size_t size) {
    uint64_t value = 0;
    for (const uint8_t byte : Fixed(size)) value = value << 8 | byte;
    return value;
  }
  ByteSpan Counted() { return Fixed(static_cast<size_t>(Number(4))); }

  absl::Status Check(bool at_end) const {
    if (!cut_ && (!at_end || rest_.empty())) return absl::OkStatus();
    return absl::InvalidArgumentError("a stored packet is not whole");
  }

 private:
  ByteSpan rest_;
  bool cut_ = false;
};

absl::StatusOr<StoredAttempt> ReadAttempt(Fields& fields) {
  StoredAttempt attempt;
  attempt.packet_id = AsString(fields.Counted());
  const ByteSpan probe = fields.Counted();
  RETURN_IF_ERROR(fields.Check(/*at_end=*/false));
  ASSIGN_OR_RETURN(attempt.probe, card::DecodeScript(probe));
  const uint64_t parts = fields.Number(1);
  for (uint64_t i = 0; i < parts; ++i) {
    const ByteSpan script = fields.Counted();
    RETURN_IF_ERROR(fields.Check(/*at_end=*/false));
    ASSIGN_OR_RETURN(attempt.parts.emplace_back(), card::DecodeScript(script));
  }
  return attempt;
}

absl::Status Refuse(absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("a stored packet ", why));
}

bool IsId(const std::string& id) {
  return !id.empty() && id.size() <= kMaxStoredId;
}

absl::Status CheckAttempt(const StoredAttempt& attempt) {
  if (!IsId(attempt.packet_id)) return Refuse("without an id");
  if (attempt.probe.empty()) return Refuse("without a probe");
  for (const card::ScriptCommand& command : attempt.probe) {
    if (command.on_mismatch != card::OnMismatch::kStop) {
      return Refuse("whose probe compares nothing");
    }
  }
  // What the card answers to INITIALIZE UPDATE: the last word before it is
  // authenticated to.
  if (!std::holds_alternative<card::ExactData>(attempt.probe.back().expected)) {
    return Refuse("whose probe compares nothing");
  }
  if (attempt.parts.empty() || attempt.parts.size() > kMaxStoredParts) {
    return Refuse(absl::StrCat("of ", attempt.parts.size(), " parts"));
  }
  const bool hollow =
      std::any_of(attempt.parts.begin(), attempt.parts.end(),
                  [](const auto& part) { return part.empty(); });
  return hollow ? Refuse("with an empty part") : absl::OkStatus();
}

}  // namespace

size_t StoredAttempt::Commands() const {
  size_t commands = 0;
  for (const card::Script& part : parts) commands += part.size();
  return commands;
}

Bytes EncodeStored(const StoredPacket& packet) {
  Bytes out;
  Append(out, AsBytes(kMagic));
  PutCounted(out, AsBytes(packet.id));
  PutNumber(out, static_cast<uint64_t>(absl::ToUnixMicros(packet.expires_at)),
            8);
  PutNumber(out, packet.attempts.size(), 1);
  for (const StoredAttempt& attempt : packet.attempts) {
    PutCounted(out, AsBytes(attempt.packet_id));
    PutCounted(out, card::EncodeScript(attempt.probe));
    PutNumber(out, attempt.parts.size(), 1);
    for (const card::Script& part : attempt.parts) {
      PutCounted(out, card::EncodeScript(part));
    }
  }
  return out;
}

absl::Status CheckStored(const StoredPacket& packet) {
  if (!IsId(packet.id)) return Refuse("without an id");
  if (packet.attempts.empty() || packet.attempts.size() > kMaxAttempts) {
    return Refuse(absl::StrCat("of ", packet.attempts.size(), " attempts"));
  }
  std::set<std::string> ids;
  for (const StoredAttempt& attempt : packet.attempts) {
    RETURN_IF_ERROR(CheckAttempt(attempt));
    if (!ids.insert(attempt.packet_id).second) {
      return Refuse("with two attempts of one id");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<StoredPacket> ParseStored(ByteSpan bytes) {
  if (bytes.size() > kMaxStoredBytes) return Refuse("that is too long");
  Fields fields(bytes);
  if (AsString(fields.Fixed(kMagic.size())) != kMagic) {
    return Refuse("of another version");
  }
  StoredPacket packet;
  packet.id = AsString(fields.Counted());
  packet.expires_at =
      absl::FromUnixMicros(static_cast<int64_t>(fields.Number(8)));
  const uint64_t attempts = fields.Number(1);
  for (uint64_t i = 0; i < attempts; ++i) {
    ASSIGN_OR_RETURN(packet.attempts.emplace_back(), ReadAttempt(fields));
  }
  RETURN_IF_ERROR(fields.Check(/*at_end=*/true));
  RETURN_IF_ERROR(CheckStored(packet));
  return packet;
}

}  // namespace cardferry::agent
