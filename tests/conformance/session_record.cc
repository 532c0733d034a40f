#include "tests/conformance/session_record.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"

namespace cardferry::conformance {
namespace {

absl::StatusOr<Exchange> ReadExchange(const Vector& vector,
                                      const std::string& path) {
  ASSIGN_OR_RETURN(Bytes wrapped_bytes, vector.Hex(path + ".wrapped"));
  ASSIGN_OR_RETURN(card::CommandApdu wrapped,
                   card::CommandApdu::Parse(wrapped_bytes));
  Exchange exchange{std::nullopt,
                    std::move(wrapped),
                    std::move(wrapped_bytes),
                    {},
                    std::nullopt};
  if (vector.Has(path + ".response")) {
    ASSIGN_OR_RETURN(const Bytes answer, vector.Hex(path + ".response"));
    ASSIGN_OR_RETURN(exchange.response, card::ResponseApdu::Parse(answer));
  }
  if (vector.Has(path + ".plain")) {
    ASSIGN_OR_RETURN(const Bytes plain, vector.Hex(path + ".plain"));
    ASSIGN_OR_RETURN(exchange.plain, card::CommandApdu::Parse(plain));
  }
  if (vector.Has(path + ".response_plain")) {
    ASSIGN_OR_RETURN(const Bytes plain, vector.Hex(path + ".response_plain"));
    ASSIGN_OR_RETURN(exchange.response_plain, card::ResponseApdu::Parse(plain));
  }
  return exchange;
}

}  // namespace

absl::StatusOr<StaticKeys> ReadStaticKeys(const Vector& vector) {
  StaticKeys keys;
  if (vector.Has("keys")) {
    ASSIGN_OR_RETURN(keys.enc, vector.Hex("keys"));
    keys.mac = keys.dek = keys.enc;
    return keys;
  }
  ASSIGN_OR_RETURN(keys.enc, vector.Hex("keys.enc"));
  ASSIGN_OR_RETURN(keys.mac, vector.Hex("keys.mac"));
  ASSIGN_OR_RETURN(keys.dek, vector.Hex("keys.dek"));
  return keys;
}

absl::StatusOr<std::vector<Exchange>> ReadExchanges(const Vector& vector) {
  std::vector<Exchange> exchanges;
  for (size_t i = 0;; ++i) {
    const std::string path = absl::StrCat("commands.", i);
    if (!vector.Has(path + ".wrapped")) return exchanges;
    absl::StatusOr<Exchange> exchange = ReadExchange(vector, path);
    if (!exchange.ok()) return Annotate(exchange.status(), path);
    exchanges.push_back(*std::move(exchange));
  }
}

absl::StatusOr<SessionRecord> ReadSession(const Vector& vector) {
  SessionRecord session;
  ASSIGN_OR_RETURN(session.keys, ReadStaticKeys(vector));
  ASSIGN_OR_RETURN(session.i, vector.HexByte("i"));
  ASSIGN_OR_RETURN(session.level, vector.HexByte("security_level"));
  session.scp01 = vector.Text("protocol") == "SCP01";
  session.scp02 = vector.Text("protocol") == "SCP02";
  session.s16 = vector.Text("mode") == "S16";
  if (vector.Has("aid")) {
    ASSIGN_OR_RETURN(session.aid, vector.Hex("aid"));
  }
  session.computed_challenge =
      vector.Text("pseudo_random_challenge_verified") == "true";
  ASSIGN_OR_RETURN(session.exchanges, ReadExchanges(vector));
  if (session.exchanges.size() < 2) {
    return absl::InvalidArgumentError("fewer than two commands");
  }
  return session;
}

absl::Status ExpectBytes(absl::string_view what, ByteSpan got,
                         ByteSpan wanted) {
  if (got == wanted) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat(what, " is ", ToHex(got), ", must be ", ToHex(wanted)));
}

}  // namespace cardferry::conformance
