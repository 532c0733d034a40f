#include "tests/conformance/card_scp11.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cardsim/channel/scp11_opening.h"
#include "lib/base/secret_bytes.h"
#include "lib/base/status_macros.h"
#include "tests/conformance/scp11_record.h"
#include "tests/conformance/session_record.h"

namespace cardferry::conformance {
namespace {

using cardsim::Session;
using crypto::EcPrivateKey;

size_t MacSize(const Scp11Record& record) { return record.s16 ? 16 : 8; }

absl::StatusOr<EcPrivateKey> Key(const Scp11Record& record, ByteSpan value) {
  return EcPrivateKey::Create(record.curve, SecretBytes::CopyOf(value));
}

// The whole opening, with the record's keys.
absl::StatusOr<std::unique_ptr<Session>> Open(const Scp11Record& record) {
  ASSIGN_OR_RETURN(EcPrivateKey static_key, Key(record, record.card_static));
  cardsim::Scp11Keys keys{{record.key_identifier, record.key_version},
                          std::move(static_key)};
  keys.hash = record.hash;
  keys.mac_size = MacSize(record);
  if (!record.card_ephemeral.empty()) {
    ASSIGN_OR_RETURN(keys.fixed_ephemeral, Key(record, record.card_ephemeral));
  }
  if (!record.host_static.empty()) {
    ASSIGN_OR_RETURN(const EcPrivateKey host, Key(record, record.host_static));
    keys.fixed_host_key = host.public_point();
  }
  cardsim::Scp11Opening card(std::move(keys));
  ASSIGN_OR_RETURN(cardsim::Scp11Agreement agreement,
                   card.Authenticate(record.authenticate));
  RETURN_IF_ERROR(ExpectBytes("answer", agreement.answer, record.answer));
  if (agreement.host_is_authenticated != (record.variant != 'b')) {
    return absl::DataLossError("host is or is not authenticated");
  }
  return std::move(agreement.session);
}

// From the shared secrets on. The answer ends with 86 10 and the receipt.
absl::StatusOr<std::unique_ptr<Session>> OpenFromSecrets(
    const Scp11Record& record) {
  constexpr size_t kReceiptObject = 18;
  if (record.answer.size() <= kReceiptObject) {
    return absl::InvalidArgumentError("answer without a receipt");
  }
  const ByteSpan point =
      ByteSpan(record.answer).first(record.answer.size() - kReceiptObject);
  ASSIGN_OR_RETURN(
      cardsim::Scp11Derived derived,
      cardsim::DeriveScp11Session(
          record.hash, MacSize(record), SecretBytes::CopyOf(record.secrets),
          record.shared_info, Concat({record.authenticate.data(), point})));
  RETURN_IF_ERROR(ExpectBytes("receipt", derived.receipt, record.receipt));
  return std::move(derived.session);
}

absl::Status CheckExchange(Session& card, const Exchange& exchange) {
  ASSIGN_OR_RETURN(const card::CommandApdu plain,
                   card.Unwrap(exchange.wrapped));
  if (!exchange.plain || !exchange.response_plain) {
    return absl::InvalidArgumentError("a command without its plain form");
  }
  RETURN_IF_ERROR(
      ExpectBytes("plain command", plain.Encode(), exchange.plain->Encode()));
  ASSIGN_OR_RETURN(const card::ResponseApdu response,
                   card.Wrap(*exchange.response_plain));
  return ExpectBytes("answer", response.Encode(), exchange.response.Encode());
}

}  // namespace

absl::Status CheckCardScp11(const Vector& vector) {
  ASSIGN_OR_RETURN(const Scp11Record record, ReadScp11(vector));
  ASSIGN_OR_RETURN(
      const std::unique_ptr<Session> card,
      record.card_static.empty() ? OpenFromSecrets(record) : Open(record));
  for (size_t i = 0; i < record.exchanges.size(); ++i) {
    RETURN_IF_ERROR(Annotate(CheckExchange(*card, record.exchanges[i]),
                             absl::StrCat("command ", i)));
  }
  return absl::OkStatus();
}

}  // namespace cardferry::conformance
