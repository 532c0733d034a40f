#ifndef CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_STATE_H_
#define CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_STATE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/base/bytes.h"
#include "lib/card/script/script.h"
#include "services/sequencer/files/file_survey.h"
#include "services/sequencer/files/file_tree.h"

namespace cardferry::sequencer {

// A file as the card has shown it.
struct SeenFile {
  FilePath path;
  SurveyedFile file;
};

// What is remembered of a file-oriented card.
struct FileCardRecord {
  std::string card_id;
  std::vector<SeenFile> files;

  // nullptr: it was not there, or was not looked for.
  const SurveyedFile* Find(const FilePath& path) const;
};

// A session with a file-oriented card: a packet that was sent, or what the next
// one is made from. It travels through the orchestrator.
struct FileSessionState {
  std::string card_id;
  std::string profile;
  std::string tree;  // an encoded config.v1.FileTree
  bool is_open = false;
  Bytes token;
  size_t block = 8;
  card::Script changes;
  bool verifies_password = false;
  bool surveys = false;
  Bytes next_command_token;
  uint32_t packets = 0;           // since the authentication
  uint32_t changing_packets = 0;  // of these
};

inline constexpr size_t kMaxFileStateBytes = 2 << 20;

// Whether it is one of these, and not of a card with packages.
bool IsFileState(absl::string_view bytes);

// As bytes (file_state.proto). Reading refuses with INVALID_ARGUMENT what
// writing would not write.
std::string EncodeFileRecord(const FileCardRecord& record);
absl::StatusOr<FileCardRecord> DecodeFileRecord(absl::string_view bytes);
std::string EncodeFileSession(const FileSessionState& state);
absl::StatusOr<FileSessionState> DecodeFileSession(absl::string_view bytes);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_STATE_H_
