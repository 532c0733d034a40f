#ifndef CARDFERRY_LIB_PKCS11_OBJECT_H_
#define CARDFERRY_LIB_PKCS11_OBJECT_H_

#include <utility>

#include "lib/pkcs11/cryptoki.h"
#include "lib/pkcs11/module.h"

namespace cardferry::pkcs11 {

// The one owner of a session object; destroys it. Ends before the session that
// made it does.
class Object {
 public:
  Object() = default;
  Object(Module& module, CK_SESSION_HANDLE session, ObjectHandle handle)
      : module_(&module), session_(session), handle_(handle) {}
  Object(Object&& other) noexcept { *this = std::move(other); }
  Object& operator=(Object&& other) noexcept {
    if (this == &other) return *this;
    Destroy();
    module_ = std::exchange(other.module_, nullptr);
    session_ = other.session_;
    handle_ = std::exchange(other.handle_, kNoObject);
    return *this;
  }
  ~Object() { Destroy(); }

  ObjectHandle handle() const { return handle_; }

  // Leaves the object alive, for another owner (PooledObject).
  ObjectHandle Release() {
    module_ = nullptr;
    return handle_;
  }

  explicit operator bool() const { return module_ != nullptr; }

 private:
  void Destroy() {
    if (module_ == nullptr) return;
    // Nothing to do about a failure: closing the session destroys it too.
    (void)module_->CallRaw(&CK_FUNCTION_LIST::C_DestroyObject, session_,
                           static_cast<CK_OBJECT_HANDLE>(handle_));
    module_ = nullptr;
  }

  Module* module_ = nullptr;
  CK_SESSION_HANDLE session_ = 0;
  ObjectHandle handle_ = kNoObject;
};

}  // namespace cardferry::pkcs11

#endif  // CARDFERRY_LIB_PKCS11_OBJECT_H_
