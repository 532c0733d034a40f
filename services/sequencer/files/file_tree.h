#ifndef CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_TREE_H_
#define CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_TREE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/card/iso7816/file_control.h"
#include "lib/card/iso7816/file_id.h"

namespace cardferry::sequencer {

// A file that a card should have, and all below it.
struct DesiredFile {
  card::FileId id{};
  card::FileKind kind = card::FileKind::kDf;
  Bytes df_name;         // empty: none
  uint8_t short_id = 0;  // 0: none
  card::AccessRules rules;
  bool expanded_rules = false;
  uint32_t size = 0;  // of a transparent EF
  uint16_t record_size = 0;
  uint16_t record_count = 0;
  Bytes content;               // what a transparent EF begins with
  std::vector<Bytes> records;  // of a cyclic EF newest first; empty: any
  bool absent = false;
  bool replace = false;
  bool deactivated = false;
  std::vector<DesiredFile> children;
};

// What a card should hold below its MF; what is not named is left alone.
struct DesiredFileTree {
  std::vector<DesiredFile> files;
  bool create_activated = false;
};

// A file's identifiers from below the MF on; empty: the MF.
using FilePath = std::vector<card::FileId>;

// "5000/0101"; "MF" for the MF.
std::string PathText(const FilePath& path);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_TREE_H_
