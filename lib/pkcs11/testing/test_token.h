#ifndef CARDFERRY_LIB_PKCS11_TESTING_TEST_TOKEN_H_
#define CARDFERRY_LIB_PKCS11_TESTING_TEST_TOKEN_H_

#include <memory>
#include <ostream>
#include <string>

#include "absl/status/statusor.h"
#include "lib/pkcs11/token.h"

namespace cardferry::pkcs11 {

enum class TestModule { kSoftHsm, kNss };
inline std::ostream& operator<<(std::ostream& out, TestModule module) {
  return out << (module == TestModule::kSoftHsm ? "SoftHsm" : "Nss");
}

// A fresh, empty token of a real module in a folder of its own, removed at the
// end. SoftHSM: initialized through PKCS#11; NSS softokn: a database made by
// certutil. One at a time: SoftHSM finds its configuration through the
// environment. The modules' paths are Debian's; CARDFERRY_TEST_SOFTHSM and
// CARDFERRY_TEST_SOFTOKN name others.
class TestToken {
 public:
  static absl::StatusOr<std::unique_ptr<TestToken>> Create(TestModule module);

  // Another token with the same content, which no process has open: much
  // faster than to make one.
  absl::StatusOr<std::unique_ptr<TestToken>> Copy() const;
  ~TestToken();

  // For Token::Open, or a whole vault, on this token.
  TokenOptions Options(Access access) const;

  // The folder whose files are the token.
  const std::string& folder() const { return folder_; }

 private:
  explicit TestToken(TestModule kind) : kind_(kind) {}
  absl::Status MakeRoot();
  // Tells the module where the folder is.
  absl::Status Point();
  absl::Status MakeSoftHsm();
  absl::Status MakeNss();

  const TestModule kind_;
  std::string root_;
  std::string folder_;
  ModuleOptions module_;
  std::string label_;
};

}  // namespace cardferry::pkcs11

#endif  // CARDFERRY_LIB_PKCS11_TESTING_TEST_TOKEN_H_
