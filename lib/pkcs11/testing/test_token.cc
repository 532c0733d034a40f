#include "lib/pkcs11/testing/test_token.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "lib/base/file.h"
#include "lib/base/status_macros.h"
#include "lib/pkcs11/token_admin.h"

extern char** environ;

namespace cardferry::pkcs11 {
namespace {

constexpr char kPin[] = "not a secret: tests only";

std::string FromEnvironment(const char* name, const char* otherwise) {
  const char* value = getenv(name);
  return value == nullptr ? otherwise : value;
}

absl::Status Run(const char* program, const char* const* arguments) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, program, &actions, nullptr,
                                 const_cast<char* const*>(arguments), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return ErrnoStatus(error, program);
  int status = 0;
  if (waitpid(pid, &status, 0) != pid || status != 0) {
    return absl::UnavailableError(absl::StrCat(program, " failed"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<TestToken>> TestToken::Create(
    TestModule module) {
  std::unique_ptr<TestToken> token(new TestToken(module));
  RETURN_IF_ERROR(token->MakeRoot());
  std::error_code ignored;
  std::filesystem::create_directory(token->folder_, ignored);
  RETURN_IF_ERROR(token->Point());
  RETURN_IF_ERROR(module == TestModule::kSoftHsm ? token->MakeSoftHsm()
                                                 : token->MakeNss());
  return token;
}

absl::StatusOr<std::unique_ptr<TestToken>> TestToken::Copy() const {
  std::unique_ptr<TestToken> token(new TestToken(kind_));
  RETURN_IF_ERROR(token->MakeRoot());
  std::error_code error;
  std::filesystem::copy(folder_, token->folder_,
                        std::filesystem::copy_options::recursive, error);
  if (error) return absl::UnavailableError(error.message());
  RETURN_IF_ERROR(token->Point());
  return token;
}

absl::Status TestToken::MakeRoot() {
  const char* parent = getenv("TEST_TMPDIR");
  std::string root =
      absl::StrCat(parent == nullptr ? "/tmp" : parent, "/token.XXXXXX");
  if (mkdtemp(&root[0]) == nullptr) return ErrnoStatus(errno, root);
  root_ = root;
  folder_ = absl::StrCat(root, "/tokens");
  return absl::OkStatus();
}

TestToken::~TestToken() {
  std::error_code ignored;
  // A test may have made it read-only.
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(root_, ignored)) {
    std::filesystem::permissions(entry.path(),
                                 std::filesystem::perms::owner_all,
                                 std::filesystem::perm_options::add, ignored);
  }
  std::filesystem::remove_all(root_, ignored);
}

TokenOptions TestToken::Options(Access access) const {
  TokenOptions options;
  options.module = module_;
  options.label = label_;
  options.pin = SecretBytes::CopyOf(AsBytes(kPin));
  options.access = access;
  return options;
}

absl::Status TestToken::Point() {
  if (kind_ == TestModule::kNss) {
    module_.path = FromEnvironment("CARDFERRY_TEST_SOFTOKN",
                                   "/usr/lib/x86_64-linux-gnu/libsoftokn3.so");
    module_.init_string =
        absl::StrCat("configdir='sql:", folder_,
                     "' certPrefix='' keyPrefix='' secmod='secmod.db' flags=");
    label_ = "NSS Certificate DB";
    return absl::OkStatus();
  }
  const std::string conf = absl::StrCat(root_, "/softhsm2.conf");
  RETURN_IF_ERROR(WriteFileAtomically(
      conf,
      AsBytes(absl::StrCat("directories.tokendir = ", folder_,
                           "\nobjectstore.backend = file\nlog.level = ERROR\n"
                           "library.reset_on_fork = true\n")),
      0600));
  setenv("SOFTHSM2_CONF", conf.c_str(), 1);
  module_.path = FromEnvironment("CARDFERRY_TEST_SOFTHSM",
                                 "/usr/lib/softhsm/libsofthsm2.so");
  label_ = "test";
  return absl::OkStatus();
}

absl::Status TestToken::MakeSoftHsm() {
  ASSIGN_OR_RETURN(const std::unique_ptr<Module> module, Module::Load(module_));
  const SecretBytes pin = SecretBytes::CopyOf(AsBytes(kPin));
  return InitializeToken(*module, label_, pin, pin);
}

absl::Status TestToken::MakeNss() {
  const std::string pin_file = absl::StrCat(root_, "/pin");
  RETURN_IF_ERROR(WriteFileAtomically(pin_file, AsBytes(kPin), 0600));
  const std::string database = absl::StrCat("sql:", folder_);
  const char* const arguments[] = {"certutil",       "-N", "-d",
                                   database.c_str(), "-f", pin_file.c_str(),
                                   nullptr};
  return Run("certutil", arguments);
}

}  // namespace cardferry::pkcs11
