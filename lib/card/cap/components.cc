#include "lib/card/cap/components.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/base/status_macros.h"

namespace cardferry::card {
namespace {

constexpr size_t kFrameBytes = 3;
constexpr uint8_t kLastTag = static_cast<uint8_t>(ComponentTag::kDescriptor);
const uint8_t kMagic[] = {0xDE, 0xCA, 0xFF, 0xED};

absl::Status Refuse(absl::string_view component, absl::string_view reason) {
  return absl::InvalidArgumentError(absl::StrCat(component, ": ", reason));
}

size_t U2(ByteSpan bytes, size_t at) {
  return static_cast<size_t>(bytes[at]) << 8 | bytes[at + 1];
}

// Reads a component's info from the front; every read checks what is left.
class Reader {
 public:
  Reader(absl::string_view name, ByteSpan component)
      : name_(name), left_(component.subspan(kFrameBytes)) {}

  absl::StatusOr<ByteSpan> Take(size_t size) {
    if (left_.size() < size) return Refuse(name_, "ends in the middle");
    const ByteSpan taken = left_.first(size);
    left_.remove_prefix(size);
    return taken;
  }
  absl::StatusOr<uint8_t> TakeByte() {
    ASSIGN_OR_RETURN(const ByteSpan byte, Take(1));
    return byte[0];
  }
  // AID length (1) | AID
  absl::StatusOr<Aid> TakeAid() {
    ASSIGN_OR_RETURN(const uint8_t size, TakeByte());
    ASSIGN_OR_RETURN(const ByteSpan bytes, Take(size));
    absl::StatusOr<Aid> aid = Aid::Create(bytes);
    if (!aid.ok()) return Annotate(aid.status(), name_);
    return aid;
  }
  // minor (1) | major (1) | AID length (1) | AID
  absl::StatusOr<PackageVersion> TakePackage() {
    ASSIGN_OR_RETURN(const ByteSpan version, Take(2));
    ASSIGN_OR_RETURN(Aid aid, TakeAid());
    return PackageVersion{std::move(aid), version[1], version[0]};
  }
  absl::Status ExpectEnd() const {
    if (left_.empty()) return absl::OkStatus();
    return Refuse(name_, absl::StrCat(left_.size(), " bytes are left over"));
  }
  bool AtEnd() const { return left_.empty(); }

 private:
  absl::string_view name_;
  ByteSpan left_;
};

absl::Status CheckFormat(const CapHeader& header) {
  if ((header.flags & kFlagExtended) != 0) {
    return absl::InvalidArgumentError(
        "Header: an extended CAP file, only compact ones are taken");
  }
  if (header.format_major != 2 || header.format_minor < 1 ||
      header.format_minor > 3) {
    return absl::InvalidArgumentError(
        absl::StrFormat("Header: CAP format %d.%d, only 2.1 to 2.3 are known",
                        header.format_major, header.format_minor));
  }
  return absl::OkStatus();
}

// Format 2.2 and later may give the package's name; it is of no use here.
absl::Status SkipName(Reader& reader) {
  if (reader.AtEnd()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const uint8_t size, reader.TakeByte());
  RETURN_IF_ERROR(reader.Take(size).status());
  return reader.ExpectEnd();
}

}  // namespace

absl::string_view ComponentName(ComponentTag tag) {
  static constexpr absl::string_view kNames[] = {
      "",      "Header", "Directory",   "Applet",      "Import", "ConstantPool",
      "Class", "Method", "StaticField", "RefLocation", "Export", "Descriptor"};
  return kNames[static_cast<uint8_t>(tag)];
}

std::string PackageVersion::ToString() const {
  return absl::StrFormat("%s %d.%d", aid.ToHex(), major, minor);
}

absl::Status CheckFrame(ComponentTag tag, ByteSpan component) {
  const absl::string_view name = ComponentName(tag);
  if (component.size() < kFrameBytes) return Refuse(name, "has no size field");
  if (component[0] != static_cast<uint8_t>(tag)) {
    return Refuse(
        name, absl::StrFormat("begins with tag %d, not %d", component[0], tag));
  }
  const size_t stated = U2(component, 1);
  const size_t actual = component.size() - kFrameBytes;
  if (stated != actual) {
    return Refuse(name, absl::StrFormat("says that %d bytes follow, %d do",
                                        stated, actual));
  }
  return absl::OkStatus();
}

absl::StatusOr<CapHeader> ParseHeader(ByteSpan component) {
  Reader reader("Header", component);
  ASSIGN_OR_RETURN(const ByteSpan magic, reader.Take(sizeof(kMagic)));
  if (magic != ByteSpan(kMagic)) {
    return Refuse("Header", absl::StrCat("magic number ", ToHex(magic),
                                         " instead of DECAFFED"));
  }
  ASSIGN_OR_RETURN(const ByteSpan fixed, reader.Take(3));
  CapHeader header{fixed[1], fixed[0], fixed[2], {*Aid::FromHex("0000000000")}};
  RETURN_IF_ERROR(CheckFormat(header));
  ASSIGN_OR_RETURN(header.package, reader.TakePackage());
  RETURN_IF_ERROR(SkipName(reader));
  return header;
}

absl::StatusOr<std::vector<PackageVersion>> ParseImports(ByteSpan component) {
  Reader reader("Import", component);
  ASSIGN_OR_RETURN(const uint8_t count, reader.TakeByte());
  std::vector<PackageVersion> imports;
  for (int i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(PackageVersion package, reader.TakePackage());
    imports.push_back(std::move(package));
  }
  RETURN_IF_ERROR(reader.ExpectEnd());
  return imports;
}

absl::StatusOr<std::vector<Aid>> ParseApplets(ByteSpan component) {
  Reader reader("Applet", component);
  ASSIGN_OR_RETURN(const uint8_t count, reader.TakeByte());
  if (count == 0) return Refuse("Applet", "names no applet");
  std::vector<Aid> applets;
  for (int i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(Aid aid, reader.TakeAid());
    RETURN_IF_ERROR(reader.Take(2).status());
    if (std::count(applets.begin(), applets.end(), aid) > 0) {
      return Refuse("Applet", absl::StrCat("names ", aid.ToHex(), " twice"));
    }
    applets.push_back(std::move(aid));
  }
  RETURN_IF_ERROR(reader.ExpectEnd());
  return applets;
}

absl::Status CheckDirectory(const Components& components) {
  const Bytes& directory = components.at(ComponentTag::kDirectory);
  if (directory.size() < kFrameBytes + 2 * kLastTag) {
    return Refuse("Directory", "ends in the middle");
  }
  for (uint8_t number = 1; number <= kLastTag; ++number) {
    const ComponentTag tag = static_cast<ComponentTag>(number);
    const size_t stated = U2(directory, kFrameBytes + 2 * (number - 1u));
    const auto found = components.find(tag);
    if (found == components.end()) {
      if (stated == 0 || tag == ComponentTag::kDescriptor) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("the component ", ComponentName(tag), " is missing"));
    }
    const size_t actual = found->second.size() - kFrameBytes;
    if (stated != actual) {
      return Refuse("Directory",
                    absl::StrFormat("says that %s has %d bytes, it has %d",
                                    ComponentName(tag), stated, actual));
    }
  }
  return absl::OkStatus();
}

}  // namespace cardferry::card
