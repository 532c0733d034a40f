#ifndef CARDFERRY_LIB_PKCS11_MODULE_H_
#define CARDFERRY_LIB_PKCS11_MODULE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/pkcs11/ck_status.h"
#include "lib/pkcs11/cryptoki.h"

namespace cardferry::pkcs11 {

struct ModuleOptions {
  std::string path;  // the module's shared library
  // Given to C_Initialize as pReserved, which the standard keeps null. NSS
  // softokn wants its parameters there ("configdir='sql:DIR' ...").
  std::string init_string;
};

// A PKCS#11 module, loaded and initialized: C_Initialize at the start,
// C_Finalize at the end. Every call into it goes through Call, which counts.
// Safe to use from many threads. A process holds a module once: the standard
// has one C_Initialize a process.
class Module {
 public:
  // FAILED_PRECONDITION: this process holds the module already. NOT_FOUND: it
  // cannot be loaded, or is no PKCS#11 module.
  static absl::StatusOr<std::unique_ptr<Module>> Load(
      const ModuleOptions& options);

  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  ~Module();

  // Makes one call, counts it, and gives its return value:
  // CallRaw(&CK_FUNCTION_LIST::C_Sign, session, ...).
  template <typename Function, typename... Arguments>
  CK_RV CallRaw(Function CK_FUNCTION_LIST::*function, Arguments... arguments) {
    calls_.fetch_add(1, std::memory_order_relaxed);
    return (functions_->*function)(arguments...);
  }

  // The same with the return value as a Status; `name` for its message.
  template <typename Function, typename... Arguments>
  absl::Status Call(Function CK_FUNCTION_LIST::*function, const char* name,
                    Arguments... arguments) {
    return CkStatus(CallRaw(function, arguments...), name);
  }

  // C_* calls made so far.
  uint64_t call_count() const { return calls_.load(std::memory_order_relaxed); }

  // Who made it (C_GetInfo), without the padding.
  const std::string& manufacturer() const { return manufacturer_; }

  // The slot whose token has this label. NOT_FOUND says which labels there are.
  absl::StatusOr<CK_SLOT_ID> FindToken(const std::string& label);

 private:
  Module() = default;
  absl::Status Initialize(const ModuleOptions& options);

  CK_FUNCTION_LIST* functions_ = nullptr;  // the library's
  bool initialized_ = false;
  std::string manufacturer_;
  std::atomic<uint64_t> calls_{0};
};

}  // namespace cardferry::pkcs11

#endif  // CARDFERRY_LIB_PKCS11_MODULE_H_
