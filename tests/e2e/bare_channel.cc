#include "tests/e2e/bare_channel.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/security/tls_certificate_provider.h"
#include "grpcpp/security/tls_certificate_verifier.h"
#include "grpcpp/security/tls_credentials_options.h"
#include "lib/base/file.h"
#include "lib/rpc/call.h"
#include "lib/rpc/grpc_status.h"

namespace cardferry::e2e {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(10);
constexpr size_t kLargestPem = 1 << 16;

std::shared_ptr<grpc::Channel> Connect(
    int port, grpc::experimental::TlsChannelCredentialsOptions options) {
  options.set_verify_server_certs(false);
  options.set_check_call_host(false);
  options.set_certificate_verifier(
      std::make_shared<grpc::experimental::NoOpCertificateVerifier>());
  // Connections of their own: gRPC would share one between equal channels.
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", port),
                                   grpc::experimental::TlsCredentials(options),
                                   arguments);
}

}  // namespace

std::shared_ptr<grpc::Channel> BareChannel(int port, const rpc::TlsFiles& tls) {
  const std::string key = ReadFile(tls.private_key, kLargestPem).value_or("");
  const std::string certificate =
      ReadFile(tls.certificate, kLargestPem).value_or("");
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(
      std::make_shared<grpc::experimental::StaticDataCertificateProvider>(
          std::vector<grpc::experimental::IdentityKeyCertPair>{
              {key, certificate}}));
  options.watch_identity_key_cert_pairs();
  return Connect(port, options);
}

std::shared_ptr<grpc::Channel> NamelessChannel(int port) {
  return Connect(port, grpc::experimental::TlsChannelCredentialsOptions());
}

absl::Status CallWithNothing(const std::shared_ptr<grpc::Channel>& channel,
                             const std::string& method) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  rpc::SetTimeout(context, kTimeout);
  grpc::CompletionQueue queue;
  const grpc::Slice nothing;
  const grpc::ByteBuffer empty_message(&nothing, 1);  // not: no message
  const auto call =
      stub.PrepareUnaryCall(&context, method, empty_message, &queue);
  call->StartCall();
  grpc::ByteBuffer response;
  grpc::Status status;
  call->Finish(&response, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  return rpc::ToAbslStatus(status);
}

}  // namespace cardferry::e2e
