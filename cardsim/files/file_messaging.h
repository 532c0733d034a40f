#ifndef CARDFERRY_CARDSIM_FILES_FILE_MESSAGING_H_
#define CARDFERRY_CARDSIM_FILES_FILE_MESSAGING_H_

#include "absl/status/statusor.h"
#include "cardsim/channel/key_set.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"

namespace cardferry::cardsim {

// The card's end of secure messaging with data objects (ISO/IEC 7816-4, 10;
// ICAO Doc 9303-11, 9.8). Its code is its own; the host's is elsewhere.
class FileMessaging {
 public:
  // Session keys and the send sequence counter before the first command: 8
  // bytes for triple DES, 16 for AES.
  FileMessaging(KeyType type, SecretBytes enc, SecretBytes mac, Bytes counter);

  // The plain command. 6987 when a data object is missing, 6988 when one is
  // wrong or the MAC does not fit; after an error the session is over. Le is
  // cut to what the answer has room for.
  absl::StatusOr<card::CommandApdu> Unwrap(const card::CommandApdu& command);

  // The answer to the command that came last. 6700, protected too, when it is
  // too long for a short answer. INTERNAL for a fault of ours.
  absl::StatusOr<card::ResponseApdu> Wrap(const card::ResponseApdu& plain);

 private:
  struct Objects;

  size_t block() const { return counter_.size(); }
  void CountOn();
  absl::StatusOr<Bytes> Mac(ByteSpan header, ByteSpan objects) const;
  absl::StatusOr<Bytes> Crypt(bool encrypt, ByteSpan data) const;
  absl::StatusOr<Bytes> PlainData(const Objects& objects) const;

  KeyType type_;
  SecretBytes enc_;
  SecretBytes mac_;
  Bytes counter_;
  bool odd_ = false;       // the last command's instruction
  bool extended_ = false;  // and its length
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_FILES_FILE_MESSAGING_H_
