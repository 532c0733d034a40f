#include "services/sequencer/files/file_tree_proto.h"

#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"

namespace cardferry::sequencer {
namespace {

namespace pb = config::v1;

using card::FileAccess;
using card::FileKind;

constexpr size_t kMaxDepth = 8;
constexpr uint32_t kMaxFileSize = 0xFFFFFF;
constexpr uint32_t kMaxRecordCount = 254;

absl::Status Refuse(absl::string_view field, absl::string_view reason) {
  return absl::InvalidArgumentError(absl::StrCat(field, ": ", reason));
}

absl::StatusOr<Bytes> ToBytes(absl::string_view field, const std::string& hex) {
  absl::StatusOr<Bytes> bytes = FromHex(hex);
  if (!bytes.ok()) return Annotate(bytes.status(), field);
  return bytes;
}

absl::StatusOr<card::FileId> ToFileId(const std::string& hex) {
  ASSIGN_OR_RETURN(const Bytes bytes, ToBytes("id", hex));
  if (bytes.size() != 2) return Refuse("id", "it has 2 bytes");
  const auto id = static_cast<card::FileId>(bytes[0] << 8 | bytes[1]);
  for (const auto reserved : {card::kMasterFile, card::FileId{0x3FFF},
                              card::FileId{0x0000}, card::FileId{0xFFFF}}) {
    if (id == reserved) return Refuse("id", "the standard has it for itself");
  }
  return id;
}

// For an EF or a DF; nullopt when the other one has it.
std::optional<FileAccess> ToAccess(pb::AccessRule::Access access, bool df) {
  switch (access) {
    case pb::AccessRule::READ:
      return df ? std::nullopt : std::optional(FileAccess::kRead);
    case pb::AccessRule::UPDATE:
      return df ? std::nullopt : std::optional(FileAccess::kUpdate);
    case pb::AccessRule::APPEND:
      return df ? std::nullopt : std::optional(FileAccess::kAppend);
    case pb::AccessRule::DELETE_CHILD:
      return df ? std::optional(FileAccess::kDeleteChild) : std::nullopt;
    case pb::AccessRule::CREATE_EF:
      return df ? std::optional(FileAccess::kCreateEf) : std::nullopt;
    case pb::AccessRule::CREATE_DF:
      return df ? std::optional(FileAccess::kCreateDf) : std::nullopt;
    case pb::AccessRule::DEACTIVATE:
      return FileAccess::kDeactivate;
    case pb::AccessRule::ACTIVATE:
      return FileAccess::kActivate;
    case pb::AccessRule::TERMINATE:
      return FileAccess::kTerminate;
    case pb::AccessRule::DELETE:
      return FileAccess::kDeleteSelf;
    default:
      return std::nullopt;
  }
}

template <typename Repeated>
absl::StatusOr<uint8_t> ToBits(const Repeated& conditions) {
  uint8_t bits = 0;
  for (const int condition : conditions) {
    switch (condition) {
      case pb::AccessRule::USER:
        bits = bits | card::kUserAuthentication;
        break;
      case pb::AccessRule::EXTERNAL:
        bits = bits | card::kExternalAuthentication;
        break;
      case pb::AccessRule::SECURE_MESSAGING:
        bits = bits | card::kSecureMessaging;
        break;
      default:
        return Refuse("rules", "a condition is none");
    }
  }
  return bits;
}

absl::StatusOr<card::SecurityCondition> ToCondition(
    const pb::AccessRule& rule) {
  const int given = (rule.all_of().empty() ? 0 : 1) +
                    (rule.any_of().empty() ? 0 : 1) +
                    (rule.fixed() == pb::AccessRule::FIXED_UNSPECIFIED ? 0 : 1);
  if (given != 1) return Refuse("rules", "one of all_of, any_of and fixed");
  if (!rule.any_of().empty()) return ToBits(rule.any_of());
  if (!rule.all_of().empty()) {
    ASSIGN_OR_RETURN(const uint8_t bits, ToBits(rule.all_of()));
    return static_cast<card::SecurityCondition>(bits | card::kAllOfThem);
  }
  if (rule.fixed() == pb::AccessRule::ALWAYS) return card::kAlways;
  if (rule.fixed() == pb::AccessRule::NEVER) return card::kNever;
  return Refuse("rules", "fixed is ALWAYS or NEVER");
}

absl::Status ReadRules(const pb::File& proto, DesiredFile& file) {
  for (const pb::AccessRule& rule : proto.rules()) {
    ASSIGN_OR_RETURN(const card::SecurityCondition condition,
                     ToCondition(rule));
    if (rule.access().empty()) return Refuse("rules", "access is missing");
    for (const int value : rule.access()) {
      const auto access = ToAccess(static_cast<pb::AccessRule::Access>(value),
                                   file.kind == FileKind::kDf);
      if (!access.has_value()) {
        return Refuse("rules", "an access that this kind of file has not");
      }
      if (file.rules.Find(*access).has_value()) {
        return Refuse("rules", "an access has two");
      }
      file.rules.Set(*access, condition);
    }
  }
  file.expanded_rules = proto.expanded_rules();
  return absl::OkStatus();
}

absl::Status ReadTransparent(const pb::TransparentFile& proto,
                             DesiredFile& file) {
  file.kind = FileKind::kTransparent;
  ASSIGN_OR_RETURN(file.content, ToBytes("content", proto.content()));
  file.size = proto.size() == 0 ? static_cast<uint32_t>(file.content.size())
                                : proto.size();
  if (file.size == 0 || file.size > kMaxFileSize) {
    return Refuse("size", "1 to 16777215 bytes");
  }
  if (file.content.size() > file.size) {
    return Refuse("content", "it is larger than the file");
  }
  return absl::OkStatus();
}

absl::Status ReadRecords(const pb::RecordFile& proto, FileKind kind,
                         DesiredFile& file) {
  file.kind = kind;
  if (proto.record_size() == 0 || proto.record_size() > 0xFFFF) {
    return Refuse("record_size", "1 to 65535 bytes");
  }
  if (proto.record_count() == 0 || proto.record_count() > kMaxRecordCount) {
    return Refuse("record_count", "1 to 254");
  }
  file.record_size = static_cast<uint16_t>(proto.record_size());
  file.record_count = static_cast<uint16_t>(proto.record_count());
  if (proto.records().size() > static_cast<int>(proto.record_count())) {
    return Refuse("records", "there are more than record_count");
  }
  for (const std::string& hex : proto.records()) {
    ASSIGN_OR_RETURN(Bytes record, ToBytes("records", hex));
    const bool fits = kind == FileKind::kLinearVariable
                          ? record.size() <= file.record_size
                          : record.size() == file.record_size;
    if (record.empty() || !fits) {
      return Refuse("records", "one has another length than record_size");
    }
    file.records.push_back(std::move(record));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<DesiredFile>> ToFiles(
    const google::protobuf::RepeatedPtrField<pb::File>& protos,
    const FilePath& parent);

absl::Status ReadDf(const pb::DedicatedFile& proto, const FilePath& path,
                    DesiredFile& file) {
  file.kind = FileKind::kDf;
  ASSIGN_OR_RETURN(file.df_name, ToBytes("name", proto.name()));
  const size_t size = file.df_name.size();
  if (size != 0 && (size < 5 || size > 16)) {
    return Refuse("name", "it has 5 to 16 bytes");
  }
  if (path.size() >= kMaxDepth) return Refuse("df", "DFs are 8 deep at most");
  ASSIGN_OR_RETURN(file.children, ToFiles(proto.files(), path));
  return absl::OkStatus();
}

absl::Status ReadKind(const pb::File& proto, const FilePath& path,
                      DesiredFile& file) {
  switch (proto.kind_case()) {
    case pb::File::kDf:
      return ReadDf(proto.df(), path, file);
    case pb::File::kTransparent:
      return ReadTransparent(proto.transparent(), file);
    case pb::File::kLinearFixed:
      return ReadRecords(proto.linear_fixed(), FileKind::kLinearFixed, file);
    case pb::File::kLinearVariable:
      return ReadRecords(proto.linear_variable(), FileKind::kLinearVariable,
                         file);
    case pb::File::kCyclic:
      return ReadRecords(proto.cyclic(), FileKind::kCyclic, file);
    default:
      return proto.absent() ? absl::OkStatus()
                            : Refuse("kind", "it is missing");
  }
}

absl::Status ReadFile(const pb::File& proto, const FilePath& path,
                      DesiredFile& file) {
  RETURN_IF_ERROR(ReadKind(proto, path, file));
  if (proto.short_id() > card::kMaxShortId ||
      (proto.short_id() != 0 && file.kind == FileKind::kDf)) {
    return Refuse("short_id", "1 to 30, of an EF");
  }
  file.short_id = static_cast<uint8_t>(proto.short_id());
  file.absent = proto.absent();
  file.replace = proto.replace();
  file.deactivated = proto.deactivated();
  return ReadRules(proto, file);
}

// A message of a file below already begins with its own path.
absl::Status AboutFile(const absl::Status& status, const FilePath& path) {
  if (status.message().find("file ") == 0) return status;
  return Annotate(status, absl::StrCat("file ", PathText(path)));
}

absl::StatusOr<std::vector<DesiredFile>> ToFiles(
    const google::protobuf::RepeatedPtrField<pb::File>& protos,
    const FilePath& parent) {
  std::vector<DesiredFile> files;
  std::set<card::FileId> ids;
  std::set<uint8_t> short_ids;
  for (const pb::File& proto : protos) {
    const absl::StatusOr<card::FileId> id = ToFileId(proto.id());
    if (!id.ok()) {
      return AboutFile(Annotate(id.status(), "a child"), parent);
    }
    FilePath path = parent;
    path.push_back(*id);
    DesiredFile file;
    file.id = *id;
    const absl::Status status = ReadFile(proto, path, file);
    if (!status.ok()) return AboutFile(status, path);
    if (!ids.insert(*id).second ||
        (file.short_id != 0 && !short_ids.insert(file.short_id).second)) {
      return AboutFile(Refuse("id", "another file of this DF has it"), path);
    }
    files.push_back(std::move(file));
  }
  return files;
}

}  // namespace

absl::StatusOr<DesiredFileTree> ToFileTree(const pb::FileTree& proto) {
  DesiredFileTree tree;
  ASSIGN_OR_RETURN(tree.files, ToFiles(proto.files(), {}));
  tree.create_activated = proto.create_activated();
  return tree;
}

}  // namespace cardferry::sequencer
