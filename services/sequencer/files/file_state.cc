#include "services/sequencer/files/file_state.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/card/iso7816/file_control.h"
#include "services/sequencer/files/file_state.pb.h"

namespace cardferry::sequencer {
namespace {

namespace pb = state::v1;

constexpr char kMark = '\0';
constexpr uint32_t kVersion = 1;
constexpr int kMaxFiles = 1024;
constexpr int kMaxDepth = 32;
constexpr size_t kMaxTokenBytes = 4096;

absl::Status Refuse(absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("state of a file-oriented card: ", why));
}

Bytes ToBytes(const std::string& text) {
  const ByteSpan bytes = AsBytes(text);
  return Bytes(bytes.begin(), bytes.end());
}

template <typename Message>
absl::StatusOr<Message> Parse(absl::string_view bytes) {
  Message message;
  if (!IsFileState(bytes) || bytes.size() > kMaxFileStateBytes ||
      !message.ParseFromArray(bytes.data() + 1,
                              static_cast<int>(bytes.size()) - 1) ||
      message.version() != kVersion) {
    return Refuse("not one of this version");
  }
  return message;
}

template <typename Message>
std::string Write(const Message& message) {
  return absl::StrCat(absl::string_view(&kMark, 1),
                      message.SerializeAsString());
}

absl::StatusOr<SeenFile> ToSeenFile(const pb::SeenFile& message) {
  SeenFile seen;
  if (message.path_size() == 0 || message.path_size() > kMaxDepth) {
    return Refuse("a path without files");
  }
  for (const uint32_t id : message.path()) {
    if (id > 0xFFFF) return Refuse("an identifier has two bytes");
    seen.path.push_back(card::FileId(id));
  }
  ASSIGN_OR_RETURN(seen.file.control,
                   card::ParseFileControl(AsBytes(message.control())));
  seen.file.readable = !message.unreadable();
  seen.file.content = ToBytes(message.content());
  for (const std::string& record : message.records()) {
    seen.file.records.push_back(ToBytes(record));
  }
  return seen;
}

// What can be written again: sizes that only a card says are left out.
std::string ControlBytes(card::FileControl control) {
  control.total_size.reset();
  control.has_further_rules = false;
  const auto encoded = card::EncodeFileControl(control);
  return encoded.ok() ? AsString(*encoded) : std::string();
}

}  // namespace

const SurveyedFile* FileCardRecord::Find(const FilePath& path) const {
  const auto found =
      std::find_if(files.begin(), files.end(),
                   [&path](const SeenFile& one) { return one.path == path; });
  return found == files.end() ? nullptr : &found->file;
}

bool IsFileState(absl::string_view bytes) {
  return !bytes.empty() && bytes[0] == kMark;
}

std::string EncodeFileRecord(const FileCardRecord& record) {
  pb::FileCardRecord message;
  message.set_version(kVersion);
  message.set_card_id(record.card_id);
  for (const SeenFile& seen : record.files) {
    const std::string control = ControlBytes(seen.file.control);
    // A file of a kind that nobody desires.
    if (control.empty()) continue;
    pb::SeenFile& file = *message.add_files();
    for (const card::FileId id : seen.path) {
      file.add_path(static_cast<uint32_t>(id));
    }
    file.set_control(control);
    file.set_unreadable(!seen.file.readable);
    file.set_content(AsString(seen.file.content));
    for (const Bytes& one : seen.file.records) file.add_records(AsString(one));
  }
  return Write(message);
}

absl::StatusOr<FileCardRecord> DecodeFileRecord(absl::string_view bytes) {
  ASSIGN_OR_RETURN(const pb::FileCardRecord message,
                   Parse<pb::FileCardRecord>(bytes));
  if (message.files_size() > kMaxFiles) return Refuse("too many files");
  FileCardRecord record;
  record.card_id = message.card_id();
  for (const pb::SeenFile& file : message.files()) {
    ASSIGN_OR_RETURN(SeenFile seen, ToSeenFile(file));
    record.files.push_back(std::move(seen));
  }
  return record;
}

std::string EncodeFileSession(const FileSessionState& state) {
  pb::FileSession message;
  message.set_version(kVersion);
  message.set_card_id(state.card_id);
  message.set_profile(state.profile);
  message.set_tree(state.tree);
  message.set_is_open(state.is_open);
  message.set_token(AsString(state.token));
  message.set_block(static_cast<uint32_t>(state.block));
  if (!state.changes.empty()) {
    message.set_changes(AsString(card::EncodeScript(state.changes)));
  }
  message.set_verifies_password(state.verifies_password);
  message.set_surveys(state.surveys);
  message.set_next_command_token(AsString(state.next_command_token));
  message.set_packets(state.packets);
  message.set_changing_packets(state.changing_packets);
  return Write(message);
}

absl::StatusOr<FileSessionState> DecodeFileSession(absl::string_view bytes) {
  ASSIGN_OR_RETURN(const pb::FileSession message,
                   Parse<pb::FileSession>(bytes));
  if (message.token().empty() || message.token().size() > kMaxTokenBytes ||
      message.next_command_token().size() > kMaxTokenBytes) {
    return Refuse("a token of another length");
  }
  if (message.block() != 8 && message.block() != 16) {
    return Refuse("no such block");
  }
  FileSessionState state;
  state.card_id = message.card_id();
  state.profile = message.profile();
  state.tree = message.tree();
  state.is_open = message.is_open();
  state.token = ToBytes(message.token());
  state.block = message.block();
  if (!message.changes().empty()) {
    ASSIGN_OR_RETURN(state.changes,
                     card::DecodeScript(AsBytes(message.changes())));
  }
  state.verifies_password = message.verifies_password();
  state.surveys = message.surveys();
  state.next_command_token = ToBytes(message.next_command_token());
  state.packets = message.packets();
  state.changing_packets = message.changing_packets();
  return state;
}

}  // namespace cardferry::sequencer
