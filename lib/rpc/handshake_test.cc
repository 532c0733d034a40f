// Who gets through the handshake, tried with what ships on one side and, where
// ours cannot be made to misbehave, the openssl command on the other.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "grpcpp/create_channel.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/rpc/call.h"
#include "lib/rpc/channel.h"
#include "lib/rpc/credentials.h"
#include "lib/rpc/grpc_status.h"
#include "lib/rpc/health_client.h"
#include "lib/rpc/process_setup.h"
#include "lib/rpc/server.h"
#include "lib/rpc/testing/command.h"
#include "lib/rpc/testing/echo_service.h"
#include "lib/rpc/testing/test_pki.h"

namespace cardferry::rpc {
namespace {

using ::cardferry::rpc::testing::Command;
using ::cardferry::rpc::testing::Echo;
using ::cardferry::rpc::testing::EchoRows;
using ::cardferry::rpc::testing::EchoService;
using ::cardferry::rpc::testing::SayRequest;
using ::cardferry::rpc::testing::SayResponse;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::Duration kLongEnough = absl::Seconds(8);
constexpr char kSequencerUri[] = "spiffe://cardferry/sequencer/test";

class HandshakeTest : public ::testing::Test {
 protected:
  void Serve(const TlsFiles& tls) {
    ServerOptions options;
    options.listen_address = "127.0.0.1:0";
    options.tls = tls;
    options.authorization = EchoRows({Role::kSequencer});
    options.services = {&service_};
    options.tls_refresh = absl::Seconds(1);
    ASSERT_OK_AND_ASSIGN(server_, Server::Start(std::move(options)));
  }
  void Serve() { Serve(pki_.Issue(Role::kKeyvault, "vault-1")); }
  std::string Address() const {
    return absl::StrCat("127.0.0.1:", server_->port());
  }
  // A channel that does not check its own files first, as a foreign program.
  std::shared_ptr<grpc::Channel> UncheckedChannel(const TlsFiles& tls) {
    EXPECT_OK(PrepareProcess());
    return grpc::CreateChannel(
        Address(),
        MakeChannelCredentials(tls, absl::Minutes(1), Role::kKeyvault));
  }
  // A call that its role may make; fails at once when the handshake does.
  static absl::Status Say(const std::shared_ptr<grpc::Channel>& channel) {
    grpc::ClientContext context;
    SetTimeout(context, kLongEnough);
    SayResponse response;
    return ToAbslStatus(
        Echo::NewStub(channel)->Say(&context, SayRequest(), &response));
  }
  static void ExpectRefused(const std::shared_ptr<grpc::Channel>& channel,
                            const std::string& said) {
    EXPECT_THAT(Say(channel),
                StatusIs(absl::StatusCode::kUnavailable, HasSubstr(said)));
  }
  // A client's handshake is over before the server looks at its certificate.
  static void ExpectClosed(const std::shared_ptr<grpc::Channel>& channel,
                           const std::string& log) {
    ::testing::internal::CaptureStderr();
    ExpectRefused(channel, "Socket closed");
    EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr(log));
  }
  // The address in "ACCEPT 127.0.0.1:1234" of `openssl s_server`.
  static std::string AddressOf(Command& server) {
    server.ReadUntil("ACCEPT ");
    const std::string output = server.ReadUntil("\n");
    const std::vector<std::string> words =
        absl::StrSplit(output.substr(output.find("ACCEPT")), ' ');
    return std::string(absl::StripAsciiWhitespace(words[1]));
  }
  std::vector<std::string> OpensslClient(const TlsFiles& tls,
                                         const std::string& option) {
    return {"openssl",       "s_client", "-connect",      Address(), "-cert",
            tls.certificate, "-key",     tls.private_key, "-CAfile", tls.ca,
            "-alpn",         "h2",       "-no_ign_eof",   "-brief",  option};
  }

  TestPki pki_;
  EchoService service_;
  std::unique_ptr<Server> server_;
};

TEST_F(HandshakeTest, TakesTheCertificatesOfMakePki) {
  const auto issue = [&](const std::string& role,
                         const std::vector<std::string>& options) {
    const std::string folder = pki_.folder() + "/made";
    std::vector<std::string> arguments = {
        "deploy/pki/make_pki.sh", "--dir", folder, "issue", role, "test"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    Command make_pki(arguments);
    const std::string output = make_pki.ReadAll();
    EXPECT_EQ(make_pki.Wait(), 0) << output;
    return TlsFiles{folder + "/" + role + "-test.crt",
                    folder + "/" + role + "-test.key", folder + "/ca.crt"};
  };
  Serve(issue("keyvault", {}));
  EXPECT_OK(Say(UncheckedChannel(issue("sequencer", {}))));
  ExpectClosed(UncheckedChannel(issue("sequencer", {"--expired"})),
               "certificate verify failed");
}

TEST_F(HandshakeTest, RefusesClientsWhoseCertificateIsNotGood) {
  Serve();
  EXPECT_OK(Say(UncheckedChannel(pki_.Issue(Role::kSequencer, "test"))));

  TestPki::Subject expired;
  expired.uris = {kSequencerUri};
  expired.valid_until = -absl::Minutes(1);
  ExpectClosed(UncheckedChannel(pki_.IssueSubject(expired)),
               "certificate verify failed");

  TestPki::Subject early;
  early.uris = {kSequencerUri};
  early.valid_from = absl::Minutes(30);
  ExpectClosed(UncheckedChannel(pki_.IssueSubject(early)),
               "certificate verify failed");

  TestPki::Subject self_signed;
  self_signed.uris = {kSequencerUri};
  self_signed.self_signed = true;
  ExpectClosed(UncheckedChannel(pki_.IssueSubject(self_signed)),
               "certificate verify failed");

  TestPki other_authority;
  TlsFiles foreign = other_authority.Issue(Role::kSequencer, "test");
  foreign.ca = pki_.ca();
  // Called as ours is, so the signature is what tells them apart.
  ExpectClosed(UncheckedChannel(foreign), "asn1 encoding routines::EVP lib");

  TestPki::Subject none;
  none.dns = {"sequencer.example.org"};
  ExpectClosed(UncheckedChannel(pki_.IssueSubject(none)),
               "has 0 URIs instead of one");

  TestPki::Subject two;
  two.uris = {kSequencerUri, "spiffe://cardferry/operator/test"};
  ExpectClosed(UncheckedChannel(pki_.IssueSubject(two)),
               "has 2 URIs instead of one");

  TestPki::Subject twice;
  twice.uris = {kSequencerUri, kSequencerUri};
  ExpectClosed(UncheckedChannel(pki_.IssueSubject(twice)),
               "has 2 URIs instead of one");

  TestPki::Subject domain;
  domain.uris = {"spiffe://cardferry.example/sequencer/test"};
  ExpectClosed(UncheckedChannel(pki_.IssueSubject(domain)),
               "not of the trust domain");

  TestPki::Subject role;
  role.uris = {"spiffe://cardferry/root/test"};
  ExpectClosed(UncheckedChannel(pki_.IssueSubject(role)), "role is unknown");
  EXPECT_EQ(service_.calls(), 1);
}

TEST_F(HandshakeTest, RefusesClientsWithoutACertificate) {
  Serve();
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_verify_server_certs(false);
  options.set_check_call_host(false);
  options.set_certificate_verifier(
      std::make_shared<grpc::experimental::NoOpCertificateVerifier>());
  ExpectClosed(grpc::CreateChannel(Address(),
                                   grpc::experimental::TlsCredentials(options)),
               "peer did not return a certificate");
  ExpectClosed(
      grpc::CreateChannel(Address(), grpc::InsecureChannelCredentials()),
      "wrong version number");
}

TEST_F(HandshakeTest, RefusesServersOfAnotherRoleOrAuthority) {
  Serve(pki_.Issue(Role::kOrchestrator, "o-1"));
  const TlsFiles ours = pki_.Issue(Role::kSequencer, "test");
  const auto channel_to = [&](const TlsFiles& tls, Role role) {
    auto channel = CreateChannel(Address(), tls, role);
    EXPECT_OK(channel);
    return *channel;
  };
  EXPECT_OK(Say(channel_to(ours, Role::kOrchestrator)));
  ExpectRefused(channel_to(ours, Role::kKeyvault), "not of the role keyvault");

  const TestPki other_authority;
  TlsFiles distrusting = ours;
  distrusting.ca = other_authority.ca();
  ExpectRefused(channel_to(distrusting, Role::kOrchestrator),
                "Tls handshake failed");
}

TEST_F(HandshakeTest, RefusesServersWithoutOneIdentity) {
  TestPki::Subject two;
  two.uris = {"spiffe://cardferry/keyvault/a", "spiffe://cardferry/keyvault/b"};
  two.dns = {"localhost"};
  // Our server refuses to start with such a certificate; openssl's does not.
  const TlsFiles tls = pki_.IssueSubject(two);
  Command server({"openssl", "s_server", "-accept", "127.0.0.1:0", "-cert",
                  tls.certificate, "-key", tls.private_key, "-alpn", "h2"},
                 Command::Input::kSilent);
  auto channel = CreateChannel(
      AddressOf(server), pki_.Issue(Role::kSequencer, "test"), Role::kKeyvault);
  ASSERT_OK(channel);
  ExpectRefused(*channel, "has 2 URIs instead of one");
}

TEST_F(HandshakeTest, RefusesClientsWithTls12) {
  Serve();
  const TlsFiles tls = pki_.Issue(Role::kSequencer, "test");
  Command modern(OpensslClient(tls, "-tls1_3"));
  EXPECT_THAT(modern.ReadAll(), HasSubstr("Protocol version: TLSv1.3"));
  EXPECT_EQ(modern.Wait(), 0);
  for (const char* version : {"-tls1_2", "-tls1_1", "-tls1"}) {
    ::testing::internal::CaptureStderr();
    Command old(OpensslClient(tls, version));
    EXPECT_THAT(old.ReadAll(), Not(HasSubstr("Protocol version"))) << version;
    EXPECT_NE(old.Wait(), 0) << version;
    EXPECT_THAT(::testing::internal::GetCapturedStderr(),
                HasSubstr("unsupported protocol"))
        << version;
  }
}

TEST_F(HandshakeTest, RefusesServersWithTls12) {
  const TlsFiles tls = pki_.Issue(Role::kKeyvault, "vault-1");
  Command server(
      {"openssl", "s_server", "-accept", "127.0.0.1:0", "-cert",
       tls.certificate, "-key", tls.private_key, "-alpn", "h2", "-tls1_2"},
      Command::Input::kSilent);
  auto channel = CreateChannel(
      AddressOf(server), pki_.Issue(Role::kSequencer, "test"), Role::kKeyvault);
  ASSERT_OK(channel);
  ExpectRefused(*channel, "alert protocol version");
}

TEST_F(HandshakeTest, GivesOutNoTicketThatWouldReplaceACertificate) {
  Serve();
  std::vector<std::string> arguments =
      OpensslClient(pki_.Issue(Role::kSequencer, "test"), "-tls1_3");
  const std::string session = pki_.folder() + "/session.pem";
  arguments.insert(arguments.end(), {"-sess_out", session, "-msg"});
  Command client(arguments);
  EXPECT_THAT(client.ReadAll(), Not(HasSubstr("NewSessionTicket")));
}

TEST_F(HandshakeTest, UsesARenewedCertificateWithoutARestart) {
  // The client believes keyvaults only: it gets through after the renewal.
  const TlsFiles tls = pki_.Issue(Role::kOrchestrator, "vault-1");
  Serve(tls);
  const TlsFiles ours = pki_.Issue(Role::kSequencer, "test");
  auto channel = CreateChannel(Address(), ours, Role::kKeyvault);
  ASSERT_OK(channel);
  ExpectRefused(*channel, "not of the role keyvault");
  TestPki::Subject renewed;
  renewed.uris = {"spiffe://cardferry/keyvault/vault-1"};
  pki_.Renew(tls, renewed);
  EXPECT_THAT(IsServing(*channel, kLongEnough), IsOkAndHolds(true));
}

}  // namespace
}  // namespace cardferry::rpc
