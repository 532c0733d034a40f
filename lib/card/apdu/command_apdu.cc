#include "lib/card/apdu/command_apdu.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "lib/base/secret_bytes.h"

namespace cardferry::card {
namespace {

constexpr size_t kHeaderLength = 4;

size_t ReadUint16(ByteSpan bytes) {
  return static_cast<size_t>(bytes[0]) << 8 | bytes[1];
}

void AppendUint16(Bytes& out, size_t value) {
  out.push_back(static_cast<uint8_t>(value >> 8));
  out.push_back(static_cast<uint8_t>(value));
}

// Le as encoded: the largest value is written as zero.
std::optional<uint32_t> ShortLe(uint8_t encoded) {
  return encoded == 0 ? CommandApdu::kMaxShortLe : encoded;
}
std::optional<uint32_t> ExtendedLe(ByteSpan encoded) {
  const size_t le = ReadUint16(encoded);
  return le == 0 ? CommandApdu::kMaxExtendedLe : static_cast<uint32_t>(le);
}

// What follows the header of a command.
struct Body {
  ByteSpan data;
  std::optional<uint32_t> le;
  bool extended = false;
};

absl::Status WrongLength(size_t seen, size_t data_length) {
  return absl::InvalidArgumentError(
      absl::StrCat("command APDU body of ", seen,
                   " bytes does not fit its Lc of ", data_length));
}

// Cases 3S and 4S: Lc (1, not zero) | data | [Le (1)]
absl::StatusOr<Body> ParseShortBody(ByteSpan body) {
  const size_t lc = body[0];
  if (body.size() == 1 + lc) return Body{body.subspan(1), std::nullopt};
  if (body.size() == 2 + lc) {
    return Body{body.subspan(1, lc), ShortLe(body.back())};
  }
  return WrongLength(body.size(), lc);
}

// Cases 2E, 3E, 4E: 00 | Le (2), or 00 | Lc (2, not zero) | data | [Le (2)]
absl::StatusOr<Body> ParseExtendedBody(ByteSpan body) {
  if (body.size() < 3) {
    return absl::InvalidArgumentError("extended length of a command is cut");
  }
  if (body.size() == 3) return Body{{}, ExtendedLe(body.subspan(1)), true};
  const size_t lc = ReadUint16(body.subspan(1));
  if (lc == 0) {
    return absl::InvalidArgumentError("command APDU with extended Lc of zero");
  }
  if (body.size() == 3 + lc) return Body{body.subspan(3), std::nullopt, true};
  if (body.size() == 5 + lc) {
    return Body{body.subspan(3, lc), ExtendedLe(body.subspan(3 + lc)), true};
  }
  return WrongLength(body.size(), lc);
}

absl::StatusOr<Body> ParseBody(ByteSpan body) {
  if (body.empty()) return Body{};
  if (body.size() == 1) return Body{{}, ShortLe(body[0])};
  return body[0] != 0 ? ParseShortBody(body) : ParseExtendedBody(body);
}

}  // namespace

absl::StatusOr<CommandApdu> CommandApdu::Create(CommandHeader header,
                                                ByteSpan data,
                                                std::optional<uint32_t> le) {
  if (data.size() > kMaxExtendedData) {
    return absl::InvalidArgumentError(absl::StrCat(
        "command data has ", data.size(), " bytes, at most 65535 fit"));
  }
  if (le.has_value() && (*le == 0 || *le > kMaxExtendedLe)) {
    return absl::InvalidArgumentError(
        absl::StrCat("Le is ", *le, ", must be 1 to 65536"));
  }
  return CommandApdu(header, Bytes(data.begin(), data.end()), le);
}

void CommandApdu::WipeData() { WipeBytes(absl::MakeSpan(data_)); }

absl::StatusOr<CommandApdu> CommandApdu::Parse(ByteSpan encoded) {
  if (encoded.size() < kHeaderLength) {
    return absl::InvalidArgumentError(absl::StrCat(
        "command APDU has ", encoded.size(), " bytes, needs at least 4"));
  }
  const absl::StatusOr<Body> body = ParseBody(encoded.subspan(kHeaderLength));
  if (!body.ok()) return body.status();
  CommandApdu command({encoded[0], encoded[1], encoded[2], encoded[3]},
                      Bytes(body->data.begin(), body->data.end()), body->le);
  command.came_extended_ = body->extended;
  return command;
}

bool CommandApdu::IsExtended() const {
  return data_.size() > kMaxShortData || le_.value_or(1) > kMaxShortLe;
}

Bytes CommandApdu::Encode() const {
  Bytes out = {header_.cla, header_.ins, header_.p1, header_.p2};
  const bool extended = IsExtended();
  if (extended) out.push_back(0);
  if (!data_.empty()) {
    if (extended) {
      AppendUint16(out, data_.size());
    } else {
      out.push_back(static_cast<uint8_t>(data_.size()));
    }
    Append(out, data_);
  }
  if (le_.has_value()) {
    if (extended) {
      AppendUint16(out, *le_);  // 65536 leaves 0000
    } else {
      out.push_back(static_cast<uint8_t>(*le_));  // 256 leaves 00
    }
  }
  return out;
}

}  // namespace cardferry::card
