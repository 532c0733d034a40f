#ifndef CARDFERRY_CARDSIM_CARDSIM_SETTINGS_H_
#define CARDFERRY_CARDSIM_CARDSIM_SETTINGS_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cardsim/card/card.h"
#include "cardsim/channel/key_set.h"
#include "cardsim/faults/fault.h"
#include "cardsim/files/file_card.h"
#include "cardsim/vpcd/vpcd_client.h"
#include "lib/base/bytes.h"

namespace cardferry::cardsim {

// The command line as it was typed.
struct CardsimFlags {
  std::string vpcd = "127.0.0.1:35963";
  std::string keys_file;
  std::string password_file;  // of a file-oriented card; empty: none
  std::string state_file;     // empty: the card is in memory alone
  std::string card = "scp03";
  std::string i;    // empty: the card's
  std::string iin;  // empty, and the next two: DefaultCardNumbers
  std::string cin;
  std::string cplc;
  int failure_limit = CardOptions().failure_limit;
  std::string life_cycle = "secured";
  std::string protocol = "t1";
  std::string atr;  // empty: the protocol's
  size_t eeprom = CardOptions().eeprom_bytes;
  bool log_apdus = false;
  std::vector<std::string> domains;   // of a new card, AID=PRIVILEGES
  std::vector<std::string> dap_keys;  // likewise, AID=FILE
  std::string token_key;              // likewise, FILE
  std::vector<std::string> faults;
  std::string swap_keys_file;
};

// The same, known to be right.
struct CardsimSettings {
  VpcdAddress reader;
  Bytes atr;
  bool t0 = false;
  CardOptions card;
  bool file_oriented = false;  // `files` counts instead of `card`
  FileCardOptions files;
  std::vector<Fault> faults;
  // Where the keys are that a new card verifies content with, in PEM.
  std::vector<std::pair<card::Aid, std::string>> dap_keys;
  std::string token_key;
  KeyType key_type = KeyType::kAes;
  size_t key_size = 0;  // bytes
};

// INVALID_ARGUMENT that names the flag.
absl::StatusOr<CardsimSettings> CheckFlags(const CardsimFlags& flags);

// FAILED_PRECONDITION when the keys are not of the kind of card that was asked
// for.
absl::Status CheckKeys(const CardsimSettings& settings, const KeySet& keys);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CARDSIM_SETTINGS_H_
