#ifndef CARDFERRY_LIB_PKCS11_SESSION_H_
#define CARDFERRY_LIB_PKCS11_SESSION_H_

#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"
#include "lib/pkcs11/key_template.h"
#include "lib/pkcs11/mechanism.h"
#include "lib/pkcs11/module.h"
#include "lib/pkcs11/object.h"

namespace cardferry::pkcs11 {

enum class Access { kReadOnly, kReadWrite };

// The one owner of a session with a token; closes it, and with it destroys the
// session objects that it made. One thread at a time. Errors are CkStatus's.
class Session {
 public:
  static absl::StatusOr<Session> Open(Module& module, CK_SLOT_ID slot,
                                      Access access);

  Session(Session&& other) noexcept;
  Session& operator=(Session&& other) noexcept;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() { Close(); }

  // True once an operation failed: in what state it left the session is
  // anybody's guess, so it is to be closed and not used again.
  bool broken() const { return broken_; }

  Module& module() { return *module_; }
  CK_SESSION_HANDLE handle() const { return handle_; }

  // Objects.
  absl::StatusOr<std::vector<ObjectHandle>> Find(Template criteria);
  absl::StatusOr<bool> GetBool(ObjectHandle object, CK_ATTRIBUTE_TYPE type);
  absl::StatusOr<CK_ULONG> GetUlong(ObjectHandle object,
                                    CK_ATTRIBUTE_TYPE type);
  // For public attributes, and for what a data object holds.
  absl::StatusOr<Bytes> GetBytes(ObjectHandle object, CK_ATTRIBUTE_TYPE type);

  absl::StatusOr<Object> GenerateKey(CK_MECHANISM_TYPE type, Template key);
  absl::StatusOr<Object> ImportKey(const SecretBytes& value, Template key);
  absl::StatusOr<Object> DeriveKey(Mechanism mechanism, ObjectHandle base,
                                   Template key);
  absl::StatusOr<Object> CopyToSession(ObjectHandle source, Template changes);
  // These make token objects, which nobody owns.
  absl::StatusOr<ObjectHandle> CopyToToken(ObjectHandle source,
                                           Template changes);
  absl::StatusOr<ObjectHandle> CreateTokenObject(Template object);
  // Both templates say CKA_TOKEN.
  absl::Status GenerateTokenKeyPair(CK_MECHANISM_TYPE type, Template public_key,
                                    Template private_key);

  // Destroys an object, if it is still there.
  void Destroy(ObjectHandle object);

  // Operations in one call each (two C_*: the Init, and the call itself).
  absl::StatusOr<Bytes> Encrypt(Mechanism mechanism, ObjectHandle key,
                                ByteSpan data);
  absl::StatusOr<Bytes> Decrypt(Mechanism mechanism, ObjectHandle key,
                                ByteSpan data);
  absl::StatusOr<Bytes> Sign(Mechanism mechanism, ObjectHandle key,
                             ByteSpan data);
  // Of what is no key's: CKM_SHA_1, CKM_SHA256.
  absl::StatusOr<Bytes> Digest(CK_MECHANISM_TYPE type, ByteSpan data);
  absl::Status FillRandom(absl::Span<uint8_t> out);

  // CBC of whole blocks in calls of at most `limit` bytes (a multiple of 16),
  // each with the block of ciphertext before it as IV. AES for an `iv` of 16
  // bytes, triple DES for one of 8.
  absl::StatusOr<Bytes> EncryptCbc(ObjectHandle key, ByteSpan iv, ByteSpan data,
                                   size_t limit);
  absl::StatusOr<Bytes> DecryptCbc(ObjectHandle key, ByteSpan iv, ByteSpan data,
                                   size_t limit);

 private:
  Session(Module& module, CK_SESSION_HANDLE handle)
      : module_(&module), handle_(handle) {}
  void Close() noexcept;
  absl::StatusOr<ObjectHandle> Copy(ObjectHandle source, Template& changes);

  // Module::Call, remembering failures.
  template <typename Function, typename... Arguments>
  absl::Status Call(Function CK_FUNCTION_LIST::*function, const char* name,
                    Arguments... arguments) {
    absl::Status status = module_->Call(function, name, handle_, arguments...);
    if (!status.ok()) broken_ = true;
    return status;
  }

  Module* module_ = nullptr;
  CK_SESSION_HANDLE handle_ = 0;
  bool broken_ = false;
};

}  // namespace cardferry::pkcs11

#endif  // CARDFERRY_LIB_PKCS11_SESSION_H_
