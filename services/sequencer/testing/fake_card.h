#ifndef CARDFERRY_SERVICES_SEQUENCER_TESTING_FAKE_CARD_H_
#define CARDFERRY_SERVICES_SEQUENCER_TESTING_FAKE_CARD_H_

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"
#include "lib/card/script/run_script.h"

namespace cardferry::sequencer {

// A card's content, and the commands that list and change it. It is no secure
// channel (it takes FakeKeyvault's and cuts the eight bytes off, and at levels
// 10 and 30 puts its MAC and encryption around answers), knows no order of
// components, no privileges and no memory limit.
class FakeCard {
 public:
  // Answers one command. UNAVAILABLE once `dies_after` commands were answered.
  absl::StatusOr<card::ResponseApdu> Transmit(const card::CommandApdu& command);
  // RunScript with this card.
  card::Transcript Run(const card::Script& script);

  // What it holds: package -> version; application -> package.
  std::map<card::Aid, uint16_t> packages;
  std::map<card::Aid, card::Aid> applications;
  // Of packages that were loaded: their load file data block.
  std::map<card::Aid, Bytes> blocks;
  // package -> what it imports: not deleted while the package is there. Noted
  // when a package is loaded.
  std::map<card::Aid, std::set<card::Aid>> imports;

  // How it behaves.
  Bytes key_diversification_data = Bytes(10, 0x11);
  uint8_t key_version_number = 0x30;
  uint8_t scp = 3;
  uint16_t sequence_counter = 0x1234;  // it never counts by itself
  Bytes card_recognition_data;         // with its tag; empty: there are none
  std::optional<uint32_t> free_memory;
  std::map<uint16_t, Bytes> objects;  // GET DATA: tag -> answer
  bool says_versions = true;
  bool says_packages = true;   // of applications
  bool lists_modules = false;  // one a package: its AID and 01
  size_t entries_per_page = 20;
  std::optional<size_t> dies_after;
  // INS -> what it answers instead.
  std::map<uint8_t, uint16_t> faults;
  // Which commands (from 0 on, counted by `commands`) it refuses with 6985.
  std::set<size_t> refused;

  // What it was sent: how many commands, how many of them changed something.
  size_t commands = 0;
  size_t changes = 0;

 private:
  card::ResponseApdu Answer(const card::CommandApdu& command, ByteSpan data);
  card::ResponseApdu Protect(card::ResponseApdu answer) const;
  card::ResponseApdu InitializeUpdate() const;
  card::ResponseApdu GetStatus(uint8_t p1, bool next);
  card::ResponseApdu GetData(uint16_t tag) const;
  bool IsImported(const card::Aid& package) const;
  bool Links(const std::map<card::Aid, uint16_t>& imported) const;
  card::ResponseApdu Delete(bool related, ByteSpan data);
  card::ResponseApdu Install(uint8_t p1, ByteSpan data);
  card::ResponseApdu Load(bool last, uint8_t number, ByteSpan data);
  std::vector<Bytes> Entries(uint8_t p1) const;

  uint8_t level_ = 0;
  std::optional<card::Aid> loading_;
  Bytes loaded_;
  size_t next_block_ = 0;
  size_t next_entry_ = 0;
};

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_TESTING_FAKE_CARD_H_
