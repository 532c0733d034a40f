#ifndef CARDFERRY_CARDSIM_KEYS_KEYS_FILE_H_
#define CARDFERRY_CARDSIM_KEYS_KEYS_FILE_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "cardsim/channel/key_set.h"
#include "lib/base/secret_bytes.h"

namespace cardferry::cardsim {

// The keys of one simulated card as a text file, which only its owner may read
// (mode 0400). One `name=value` a line, values in hexadecimal without spaces,
// either case; empty lines and lines that begin with # mean nothing; any order:
//
//   # The keys of a simulated card.
//   kvn=30
//   kdd=00010203040506070809
//   enc=404142434445464748494A4B4C4D4E4F
//   mac=505152535455565758595A5B5C5D5E5F
//   dek=606162636465666768696A6B6C6D6E6F
//
//   alg  aes (so it is without this line) or des: what the keys are for, and
//        so the protocol, SCP03 or one of SCP01 and SCP02
//   kvn  the key set's version number, 1 byte
//   kdd  the key diversification data of INITIALIZE UPDATE, 10 bytes
//   enc, mac, dek  Key-ENC, Key-MAC, Key-DEK: AES, 16, 24 or 32 bytes, all
//        three of one length, or triple DES, 16 bytes; the card's own keys,
//        after any diversification
//   receipt  may be missing: the key by which the card confirms what others
//        than its issuer did, of the same kind as the others
//
// Each name stands there once, but for alg and receipt; there are no others.

// INVALID_ARGUMENT with the line and what is wrong there, never with a value.
absl::StatusOr<KeySet> ParseKeysFile(const SecretBytes& text);

// The key `receipt` of the same text; nullopt when it has none. Errors as
// above.
absl::StatusOr<std::optional<SecretBytes>> ParseReceiptKey(
    const SecretBytes& text);

// Read the file and parse it. Errors also as ReadSecretFile.
absl::StatusOr<KeySet> ReadKeysFile(const std::string& path);
absl::StatusOr<std::optional<SecretBytes>> ReadReceiptKey(
    const std::string& path);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_KEYS_KEYS_FILE_H_
