#ifndef CARDFERRY_LIB_RPC_TESTING_TEST_PKI_H_
#define CARDFERRY_LIB_RPC_TESTING_TEST_PKI_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lib/rpc/identity.h"
#include "lib/rpc/tls_files.h"

namespace cardferry::rpc {

// A certificate authority for one test, in a fresh folder that goes with it.
// Unlike deploy/pki it also makes certificates that must be refused. Stops the
// process when OpenSSL or the disk does not do its part.
class TestPki {
 public:
  TestPki();
  TestPki(const TestPki&) = delete;
  TestPki& operator=(const TestPki&) = delete;
  ~TestPki();

  // What a certificate says.
  struct Subject {
    // URI and DNS subject alternative names.
    std::vector<std::string> uris;
    std::vector<std::string> dns;
    absl::Duration valid_from = -absl::Hours(1);
    absl::Duration valid_until = absl::Hours(1);
    // Not signed by the authority but by its own key.
    bool self_signed = false;
  };

  // A good certificate with key, and this authority to believe in.
  TlsFiles Issue(Role role, absl::string_view name);
  // Whatever is asked for.
  TlsFiles IssueSubject(const Subject& subject);
  // Puts the certificate and key of `subject` in the place of `files`, as a
  // renewal does.
  void Renew(const TlsFiles& files, const Subject& subject);

  // The authority's certificate.
  std::string ca() const { return folder_ + "/ca.crt"; }
  // Where the files are: for more files of the test.
  const std::string& folder() const { return folder_; }

 private:
  struct Authority;

  std::string folder_;
  std::unique_ptr<Authority> authority_;
  int issued_ = 0;
};

}  // namespace cardferry::rpc

#endif  // CARDFERRY_LIB_RPC_TESTING_TEST_PKI_H_
