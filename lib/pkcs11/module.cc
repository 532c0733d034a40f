#include "lib/pkcs11/module.h"

#include <dlfcn.h>

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "lib/base/status_macros.h"

namespace cardferry::pkcs11 {
namespace {

// PKCS#11 pads its texts with spaces to a fixed width.
template <size_t kWidth>
std::string Unpad(const unsigned char (&text)[kWidth]) {
  return std::string(absl::StripTrailingAsciiWhitespace(
      absl::string_view(reinterpret_cast<const char*>(text), kWidth)));
}

std::string LastLoaderError() {
  const char* error = dlerror();
  return error == nullptr ? "unknown error" : error;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Module>> Module::Load(
    const ModuleOptions& options) {
  // Never unloaded: modules leave thread-local and exit handlers behind.
  void* library = dlopen(options.path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    return absl::NotFoundError(
        absl::StrCat("PKCS#11 module: ", LastLoaderError()));
  }
  const auto get_function_list = reinterpret_cast<CK_C_GetFunctionList>(
      dlsym(library, "C_GetFunctionList"));
  if (get_function_list == nullptr) {
    return absl::NotFoundError(
        absl::StrCat(options.path, " is not a PKCS#11 module"));
  }
  std::unique_ptr<Module> module(new Module);
  module->calls_.fetch_add(1, std::memory_order_relaxed);
  RETURN_IF_ERROR(
      CkStatus(get_function_list(&module->functions_), "C_GetFunctionList"));
  RETURN_IF_ERROR(
      Annotate(module->Initialize(options), absl::StrCat(options.path)));
  return module;
}

absl::Status Module::Initialize(const ModuleOptions& options) {
  std::string parameters = options.init_string;
  CK_C_INITIALIZE_ARGS arguments = {};
  arguments.flags = CKF_OS_LOCKING_OK;
  if (!parameters.empty()) arguments.pReserved = &parameters[0];
  RETURN_IF_ERROR(Call(&CK_FUNCTION_LIST::C_Initialize, "C_Initialize",
                       static_cast<void*>(&arguments)));
  initialized_ = true;
  CK_INFO info = {};
  RETURN_IF_ERROR(Call(&CK_FUNCTION_LIST::C_GetInfo, "C_GetInfo", &info));
  manufacturer_ = Unpad(info.manufacturerID);
  return absl::OkStatus();
}

Module::~Module() {
  if (initialized_) (void)CallRaw(&CK_FUNCTION_LIST::C_Finalize, nullptr);
}

absl::StatusOr<CK_SLOT_ID> Module::FindToken(const std::string& label) {
  CK_ULONG count = 0;
  const CK_BBOOL with_token = CK_TRUE;
  RETURN_IF_ERROR(Call(&CK_FUNCTION_LIST::C_GetSlotList, "C_GetSlotList",
                       with_token, nullptr, &count));
  std::vector<CK_SLOT_ID> slots(count);
  RETURN_IF_ERROR(Call(&CK_FUNCTION_LIST::C_GetSlotList, "C_GetSlotList",
                       with_token, slots.data(), &count));
  slots.resize(count);
  std::vector<std::string> labels;
  for (const CK_SLOT_ID slot : slots) {
    CK_TOKEN_INFO info = {};
    RETURN_IF_ERROR(
        Call(&CK_FUNCTION_LIST::C_GetTokenInfo, "C_GetTokenInfo", slot, &info));
    if ((info.flags & CKF_TOKEN_INITIALIZED) == 0) continue;
    labels.push_back(Unpad(info.label));
    if (labels.back() == label) return slot;
  }
  return absl::NotFoundError(
      absl::StrCat("no token \"", label, "\"; there is: \"",
                   absl::StrJoin(labels, "\", \""), "\""));
}

}  // namespace cardferry::pkcs11
