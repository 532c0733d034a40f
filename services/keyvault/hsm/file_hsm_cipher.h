#ifndef CARDFERRY_SERVICES_KEYVAULT_HSM_FILE_HSM_CIPHER_H_
#define CARDFERRY_SERVICES_KEYVAULT_HSM_FILE_HSM_CIPHER_H_

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/card/sm/sm_cipher.h"
#include "lib/pkcs11/mutual_authentication.h"
#include "lib/pkcs11/session_pool.h"
#include "services/keyvault/hsm/file_card_keys.h"
#include "services/keyvault/hsm/file_keys.h"
#include "services/keyvault/hsm/hsm_context.h"

namespace cardferry::keyvault {

// Secure messaging with a file-oriented card over PKCS#11. The session keys are
// sensitive session objects that end with this; a lost one is made again from
// the card's keys and its answer. Holds no PKCS#11 session between calls. Not
// safe to use from two threads at once.
class FileHsmCipher final : public sm::SmCipher {
 public:
  // As FileKeys::OpenFileSession.
  static absl::StatusOr<std::unique_ptr<FileHsmCipher>> Create(
      HsmContext& hsm, FileHandshake handshake, ByteSpan answer);

  size_t block_size() const override { return block_; }
  absl::StatusOr<std::vector<Bytes>> Macs(
      absl::Span<const Bytes> messages) override;
  absl::StatusOr<std::vector<Bytes>> Encrypt(
      absl::Span<const Blocks> plaintexts) override;
  absl::StatusOr<std::vector<Bytes>> Decrypt(
      absl::Span<const Blocks> ciphertexts) override;

 private:
  struct SessionKeys {
    pkcs11::PooledObject enc;
    pkcs11::PooledObject mac;
    pkcs11::PooledObject mac_left;  // triple DES only
  };

  FileHsmCipher(HsmContext& hsm, FileHandshake handshake, ByteSpan answer)
      : hsm_(hsm),
        handshake_(std::move(handshake)),
        answer_(answer.begin(), answer.end()) {}

  // Runs `operation(session)` with the session keys there.
  template <typename Operation>
  auto Run(Operation operation)
      -> decltype(operation(std::declval<pkcs11::Session&>()));
  absl::StatusOr<SessionKeys> Import(pkcs11::Session& session,
                                     const FileCardKeys& card,
                                     const pkcs11::SessionKeyValues& values);
  absl::Status EnsureKeys(pkcs11::Session& session, const KeyHandles& keys);
  absl::StatusOr<Bytes> EncryptOne(pkcs11::Session& session,
                                   const Blocks& plaintext);
  // The initial values of CBC for messages with these counters.
  absl::StatusOr<std::vector<Bytes>> Ivs(pkcs11::Session& session,
                                         absl::Span<const Blocks> texts);

  HsmContext& hsm_;
  const FileHandshake handshake_;
  const Bytes answer_;
  size_t block_ = 8;
  std::optional<SessionKeys> keys_;
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_HSM_FILE_HSM_CIPHER_H_
