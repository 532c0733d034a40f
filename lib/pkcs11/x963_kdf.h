#ifndef CARDFERRY_LIB_PKCS11_X963_KDF_H_
#define CARDFERRY_LIB_PKCS11_X963_KDF_H_

#include <cstddef>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/pkcs11/key_template.h"
#include "lib/pkcs11/session.h"

namespace cardferry::pkcs11 {

// The key derivation of ANSI X9.63 over shared secrets of elliptic curves, as
// SCP11 has it (GPC Amendment F, 3.1.2), by handles only: no shared secret and
// no hash of one leaves the module. Wants a module that concatenates keys and
// derives keys by hashing: NSS softokn does, SoftHSM2 does not; there the
// functions fail with the module's error.

enum class X963Hash { kSha256, kSha384, kSha512 };

// One key agreement: a private key in the module and the other side's point,
// 04 | x | y.
struct KeyMeeting {
  ObjectHandle private_key = kNoObject;
  Bytes point;
};

// What the hash of X9.63 gives over the joined secrets of `meetings` (one or
// more), each `coordinate_length` bytes: at least `length` bytes, whole hashes,
// as a session object that further keys can only be taken out of. All that was
// made on the way is destroyed. INVALID_ARGUMENT for no meeting.
absl::StatusOr<Object> DeriveX963Material(Session& session,
                                          const TemplateBuilder& builder,
                                          X963Hash hash,
                                          absl::Span<const KeyMeeting> meetings,
                                          size_t coordinate_length,
                                          ByteSpan shared_info, size_t length);

// The `spec.length` bytes of `material` from byte `offset` on, as a key for
// what `spec` says.
absl::StatusOr<Object> TakeKey(Session& session, const TemplateBuilder& builder,
                               ObjectHandle material, size_t offset,
                               const KeySpec& spec);

}  // namespace cardferry::pkcs11

#endif  // CARDFERRY_LIB_PKCS11_X963_KDF_H_
