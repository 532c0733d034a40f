#include "services/sequencer/conclusion.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/card/status_words/explain.h"
#include "services/sequencer/advice.h"
#include "services/sequencer/command_name.h"
#include "services/sequencer/doubt.h"
#include "services/sequencer/facts.h"
#include "services/sequencer/identity_proof.h"
#include "services/sequencer/stored_data.h"

namespace cardferry::sequencer {
namespace {

using card::ResponseApdu;
using card::RunEnd;
using card::Transcript;
using Pages = std::vector<ResponseApdu>;

constexpr char kDiffers[] =
    "The card does not hold what was recorded. Nothing was changed; what is to "
    "be done is planned again from what the card says.";
constexpr char kReadFirst[] =
    "The card was read, and does not hold yet what it should. Nothing was "
    "changed; what is to be done is planned from what the card says.";
constexpr char kOtherPackage[] =
    "The card lists other applets for a package of a desired one's version: it "
    "is another, and what is to be done is planned again.";
constexpr char kNotKnown[] = ". What the card holds now is not known.";
constexpr char kDeletedAlready[] =
    " What was to be deleted before is gone already, in part or all of it.";

bool IsList(card::StatusWord sw) {
  return sw == card::kSuccess || sw == card::kMoreDataAvailable ||
         sw == card::kReferencedDataNotFound;
}

bool IsPrefix(const Pages& pages, const Pages& all) {
  return pages.size() <= all.size() &&
         std::equal(pages.begin(), pages.end(), all.begin());
}

// The first command that did not succeed, and its answer if there was one.
struct Break {
  CommandKind kind = CommandKind::kAuthenticate;
  std::string name;
  std::optional<card::StatusWord> sw;
};

class Reader {
 public:
  Reader(const BundleState& state, const Transcript& transcript,
         absl::Span<const Assurance> assurances)
      : state_(state), transcript_(transcript), assurances_(assurances) {
    conclusion_.record = state.record;
  }

  absl::StatusOr<Conclusion> Read() {
    RETURN_IF_ERROR(CheckBelongs());
    Sort();
    if (forged_.has_value()) {
      conclusion_.record = state_.record;
      // The card may have taken all that was forged.
      NoteStoredData(state_, {}, {}, conclusion_.record);
      End(Outcome::kForged, ForgedText(*forged_));
    } else {
      const bool untouched = has_changes_ && !change_was_sent_;
      if (!untouched) {
        proofs_.stored = NoteStoredData(state_, transcript_.answers,
                                        assurances_, conclusion_.record);
      }
      Judge();
      conclusion_.alarms = ProveIdentity(state_, transcript_.answers,
                                         assurances_, conclusion_.record);
      // That nothing was sent is sure when the card shows why.
      if (untouched && conclusion_.outcome != Outcome::kCardDiffers) {
        NoteStoredData(state_, {}, {}, conclusion_.record);
      }
    }
    // What was read before a change is out of date.
    if (change_was_sent_) conclusion_.record.read_at = absl::InfinitePast();
    if (has_changes_ && conclusion_.outcome == Outcome::kUnknown) {
      LeaveInDoubt(state_, conclusion_.record);
    }
    FillContent(conclusion_);
    return std::move(conclusion_);
  }

 private:
  absl::Status CheckBelongs() const {
    const size_t answers = transcript_.answers.size();
    if (answers > state_.Commands() ||
        (transcript_.end == RunEnd::kNotStarted && answers > 0)) {
      return absl::InvalidArgumentError(
          "these answers do not belong to this bundle");
    }
    if (assurances_.empty() || assurances_.size() == answers) {
      return absl::OkStatus();
    }
    return absl::InternalError("not every answer was judged");
  }

  // Walks runs and answers side by side: collects the pages of each list, and
  // finds the first change (or the authentication) that did not succeed.
  void Sort() {
    size_t index = 0;
    for (const CommandRun& run : state_.runs) {
      for (size_t i = 0; i < run.count; ++i, ++index) {
        const ResponseApdu* answer = index < transcript_.answers.size()
                                         ? &transcript_.answers[index]
                                         : nullptr;
        if (answer != nullptr) CheckGenuine(run, i, index);
        Take(run, i, answer);
      }
    }
    if (IsCut() && !forged_.has_value()) {
      forged_ = absl::StrCat("the ones from ", break_->name, " on are missing");
    }
  }

  Assurance AssuranceOf(size_t index) const {
    return assurances_.empty() ? Assurance::kReported : assurances_[index];
  }

  // Notes what the card has proven, and the first answer that is not its own.
  void CheckGenuine(const CommandRun& run, size_t i, size_t index) {
    const Assurance assurance = AssuranceOf(index);
    if (assurance == Assurance::kForged) {
      if (forged_.has_value()) return;
      forged_ = absl::StrCat("the MAC of the one to ", CommandNameOf(run, i),
                             " is not the card's");
    }
    const bool proven = assurance == Assurance::kProven;
    if (run.kind == CommandKind::kReadSecurityDomain) {
      // It ends the packet because its answer always has a MAC: without it,
      // errors (which have none) could stand for all that came before.
      if (proven) {
        conclusion_.record.security_domain = transcript_.answers[index].data;
      } else if (state_.MacsAnswers() && !assurances_.empty() &&
                 !forged_.has_value()) {
        forged_ =
            absl::StrCat("the one to ", CommandNameOf(run, i), " has no MAC");
      }
    } else if (IsDelete(run.kind)) {
      if (proven) proofs_.deleted.insert(*run.subject);
    } else if (run.kind == CommandKind::kReadLoadFiles) {
      if (!EndsBefore(seen_after_.load_files)) proofs_.load_files &= proven;
    } else if (run.kind == CommandKind::kReadApplications) {
      if (!EndsBefore(seen_after_.applications)) proofs_.applications &= proven;
    }
  }

  // True when a list is whole, and what comes is no page of it.
  static bool EndsBefore(const Pages& pages) {
    return !pages.empty() && pages.back().sw != card::kMoreDataAvailable;
  }

  // An agent that ran everything has all answers, and one that stopped had an
  // answer to stop at: where the card's own word is known, that is no accident.
  bool IsCut() const {
    const size_t answers = transcript_.answers.size();
    if (!state_.MacsAnswers() || answers == state_.Commands()) return false;
    if (transcript_.end == RunEnd::kDone) return true;
    if (transcript_.end != RunEnd::kStopped) return false;
    if (answers == 0) return true;
    return last_change_went_through_ &&
           AssuranceOf(answers - 1) == Assurance::kProven;
  }

  void Take(const CommandRun& run, size_t i, const ResponseApdu* answer) {
    const bool change = IsChange(run.kind);
    if (change) has_changes_ = true;
    if (answer == nullptr) {
      if (!break_.has_value())
        break_ = Break{run.kind, CommandNameOf(run, i), {}};
      return;
    }
    if (change) change_was_sent_ = true;
    last_change_went_through_ = change && WentThrough(run.kind, answer->sw);
    if (run.kind == CommandKind::kReadSecurityDomain ||
        run.kind == CommandKind::kReadIdentity) {
      return;
    }
    if (Pages* pages = PagesOf(run.kind)) {
      pages->push_back(*answer);
    } else if (!WentThrough(run.kind, answer->sw)) {
      if (!break_.has_value()) {
        break_ = Break{run.kind, CommandNameOf(run, i), answer->sw};
      }
    } else if (IsDelete(run.kind)) {
      deleted_ = true;
    }
    if (run.kind == CommandKind::kInstallForLoad) RememberOrigin(*run.subject);
  }

  // Once a load has begun it may go through, whatever comes; but not when what
  // was there before it was not deleted.
  void RememberOrigin(const card::Aid& package) {
    if (break_.has_value()) return;
    for (const WantedPackage& wanted : state_.wanted) {
      if (wanted.package.aid != package) continue;
      conclusion_.record.origins[package] = {wanted.content_hash,
                                             wanted.imports};
    }
  }

  Pages* PagesOf(CommandKind kind) {
    switch (kind) {
      case CommandKind::kPeekLoadFiles:
        return &seen_before_.load_files;
      case CommandKind::kCompareApplications:
        return &seen_before_.applications;
      case CommandKind::kCompareLoadFiles:
        return &seen_again_;
      case CommandKind::kReadLoadFiles:
        return &seen_after_.load_files;
      case CommandKind::kReadApplications:
        return &seen_after_.applications;
      case CommandKind::kReadModules:
        return &seen_after_.modules;
      default:
        return nullptr;
    }
  }

  void Judge() {
    if (transcript_.answers.empty()) return JudgeNothing();
    if (break_.has_value() && break_->kind == CommandKind::kAuthenticate) {
      return JudgeRefusal(*break_);
    }
    if (has_changes_ && !change_was_sent_) return JudgeLeadingReads();
    if (break_.has_value() && break_->sw.has_value()) {
      return WasAnotherCard() ? JudgeSurprise(*break_) : JudgeRefusal(*break_);
    }
    if (break_.has_value()) return JudgeMissing(*break_);
    JudgeFinalReads();
  }

  void End(Outcome outcome, std::string reason) {
    conclusion_.outcome = outcome;
    conclusion_.reason = std::move(reason);
  }

  void JudgeNothing() {
    if (transcript_.end == RunEnd::kUnknown) {
      // An agent's journal that a power failure has cut says as much when all
      // was sent.
      return End(
          Outcome::kUnknown,
          absl::StrCat("The card gave no answer to ",
                       CommandNameOf(state_.runs[0], 0),
                       has_changes_ ? kNotKnown : ". Nothing was changed."));
    }
    End(Outcome::kUnknown, "Nothing was sent to the card: it was gone.");
  }

  void JudgeRefusal(const Break& at) {
    if (at.kind != CommandKind::kAuthenticate && *at.sw == state_.wrong_mac) {
      return End(Outcome::kUnknown, BrokenText(at.name, *at.sw));
    }
    End(Outcome::kFailed,
        absl::StrCat("The card answered ", at.name, " with ",
                     Advice(at.kind, *at.sw), deleted_ ? kDeletedAlready : ""));
  }

  // The leading reads are there, and not as expected: the agent could not see.
  bool WasAnotherCard() const {
    return !seen_before_.load_files.empty() &&
           !seen_before_.applications.empty() && !FirstRefusal().has_value() &&
           Differs();
  }

  void JudgeSurprise(const Break& at) {
    if (!TakeSnapshot(seen_before_)) return;
    conclusion_.was_read = false;  // and perhaps changed since
    End(Outcome::kCardDiffers,
        absl::StrCat("The card did not hold what was recorded, and answered ",
                     at.name, " with ", card::Describe(*at.sw),
                     ". What is to be done is planned again from what the card "
                     "says."));
  }

  void JudgeMissing(const Break& at) {
    const bool sent = transcript_.end == RunEnd::kUnknown;
    End(Outcome::kUnknown, absl::StrCat(sent ? "The card gave no answer to "
                                             : "The agent stopped before ",
                                        at.name, kNotKnown));
  }

  // The run ended before the first change.
  void JudgeLeadingReads() {
    if (const auto refused = FirstRefusal()) {
      return JudgeRefusal({CommandKind::kPeekLoadFiles, "GET STATUS", refused});
    }
    const bool seen =
        !seen_before_.load_files.empty() && !seen_before_.applications.empty();
    if (!seen || !Differs()) return JudgeMissing(*break_);
    if (TakeSnapshot(seen_before_)) {
      End(Outcome::kCardDiffers, kDiffers);
    }
  }

  std::optional<card::StatusWord> FirstRefusal() const {
    for (const Pages* pages :
         {&seen_before_.load_files, &seen_before_.applications, &seen_again_}) {
      // Only the first page: to ask for one after the last is no fault.
      if (!pages->empty() && !IsList(pages->front().sw)) {
        return pages->front().sw;
      }
    }
    return std::nullopt;
  }

  bool Differs() const {
    return seen_before_.load_files != state_.expected.load_files ||
           seen_before_.applications != state_.expected.applications ||
           !IsPrefix(seen_again_, state_.expected.load_files);
  }

  // False, with the outcome set, when the lists cannot be read.
  bool TakeSnapshot(const StatusSnapshot& snapshot) {
    const absl::Status taken = UpdateSnapshot(conclusion_.record, snapshot);
    conclusion_.was_read = taken.ok();
    if (taken.ok()) return true;
    End(Outcome::kFailed,
        absl::StrCat("The card's lists cannot be read: ", taken.message(),
                     ". Its profile may be wrong for it."));
    return false;
  }

  void JudgeFinalReads() {
    if (!TakeSnapshot(seen_after_)) return;
    conclusion_.content_proven = state_.MacsAnswers() && !assurances_.empty() &&
                                 proofs_.load_files && proofs_.applications;
    if (state_.reads_first) return End(Outcome::kCardDiffers, kReadFirst);
    const CardContent content = *ReadContent(seen_after_);
    if (HoldsOtherPackage(state_, content))
      return End(Outcome::kCardDiffers, kOtherPackage);
    const std::optional<std::string> wrong = FirstDifference(state_, content);
    if (!wrong.has_value() && !MayHideSomething(content)) {
      proofs_.versions = SaysVersions(state_, content);
      conclusion_.facts = FactsOf(state_, proofs_);
      return End(Outcome::kDone, has_changes_
                                     ? "The card holds what it should."
                                     : "The card held what it should already.");
    }
    if (!has_changes_) return End(Outcome::kCardDiffers, kReadFirst);
    if (!content.complete) {
      return End(Outcome::kUnknown,
                 "The card accepted every command, but its lists are longer "
                 "than was read.");
    }
    End(Outcome::kFailed,
        absl::StrCat("The card accepted every command, but it lists ", *wrong,
                     ". Read the card again."));
  }

  // What should not be there may stand on a page that was not read.
  bool MayHideSomething(const CardContent& content) const {
    return !content.complete && !(state_.absent_packages.empty() &&
                                  state_.absent_applications.empty());
  }

  const BundleState& state_;
  const Transcript& transcript_;
  const absl::Span<const Assurance> assurances_;
  Proofs proofs_;
  std::optional<std::string> forged_;
  bool last_change_went_through_ = false;
  Conclusion conclusion_;
  std::optional<Break> break_;
  bool has_changes_ = false;
  bool change_was_sent_ = false;
  bool deleted_ = false;
  StatusSnapshot seen_before_;
  Pages seen_again_;
  StatusSnapshot seen_after_;
};

}  // namespace

void FillContent(Conclusion& conclusion) {
  if (!conclusion.record.snapshot.has_value()) return;
  auto content = ReadContent(*conclusion.record.snapshot);
  if (content.ok()) conclusion.content = *std::move(content);
}

absl::StatusOr<Conclusion> Conclude(const BundleState& state,
                                    const Transcript& transcript,
                                    absl::Span<const Assurance> assurances) {
  return Reader(state, transcript, assurances).Read();
}

}  // namespace cardferry::sequencer
