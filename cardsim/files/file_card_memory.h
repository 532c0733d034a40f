#ifndef CARDFERRY_CARDSIM_FILES_FILE_CARD_MEMORY_H_
#define CARDFERRY_CARDSIM_FILES_FILE_CARD_MEMORY_H_

#include <memory>

#include "absl/status/statusor.h"
#include "cardsim/channel/key_set.h"
#include "cardsim/files/file.h"
#include "cardsim/state/card_state.h"
#include "lib/base/secret_bytes.h"

namespace cardferry::cardsim {

// A password of the card, number 1 of the whole card.
struct Password {
  SecretBytes value;  // empty: the card has none
  uint8_t tries = 3;  // left
};
inline constexpr uint8_t kPasswordTries = 3;

// All that a file-oriented card keeps without power.
struct FileCardMemory {
  KeySet keys;
  uint8_t key_failures = 0;  // authentications in a row
  Password password;
  std::unique_ptr<File> mf;
};

// The content is E1 {80 key failures, 81 tries, E2 file}, a file 82 type and
// records, 83 identifier, 84 name, 88, 8A, 8C, AB, 53 content, 54 a record...,
// E2 a child...; the keys are type, version, diversification data, size, enc,
// mac, dek, password.
CardState EncodeFileCardMemory(const KeySet& keys, uint8_t key_failures,
                               const Password& password, const File& mf);

// DATA_LOSS for what EncodeFileCardMemory does not write.
absl::StatusOr<FileCardMemory> ParseFileCardMemory(const CardState& state);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_FILES_FILE_CARD_MEMORY_H_
