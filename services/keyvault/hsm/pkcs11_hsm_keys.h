#ifndef CARDFERRY_SERVICES_KEYVAULT_HSM_PKCS11_HSM_KEYS_H_
#define CARDFERRY_SERVICES_KEYVAULT_HSM_PKCS11_HSM_KEYS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/random.h"
#include "lib/pkcs11/capabilities.h"
#include "lib/pkcs11/session_pool.h"
#include "lib/pkcs11/token.h"
#include "services/keyvault/hsm/hsm_context.h"
#include "services/keyvault/hsm/hsm_keys.h"
#include "services/keyvault/hsm/hsm_options.h"
#include "services/keyvault/hsm/key_ring.h"

namespace cardferry::keyvault {

// The vault's keys in a PKCS#11 token.
class Pkcs11HsmKeys final : public HsmKeys {
 public:
  // Loads the module, logs in, runs the known-answer tests, finds and checks
  // every key of the profile. Anything but OK means: do not serve.
  //   FAILED_PRECONDITION: the token is writable, a key differs from the
  //     profile, or the module lacks something needed
  //   DATA_LOSS: the module gave a wrong answer, or a master is not the one
  //     that its ceremony noted
  //   NOT_FOUND: module, token or key; UNAUTHENTICATED: PIN
  static absl::StatusOr<std::unique_ptr<Pkcs11HsmKeys>> Open(
      HsmOptions options);

  std::vector<KeySetDescription> KeySets() const override;
  absl::StatusOr<std::unique_ptr<scp::SessionCipher>> OpenSession(
      const CardKeySelection& card, const scp::SessionSeed& seed) override;
  absl::StatusOr<Bytes> PredictChallenge(
      const CardKeySelection& card, const ChallengeSource& source) override;
  absl::StatusOr<Bytes> Seal(absl::string_view purpose,
                             ByteSpan plaintext) override;
  absl::StatusOr<Bytes> Unseal(absl::string_view purpose,
                               ByteSpan sealed) override;
  absl::StatusOr<Bytes> TicketMac(ByteSpan ticket) override;
  absl::StatusOr<Bytes> ReceiptMac(const CardKeySelection& card,
                                   ByteSpan message) override;
  uint64_t CallCount() const override { return token_->module().call_count(); }
  absl::Status Health() override;

  // For the token's signing keys (Pkcs11ContentSigner).
  pkcs11::Token& token() { return *token_; }
  const hsm::KeyProfile& profile() const { return options_.profile; }

  // For what else is done with the token's keys (Pkcs11FileKeys); lives as long
  // as this.
  HsmContext& context() { return *hsm_; }

  // What the known-answer tests found.
  const pkcs11::Capabilities& capabilities() const { return capabilities_; }

 private:
  Pkcs11HsmKeys(HsmOptions options, std::unique_ptr<pkcs11::Token> token,
                pkcs11::Capabilities capabilities);

  // True when sealing and opening works: then what did not open was changed.
  bool SealWorks();

  const HsmOptions options_;
  const std::unique_ptr<pkcs11::Token> token_;
  const pkcs11::Capabilities capabilities_;
  SystemRandom random_;
  pkcs11::SessionPool pool_;
  std::unique_ptr<KeyRing> ring_;
  std::unique_ptr<HsmContext> hsm_;
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_HSM_PKCS11_HSM_KEYS_H_
