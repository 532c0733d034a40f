#include "services/sequencer/identity_proof.h"

#include <algorithm>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "lib/card/gp/discovery_commands.h"

namespace cardferry::sequencer {
namespace {

// Something that is bound, where the record has it.
struct Bound {
  uint16_t tag;
  absl::string_view name;
  Bytes CardRecord::*value;
};

constexpr Bound kBound[] = {
    {card::kTagCplc, "production data", &CardRecord::cplc},
    {card::kTagIssuerNumber, "an issuer identification number",
     &CardRecord::issuer_number},
    {card::kTagCardNumber, "a card image number", &CardRecord::card_number},
};

absl::StatusOr<Bytes> ValueOf(uint16_t tag, const card::ResponseApdu& answer) {
  if (tag != card::kTagCplc) return card::ParseCardNumber(tag, answer.data);
  absl::StatusOr<card::Cplc> cplc = card::ParseCplc(answer.data);
  if (!cplc.ok()) return cplc.status();
  return cplc->bytes;
}

// The index of the first answer to what reads the identity again.
size_t FirstAnswer(const BundleState& state) {
  size_t index = 0;
  for (const CommandRun& run : state.runs) {
    if (run.kind == CommandKind::kReadIdentity) break;
    index += run.count;
  }
  return index;
}

}  // namespace

std::vector<uint16_t> UnprovenIdentity(const CardRecord& record) {
  std::vector<uint16_t> tags;
  if (record.identity_proven) return tags;
  for (const Bound& bound : kBound) {
    if (!(record.*bound.value).empty()) tags.push_back(bound.tag);
  }
  return tags;
}

std::vector<std::string> ProveIdentity(
    const BundleState& state, absl::Span<const card::ResponseApdu> answers,
    absl::Span<const Assurance> assurances, CardRecord& record) {
  std::vector<std::string> alarms;
  size_t index = FirstAnswer(state);
  bool all = true;
  for (const Bound& bound : kBound) {
    Bytes& value = record.*bound.value;
    if (value.empty() || record.identity_proven) continue;
    const size_t at = index++;
    const bool proven = at < std::min(answers.size(), assurances.size()) &&
                        assurances[at] == Assurance::kProven &&
                        answers[at].sw == card::kSuccess;
    const auto own = proven ? ValueOf(bound.tag, answers[at])
                            : absl::StatusOr<Bytes>(Bytes());
    if (!proven || !own.ok()) {
      all = false;
    } else if (*own != value) {
      alarms.push_back(absl::StrCat(
          "The card has proven that it has ", bound.name,
          " of its own, and an agent said other before the session: the agent "
          "lies, or another card was before it."));
      value = *own;
    }
  }
  const bool was_read = index > FirstAnswer(state);
  record.identity_proven |= all && was_read;
  return alarms;
}

}  // namespace cardferry::sequencer
