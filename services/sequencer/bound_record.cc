#include "services/sequencer/bound_record.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"

namespace cardferry::sequencer {
namespace {

constexpr uint8_t kScp02 = 2;

// SCP02 derives its session keys from the counter, and its cryptogram covers it
// (GPCS 2.3.1, E.4). SCP03's is in no MAC, and an agent may say any: nothing.
// An implicit session has no cryptogram.
std::optional<uint32_t> ProvableCounter(const CardClaim& claim) {
  if (claim.identity->scp != kScp02 || claim.implicit) return std::nullopt;
  return claim.identity->sequence_counter;
}

// The first that is said is bound.
absl::Status Bind(const std::string& card_id, absl::string_view what,
                  const Bytes& said, Bytes& bound, bool& proven) {
  if (said.empty() || said == bound) return absl::OkStatus();
  if (bound.empty()) {
    bound = said;
    proven = false;
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "card ", card_id, " says ", what,
      " than before: another card with its identity, or an agent that lies"));
}

}  // namespace

std::string CounterNotice(const std::optional<uint32_t>& before,
                          const std::optional<uint32_t>& now) {
  if (!before.has_value() || !now.has_value() || *now >= *before) return "";
  return absl::StrCat(
      "the card's sequence counter fell from ", *before, " to ", *now,
      ": new keys were put on it, an old answer was kept, or another card has "
      "its keys");
}

absl::StatusOr<CardRecord> BindRecord(const std::optional<CardRecord>& known,
                                      const std::string& card_id,
                                      const CardClaim& claim) {
  CardRecord record = known.value_or(CardRecord{card_id});
  if (record.card_id != card_id) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the record is of card ", record.card_id, ", not of ", card_id));
  }
  const Bytes cplc = claim.cplc.has_value() ? claim.cplc->bytes : Bytes();
  RETURN_IF_ERROR(Bind(card_id, "other production data", cplc, record.cplc,
                       record.identity_proven));
  RETURN_IF_ERROR(Bind(card_id, "another issuer identification number",
                       claim.issuer_number, record.issuer_number,
                       record.identity_proven));
  RETURN_IF_ERROR(Bind(card_id, "another card image number", claim.card_number,
                       record.card_number, record.identity_proven));
  if (!cplc.empty()) record.cplc_bare = claim.cplc->bare;
  record.sequence_counter = ProvableCounter(claim);
  return record;
}

}  // namespace cardferry::sequencer
