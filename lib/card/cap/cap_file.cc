#include "lib/card/cap/cap_file.h"

#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/card/cap/zip_entries.h"

namespace cardferry::card {
namespace {

using Tag = ComponentTag;

constexpr Tag kLoadOrder[] = {
    Tag::kHeader,       Tag::kDirectory,  Tag::kImport,      Tag::kApplet,
    Tag::kClass,        Tag::kMethod,     Tag::kStaticField, Tag::kExport,
    Tag::kConstantPool, Tag::kRefLocation};

constexpr Tag kRequired[] = {Tag::kHeader,       Tag::kDirectory,  Tag::kImport,
                             Tag::kConstantPool, Tag::kClass,      Tag::kMethod,
                             Tag::kStaticField,  Tag::kRefLocation};

// "pkg/name/javacard/Header.cap" -> folder "pkg/name/javacard/", "Header.cap"
struct SplitName {
  absl::string_view folder;
  absl::string_view file;
};
SplitName Split(absl::string_view name) {
  const size_t slash = name.rfind('/');
  if (slash == absl::string_view::npos) return {"", name};
  return {name.substr(0, slash + 1), name.substr(slash + 1)};
}

bool IsInPackageFolder(absl::string_view folder) {
  return folder == "javacard/" || absl::EndsWith(folder, "/javacard/");
}

std::optional<Tag> ComponentOf(absl::string_view name) {
  const SplitName split = Split(name);
  if (!IsInPackageFolder(split.folder)) return std::nullopt;
  for (uint8_t tag = 1; tag <= static_cast<uint8_t>(Tag::kDescriptor); ++tag) {
    if (split.file == absl::StrCat(ComponentName(Tag{tag}), ".cap")) {
      return Tag{tag};
    }
  }
  return std::nullopt;
}

bool IsExtendedComponent(absl::string_view name) {
  return IsInPackageFolder(Split(name).folder) &&
         absl::EndsWithIgnoreCase(name, ".capx");
}

// Extended components are wanted only to be refused below.
bool IsWanted(const std::string& name) {
  return IsExtendedComponent(name) || ComponentOf(name).has_value();
}

absl::StatusOr<Components> Sort(std::vector<ZipEntry> entries) {
  Components components;
  std::set<std::string> folders;
  for (ZipEntry& entry : entries) {
    if (IsExtendedComponent(entry.name)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "\"", entry.name,
          "\" belongs to an extended CAP file, only compact ones are taken"));
    }
    const Tag tag = *ComponentOf(entry.name);
    folders.emplace(Split(entry.name).folder);
    if (!components.emplace(tag, std::move(entry.content)).second) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the component ", ComponentName(tag), " is there twice"));
    }
  }
  if (folders.size() > 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("components of two packages: \"", *folders.begin(),
                     "\" and \"", *std::next(folders.begin()), "\""));
  }
  return components;
}

absl::Status CheckComponents(const Components& components) {
  if (components.empty()) {
    return absl::InvalidArgumentError(
        "the zip holds no CAP components (.../javacard/Header.cap)");
  }
  for (const Tag tag : kRequired) {
    if (components.count(tag) == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("the component ", ComponentName(tag), " is missing"));
    }
  }
  for (const auto& [tag, bytes] : components) {
    RETURN_IF_ERROR(CheckFrame(tag, bytes));
  }
  return absl::OkStatus();
}

absl::Status CheckFlag(const CapHeader& header, uint8_t flag,
                       const Components& components, Tag tag) {
  const bool announced = (header.flags & flag) != 0;
  const bool there = components.count(tag) > 0;
  if (announced == there) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "the component ", ComponentName(tag),
      there ? " is there, but Header does not announce it" : " is missing"));
}

}  // namespace

absl::StatusOr<CapFile> CapFile::Parse(ByteSpan file) {
  ASSIGN_OR_RETURN(std::vector<ZipEntry> entries,
                   ReadZipEntries(file, IsWanted));
  ASSIGN_OR_RETURN(Components components, Sort(std::move(entries)));
  RETURN_IF_ERROR(CheckComponents(components));
  ASSIGN_OR_RETURN(const CapHeader header,
                   ParseHeader(components.at(Tag::kHeader)));
  RETURN_IF_ERROR(CheckFlag(header, kFlagApplet, components, Tag::kApplet));
  RETURN_IF_ERROR(CheckFlag(header, kFlagExport, components, Tag::kExport));
  RETURN_IF_ERROR(CheckDirectory(components));
  CapFile cap(std::move(components), header.package);
  ASSIGN_OR_RETURN(cap.imports_,
                   ParseImports(cap.components_.at(Tag::kImport)));
  if (cap.components_.count(Tag::kApplet) > 0) {
    ASSIGN_OR_RETURN(cap.applets_,
                     ParseApplets(cap.components_.at(Tag::kApplet)));
  }
  return cap;
}

absl::StatusOr<Bytes> CapFile::LoadFileDataBlock(Descriptor descriptor) const {
  Bytes block;
  for (const Tag tag : kLoadOrder) {
    const auto found = components_.find(tag);
    if (found != components_.end()) Append(block, found->second);
  }
  if (descriptor == Descriptor::kLeaveOut) return block;
  const auto found = components_.find(Tag::kDescriptor);
  if (found == components_.end()) {
    return absl::InvalidArgumentError(
        "the component Descriptor is missing, and these cards are sent it");
  }
  Append(block, found->second);
  return block;
}

size_t CapFile::LeastMemory() const {
  constexpr size_t kTagAndSize = 3;
  size_t bytes = 0;
  for (const Tag tag : {Tag::kClass, Tag::kMethod, Tag::kStaticField}) {
    bytes += components_.at(tag).size() - kTagAndSize;
  }
  return bytes;
}

}  // namespace cardferry::card
