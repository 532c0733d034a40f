#ifndef CARDFERRY_CARDSIM_FILES_TESTING_FILE_HOST_H_
#define CARDFERRY_CARDSIM_FILES_TESTING_FILE_HOST_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "cardsim/channel/key_set.h"
#include "cardsim/files/file_card.h"
#include "lib/base/testing/counting_random.h"

namespace cardferry::cardsim {

// Test keys: triple DES of 16 bytes, AES of `size`.
KeySet FileTestKeys(KeyType type, size_t size = 16);

// A file-oriented card and a terminal without keys that talks to it, in
// hexadecimal. The password is "1234".
class FileTestCard {
 public:
  // Anybody may create files on it.
  FileTestCard();
  FileTestCard(KeySet keys, FileCardOptions options);

  FileCard& card() { return *card_; }
  std::string Send(absl::string_view hex);

  // CREATE FILE, and its status word: of a transparent EF, of an EF with
  // records, of a DF. `rules` are the value of 8C, or nothing.
  std::string CreateBinary(absl::string_view id, absl::string_view size,
                           absl::string_view rules = "");
  std::string CreateRecords(absl::string_view type, absl::string_view id,
                            absl::string_view record_size,
                            absl::string_view count,
                            absl::string_view rules = "");
  std::string CreateDf(absl::string_view id, absl::string_view name = "",
                       absl::string_view rules = "");

 private:
  CountingRandom random_;
  std::unique_ptr<FileCard> card_;
};

// CLA INS P1 P2 | Lc | data
std::string CommandWithData(absl::string_view header, absl::string_view data);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_FILES_TESTING_FILE_HOST_H_
