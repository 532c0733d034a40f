#include "services/sequencer/sequencer.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "services/sequencer/bound_record.h"
#include "services/sequencer/bundle.h"
#include "services/sequencer/bundle_goal.h"
#include "services/sequencer/card_claim.h"
#include "services/sequencer/doubt.h"
#include "services/sequencer/identity_proof.h"
#include "services/sequencer/packet_assembly.h"
#include "services/sequencer/preflight.h"
#include "services/sequencer/session_needs.h"
#include "services/sequencer/stored_data.h"

namespace cardferry::sequencer {
namespace {

constexpr int kMaxOpenings = 16;

// A card that no profile describes cannot be served, whoever asks again.
absl::Status AsInvalid(const absl::Status& status) {
  return absl::InvalidArgumentError(status.message());
}

Bytes AidOf(const CardClaim& claim) {
  const ByteSpan aid = claim.isd_aid->bytes();
  return Bytes(aid.begin(), aid.end());
}

// Implicit sessions encrypt nothing.
absl::Status CheckEncrypts(const CardClaim& claim, const ContentPlan& plan) {
  if (!claim.implicit || !plan.HasParameters()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "install parameters go encrypted only, and this card's channel (SCP02 "
      "with implicit initiation) encrypts nothing: install without them");
}

// Reading more pages than this was tried already.
absl::Status CheckReadable(const StatusSnapshot& seen) {
  const size_t pages =
      std::max(seen.load_files.size(), seen.applications.size());
  if (pages < card::kMaxStatusPages) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "the card's lists go on after ", pages, " pages: more than are read"));
}

bool IsFresh(const CardRecord& record, absl::Time now) {
  const absl::Duration age = now - record.read_at;
  // A clock that was wrong may have put it into the future.
  return age >= absl::ZeroDuration() && age <= Sequencer::kFreshFor;
}

// Stays so until a conclusion has read the card.
void Doubt(CardRecord& record) {
  record.read_at = absl::InfinitePast();
  // What is there may be another instance than the one that was given it. That
  // it was given something still counts: it is not deleted unasked.
  for (auto& [application, notes] : record.stored) notes.clear();
}

// What the card once proved of its security domain is no reason to refuse it
// for ever: somebody may have unlocked it, or given it the right.
CardRecord WhatCounts(CardRecord record, absl::Time now) {
  if (!IsFresh(record, now)) record.security_domain.clear();
  return record;
}

// Deletes nothing that the agent cannot see and nobody has read just now.
bool HasToReadFirst(const ContentPlan& plan, const CardRecord& record,
                    card::Protection protection, absl::Time now) {
  return protection.EncryptsAnswers() && plan.Deletes() &&
         !IsFresh(record, now);
}

// Answers that nobody can check any more.
Conclusion TooLate(const BundleState& state, const absl::Status& status) {
  Conclusion conclusion;
  conclusion.record = state.record;
  NoteStoredData(state, {}, {}, conclusion.record);
  LeaveInDoubt(state, conclusion.record);
  FillContent(conclusion);
  conclusion.reason =
      absl::StrCat("What the card answered can no longer be checked (",
                   status.message(), "). What it holds now is not known.");
  return conclusion;
}

}  // namespace

// A plan, and what it was made from.
struct Sequencer::Draft {
  const CardProfile* profile;
  std::string card_id;
  CardClaim claim;
  CardRecord record;
  std::string notice;
  StatusSnapshot expected;
  ContentPlan plan;
  uint8_t floor;
  Signatures signatures;
  bool looks_again;  // what was recorded is in the way, or not all of it
};

absl::StatusOr<Signatures> Sequencer::FindSignaturesFor(
    const ContentPlan& plan, const StatusSnapshot& expected,
    const CardProfile& profile, card::Protection protection) const {
  ASSIGN_OR_RETURN(const std::vector<ApprovalNeed> needs,
                   NeededApprovals(plan, expected, profile, protection));
  return FindSignatures(needs, signed_content_.get());
}

absl::StatusOr<std::vector<Sequencer::Opening>> Sequencer::Open(
    const std::string& agent, const std::string& reader, int count) {
  if (count < 1 || count > kMaxOpenings) {
    return absl::InvalidArgumentError(
        absl::StrCat(count, " openings: 1 to ", kMaxOpenings));
  }
  ASSIGN_OR_RETURN(std::vector<Keyvault::Opening> issued,
                   keyvault_->IssueOpenings(agent, reader, count));
  const Questions questions = profiles_.WhatToAsk();
  const card::Script identify = IdentifyScript(questions);
  std::vector<Opening> openings;
  for (Keyvault::Opening& opening : issued) {
    openings.push_back({std::move(opening.ticket), identify,
                        ChallengeScript(questions, opening.host_challenge),
                        opening.expires_at});
  }
  return openings;
}

absl::StatusOr<CardClaim> Sequencer::ReadAnswers(
    const OpeningAnswers& answers) const {
  if (profiles_.profiles().empty()) {
    return absl::InvalidArgumentError(
        "no card profile fits this card: all that are here are of "
        "file-oriented cards");
  }
  return ReadClaim(
      profiles_.WhatToAsk(), answers.identify,
      answers.challenge.has_value() ? &*answers.challenge : nullptr);
}

absl::StatusOr<Sequencer::Identity> Sequencer::Identify(
    const OpeningAnswers& answers) const {
  ASSIGN_OR_RETURN(const CardClaim claim, ReadAnswers(answers));
  const absl::StatusOr<const CardProfile*> profile = profiles_.Find(claim);
  const bool undecided = absl::IsFailedPrecondition(profile.status());
  if (undecided && !claim.identity.has_value()) return Identity{};
  if (!profile.ok()) return AsInvalid(profile.status());
  if (!claim.identity.has_value()) return Identity{"", (*profile)->name};
  return Identity{
      CardId((*profile)->key_set, claim.identity->key_diversification_data),
      (*profile)->name};
}

absl::StatusOr<Sequencer::Draft> Sequencer::MakeDraft(
    const Request& request) const {
  ASSIGN_OR_RETURN(CardClaim claim, ReadAnswers(request.answers));
  if (!claim.identity.has_value()) {
    return absl::FailedPreconditionError(
        "the card was not asked for a challenge");
  }
  const absl::StatusOr<const CardProfile*> profile = profiles_.Find(claim);
  if (!profile.ok()) return AsInvalid(profile.status());
  const std::string card_id =
      CardId((*profile)->key_set, claim.identity->key_diversification_data);
  if (card_id != request.card_id) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the answers are of card ", card_id, ", not of ", request.card_id));
  }
  ASSIGN_OR_RETURN(CardRecord record,
                   BindRecord(request.record, card_id, claim));
  if (request.record_in_doubt) Doubt(record);
  std::string notice;
  if (request.record.has_value()) {
    notice = CounterNotice(request.record->sequence_counter,
                           record.sequence_counter);
  }
  StatusSnapshot expected =
      record.snapshot.value_or((*profile)->factory_content);
  ASSIGN_OR_RETURN(const CardContent actual, ReadContent(expected));
  ContentPlan plan;  // without steps when the card has to be read first
  bool looks_again = false;
  if (actual.complete) {
    absl::StatusOr<ContentPlan> planned = PlanContent(
        request.desired, actual, record.origins, **profile, record.stored);
    looks_again = !planned.ok() && record.snapshot.has_value() &&
                  !IsFresh(record, request.now);
    if (!planned.ok() && !looks_again) return planned.status();
    if (planned.ok()) plan = *std::move(planned);
    RETURN_IF_ERROR(
        CheckPlan(plan, WhatCounts(record, request.now), **profile, claim));
    RETURN_IF_ERROR(CheckEncrypts(claim, plan));
  } else {
    RETURN_IF_ERROR(CheckReadable(expected));
    looks_again = true;
  }
  const uint8_t floor = FloorFor(plan, **profile);
  // What does not fit is refused here: a higher level only takes more room.
  const card::Protection protection = (*profile)->ProtectionOf(claim, floor);
  ASSIGN_OR_RETURN(Signatures signatures,
                   FindSignaturesFor(plan, expected, **profile, protection));
  RETURN_IF_ERROR(BuildBundle(plan, expected, **profile, protection, signatures,
                              UnprovenIdentity(record))
                      .status());
  return Draft{*profile,
               card_id,
               std::move(claim),
               std::move(record),
               std::move(notice),
               std::move(expected),
               std::move(plan),
               floor,
               std::move(signatures),
               looks_again};
}

absl::StatusOr<Sequencer::Prepared> Sequencer::Prepare(const Request& request) {
  ASSIGN_OR_RETURN(const Draft draft, MakeDraft(request));
  return Protect(request, draft);
}

absl::StatusOr<Sequencer::Prepared> Sequencer::Protect(const Request& request,
                                                       const Draft& draft) {
  ASSIGN_OR_RETURN(
      const Keyvault::Session session,
      keyvault_->Authenticate(
          {request.ticket, request.agent, request.reader,
           draft.profile->key_set, draft.claim.initialize_update_answer,
           draft.profile->ChannelOptions(draft.claim), draft.floor,
           ClassOf(draft.plan), draft.profile->quirks,
           draft.claim.implicit ? draft.claim.identity : std::nullopt,
           draft.claim.implicit ? AidOf(draft.claim) : Bytes()}));
  RETURN_IF_ERROR(CheckSession(session, draft.card_id, draft.floor));
  const card::Protection protection =
      draft.profile->ProtectionOf(draft.claim, session.level);
  // When other packets of the card are live, this session moves its counter on.
  const bool read_first =
      !draft.plan.steps.empty() &&
      (session.only_reads ||
       HasToReadFirst(draft.plan, draft.record, protection, request.now));
  const ContentPlan plan = read_first ? ContentPlan() : draft.plan;
  // Its lists alone do not say that the card holds what it should.
  const bool only_looks = read_first || draft.looks_again;
  ASSIGN_OR_RETURN(
      Bundle bundle,
      BuildBundle(plan, draft.expected, *draft.profile, protection,
                  draft.signatures, UnprovenIdentity(draft.record)));
  const size_t changes = bundle.Changes();
  ASSIGN_OR_RETURN(SecuredPacket packet,
                   SecurePacket(*keyvault_, session, std::move(bundle),
                                {*draft.profile, draft.record, draft.expected,
                                 request.desired, plan}));
  packet.state.prepared_at = request.now;
  packet.state.reads_first = only_looks;
  Prepared prepared{draft.card_id,
                    session.level,
                    changes,
                    only_looks ? "read the card first" : plan.Summary(),
                    std::move(packet.script),
                    std::move(packet.state),
                    draft.notice,
                    session.live_packets};
  return prepared;
}

absl::StatusOr<const CardProfile*> Sequencer::FindProfile(
    const std::string& name) const {
  for (const CardProfile& profile : profiles()) {
    if (profile.name == name) return &profile;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("no card profile is called \"", name, "\""));
}

absl::StatusOr<std::vector<PlanLine>> Sequencer::Plan(
    const DesiredState& desired, const std::optional<CardRecord>& record,
    const std::string& profile) const {
  ASSIGN_OR_RETURN(const CardProfile* const found, FindProfile(profile));
  const CardRecord known = record.value_or(CardRecord{});
  const StatusSnapshot expected =
      known.snapshot.value_or(found->factory_content);
  ASSIGN_OR_RETURN(const CardContent actual, ReadContent(expected));
  ASSIGN_OR_RETURN(
      const ContentPlan plan,
      PlanContent(desired, actual, known.origins, *found, known.stored));
  RETURN_IF_ERROR(CheckPlan(plan, known, *found, CardClaim()));
  const card::Protection protection =
      found->UsualProtection(FloorFor(plan, *found));
  ASSIGN_OR_RETURN(const Signatures signatures,
                   FindSignaturesFor(plan, expected, *found, protection));
  ASSIGN_OR_RETURN(const Bundle bundle,
                   BuildBundle(plan, expected, *found, protection, signatures));
  return PlanLines(desired, actual, plan, bundle, known.stored);
}

absl::Status Sequencer::AddReceipts(const BundleState& state,
                                    const card::Transcript& plain,
                                    Conclusion& conclusion) const {
  ASSIGN_OR_RETURN(ReceiptFindings findings,
                   JudgeReceipts(state, plain, signed_content_.get()));
  conclusion.receipts = std::move(findings.receipts);
  conclusion.alarms.insert(conclusion.alarms.end(), findings.alarms.begin(),
                           findings.alarms.end());
  conclusion.record.confirmation_counter = findings.last_counter;
  conclusion.facts.insert(conclusion.facts.end(), findings.facts.begin(),
                          findings.facts.end());
  return absl::OkStatus();
}

absl::StatusOr<Conclusion> Sequencer::Conclude(
    const BundleState& state, const card::Transcript& transcript) {
  card::Transcript plain = transcript;
  std::vector<Assurance> assurances;
  if (state.MacsAnswers() && !transcript.answers.empty()) {
    auto verified = keyvault_->VerifyResponses(
        {state.verify_token, state.packet, transcript.answers});
    // Expired, or sealed by a key or in a way that is not there any more.
    if (absl::IsFailedPrecondition(verified.status()) ||
        absl::IsPermissionDenied(verified.status())) {
      return TooLate(state, verified.status());
    }
    RETURN_IF_ERROR(verified.status());
    for (size_t i = 0; i < verified->size(); ++i) {
      plain.answers[i] = std::move((*verified)[i].answer);
      assurances.push_back((*verified)[i].assurance);
    }
  }
  ASSIGN_OR_RETURN(Conclusion conclusion,
                   sequencer::Conclude(state, plain, assurances));
  if (conclusion.was_read) conclusion.record.read_at = state.prepared_at;
  if (state.confirming_domain.has_value() &&
      conclusion.outcome != Outcome::kForged) {
    RETURN_IF_ERROR(AddReceipts(state, plain, conclusion));
  }
  return conclusion;
}

}  // namespace cardferry::sequencer
