#ifndef CARDFERRY_SERVICES_KEYVAULT_SESSION_CACHE_H_
#define CARDFERRY_SERVICES_KEYVAULT_SESSION_CACHE_H_

#include <cstddef>
#include <list>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/card/scp/session_cipher.h"
#include "services/keyvault/session_token.h"

namespace cardferry::keyvault {

// Keeps the session keys of the last few sessions in the HSM for a moment, so
// that the request after next need not derive them again. Nothing depends on
// it: a session that is not here is made anew from its token.
//
// A cipher is lent by giving it away, so no two callers use one at a time and
// no lock is held over the HSM, not even to destroy keys. Safe to use from many
// threads.
class SessionCache {
 public:
  // `clock` outlives the cache. At most `capacity` ciphers stay, each no longer
  // than `keep` after it was put in.
  SessionCache(size_t capacity, absl::Duration keep, const Clock& clock)
      : capacity_(capacity), keep_(keep), clock_(clock) {}

  // The cipher of this very origin, or null.
  std::unique_ptr<scp::SessionCipher> Take(const SessionOrigin& origin);

  // Takes the cipher of `origin` back. The oldest one goes when it is full.
  void Put(const SessionOrigin& origin,
           std::unique_ptr<scp::SessionCipher> cipher);

  // Ends the ciphers that have been here too long; all of them, for Clear.
  void Sweep();
  void Clear();

  size_t size() const;

 private:
  struct Entry {
    std::string origin;
    std::unique_ptr<scp::SessionCipher> cipher;
    absl::Time until;
  };

  // Moves to `gone` what is over at `now`, for its keys to be destroyed
  // outside the lock.
  void Expire(absl::Time now, std::list<Entry>& gone)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const size_t capacity_;
  const absl::Duration keep_;
  const Clock& clock_;
  mutable absl::Mutex mutex_;
  std::list<Entry> entries_ ABSL_GUARDED_BY(mutex_);  // oldest first
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_SESSION_CACHE_H_
