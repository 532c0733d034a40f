#include "lib/rpc/tls_files.h"

#include <sys/stat.h>

#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/rpc/testing/test_pki.h"

namespace cardferry::rpc {
namespace {

using testing::HasSubstr;

class CheckTlsFilesTest : public testing::Test {
 protected:
  TestPki pki_;
  TlsFiles files_ = pki_.Issue(Role::kAgent, "kiosk-1");
};

TEST_F(CheckTlsFilesTest, SaysWhoWeAre) {
  EXPECT_THAT(CheckTlsFiles(files_),
              IsOkAndHolds(Identity{Role::kAgent, "kiosk-1"}));
}

TEST_F(CheckTlsFilesTest, AKeyThatOthersCanOpenIsRefused) {
  for (const mode_t mode : {0640u, 0604u, 0620u, 0602u, 0610u, 0601u, 0444u}) {
    ASSERT_EQ(chmod(files_.private_key.c_str(), mode), 0);
    EXPECT_THAT(CheckTlsFiles(files_),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         HasSubstr("only its owner")))
        << std::oct << mode;
  }
  for (const mode_t mode : {0400u, 0600u}) {
    ASSERT_EQ(chmod(files_.private_key.c_str(), mode), 0);
    EXPECT_OK(CheckTlsFiles(files_));
  }
}

TEST_F(CheckTlsFilesTest, NamesTheFileThatIsMissing) {
  for (std::string TlsFiles::*const member :
       {&TlsFiles::certificate, &TlsFiles::private_key, &TlsFiles::ca}) {
    TlsFiles files = files_;
    files.*member = "/nowhere/file.pem";
    EXPECT_THAT(CheckTlsFiles(files), StatusIs(absl::StatusCode::kNotFound,
                                               HasSubstr("/nowhere/file.pem")));
  }
}

TEST_F(CheckTlsFilesTest, RefusesWhatIsNotPem) {
  const std::string path = pki_.folder() + "/nonsense.pem";
  std::ofstream(path) << "-----BEGIN CERTIFICATE-----\nAAAA\n";
  ASSERT_EQ(chmod(path.c_str(), 0600), 0);
  for (std::string TlsFiles::*const member :
       {&TlsFiles::certificate, &TlsFiles::private_key, &TlsFiles::ca}) {
    TlsFiles files = files_;
    files.*member = path;
    EXPECT_THAT(CheckTlsFiles(files),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("nonsense.pem: not a PEM")));
  }
}

TEST_F(CheckTlsFilesTest, RefusesTheKeyOfAnotherCertificate) {
  files_.private_key = pki_.Issue(Role::kAgent, "kiosk-2").private_key;
  EXPECT_THAT(CheckTlsFiles(files_),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("not the key of the certificate")));
}

TEST_F(CheckTlsFilesTest, RefusesACertificateThatIsNotValidNow) {
  TestPki::Subject subject;
  subject.uris = {"spiffe://cardferry/agent/kiosk-1"};
  subject.valid_until = -absl::Minutes(1);
  EXPECT_THAT(CheckTlsFiles(pki_.IssueSubject(subject)),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("has expired")));
  subject.valid_from = absl::Hours(1);
  subject.valid_until = absl::Hours(2);
  EXPECT_THAT(CheckTlsFiles(pki_.IssueSubject(subject)),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("not valid yet")));
}

TEST_F(CheckTlsFilesTest, RefusesACertificateWithoutOneIdentity) {
  constexpr auto kUnauthenticated = absl::StatusCode::kUnauthenticated;
  TestPki::Subject subject;
  subject.dns = {"kiosk-1.example.org"};
  EXPECT_THAT(CheckTlsFiles(pki_.IssueSubject(subject)),
              StatusIs(kUnauthenticated, HasSubstr("has 0 URIs")));
  subject.uris = {"spiffe://cardferry/agent/a", "spiffe://cardferry/agent/b"};
  EXPECT_THAT(CheckTlsFiles(pki_.IssueSubject(subject)),
              StatusIs(kUnauthenticated, HasSubstr("has 2 URIs")));
  subject.uris = {"spiffe://cardferry.example/agent/a"};
  EXPECT_THAT(CheckTlsFiles(pki_.IssueSubject(subject)),
              StatusIs(kUnauthenticated, HasSubstr("trust domain")));
}

TEST_F(CheckTlsFilesTest, ErrorsShowNothingOfTheKey) {
  std::ifstream in(files_.private_key);
  const std::string key((std::istreambuf_iterator<char>(in)), {});
  files_.certificate = pki_.ca();
  const std::string text = CheckTlsFiles(files_).status().ToString();
  EXPECT_THAT(text, HasSubstr("not the key"));
  for (size_t i = 0; i + 16 < key.size(); i += 16) {
    EXPECT_THAT(text, testing::Not(HasSubstr(key.substr(i, 16))));
  }
}

}  // namespace
}  // namespace cardferry::rpc
