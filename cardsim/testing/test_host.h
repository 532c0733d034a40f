#ifndef CARDFERRY_CARDSIM_TESTING_TEST_HOST_H_
#define CARDFERRY_CARDSIM_TESTING_TEST_HOST_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "cardsim/channel/key_set.h"
#include "cardsim/channel/scp01_keys.h"
#include "cardsim/channel/scp02_keys.h"
#include "cardsim/channel/scp03_keys.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"

namespace cardferry::cardsim {

// A key set for tests: AES keys of `key_size` bytes, all different, KVN 30.
KeySet TestKeys(size_t key_size = 16);
// The same of triple DES, for SCP02.
KeySet TestDesKeys();

// The host's end of a session, SCP01, SCP02 or SCP03 as the card says, for
// tests that drive the card. Not a second opinion on cryptography: it derives
// with the card's own functions (recorded sessions of real cards check those),
// knows S8, encrypted ICVs and R-MAC of SCP03 only, and stops the process when
// something does not fit.
class TestHost {
 public:
  explicit TestHost(KeySet keys) : keys_(std::move(keys)) {}

  // What the next INITIALIZE UPDATE is answered with.
  void set_keys(KeySet keys) { keys_ = std::move(keys); }

  // INITIALIZE UPDATE for any key version, or for `kvn`.
  card::CommandApdu InitializeUpdate(uint8_t kvn = 0x00) const;
  // Takes its answer (without SW); false when the card cryptogram is wrong.
  bool TakeAnswer(ByteSpan answer);
  // EXTERNAL AUTHENTICATE; what follows is protected at `level`.
  card::CommandApdu ExternalAuthenticate(uint8_t level);
  // The command with its secure messaging; moves the chain on.
  card::CommandApdu Protect(const card::CommandApdu& plain);
  // A command without data from a host that pads and encrypts even that.
  card::CommandApdu ProtectPaddingAlone(card::CommandHeader header);
  // A key as PUT KEY carries it, under the session's data encryption key.
  Bytes WrapKey(const SecretBytes& key) const;
  // The plain answer; stops the process when an R-MAC is wrong or missing.
  card::ResponseApdu Open(const card::ResponseApdu& answer) const;

 private:
  bool is_des() const { return keys_.type == KeyType::kDes; }
  bool is_scp01() const { return scp_ == 0x01; }
  bool TakeScp01Answer(ByteSpan answer);
  bool TakeScp02Answer(ByteSpan answer);
  Bytes Encrypt(Bytes data) const;
  Bytes NextMac(ByteSpan header_and_data);
  Bytes NextScp01Mac(ByteSpan header_and_data) const;
  // The command with its MAC, which in SCP02 is made over `plain` data.
  card::CommandApdu AddMac(const card::CommandApdu& command, ByteSpan plain);

  KeySet keys_;
  Scp03SessionKeys session_;
  Scp02SessionKeys scp02_;  // of SCP01 also enc and mac
  uint8_t scp_ = 0;         // as the last INITIALIZE UPDATE was answered
  Bytes host_cryptogram_;
  uint8_t level_ = 0;
  Bytes chaining_value_ = Bytes(16);
  uint32_t counter_ = 0;
};

// The APDU of a literal; stops the process when it is none.
card::CommandApdu Apdu(absl::string_view hex);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_TESTING_TEST_HOST_H_
