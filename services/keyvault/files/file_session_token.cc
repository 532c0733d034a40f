#include "services/keyvault/files/file_session_token.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "services/keyvault/encoding.h"

namespace cardferry::keyvault {
namespace {

constexpr uint8_t kVersion = 1;
constexpr char kHandshakePurpose[] = "file handshake";
constexpr char kCommandPurpose[] = "file command";
constexpr char kVerifyPurpose[] = "file verify";

FieldWriter Begin(const FileSessionOrigin& origin) {
  FieldWriter writer;
  writer.Byte(kVersion)
      .Fixed(origin.serial)
      .Text(origin.card.key_set)
      .Uint32(origin.card.master_version)
      .Fixed(origin.card.key_diversification_data)
      .Counted(origin.host_challenge)
      .Counted(origin.card_challenge)
      .Counted(origin.card_answer)
      .Text(origin.agent);
  return writer;
}

FileSessionOrigin ReadOrigin(FieldReader& reader) {
  FileSessionOrigin origin;
  origin.serial = reader.Fixed<16>();
  origin.card.key_set = reader.Text();
  origin.card.master_version = reader.Uint32();
  origin.card.key_diversification_data = reader.Fixed<10>();
  origin.host_challenge = reader.Counted();
  origin.card_challenge = reader.Counted();
  origin.card_answer = reader.Counted();
  origin.agent = reader.Text();
  return origin;
}

absl::Status NotOurs(absl::string_view purpose) {
  return absl::PermissionDeniedError(
      absl::StrCat("not a ", purpose, " token of ours"));
}

// What `read` makes of the fields behind the version.
template <typename Token, typename Read>
absl::StatusOr<Token> Open(HsmKeys& keys, absl::string_view purpose,
                           ByteSpan sealed, Read read) {
  const absl::StatusOr<Bytes> plain = keys.Unseal(purpose, sealed);
  if (absl::IsDataLoss(plain.status())) return NotOurs(purpose);
  RETURN_IF_ERROR(plain.status());
  FieldReader reader(*plain);
  const uint8_t version = reader.Byte();
  Token token;
  token.origin = ReadOrigin(reader);
  read(reader, token);
  // Of another version of this program.
  if (version != kVersion || !reader.Finish().ok()) return NotOurs(purpose);
  return token;
}

}  // namespace

absl::StatusOr<Bytes> SealToken(HsmKeys& keys,
                                const FileHandshakeToken& token) {
  FieldWriter writer = Begin(token.origin);
  writer.Byte(static_cast<uint8_t>(token.operation_class))
      .Time(token.expires_at);
  return keys.Seal(kHandshakePurpose, writer.bytes());
}

absl::StatusOr<Bytes> SealToken(HsmKeys& keys, const FileCommandToken& token) {
  FieldWriter writer = Begin(token.origin);
  writer.Uint32(token.step)
      .Byte(static_cast<uint8_t>(token.operation_class))
      .Counted(token.counter)
      .Time(token.opening_expires_at);
  return keys.Seal(kCommandPurpose, writer.bytes());
}

absl::StatusOr<Bytes> SealToken(HsmKeys& keys, const FileVerifyToken& token) {
  FieldWriter writer = Begin(token.origin);
  writer.Counted(token.counter)
      .Uint32(token.commands)
      .Time(token.opening_expires_at);
  return keys.Seal(kVerifyPurpose, writer.bytes());
}

absl::StatusOr<FileHandshakeToken> OpenFileHandshakeToken(HsmKeys& keys,
                                                          ByteSpan sealed) {
  return Open<FileHandshakeToken>(
      keys, kHandshakePurpose, sealed,
      [](FieldReader& reader, FileHandshakeToken& token) {
        token.operation_class = static_cast<OperationClass>(reader.Byte());
        token.expires_at = reader.Time();
      });
}

absl::StatusOr<FileCommandToken> OpenFileCommandToken(HsmKeys& keys,
                                                      ByteSpan sealed) {
  return Open<FileCommandToken>(
      keys, kCommandPurpose, sealed,
      [](FieldReader& reader, FileCommandToken& token) {
        token.step = reader.Uint32();
        token.operation_class = static_cast<OperationClass>(reader.Byte());
        token.counter = reader.Counted();
        token.opening_expires_at = reader.Time();
      });
}

absl::StatusOr<FileVerifyToken> OpenFileVerifyToken(HsmKeys& keys,
                                                    ByteSpan sealed) {
  return Open<FileVerifyToken>(keys, kVerifyPurpose, sealed,
                               [](FieldReader& reader, FileVerifyToken& token) {
                                 token.counter = reader.Counted();
                                 token.commands = reader.Uint32();
                                 token.opening_expires_at = reader.Time();
                               });
}

}  // namespace cardferry::keyvault
