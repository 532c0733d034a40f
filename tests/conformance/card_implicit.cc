#include "tests/conformance/card_implicit.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cardsim/channel/channel.h"
#include "cardsim/channel/scp02_keys.h"
#include "cardsim/channel/scp02_session.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/secret_bytes.h"
#include "lib/base/status_macros.h"
#include "tests/conformance/card_session_material.h"
#include "tests/conformance/session_record.h"

namespace cardferry::conformance {
namespace {

constexpr uint8_t kInsBeginRMac = 0x7A;
constexpr uint8_t kInsEndRMac = 0x78;

// What both kinds say.
struct Record {
  cardsim::KeySet keys;
  uint32_t sequence = 0;
  uint8_t i = 0;
  Bytes aid;
  std::vector<Exchange> exchanges;
};

absl::StatusOr<Record> Read(const Vector& vector) {
  Record record;
  ASSIGN_OR_RETURN(const StaticKeys keys, ReadStaticKeys(vector));
  record.keys = MakeKeySet(keys);
  record.keys.type = cardsim::KeyType::kDes;
  ASSIGN_OR_RETURN(const Bytes sequence, vector.Hex("sequence", 2));
  record.sequence = ReadCounter(sequence);
  ASSIGN_OR_RETURN(record.i, vector.HexByte("i"));
  ASSIGN_OR_RETURN(record.aid, vector.Hex("aid"));
  ASSIGN_OR_RETURN(record.exchanges, ReadExchanges(vector));
  if (record.exchanges.empty()) {
    return absl::InvalidArgumentError("no command");
  }
  return record;
}

absl::Status ExpectKey(const Vector& vector, const std::string& path,
                       const SecretBytes& key) {
  if (!vector.Has(path)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Bytes wanted, vector.Hex(path));
  return ExpectBytes(path, key.Read(GrantSecretAccess()), wanted);
}

absl::Status ExpectPlain(const absl::StatusOr<card::CommandApdu>& unwrapped,
                         const Exchange& exchange) {
  RETURN_IF_ERROR(unwrapped.status());
  if (!exchange.plain) {
    return absl::InvalidArgumentError("a command has no plain form");
  }
  return ExpectBytes("plain command", unwrapped->Encode(),
                     exchange.plain->Encode());
}

// The answer as it goes out; that of BEGIN and END R-MAC SESSION is the
// session's own.
absl::Status CheckAnswer(cardsim::Session& session, const Exchange& exchange) {
  const uint8_t ins = exchange.plain->header().ins;
  card::ResponseApdu plain =
      exchange.response_plain.value_or(exchange.response);
  if (ins == kInsBeginRMac || ins == kInsEndRMac) {
    ASSIGN_OR_RETURN(plain, session.ManageRMac(*exchange.plain));
  }
  ASSIGN_OR_RETURN(const card::ResponseApdu answer,
                   session.Wrap(std::move(plain)));
  return ExpectBytes("answer", answer.Encode(), exchange.response.Encode());
}

}  // namespace

absl::Status CheckCardImplicit(const Vector& vector) {
  ASSIGN_OR_RETURN(Record record, Read(vector));
  ASSIGN_OR_RETURN(
      const cardsim::Scp02SessionKeys keys,
      cardsim::DeriveImplicitScp02SessionKeys(record.keys, record.sequence));
  RETURN_IF_ERROR(ExpectKey(vector, "session_keys.enc", keys.enc));
  RETURN_IF_ERROR(ExpectKey(vector, "session_keys.mac", keys.mac));
  ASSIGN_OR_RETURN(const Bytes icv, cardsim::Scp02AidMac(keys.mac, record.aid));
  ASSIGN_OR_RETURN(const Bytes wanted, vector.Hex("icv_initial"));
  RETURN_IF_ERROR(ExpectBytes("icv_initial", icv, wanted));
  cardsim::ChannelOptions options;
  options.scp02_i = record.i;
  options.last_scp02_sequence = 0xFFFF;  // of any card
  options.aid = record.aid;
  ASSIGN_OR_RETURN(
      cardsim::Channel card,
      cardsim::Channel::Create(std::move(record.keys), std::move(options),
                               cardsim::KeyCounters{record.sequence, 0}));
  for (size_t at = 0; at < record.exchanges.size(); ++at) {
    const Exchange& exchange = record.exchanges[at];
    RETURN_IF_ERROR(
        Annotate(ExpectPlain(card.Unwrap(exchange.wrapped), exchange),
                 absl::StrCat("command ", at)));
  }
  return absl::OkStatus();
}

absl::Status CheckCardImplicitRMac(const Vector& vector) {
  ASSIGN_OR_RETURN(const Record record, Read(vector));
  ASSIGN_OR_RETURN(
      cardsim::Scp02SessionKeys keys,
      cardsim::DeriveImplicitScp02SessionKeys(record.keys, record.sequence));
  RETURN_IF_ERROR(ExpectKey(vector, "session_keys.mac", keys.mac));
  ASSIGN_OR_RETURN(const Bytes r_mac_key, vector.Hex("session_keys.rmac", 16));
  keys.begun_rmac = SecretBytes::CopyOf(r_mac_key);
  ASSIGN_OR_RETURN(
      const std::unique_ptr<cardsim::Scp02Session> session,
      cardsim::Scp02Session::Create(std::move(keys), record.i, record.aid));
  for (size_t at = 0; at < record.exchanges.size(); ++at) {
    const Exchange& exchange = record.exchanges[at];
    RETURN_IF_ERROR(
        Annotate(ExpectPlain(session->Unwrap(exchange.wrapped), exchange),
                 absl::StrCat("command ", at)));
    RETURN_IF_ERROR(Annotate(CheckAnswer(*session, exchange),
                             absl::StrCat("command ", at)));
  }
  return absl::OkStatus();
}

}  // namespace cardferry::conformance
