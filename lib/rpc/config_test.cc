#include "lib/rpc/config.h"

#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::rpc {
namespace {

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

std::string Write(const std::string& text) {
  const std::string path = testing::TempDir() + "/config.textproto";
  std::ofstream(path) << text;
  return path;
}

TEST(LoadTextprotoTest, ReadsAMessage) {
  const std::string path = Write(
      "# where\ncertificate: 'a.crt'\nprivate_key: \"a.key\"\nca: 'ca.crt'\n");
  ASSERT_OK_AND_ASSIGN(const auto config,
                       LoadTextproto<config::v1::TlsFiles>(path));
  ASSERT_OK_AND_ASSIGN(const TlsFiles files, ToTlsFiles(config));
  EXPECT_EQ(files.certificate, "a.crt");
  EXPECT_EQ(files.private_key, "a.key");
  EXPECT_EQ(files.ca, "ca.crt");
}

TEST(LoadTextprotoTest, NamesFileAndLineOfAFault) {
  const std::string path = Write("certificate: 'a.crt'\nprivate_kex: 'b'\n");
  EXPECT_THAT(
      LoadTextproto<config::v1::TlsFiles>(path),
      StatusIs(kInvalid, path + ":2:12: Message type \"cardferry.config."
                                "v1.TlsFiles\" has no field named "
                                "\"private_kex\"."));
}

TEST(LoadTextprotoTest, RefusesAFieldSaidTwice) {
  EXPECT_THAT(LoadTextproto<config::v1::TlsFiles>(Write("ca: 'a' ca: 'b'")),
              StatusIs(kInvalid));
}

TEST(LoadTextprotoTest, RefusesATruncatedFile) {
  const std::string whole = "certificate: 'a.crt'";
  for (size_t length = 1; length < whole.size(); ++length) {
    EXPECT_THAT(
        LoadTextproto<config::v1::TlsFiles>(Write(whole.substr(0, length))),
        StatusIs(kInvalid))
        << length;
  }
}

TEST(LoadTextprotoTest, SaysThatThereIsNoFile) {
  EXPECT_THAT(LoadTextproto<config::v1::TlsFiles>("/nowhere/config.textproto"),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST(ParseTextprotoTest, ChangesNothingOnAFault) {
  config::v1::TlsFiles files;
  files.set_ca("before");
  EXPECT_THAT(ParseTextproto("ca: 'after' nonsense", "text", files),
              StatusIs(kInvalid));
  EXPECT_EQ(files.ca(), "before");
}

TEST(ToTlsFilesTest, NamesTheFieldThatIsMissing) {
  config::v1::TlsFiles files;
  EXPECT_THAT(ToTlsFiles(files), StatusIs(kInvalid, "tls: no certificate"));
  files.set_certificate("c");
  EXPECT_THAT(ToTlsFiles(files), StatusIs(kInvalid, "tls: no private_key"));
  files.set_private_key("k");
  EXPECT_THAT(ToTlsFiles(files), StatusIs(kInvalid, "tls: no ca"));
}

}  // namespace
}  // namespace cardferry::rpc
