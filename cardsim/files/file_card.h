#ifndef CARDFERRY_CARDSIM_FILES_FILE_CARD_H_
#define CARDFERRY_CARDSIM_FILES_FILE_CARD_H_

#include <cstddef>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cardsim/channel/key_set.h"
#include "cardsim/files/file_access.h"
#include "cardsim/files/file_card_memory.h"
#include "cardsim/files/file_messaging.h"
#include "cardsim/files/file_system.h"
#include "cardsim/state/card_state.h"
#include "lib/base/bytes.h"
#include "lib/base/random.h"
#include "lib/base/secret_bytes.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"
#include "lib/card/apdu/status_word.h"

namespace cardferry::cardsim {

struct FileCardOptions {
  size_t eeprom_bytes = 256 * 1024;
  // Failed authentications in a row that lock the keys; 0: never.
  int failure_limit = 10;
  // Compact access rules of a new card's MF: files come and go under secure
  // messaging after MUTUAL AUTHENTICATE only. Empty: anybody's.
  Bytes mf_rules = {0x07, 0xE0, 0xE0, 0xE0};
  // A new card says who it is: EF.GDO (2F02, short identifier 2; ISO/IEC
  // 7816-4, 8.2.1.1) holds 5A {its key diversification data}, for everybody to
  // read and nobody to change.
  bool has_serial_number = false;
};

// A simulated file-oriented card (ISO/IEC 7816-4, -8 and -9) with one key set,
// one password and a tree of files. In memory; what it keeps without power goes
// to a store where it is given one. Not thread-safe: a card does one thing at a
// time.
//
// MUTUAL AUTHENTICATE opens a session; a plain command, or one whose MAC does
// not fit, ends it.
class FileCard {
 public:
  // A new card. `password` may be empty: it has none; else 4 to 16 bytes.
  // INVALID_ARGUMENT as CheckFileKeys. `random` lives longer.
  static absl::StatusOr<std::unique_ptr<FileCard>> Create(
      KeySet keys, SecretBytes password, FileCardOptions options,
      RandomSource& random);
  // The card that ToState gave; its MF has the rules that it had. DATA_LOSS for
  // a state that no such card gives, RESOURCE_EXHAUSTED when its memory is
  // smaller than what the card holds.
  static absl::StatusOr<std::unique_ptr<FileCard>> Restore(
      const CardState& state, FileCardOptions options, RandomSource& random);

  FileCard(const FileCard&) = delete;
  FileCard& operator=(const FileCard&) = delete;

  // All that the card keeps without power.
  CardState ToState() const;
  // Saves the state in `store`, which lives longer, now and from now on before
  // the answer to each command that has changed it. When that fails, here the
  // error is returned; later the card answers 6581 (memory failure), to that
  // command and to all that follow.
  absl::Status KeepIn(CardStateStore& store);

  // One command as bytes, and its answer: at least a status word.
  Bytes Transmit(ByteSpan command);
  // Power or reset: the MF is selected, all that the terminal has shown is
  // forgotten.
  void Reset();
  // The next command is answered with this status word and does nothing; a
  // reset forgets it.
  void RefuseNext(card::StatusWord sw) { refusal_ = sw; }

  const KeySet& keys() const { return keys_; }

 private:
  FileCard(FileCardMemory memory, const FileCardOptions& options,
           RandomSource& random);

  absl::Status Keep();
  card::ResponseApdu Process(const card::CommandApdu& command);
  card::ResponseApdu ProcessProtected(const card::CommandApdu& command);
  card::ResponseApdu Answer(const card::CommandApdu& command,
                            const SecurityStatus& status);
  absl::StatusOr<card::ResponseApdu> Dispatch(const card::CommandApdu& command,
                                              const SecurityStatus& status);
  absl::StatusOr<card::ResponseApdu> GetChallenge(
      const card::CommandApdu& command);
  absl::StatusOr<card::ResponseApdu> MutualAuthenticate(
      const card::CommandApdu& command);
  absl::StatusOr<card::ResponseApdu> Verify(const card::CommandApdu& command);

  FileCardOptions options_;
  RandomSource& random_;
  KeySet keys_;
  uint8_t key_failures_;
  Password password_;
  FileSystem files_;
  bool verified_ = false;
  Bytes challenge_;  // for the next command; empty: none
  std::optional<FileMessaging> session_;
  std::optional<card::StatusWord> refusal_;
  KeptState kept_;
  bool memory_failed_ = false;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_FILES_FILE_CARD_H_
