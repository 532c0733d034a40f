#include "services/keyvault/session_token.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "services/keyvault/encoding.h"

namespace cardferry::keyvault {
namespace {

constexpr uint8_t kVersion = 3;
constexpr char kCommandPurpose[] = "command";
constexpr char kVerifyPurpose[] = "verify";

void WriteOrigin(const SessionOrigin& origin, FieldWriter& writer) {
  writer.Fixed(origin.serial)
      .Text(origin.card.key_set)
      .Uint32(origin.card.master_version)
      .Fixed(origin.card.key_diversification_data)
      .Byte(origin.seed.protocol.scp)
      .Byte(origin.seed.protocol.i)
      .Counted(origin.seed.host_challenge)
      .Counted(origin.seed.card_challenge)
      .Counted(origin.seed.aid)
      .Byte(scp::ToBits(origin.seed.quirks));
}

SessionOrigin ReadOrigin(FieldReader& reader) {
  SessionOrigin origin;
  origin.serial = reader.Fixed<16>();
  origin.card.key_set = reader.Text();
  origin.card.master_version = reader.Uint32();
  origin.card.key_diversification_data = reader.Fixed<10>();
  origin.seed.protocol.scp = reader.Byte();
  origin.seed.protocol.i = reader.Byte();
  origin.seed.host_challenge = reader.Counted();
  origin.seed.card_challenge = reader.Counted();
  origin.seed.aid = reader.Counted();
  origin.seed.quirks = scp::QuirksFromBits(reader.Byte());
  return origin;
}

void WriteState(const scp::ChannelState& state, FieldWriter& writer) {
  writer.Byte(static_cast<uint8_t>(state.level))
      .Counted(state.chaining_value)
      .Uint32(state.command_counter);
}

scp::ChannelState ReadState(FieldReader& reader) {
  scp::ChannelState state;
  state.level = static_cast<scp::SecurityLevel>(reader.Byte());
  state.chaining_value = reader.Counted();
  state.command_counter = reader.Uint32();
  return state;
}

absl::Status NotOurs(absl::string_view purpose) {
  return absl::PermissionDeniedError(
      absl::StrCat("not a ", purpose, " token of ours"));
}

absl::StatusOr<Bytes> Unseal(HsmKeys& keys, absl::string_view purpose,
                             ByteSpan sealed) {
  absl::StatusOr<Bytes> plain = keys.Unseal(purpose, sealed);
  return absl::IsDataLoss(plain.status()) ? NotOurs(purpose) : std::move(plain);
}

}  // namespace

Bytes EncodeOrigin(const SessionOrigin& origin) {
  FieldWriter writer;
  WriteOrigin(origin, writer);
  return writer.bytes();
}

absl::StatusOr<Bytes> SealToken(HsmKeys& keys, const CommandToken& token) {
  FieldWriter writer;
  writer.Byte(kVersion);
  WriteOrigin(token.origin, writer);
  writer.Uint32(token.step).Byte(static_cast<uint8_t>(token.operation_class));
  WriteState(token.state, writer);
  return keys.Seal(kCommandPurpose, writer.Time(token.expires_at).bytes());
}

absl::StatusOr<Bytes> SealToken(HsmKeys& keys, const VerifyToken& token) {
  FieldWriter writer;
  writer.Byte(kVersion);
  WriteOrigin(token.origin, writer);
  WriteState(token.state, writer);
  return keys.Seal(kVerifyPurpose, writer.Time(token.expires_at).bytes());
}

absl::StatusOr<CommandToken> OpenCommandToken(HsmKeys& keys, ByteSpan sealed) {
  ASSIGN_OR_RETURN(const Bytes plain, Unseal(keys, kCommandPurpose, sealed));
  FieldReader reader(plain);
  const uint8_t version = reader.Byte();
  CommandToken token;
  token.origin = ReadOrigin(reader);
  token.step = reader.Uint32();
  token.operation_class = static_cast<OperationClass>(reader.Byte());
  token.state = ReadState(reader);
  token.expires_at = reader.Time();
  if (version != kVersion || !reader.Finish().ok()) {
    return NotOurs(kCommandPurpose);  // of another version of this program
  }
  return token;
}

absl::StatusOr<VerifyToken> OpenVerifyToken(HsmKeys& keys, ByteSpan sealed) {
  ASSIGN_OR_RETURN(const Bytes plain, Unseal(keys, kVerifyPurpose, sealed));
  FieldReader reader(plain);
  const uint8_t version = reader.Byte();
  VerifyToken token;
  token.origin = ReadOrigin(reader);
  token.state = ReadState(reader);
  token.expires_at = reader.Time();
  if (version != kVersion || !reader.Finish().ok()) {
    return NotOurs(kVerifyPurpose);
  }
  return token;
}

}  // namespace cardferry::keyvault
