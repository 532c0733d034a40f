#include "cardsim/card/tokens.h"

#include <utility>

#include "cardsim/card/byte_reader.h"
#include "cardsim/card_error.h"
#include "lib/base/status_macros.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::cardsim {
namespace {

constexpr uint8_t kInsDelete = 0xE4;
constexpr uint32_t kTokenTag = 0x9E;

struct DataSplit {
  Bytes data;
  Bytes token;
};

Bytes Copy(ByteSpan bytes) { return Bytes(bytes.begin(), bytes.end()); }

// length (1, or 81 and 1, or 82 and 2) | value
absl::StatusOr<ByteSpan> TakeField(ByteReader& reader) {
  ASSIGN_OR_RETURN(const uint8_t first, reader.TakeU8());
  if (first == 0x81) return reader.TakeLengthPrefixed();
  if (first != 0x82) return reader.Take(first);
  ASSIGN_OR_RETURN(const uint16_t length, reader.TakeU16());
  return reader.Take(length);
}

// INSTALL is fields one after the other, and the token is the last.
absl::StatusOr<DataSplit> SplitInstall(ByteSpan data) {
  ByteReader reader(data);
  ByteSpan last;
  size_t begin = 0;
  while (!reader.AtEnd()) {
    begin = data.size() - reader.remaining();
    ASSIGN_OR_RETURN(last, TakeField(reader));
  }
  DataSplit split{Copy(data.first(begin)), Copy(last)};
  split.data.push_back(0);
  return split;
}

absl::StatusOr<DataSplit> SplitDelete(ByteSpan data) {
  const auto objects = card::ParseTlvs(data);
  if (!objects.ok()) return CardError(kWrongData, "DELETE is no BER-TLV");
  DataSplit split;
  for (const card::Tlv& object : *objects) {
    if (object.tag != kTokenTag) {
      card::AppendTlv(split.data, object.tag, object.value);
    } else if (split.token.empty()) {
      split.token = Copy(object.value);
    } else {
      return CardError(kWrongData, "two tokens");
    }
  }
  return split;
}

}  // namespace

absl::StatusOr<TokenSplit> SplitToken(const card::CommandApdu& command) {
  ASSIGN_OR_RETURN(DataSplit split, command.header().ins == kInsDelete
                                        ? SplitDelete(command.data())
                                        : SplitInstall(command.data()));
  auto plain =
      card::CommandApdu::Create(command.header(), split.data, command.le());
  if (!plain.ok()) return CardError(kWrongData, "no command without its token");
  return TokenSplit{*std::move(plain), std::move(split.token)};
}

Bytes TokenInput(const card::CommandApdu& command) {
  ByteSpan data = command.data();
  // INSTALL's empty last field is the token's place.
  if (command.header().ins != kInsDelete) data.remove_suffix(1);
  Bytes input = {command.header().p1, command.header().p2};
  if (data.size() > card::CommandApdu::kMaxShortData) {
    input.push_back(0);
    input.push_back(static_cast<uint8_t>(data.size() >> 8));
  }
  input.push_back(static_cast<uint8_t>(data.size()));
  Append(input, data);
  return input;
}

absl::Status CheckToken(const TokenSplit& split, const ContentKey& key) {
  ASSIGN_OR_RETURN(const bool verifies,
                   key.Verifies(TokenInput(split.command), split.token));
  if (!verifies) return CardError(kWrongData, "the token does not verify");
  return absl::OkStatus();
}

}  // namespace cardferry::cardsim
