#include "services/sequencer/files/file_sequencer.h"

#include <algorithm>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/card/iso7816/data_commands.h"
#include "lib/card/status_words/explain.h"
#include "proto/cardferry/config/v1/file_tree.pb.h"
#include "services/sequencer/card_claim.h"
#include "services/sequencer/files/file_plan.h"
#include "services/sequencer/files/file_plan_lines.h"
#include "services/sequencer/files/file_tree_proto.h"

namespace cardferry::sequencer {
namespace {

using Outcome = FileSequencer::Outcome;
using Conclusion = FileSequencer::Conclusion;

// Of AES, which has the least room.
constexpr size_t kWidestBlock = 16;

absl::StatusOr<DesiredFileTree> ParseTree(const std::string& bytes) {
  config::v1::FileTree proto;
  if (!proto.ParseFromString(bytes) || proto.files().empty()) {
    return absl::InvalidArgumentError(
        "a file-oriented card holds a file tree: the job has none");
  }
  return ToFileTree(proto);
}

bool Reads(const card::CommandApdu& command) {
  const uint8_t ins = command.header().ins;
  return ins == 0xA4 || (ins & 0xFE) == 0xB0 || ins == 0xB2;
}

size_t Changes(const card::Script& script) {
  return static_cast<size_t>(
      std::count_if(script.begin(), script.end(),
                    [](const auto& step) { return !Reads(step.command); }));
}

card::ScriptCommand MustSucceed(card::CommandApdu command, const char* label) {
  return {std::move(command),
          {card::StatusWordPattern{}},
          card::AnyData{},
          card::OnMismatch::kStop,
          label};
}

Conclusion Ends(Outcome outcome, std::string reason) {
  Conclusion conclusion;
  conclusion.outcome = outcome;
  conclusion.reason = std::move(reason);
  return conclusion;
}

Conclusion Continues(FileSessionState continuation) {
  Conclusion conclusion;
  conclusion.outcome = Outcome::kContinues;
  conclusion.continuation = std::move(continuation);
  return conclusion;
}

Conclusion CardGone() {
  return Ends(Outcome::kUnknown,
              "The card was gone before it had answered all commands.");
}

Conclusion SessionEnded() {
  return Ends(Outcome::kUnknown,
              "The card has ended the session; from there on nothing that it "
              "said is proven.");
}

std::string RefusedText(const card::ScriptCommand& step,
                        const card::ResponseApdu& answer) {
  if (answer.sw == card::kSuccess) {
    return absl::StrCat("The card holds something else than was written (",
                        step.label, ").");
  }
  return absl::StrCat("The card refused to ", step.label, ": ",
                      card::Describe(answer.sw), ".");
}

// Why the changes did not all happen; nothing when they did.
std::optional<Conclusion> JudgeChanges(
    const card::Script& changes,
    absl::Span<const FileKeyvault::Answer> answers) {
  for (size_t i = 0; i < changes.size(); ++i) {
    if (i >= answers.size()) return CardGone();
    if (!answers[i].proven) return SessionEnded();
    if (card::IsExpected(changes[i], answers[i].response)) continue;
    return Ends(Outcome::kFailed, RefusedText(changes[i], answers[i].response));
  }
  return std::nullopt;
}

// The packet that goes on from there.
FileSessionState NextOf(const FileSessionState& state, Bytes command_token,
                        size_t block) {
  FileSessionState next;
  next.card_id = state.card_id;
  next.profile = state.profile;
  next.tree = state.tree;
  next.is_open = true;
  next.token = std::move(command_token);
  next.block = block;
  next.surveys = true;
  next.packets = state.packets;
  next.changing_packets = state.changing_packets;
  return next;
}

// What the commands of a packet are, and how the agent is to run them. It
// cannot compare answers, which are encrypted: that is done when they are back.
struct Packet {
  std::vector<FileKeyvault::Command> commands;
  card::Script script;

  void Add(card::ScriptCommand step) {
    commands.push_back(step.command);
    step.expected = card::AnyData{};
    script.push_back(std::move(step));
  }
};

}  // namespace

bool FileSequencer::Knows(absl::string_view profile) const {
  return std::any_of(
      profiles_.begin(), profiles_.end(),
      [profile](const FileProfile& one) { return one.name == profile; });
}

absl::StatusOr<const FileProfile*> FileSequencer::Find(
    const FileClaim& claim) const {
  for (const FileProfile& profile : profiles_) {
    if (profile.MayBe(claim.serial_number)) return &profile;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("no card profile fits this file-oriented card (serial "
                   "number ",
                   ToHex(claim.serial_number), ")"));
}

absl::StatusOr<FileSequencer::Prepared> FileSequencer::Prepare(
    const Request& request) {
  ASSIGN_OR_RETURN(const FileProfile* const profile, Find(request.claim));
  Prepared prepared;
  prepared.card_id = CardId(profile->key_set, request.claim.serial_number);
  if (prepared.card_id != request.card_id) {
    return absl::InvalidArgumentError(
        absl::StrCat("the answers are of card ", prepared.card_id, ", not of ",
                     request.card_id));
  }
  if (request.claim.challenge.empty()) {
    return absl::FailedPreconditionError(
        "the card was not asked for a challenge: insert it again");
  }
  // What cannot be is refused before the card is asked for anything.
  ASSIGN_OR_RETURN(const DesiredFileTree tree, ParseTree(request.tree));
  RETURN_IF_ERROR(
      FileSurvey::Create(tree, card::SecureMessagingLimits(kWidestBlock))
          .status());
  ASSIGN_OR_RETURN(
      const FileKeyvault::Begun begun,
      keyvault_->Begin({request.ticket, request.agent, request.reader,
                        profile->key_set, request.claim.serial_number,
                        request.claim.challenge}));
  prepared.script = {
      MustSucceed(begun.mutual_authenticate, "MUTUAL AUTHENTICATE")};
  prepared.card_unproven = true;
  prepared.summary = "authenticate";
  FileSessionState& state = prepared.state;
  state.card_id = prepared.card_id;
  state.profile = profile->name;
  state.tree = request.tree;
  state.token = begun.handshake_token;
  return prepared;
}

absl::StatusOr<FileSequencer::Prepared> FileSequencer::Continue(
    const FileSessionState& state) {
  const auto profile = std::find_if(
      profiles_.begin(), profiles_.end(),
      [&state](const FileProfile& one) { return one.name == state.profile; });
  if (profile == profiles_.end() || !state.is_open) {
    return absl::InvalidArgumentError("no session that can go on");
  }
  ASSIGN_OR_RETURN(const DesiredFileTree tree, ParseTree(state.tree));
  ASSIGN_OR_RETURN(
      const FileSurvey survey,
      FileSurvey::Create(tree, card::SecureMessagingLimits(state.block)));
  Prepared prepared;
  prepared.card_id = state.card_id;
  prepared.state = state;
  Packet packet;
  const bool first = state.packets == 0;
  prepared.state.verifies_password = first && profile->password_digits != 0;
  if (prepared.state.verifies_password) {
    packet.commands.push_back(FileKeyvault::Password{profile->password_number,
                                                     profile->password_digits});
    packet.script.push_back(MustSucceed(
        *card::CommandApdu::Create({0, 0x20, 0, 0}, {}, {}), "VERIFY"));
  }
  for (const card::ScriptCommand& step : state.changes) packet.Add(step);
  // A survey that has no room comes in a packet of its own.
  prepared.state.surveys = packet.commands.size() + survey.script().size() <=
                           FileKeyvault::kMaxCommands;
  if (prepared.state.surveys) {
    for (const card::ScriptCommand& step : survey.script()) packet.Add(step);
  }
  ASSIGN_OR_RETURN(FileKeyvault::Batch batch,
                   keyvault_->Protect(state.token, packet.commands));
  if (batch.commands.size() != packet.script.size()) {
    return absl::InternalError(
        "the keyvault gave back another number of commands");
  }
  for (size_t i = 0; i < packet.script.size(); ++i) {
    packet.script[i].command = std::move(batch.commands[i]);
  }
  prepared.script = std::move(packet.script);
  prepared.changes = Changes(state.changes);
  prepared.summary =
      prepared.changes == 0
          ? "read the files"
          : absl::StrCat("change files: ", prepared.changes, " commands");
  prepared.state.token = std::move(batch.verify_token);
  prepared.state.next_command_token = std::move(batch.command_token);
  ++prepared.state.packets;
  if (prepared.changes != 0) ++prepared.state.changing_packets;
  return prepared;
}

absl::StatusOr<Conclusion> FileSequencer::ConcludeAuthentication(
    const FileSessionState& state, const card::Transcript& transcript) {
  if (transcript.answers.size() != 1) return CardGone();
  const auto session = keyvault_->Finish(state.token, transcript.answers[0]);
  if (absl::IsDataLoss(session.status())) {
    return Ends(Outcome::kWrongKeys,
                absl::StrCat("The card has not shown its keys (",
                             session.status().message(),
                             "). Nothing was changed, and it is stopped at "
                             "this agent."));
  }
  if (absl::IsFailedPrecondition(session.status()) ||
      absl::IsPermissionDenied(session.status())) {
    return Ends(Outcome::kUnknown,
                absl::StrCat("The card could not be authenticated (",
                             session.status().message(), ")."));
  }
  RETURN_IF_ERROR(session.status());
  return Continues(NextOf(state, session->command_token, session->block));
}

absl::StatusOr<Conclusion> FileSequencer::ConcludeSurvey(
    const FileSessionState& state,
    absl::Span<const card::ResponseApdu> answers) {
  const card::TransferLimits limits = card::SecureMessagingLimits(state.block);
  ASSIGN_OR_RETURN(const DesiredFileTree tree, ParseTree(state.tree));
  ASSIGN_OR_RETURN(const FileSurvey survey, FileSurvey::Create(tree, limits));
  // Whatever the agent says of the run: the last ones were left out.
  if (answers.size() < survey.script().size()) return CardGone();
  const auto files = survey.Conclude(answers);
  if (absl::IsFailedPrecondition(files.status())) {
    return Ends(Outcome::kFailed, std::string(files.status().message()));
  }
  RETURN_IF_ERROR(files.status());
  const absl::StatusOr<FilePlan> plan = PlanFiles(tree, *files, limits);
  if (!plan.ok()) {
    return Ends(Outcome::kFailed, std::string(plan.status().message()));
  }
  if (!plan->converged()) {
    if (plan->script == state.changes) {
      return Ends(Outcome::kFailed,
                  "The card has taken the changes and does not show them: the "
                  "same would have to be sent again.");
    }
    if (state.changing_packets >= kMostChangingPackets) {
      return Ends(Outcome::kFailed,
                  absl::StrCat("After ", state.changing_packets,
                               " packets with changes the card still does not "
                               "hold the file tree."));
    }
    FileSessionState next =
        NextOf(state, state.next_command_token, state.block);
    next.changes = plan->script;
    return Continues(std::move(next));
  }
  Conclusion conclusion;
  conclusion.outcome = Outcome::kDone;
  conclusion.record.card_id = state.card_id;
  for (const FileComparison& file : *files) {
    conclusion.facts.push_back(absl::StrCat(
        "file ", PathText(file.path),
        file.actual.has_value() ? " is as it should be" : " is not there"));
    if (!file.actual.has_value()) continue;
    conclusion.record.files.push_back({file.path, *file.actual});
  }
  conclusion.notes = plan->notes;
  return conclusion;
}

absl::StatusOr<Conclusion> FileSequencer::Conclude(
    const FileSessionState& state, const card::Transcript& transcript) {
  if (!state.is_open) return ConcludeAuthentication(state, transcript);
  if (transcript.answers.empty()) return CardGone();
  const auto verified = keyvault_->Verify(state.token, transcript.answers);
  if (absl::IsDataLoss(verified.status())) {
    return Ends(Outcome::kForged,
                absl::StrCat("An answer is not the card's (",
                             verified.status().message(),
                             "): somebody changed it, and none counts."));
  }
  if (absl::IsFailedPrecondition(verified.status()) ||
      absl::IsPermissionDenied(verified.status())) {
    return Ends(Outcome::kUnknown,
                absl::StrCat("What the card answered can no longer be checked "
                             "(",
                             verified.status().message(), ")."));
  }
  RETURN_IF_ERROR(verified.status());
  absl::Span<const FileKeyvault::Answer> answers = *verified;
  if (state.verifies_password) {
    if (!answers[0].proven) return SessionEnded();
    if (answers[0].response.sw != card::kSuccess) {
      return Ends(Outcome::kFailed,
                  absl::StrCat("The card refuses its password: ",
                               card::Describe(answers[0].response.sw), "."));
    }
    answers.remove_prefix(1);
  }
  if (auto ended = JudgeChanges(state.changes, answers)) return *ended;
  answers.remove_prefix(state.changes.size());
  if (!state.surveys) {
    return Continues(NextOf(state, state.next_command_token, state.block));
  }
  std::vector<card::ResponseApdu> plain;
  for (const FileKeyvault::Answer& answer : answers) {
    if (!answer.proven) return SessionEnded();
    plain.push_back(answer.response);
  }
  if (transcript.end != card::RunEnd::kDone) return CardGone();
  return ConcludeSurvey(state, plain);
}

absl::StatusOr<std::vector<PlanLine>> FileSequencer::Plan(
    const std::string& tree_bytes, const FileCardRecord& record,
    const std::string& profile) const {
  if (!Knows(profile)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "no card profile of file-oriented cards is called \"", profile, "\""));
  }
  ASSIGN_OR_RETURN(const DesiredFileTree tree, ParseTree(tree_bytes));
  return FilePlanLines(tree, record, card::SecureMessagingLimits(kWidestBlock));
}

}  // namespace cardferry::sequencer
