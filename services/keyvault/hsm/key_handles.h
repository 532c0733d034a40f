#ifndef CARDFERRY_SERVICES_KEYVAULT_HSM_KEY_HANDLES_H_
#define CARDFERRY_SERVICES_KEYVAULT_HSM_KEY_HANDLES_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hsm-config/key_profile.h"
#include "lib/pkcs11/cmac_kdf.h"
#include "lib/pkcs11/session.h"

namespace cardferry::keyvault {

// The masters of one key set as derivation wants them.
struct Masters {
  uint8_t scp = 3;  // the one protocol that they are for
  hsm::CardKeyScheme scheme;
  pkcs11::KdfBase enc;
  pkcs11::KdfBase mac;
  pkcs11::KdfBase dek;
  std::optional<pkcs11::KdfBase> receipt = std::nullopt;
};

// All keys as found at one time, held as session objects: an operation with a
// token object takes twice as long. The handles end with this.
class KeyHandles {
 public:
  // `session` owns the objects; nothing else runs in it.
  explicit KeyHandles(pkcs11::Session session) : session_(std::move(session)) {}

  pkcs11::Session& session() { return session_; }

  // Keeps an object of `session` as long as this lives.
  pkcs11::ObjectHandle Own(pkcs11::Object object) {
    objects_.push_back(std::move(object));
    return objects_.back().handle();
  }
  void AddMasters(const std::string& key_set, uint32_t master_version,
                  const Masters& masters) {
    masters_[{key_set, master_version}] = masters;
  }
  void set_token_seal(pkcs11::ObjectHandle key) { token_seal_ = key; }
  void set_ticket_mac(pkcs11::ObjectHandle key) { ticket_mac_ = key; }

  // NOT_FOUND: no such key set or version.
  absl::StatusOr<Masters> FindMasters(const std::string& key_set,
                                      uint32_t master_version) const;
  pkcs11::ObjectHandle token_seal() const { return token_seal_; }
  pkcs11::ObjectHandle ticket_mac() const { return ticket_mac_; }

 private:
  pkcs11::Session session_;
  std::vector<pkcs11::Object> objects_;  // end before the session
  std::map<std::pair<std::string, uint32_t>, Masters> masters_;
  pkcs11::ObjectHandle token_seal_ = pkcs11::kNoObject;
  pkcs11::ObjectHandle ticket_mac_ = pkcs11::kNoObject;
};

// Where the keys' handles come from. Safe to use from many threads.
class KeySource {
 public:
  virtual ~KeySource() = default;

  // The keys as of now; they stay while the caller holds them.
  virtual std::shared_ptr<const KeyHandles> keys() const = 0;

  // Finds everything again, because a handle of `stale` is gone. Does nothing
  // when somebody else has done so meanwhile.
  virtual absl::Status Reload(
      const std::shared_ptr<const KeyHandles>& stale) = 0;
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_HSM_KEY_HANDLES_H_
