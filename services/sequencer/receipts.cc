#include "services/sequencer/receipts.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/card/gp/token.h"

namespace cardferry::sequencer {
namespace {

using Kind = ConfirmedContent::Kind;

// A change that a card should have confirmed.
struct Confirmable {
  ConfirmedContent content;
  std::string text;
  Bytes answer;
};

// The package that the state says an instance is of, or nullptr.
const card::Aid* PackageOf(const BundleState& state,
                           const card::Aid& instance) {
  for (const WantedPackage& wanted : state.wanted) {
    const auto& all = wanted.instances;
    if (std::find(all.begin(), all.end(), instance) != all.end()) {
      return &wanted.package.aid;
    }
  }
  return nullptr;
}

// What the last command of a run confirms; nullopt for what is confirmed by
// another command, or by none.
std::optional<Confirmable> ConfirmableOf(const BundleState& state,
                                         const CommandRun& run) {
  if (!run.subject.has_value()) return std::nullopt;
  const card::Aid& subject = *run.subject;
  const std::string name = subject.ToHex();
  switch (run.kind) {
    case CommandKind::kLoad:
      return Confirmable{{Kind::kLoaded, {subject, *state.confirming_domain}},
                         absl::StrCat("package ", name, " was loaded"),
                         {}};
    case CommandKind::kInstall: {
      const card::Aid* const package = PackageOf(state, subject);
      if (package == nullptr) return std::nullopt;
      return Confirmable{{Kind::kInstalled, {*package, subject}},
                         absl::StrCat("applet ", name, " was installed"),
                         {}};
    }
    case CommandKind::kDeleteApplication:
      return Confirmable{{Kind::kDeleted, {subject}},
                         absl::StrCat("applet ", name, " was deleted"),
                         {}};
    case CommandKind::kDeletePackage:
      return Confirmable{{Kind::kDeleted, {subject}},
                         absl::StrCat("package ", name, " was deleted"),
                         {}};
    default:
      return std::nullopt;
  }
}

// All changes that went through, with their answers. DELETE of what is not
// there (any more) is answered with an error: nothing was done.
std::vector<Confirmable> Confirmables(const BundleState& state,
                                      const card::Transcript& transcript) {
  std::vector<Confirmable> all;
  size_t end = 0;
  for (const CommandRun& run : state.runs) {
    end += run.count;
    if (end > transcript.answers.size()) break;
    // Each DELETE and INSTALL is a run; of LOAD the last one is confirmed.
    const card::ResponseApdu& answer = transcript.answers[end - 1];
    if (answer.sw != card::kSuccess) continue;
    std::optional<Confirmable> one = ConfirmableOf(state, run);
    if (!one.has_value()) continue;
    one->answer = answer.data;
    all.push_back(*std::move(one));
  }
  return all;
}

class Judge {
 public:
  explicit Judge(const BundleState& state) : state_(state) {
    findings_.last_counter = state.record.confirmation_counter;
  }

  absl::StatusOr<ReceiptFindings> Read(const card::Transcript& transcript,
                                       SignedContent* source) {
    for (const Confirmable& one : Confirmables(state_, transcript)) Take(one);
    ASSIGN_OR_RETURN(const std::vector<bool> verified, Verify(source));
    for (size_t i = 0; i < verified.size(); ++i) {
      Weigh(verified[i], findings_.receipts[i]);
    }
    return std::move(findings_);
  }

 private:
  void Alarm(std::string text) { findings_.alarms.push_back(std::move(text)); }

  void Take(const Confirmable& one) {
    const auto parsed = card::Confirmation::Parse(one.answer);
    if (!parsed.ok() || parsed->receipt.empty()) {
      return Alarm(absl::StrCat("The card gave no receipt that ", one.text,
                                ", as its profile says it does."));
    }
    to_verify_.push_back(
        {one.content, parsed->receipt, parsed->confirmation_data});
    findings_.receipts.push_back({one.text, parsed->counter, parsed->receipt,
                                  parsed->confirmation_data, false});
  }

  absl::StatusOr<std::vector<bool>> Verify(SignedContent* source) {
    if (to_verify_.empty()) return std::vector<bool>();
    absl::StatusOr<std::vector<bool>> verified =
        source == nullptr
            ? absl::FailedPreconditionError("nobody is there to verify them")
            : source->VerifyReceipts(state_.record.card_id, to_verify_);
    if (verified.ok() || absl::IsUnavailable(verified.status())) {
      return verified;
    }
    Alarm(absl::StrCat("The card's receipts were kept, and not verified: ",
                       verified.status().message(), "."));
    return std::vector<bool>();
  }

  void Weigh(bool is_the_cards, StoredReceipt& receipt) {
    std::optional<uint32_t>& last = findings_.last_counter;
    if (!is_the_cards) {
      return Alarm(absl::StrCat("The receipt that ", receipt.text,
                                " (confirmation ", receipt.counter,
                                ") is not the card's: its MAC is wrong."));
    }
    if (last.has_value() && receipt.counter <= *last) {
      return Alarm(absl::StrCat(
          "The receipt that ", receipt.text, " is an old one: its counter is ",
          receipt.counter, ", and the card has confirmed ", *last, " before."));
    }
    last = receipt.counter;
    receipt.verified = true;
    findings_.facts.push_back(
        {absl::StrCat("the card has confirmed that ", receipt.text,
                      " (confirmation ", receipt.counter, ")"),
         Assurance::kProven});
  }

  const BundleState& state_;
  std::vector<ReceiptToVerify> to_verify_;
  ReceiptFindings findings_;
};

}  // namespace

absl::StatusOr<ReceiptFindings> JudgeReceipts(
    const BundleState& state, const card::Transcript& transcript,
    SignedContent* source) {
  return Judge(state).Read(transcript, source);
}

}  // namespace cardferry::sequencer
