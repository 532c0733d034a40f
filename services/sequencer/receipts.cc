#include "services/sequencer/receipts.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/card/gp/token.h"
#include "services/sequencer/command_name.h"

namespace cardferry::sequencer {
namespace {

using Kind = ConfirmedContent::Kind;

// A change that a card should have confirmed, or that it has.
struct Confirmable {
  ConfirmedContent content;
  std::string text;
  bool is_due = true;  // false: cards may leave it out
  Bytes answer = {};
};

// What a state tells of what its bundle is about.
class Subjects {
 public:
  explicit Subjects(const BundleState& state)
      : state_(state),
        before_(ReadContent(state.expected).value_or(CardContent())) {}

  // What the last command of a run confirms; nullopt for what is confirmed by
  // another command, or by none, or cannot be told.
  std::optional<Confirmable> ConfirmableOf(const CommandRun& run) const {
    if (!run.subject.has_value()) return std::nullopt;
    const card::Aid& subject = *run.subject;
    const std::string name = subject.ToHex();
    switch (run.kind) {
      case CommandKind::kLoad:
        return Confirmable{
            {Kind::kLoaded, {subject, *state_.confirming_domain}},
            absl::StrCat("package ", name, " was loaded")};
      case CommandKind::kInstall:
        return Installed(subject,
                         absl::StrCat("applet ", name, " was installed"), true);
      case CommandKind::kMakeSelectable:
        return Installed(subject,
                         absl::StrCat("applet ", name, " was made selectable"),
                         false);
      case CommandKind::kExtradite:
        return Extradited(subject);
      case CommandKind::kDeleteApplication:
        return Confirmable{{Kind::kDeleted, {subject}},
                           absl::StrCat("applet ", name, " was deleted")};
      case CommandKind::kDeletePackage:
        return Confirmable{{Kind::kDeleted, {subject}},
                           absl::StrCat("package ", name, " was deleted")};
      default:
        return std::nullopt;
    }
  }

 private:
  std::optional<Confirmable> Installed(const card::Aid& instance,
                                       std::string text, bool is_due) const {
    const std::optional<card::Aid> package = PackageOf(instance);
    if (!package.has_value()) return std::nullopt;
    return Confirmable{
        {Kind::kInstalled, {*package, instance}}, std::move(text), is_due};
  }

  std::optional<Confirmable> Extradited(const card::Aid& what) const {
    const std::optional<card::Aid> from = OwnerBefore(what);
    const std::optional<card::Aid> to = OwnerAfter(what);
    if (!from.has_value() || !to.has_value()) return std::nullopt;
    return Confirmable{
        {Kind::kExtradited, {*from, what, *to}},
        absl::StrCat(what.ToHex(), " was given to ", to->ToHex())};
  }

  const card::StatusEntry* FindBefore(const card::Aid& aid) const {
    const card::StatusEntry* const application = before_.FindApplication(aid);
    return application != nullptr ? application : before_.FindLoadFile(aid);
  }

  std::optional<card::Aid> PackageOf(const card::Aid& instance) const {
    for (const WantedPackage& wanted : state_.wanted) {
      const auto& all = wanted.instances;
      if (std::find(all.begin(), all.end(), instance) != all.end()) {
        return wanted.package.aid;
      }
    }
    for (const WantedApplication& wanted : state_.wanted_applications) {
      if (wanted.application == instance && wanted.package.has_value()) {
        return wanted.package;
      }
    }
    const card::StatusEntry* const entry = FindBefore(instance);
    return entry == nullptr ? std::nullopt : entry->load_file;
  }

  // What is new belongs to the domain that made it.
  std::optional<card::Aid> OwnerBefore(const card::Aid& what) const {
    const bool is_new = std::any_of(
        state_.runs.begin(), state_.runs.end(), [&what](const auto& run) {
          return run.subject == what && (run.kind == CommandKind::kLoad ||
                                         run.kind == CommandKind::kInstall);
        });
    if (is_new) return state_.confirming_domain;
    const card::StatusEntry* const entry = FindBefore(what);
    return entry == nullptr ? std::nullopt : entry->security_domain;
  }

  std::optional<card::Aid> OwnerAfter(const card::Aid& what) const {
    for (const WantedPackage& wanted : state_.wanted) {
      if (wanted.package.aid == what) return wanted.security_domain;
    }
    for (const WantedApplication& wanted : state_.wanted_applications) {
      if (wanted.application == what) return wanted.security_domain;
    }
    return std::nullopt;
  }

  const BundleState& state_;
  const CardContent before_;
};

class Judge {
 public:
  explicit Judge(const BundleState& state) : state_(state) {
    findings_.last_counter = state.record.confirmation_counter;
  }

  absl::StatusOr<ReceiptFindings> Read(const card::Transcript& transcript,
                                       SignedContent* source) {
    TakeAll(transcript);
    ASSIGN_OR_RETURN(const std::vector<bool> verified, Verify(source));
    for (size_t i = 0; i < verified.size(); ++i) {
      Weigh(verified[i], findings_.receipts[i]);
    }
    return std::move(findings_);
  }

 private:
  void Alarm(std::string text) { findings_.alarms.push_back(std::move(text)); }

  // All changes that went through, with their answers. DELETE of what is not
  // there (any more) is answered with an error: nothing was done.
  void TakeAll(const card::Transcript& transcript) {
    const Subjects subjects(state_);
    size_t end = 0;
    for (const CommandRun& run : state_.runs) {
      end += run.count;
      if (end > transcript.answers.size()) break;
      // Each DELETE and INSTALL is a run; of LOAD the last one is confirmed.
      const card::ResponseApdu& answer = transcript.answers[end - 1];
      if (answer.sw != card::kSuccess) continue;
      std::optional<Confirmable> one = subjects.ConfirmableOf(run);
      if (!one.has_value()) {
        CheckUnexpected(run, answer.data);
        continue;
      }
      one->answer = answer.data;
      Take(*one);
    }
  }

  // A confirmation moves the card's counter: none is passed over in silence.
  // What an application answers to its data is its own affair.
  void CheckUnexpected(const CommandRun& run, const Bytes& answer) {
    if (!IsChange(run.kind) || run.kind == CommandKind::kStoreData) return;
    const auto parsed = card::Confirmation::Parse(answer);
    if (!parsed.ok() || parsed->receipt.empty()) return;
    Alarm(absl::StrCat("The card gave a receipt (confirmation ",
                       parsed->counter, ") for ",
                       CommandNameOf(run, run.count - 1),
                       ", and nobody could tell what it should confirm: it was "
                       "not verified."));
  }

  void Take(const Confirmable& one) {
    const auto parsed = card::Confirmation::Parse(one.answer);
    if (!parsed.ok() || parsed->receipt.empty()) {
      if (!one.is_due) return;
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
