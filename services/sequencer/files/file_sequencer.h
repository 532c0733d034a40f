#ifndef CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_SEQUENCER_H_
#define CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_SEQUENCER_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/base/bytes.h"
#include "lib/card/script/script.h"
#include "services/sequencer/files/file_claim.h"
#include "services/sequencer/files/file_keyvault.h"
#include "services/sequencer/files/file_profile.h"
#include "services/sequencer/files/file_state.h"
#include "services/sequencer/files/file_survey.h"
#include "services/sequencer/plan_lines.h"

namespace cardferry::sequencer {

// From what a file-oriented card says and the file tree that it should hold to
// the packets that it is sent, one after the other in one session:
//   MUTUAL AUTHENTICATE | survey | changes and survey | ... | until the survey
//   shows that nothing is left to change
// Every packet but the first is protected whole before its first command goes
// out. After each the card is held, and its answers asked for, because what
// follows depends on them. Keeps nothing. Safe from several threads.
class FileSequencer {
 public:
  struct Request {
    Bytes ticket;
    std::string agent;
    std::string reader;
    FileClaim claim;
    std::string tree;  // an encoded config.v1.FileTree
    std::string card_id;
  };

  // One packet.
  struct Prepared {
    std::string card_id;
    bool card_unproven = false;  // this packet asks the card for its keys
    card::Script script;
    size_t changes = 0;
    std::string summary;
    FileSessionState state;
  };

  enum class Outcome {
    kDone,
    kContinues,
    kFailed,
    kUnknown,
    kForged,
    kWrongKeys,  // nothing was done
  };
  struct Conclusion {
    Outcome outcome = Outcome::kUnknown;
    std::string reason;
    // kContinues: for Continue.
    FileSessionState continuation = {};
    // kDone: what the card holds of the tree, all proven; else empty.
    FileCardRecord record = {};
    std::vector<std::string> facts = {};
    std::vector<std::string> notes = {};  // what could not be compared
  };

  // More packets with changes than this in one session mean that it gets
  // nowhere: a tree takes one for each level of DFs, and a few.
  static constexpr uint32_t kMostChangingPackets = 24;

  FileSequencer(std::vector<FileProfile> profiles,
                std::unique_ptr<FileKeyvault> keyvault)
      : profiles_(std::move(profiles)), keyvault_(std::move(keyvault)) {}

  // In the order in which they were given.
  const std::vector<FileProfile>& profiles() const { return profiles_; }
  bool Knows(absl::string_view profile) const;

  // The one type that it may be. INVALID_ARGUMENT when there is none.
  absl::StatusOr<const FileProfile*> Find(const FileClaim& claim) const;

  // MUTUAL AUTHENTICATE. INVALID_ARGUMENT and RESOURCE_EXHAUSTED when the tree
  // cannot be; FAILED_PRECONDITION without a challenge; the keyvault's errors
  // pass through.
  absl::StatusOr<Prepared> Prepare(const Request& request);

  // The next packet of a session that goes on.
  absl::StatusOr<Prepared> Continue(const FileSessionState& state);

  // What the answers to a packet mean. INVALID_ARGUMENT when they cannot belong
  // to it; the keyvault's UNAVAILABLE passes through.
  absl::StatusOr<Conclusion> Conclude(const FileSessionState& state,
                                      const card::Transcript& transcript);

  // What would be done with a card that holds what is recorded of it (without a
  // record: none of the tree), and at the end how many packets it takes, each
  // of which waits for the one before. INVALID_ARGUMENT for a profile that is
  // not there, or a tree that cannot be; FAILED_PRECONDITION as PlanFiles.
  absl::StatusOr<std::vector<PlanLine>> Plan(const std::string& tree,
                                             const FileCardRecord& record,
                                             const std::string& profile) const;

 private:
  absl::StatusOr<Conclusion> ConcludeAuthentication(
      const FileSessionState& state, const card::Transcript& transcript);
  // From a survey that has come back whole.
  absl::StatusOr<Conclusion> ConcludeSurvey(
      const FileSessionState& state,
      absl::Span<const card::ResponseApdu> answers);

  const std::vector<FileProfile> profiles_;
  const std::unique_ptr<FileKeyvault> keyvault_;
};

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_SEQUENCER_H_
