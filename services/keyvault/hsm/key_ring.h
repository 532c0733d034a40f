#ifndef CARDFERRY_SERVICES_KEYVAULT_HSM_KEY_RING_H_
#define CARDFERRY_SERVICES_KEYVAULT_HSM_KEY_RING_H_

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "hsm-config/key_profile.h"
#include "lib/pkcs11/cmac_kdf.h"
#include "lib/pkcs11/token.h"
#include "services/keyvault/hsm/key_handles.h"
#include "services/keyvault/hsm/module_ways.h"

namespace cardferry::keyvault {

// Keys that are published, and come with test cards.
enum class TestKeys {
  kRefused,
  kAllowed,  // for demos and tests
};

// The keys of a token, by the key profile.
class KeyRing final : public KeySource {
 public:
  // Finds the keys and checks them: every attribute against the profile
  // (FAILED_PRECONDITION), each derive-only master against the check value that
  // its ceremony noted (DATA_LOSS), that no key is a published test key
  // (FAILED_PRECONDITION, or a warning in the log where they are allowed), and
  // that the masters can make cards' keys (FAILED_PRECONDITION).
  // `token` and `profile` outlive the ring.
  static absl::StatusOr<std::unique_ptr<KeyRing>> Load(
      pkcs11::Token& token, const hsm::KeyProfile& profile,
      const ModuleWays& ways, TestKeys test_keys);

  std::shared_ptr<const KeyHandles> keys() const override
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status Reload(const std::shared_ptr<const KeyHandles>& stale) override
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  KeyRing(pkcs11::Token& token, const hsm::KeyProfile& profile,
          const ModuleWays& ways, TestKeys test_keys)
      : token_(token), profile_(profile), ways_(ways), test_keys_(test_keys) {}

  absl::StatusOr<std::shared_ptr<const KeyHandles>> FindAll();
  absl::StatusOr<pkcs11::ObjectHandle> Take(KeyHandles& keys,
                                            const hsm::KeyEntry& entry);
  absl::StatusOr<pkcs11::KdfBase> TakeMaster(KeyHandles& keys,
                                             const hsm::KeyEntry& entry);
  absl::Status CheckNoTestKey(KeyHandles& keys, const hsm::KeyEntry& entry,
                              const pkcs11::KdfBase& base);
  absl::Status CheckMakesCardKeys(KeyHandles& keys, const hsm::KeySet& set,
                                  const Masters& masters);
  absl::Status TakeKeySet(KeyHandles& keys, const hsm::KeySet& set);

  pkcs11::Token& token_;
  const hsm::KeyProfile& profile_;
  const ModuleWays ways_;
  const TestKeys test_keys_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<const KeyHandles> keys_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_HSM_KEY_RING_H_
