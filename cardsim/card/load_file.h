#ifndef CARDFERRY_CARDSIM_CARD_LOAD_FILE_H_
#define CARDFERRY_CARDSIM_CARD_LOAD_FILE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"

namespace cardferry::cardsim {

// A package that another one needs.
struct PackageImport {
  card::Aid aid;
  uint8_t major = 0;
  uint8_t minor = 0;
};

// What the card learns from a load file data block.
struct LoadFile {
  card::Aid package;
  uint8_t major = 0;
  uint8_t minor = 0;
  std::vector<card::Aid> modules;  // AIDs of the applets, may be none
  std::vector<PackageImport> imports;
};

// Reads the value of C4: the components of a CAP file one after the other, each
// tag (1) | size (2) | info (Java Card VM specification 3.0.5, chapter 6), in
// the order in which they are loaded: Header, Directory, Import, [Applet],
// Class, Method, StaticField, [Export], ConstantPool, RefLocation,
// [Descriptor]. The code itself is not verified.
//
// 6A80 for a component that is cut short, missing, twice there, out of order,
// of another size than the Directory says, or unknown (Debug, custom ones), for
// a wrong magic number, extended (.capx) files, and an impossible AID.
absl::StatusOr<LoadFile> ParseLoadFile(ByteSpan data_block);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CARD_LOAD_FILE_H_
