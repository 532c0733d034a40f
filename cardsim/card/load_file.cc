#include "cardsim/card/load_file.h"

#include <array>
#include <optional>

#include "absl/strings/str_cat.h"
#include "cardsim/card/byte_reader.h"
#include "cardsim/card_error.h"
#include "lib/base/status_macros.h"

namespace cardferry::cardsim {
namespace {

// Component tags (Java Card VM specification 3.0.5, 6.1).
constexpr uint8_t kHeader = 1;
constexpr uint8_t kDirectory = 2;
constexpr uint8_t kApplet = 3;
constexpr uint8_t kImport = 4;
constexpr uint8_t kConstantPool = 5;
constexpr uint8_t kClass = 6;
constexpr uint8_t kMethod = 7;
constexpr uint8_t kStaticField = 8;
constexpr uint8_t kRefLocation = 9;
constexpr uint8_t kExport = 10;
constexpr uint8_t kDescriptor = 11;
constexpr uint8_t kLastTag = kDescriptor;

struct Place {
  uint8_t tag;
  bool required;
};
// The order of loading (6.3).
constexpr Place kOrder[] = {
    {kHeader, true},      {kDirectory, true},   {kImport, true},
    {kApplet, false},     {kClass, true},       {kMethod, true},
    {kStaticField, true}, {kExport, false},     {kConstantPool, true},
    {kRefLocation, true}, {kDescriptor, false},
};

// The infos of the components by tag.
using Components = std::array<std::optional<ByteSpan>, kLastTag + 1>;

absl::Status Refuse(absl::string_view why) {
  return CardError(kWrongData, absl::StrCat("load file: ", why));
}

absl::StatusOr<Components> SplitComponents(ByteSpan data_block) {
  Components components;
  ByteReader reader(data_block);
  for (const Place& place : kOrder) {
    // Peeks at the tag: a component that may be absent leaves it to the next.
    ByteReader ahead = reader;
    const bool here = !ahead.AtEnd() && *ahead.TakeU8() == place.tag;
    if (!here && place.required) {
      return Refuse(
          absl::StrCat("component ", place.tag, " is missing or out of order"));
    }
    if (!here) continue;
    ASSIGN_OR_RETURN(const uint16_t size, ahead.TakeU16());
    ASSIGN_OR_RETURN(components[place.tag], ahead.Take(size));
    reader = ahead;
  }
  if (!reader.AtEnd())
    return Refuse("unknown, repeated or misplaced component");
  return components;
}

absl::StatusOr<card::Aid> TakeAid(ByteReader& reader) {
  ASSIGN_OR_RETURN(const ByteSpan bytes, reader.TakeLengthPrefixed());
  absl::StatusOr<card::Aid> aid = card::Aid::Create(bytes);
  if (!aid.ok()) return Refuse("an AID is not one");
  return aid;
}

// Version and AID (6.4.1): minor (1) | major (1) | AID length (1) | AID
absl::StatusOr<PackageImport> TakePackage(ByteReader& reader) {
  ASSIGN_OR_RETURN(const uint8_t minor, reader.TakeU8());
  ASSIGN_OR_RETURN(const uint8_t major, reader.TakeU8());
  ASSIGN_OR_RETURN(card::Aid aid, TakeAid(reader));
  return PackageImport{std::move(aid), major, minor};
}

// Header (6.4): magic DECAFFED (4) | minor (1) | major (1) | flags (1) |
//   package | [package name]
absl::StatusOr<PackageImport> ReadHeader(ByteSpan info) {
  constexpr std::array<uint8_t, 4> kMagic = {0xDE, 0xCA, 0xFF, 0xED};
  constexpr uint8_t kFlagExtended = 0x08;
  ByteReader reader(info);
  ASSIGN_OR_RETURN(const ByteSpan magic, reader.Take(kMagic.size()));
  if (magic != ByteSpan(kMagic)) return Refuse("magic number is not DECAFFED");
  ASSIGN_OR_RETURN(const uint8_t minor, reader.TakeU8());
  ASSIGN_OR_RETURN(const uint8_t major, reader.TakeU8());
  if (major != 2 || minor > 3) return Refuse("format is not 2.0 to 2.3");
  ASSIGN_OR_RETURN(const uint8_t flags, reader.TakeU8());
  if ((flags & kFlagExtended) != 0) return Refuse("extended (.capx) file");
  return TakePackage(reader);
}

// Directory (6.5) starts with the size of each component, by tag, 2 bytes each.
// Of components that are not loaded the size says nothing.
absl::Status CheckDirectory(ByteSpan info, const Components& components) {
  ByteReader reader(info);
  for (uint8_t tag = kHeader; tag <= kLastTag; ++tag) {
    ASSIGN_OR_RETURN(const uint16_t size, reader.TakeU16());
    if (components[tag].has_value() && components[tag]->size() != size) {
      return Refuse(absl::StrCat("Directory says ", size,
                                 " bytes for component ", tag, ", which has ",
                                 components[tag]->size()));
    }
  }
  return absl::OkStatus();
}

// Applet (6.6): count (1) | count x (AID length (1) | AID | install offset (2))
absl::StatusOr<std::vector<card::Aid>> ReadApplets(ByteSpan info) {
  ByteReader reader(info);
  ASSIGN_OR_RETURN(const uint8_t count, reader.TakeU8());
  std::vector<card::Aid> aids;
  for (int i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(card::Aid aid, TakeAid(reader));
    RETURN_IF_ERROR(reader.TakeU16().status());
    aids.push_back(std::move(aid));
  }
  if (!reader.AtEnd()) return Refuse("Applet component has bytes left over");
  return aids;
}

// Import (6.7): count (1) | count x package
absl::StatusOr<std::vector<PackageImport>> ReadImports(ByteSpan info) {
  ByteReader reader(info);
  ASSIGN_OR_RETURN(const uint8_t count, reader.TakeU8());
  std::vector<PackageImport> imports;
  for (int i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(PackageImport import, TakePackage(reader));
    imports.push_back(std::move(import));
  }
  if (!reader.AtEnd()) return Refuse("Import component has bytes left over");
  return imports;
}

}  // namespace

absl::StatusOr<LoadFile> ParseLoadFile(ByteSpan data_block) {
  ASSIGN_OR_RETURN(const Components components, SplitComponents(data_block));
  RETURN_IF_ERROR(CheckDirectory(*components[kDirectory], components));
  ASSIGN_OR_RETURN(PackageImport package, ReadHeader(*components[kHeader]));
  LoadFile file{std::move(package.aid), package.major, package.minor, {}, {}};
  ASSIGN_OR_RETURN(file.imports, ReadImports(*components[kImport]));
  if (components[kApplet].has_value()) {
    ASSIGN_OR_RETURN(file.modules, ReadApplets(*components[kApplet]));
  }
  return file;
}

}  // namespace cardferry::cardsim
