#ifndef CARDFERRY_SERVICES_KEYVAULT_FILES_FILE_VAULT_H_
#define CARDFERRY_SERVICES_KEYVAULT_FILES_FILE_VAULT_H_

#include <array>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"
#include "lib/card/sm/sm_cipher.h"
#include "services/keyvault/files/file_session_token.h"
#include "services/keyvault/hsm/file_keys.h"
#include "services/keyvault/hsm/hsm_keys.h"
#include "services/keyvault/ledger.h"
#include "services/keyvault/opening_desk.h"
#include "services/keyvault/operation_class.h"
#include "services/keyvault/session_gate.h"
#include "services/keyvault/vault_policy.h"

namespace cardferry::keyvault {

// What a file-oriented card has said to an opening, and what its session shall
// be allowed.
struct FileArrival {
  Bytes ticket;
  Place place;
  std::string key_set;
  std::array<uint8_t, 10> serial_number = {};  // as key diversification data
  Bytes card_challenge;                        // 8 bytes
  OperationClass operation_class = OperationClass::kRead;
};

struct FileAuthentication {
  card::CommandApdu mutual_authenticate;
  Bytes handshake_token;
  CardKeySelection card;
};

// A session with a card that has shown that it has its keys.
struct FileSession {
  Bytes command_token;
  size_t block = 8;  // bytes of a block of its cipher
};

// VERIFY of a password that is made here (FileKeys::CardPassword).
struct PasswordCommand {
  uint8_t number = 1;  // 1 to 31
  bool of_current_df = false;
  size_t digits = 4;
};
using FileCommand = std::variant<card::CommandApdu, PasswordCommand>;

struct ProtectedFileCommands {
  std::vector<card::CommandApdu> commands;
  Bytes command_token;  // for those that follow
  Bytes verify_token;   // for the answers to these
};

struct VerifiedFileAnswer {
  card::ResponseApdu response;  // plain
  bool proven = false;          // it had the card's own MAC
};

// What the vault works with. All outlive it.
struct FileVaultParts {
  HsmKeys& keys;
  FileKeys& file_keys;
  Ledger& ledger;
  const Clock& clock;
  RandomSource& random;
};

// The vault's rules for file-oriented cards (ISO/IEC 7816-4), beside Vault's
// for GlobalPlatform's: the same openings, stops, ledger and seals. Keeps no
// session. Safe to use from many threads. UNAVAILABLE: HSM or ledger, try
// again.
class FileVault {
 public:
  static constexpr size_t kMostCommands = 1024;

  FileVault(const FileVaultParts& parts, const VaultPolicy& policy);

  // MUTUAL AUTHENTICATE for the card's challenge; the same arrival again gives
  // the same command. The host shows itself first: that is how these cards
  // authenticate, and why a card that has failed once is stopped.
  // PERMISSION_DENIED: as OpeningDesk::Admit; the card or the agent is stopped;
  //   a class that needs an approval; session keys in memory, which the key
  //   set's policy does not allow.
  // FAILED_PRECONDITION: the opening has expired, or was used for something
  //   else. NOT_FOUND: no such key set. INVALID_ARGUMENT: it is of other cards;
  //   a challenge of another length.
  absl::StatusOr<FileAuthentication> Begin(const FileArrival& arrival);

  // The session, if the card's answer proves that it has its keys.
  // DATA_LOSS: it does not, or the card has found the host's wrong (63xx,
  //   6983): this stops the card here. FAILED_PRECONDITION: another status
  //   word, or the token has expired: insert the card again.
  // PERMISSION_DENIED: not a handshake token of ours.
  absl::StatusOr<FileSession> Finish(ByteSpan handshake_token,
                                     const card::ResponseApdu& answer);

  // `commands` as the card will accept them next, all in one packet. The same
  // token with the same commands again gives the same answer.
  // PERMISSION_DENIED: not a command token of ours; a command outside its class
  //   (CheckFileCommand). INVALID_ARGUMENT: not 1 to kMostCommands commands, or
  //   one that has no room for its protection, or a password that is verified
  //   twice. FAILED_PRECONDITION: the token has expired, or was used for other
  //   commands (which raises an alarm).
  absl::StatusOr<ProtectedFileCommands> Protect(
      ByteSpan command_token, absl::Span<const FileCommand> commands);

  // The answers to the first commands of a batch, plain. May be asked as often
  // as wanted. DATA_LOSS: one was changed on its way. PERMISSION_DENIED: not a
  // verify token of ours. FAILED_PRECONDITION: it has expired.
  // INVALID_ARGUMENT: more answers than commands.
  absl::StatusOr<std::vector<VerifiedFileAnswer>> VerifyAnswers(
      ByteSpan verify_token, absl::Span<const card::ResponseApdu> answers);

 private:
  class PlainCommands;

  KeySetRules RulesOf(const std::string& key_set) const;
  // The newest version of the key set: a file-oriented card does not say which
  // it has.
  absl::StatusOr<KeySetDescription> FindKeySet(const std::string& name) const;
  // What the host draws for this session, and draws again for a retry: 32
  // bytes that nobody foresees.
  absl::StatusOr<Bytes> HostsDraw(absl::string_view what,
                                  const FileSessionOrigin& origin);
  absl::StatusOr<FileHandshake> HandshakeOf(const FileSessionOrigin& origin);
  absl::StatusOr<std::unique_ptr<sm::SmCipher>> CipherOf(
      const FileSessionOrigin& origin);
  absl::Status RecordFailure(const FileSessionOrigin& origin);
  absl::StatusOr<Use> UseOfToken(const FileCommandToken& token,
                                 absl::Span<const FileCommand> commands);
  absl::Status AddPlain(const CardKeySelection& card,
                        absl::Span<const FileCommand> commands,
                        PlainCommands& plain);

  HsmKeys& keys_;
  FileKeys& file_keys_;
  Ledger& ledger_;
  const Clock& clock_;
  const VaultPolicy policy_;
  OpeningDesk desk_;
  SessionGate gate_;
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_FILES_FILE_VAULT_H_
