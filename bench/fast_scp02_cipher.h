#ifndef CARDFERRY_BENCH_FAST_SCP02_CIPHER_H_
#define CARDFERRY_BENCH_FAST_SCP02_CIPHER_H_

#include <memory>

#include "lib/card/scp/session_cipher.h"
#include "lib/card/scp/session_seed.h"
#include "services/keyvault/testing/openssl_hsm_keys.h"

namespace cardferry::bench {

// A session of SCP02 in memory, as fast as OpenSSL can be had: one context a
// key, keys on the stack without any care for them. VISA2 only.
std::unique_ptr<scp::SessionCipher> MakeFastScp02Cipher(
    const keyvault::KnownKeySet& key_set,
    const keyvault::CardKeySelection& card, const scp::SessionSeed& seed);

}  // namespace cardferry::bench

#endif  // CARDFERRY_BENCH_FAST_SCP02_CIPHER_H_
