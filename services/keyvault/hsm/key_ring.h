#ifndef CARDFERRY_SERVICES_KEYVAULT_HSM_KEY_RING_H_
#define CARDFERRY_SERVICES_KEYVAULT_HSM_KEY_RING_H_

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "hsm-config/key_profile.h"
#include "lib/pkcs11/cmac_kdf.h"
#include "lib/pkcs11/key_template.h"
#include "lib/pkcs11/token.h"
#include "services/keyvault/hsm/key_handles.h"

namespace cardferry::keyvault {

// How the module wants things done.
struct ModuleWays {
  pkcs11::TemplateBuilder builder;
  pkcs11::KdfRecipe kdf;
};

// The keys of a token, by the key profile.
class KeyRing final : public KeySource {
 public:
  // Finds the keys and checks them: every attribute against the profile
  // (FAILED_PRECONDITION), each derive-only master against the check value that
  // its ceremony noted (DATA_LOSS). `token` and `profile` outlive the ring.
  static absl::StatusOr<std::unique_ptr<KeyRing>> Load(
      pkcs11::Token& token, const hsm::KeyProfile& profile,
      const ModuleWays& ways);

  std::shared_ptr<const KeyHandles> keys() const override
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status Reload(const std::shared_ptr<const KeyHandles>& stale) override
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  KeyRing(pkcs11::Token& token, const hsm::KeyProfile& profile,
          const ModuleWays& ways)
      : token_(token), profile_(profile), ways_(ways) {}

  absl::StatusOr<std::shared_ptr<const KeyHandles>> FindAll();
  absl::StatusOr<pkcs11::ObjectHandle> Take(KeyHandles& keys,
                                            const hsm::KeyEntry& entry);
  absl::StatusOr<pkcs11::KdfBase> TakeMaster(KeyHandles& keys,
                                             const hsm::KeyEntry& entry);
  absl::Status TakeKeySet(KeyHandles& keys, const hsm::KeySet& set);

  pkcs11::Token& token_;
  const hsm::KeyProfile& profile_;
  const ModuleWays ways_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<const KeyHandles> keys_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_HSM_KEY_RING_H_
