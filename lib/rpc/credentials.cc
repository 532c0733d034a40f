#include "lib/rpc/credentials.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "grpcpp/security/auth_metadata_processor.h"
#include "grpcpp/security/tls_certificate_provider.h"
#include "grpcpp/security/tls_certificate_verifier.h"
#include "grpcpp/security/tls_credentials_options.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/call.h"
#include "lib/rpc/grpc_status.h"

namespace cardferry::rpc {
namespace {

absl::string_view View(grpc::string_ref text) {
  return absl::string_view(text.data(), text.size());
}

// Runs in every handshake after the chain was verified.
class IdentityVerifier final
    : public grpc::experimental::ExternalCertificateVerifier {
 public:
  // Peers must have `role`, or any when it is empty.
  explicit IdentityVerifier(std::optional<Role> role) : role_(role) {}

  bool Verify(grpc::experimental::TlsCustomVerificationCheckRequest* request,
              std::function<void(grpc::Status)> /*callback*/,
              grpc::Status* sync_status) override {
    const absl::Status status = Check(request->uri_names());
    if (!status.ok()) LogWarning("peer refused", {{"reason", status}});
    *sync_status = ToGrpc(status);
    return true;  // answered at once
  }

  void Cancel(grpc::experimental::TlsCustomVerificationCheckRequest*) override {
  }

 private:
  absl::Status Check(const std::vector<grpc::string_ref>& names) const {
    std::vector<absl::string_view> uris;
    for (const grpc::string_ref& name : names) uris.push_back(View(name));
    ASSIGN_OR_RETURN(const Identity peer, IdentityFromUris(uris));
    if (role_.has_value() && peer.role != *role_) {
      return absl::UnauthenticatedError(
          absl::StrCat("the peer is ", IdentityUri(peer), ", not of the role ",
                       RoleName(*role_)));
    }
    return absl::OkStatus();
  }

  const std::optional<Role> role_;
};

// Sees every call before its handler; cheap, so it stays on gRPC's thread.
class TableProcessor final : public grpc::AuthMetadataProcessor {
 public:
  explicit TableProcessor(AuthorizationTable table)
      : table_(std::move(table)) {}

  bool IsBlocking() const override { return false; }

  grpc::Status Process(const InputMetadata& metadata,
                       grpc::AuthContext* context, OutputMetadata*,
                       OutputMetadata*) override {
    return ToGrpc(Check(metadata, *context));
  }

 private:
  absl::Status Check(const InputMetadata& metadata,
                     const grpc::AuthContext& context) const {
    const auto path = metadata.find(":path");
    if (path == metadata.end() || metadata.count(":path") != 1) {
      return absl::InternalError("a call without a path");
    }
    ASSIGN_OR_RETURN(const Identity caller, PeerIdentity(context));
    const absl::Status status = table_.Check(View(path->second), caller);
    if (!status.ok()) {
      LogWarning("call refused",
                 {{"caller", IdentityUri(caller)}, {"reason", status}});
    }
    return status;
  }

  const AuthorizationTable table_;
};

std::shared_ptr<grpc::experimental::CertificateProviderInterface> WatchFiles(
    const TlsFiles& files, absl::Duration refresh) {
  const int64_t seconds = std::max<int64_t>(1, absl::ToInt64Seconds(refresh));
  return std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
      files.private_key, files.certificate, files.ca,
      static_cast<unsigned int>(seconds));
}

void Fill(grpc::experimental::TlsCredentialsOptions& options,
          std::optional<Role> peer) {
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_certificate_verifier(
      grpc::experimental::ExternalCertificateVerifier::Create<IdentityVerifier>(
          peer));
  options.set_check_call_host(false);  // the identity is what counts
}

}  // namespace

std::shared_ptr<grpc::ServerCredentials> MakeServerCredentials(
    const TlsFiles& files, absl::Duration refresh, AuthorizationTable table) {
  grpc::experimental::TlsServerCredentialsOptions options(
      WatchFiles(files, refresh));
  Fill(options, std::nullopt);
  options.set_cert_request_type(
      GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  auto credentials = grpc::experimental::TlsServerCredentials(options);
  credentials->SetAuthMetadataProcessor(
      std::make_shared<TableProcessor>(std::move(table)));
  return credentials;
}

std::shared_ptr<grpc::ChannelCredentials> MakeChannelCredentials(
    const TlsFiles& files, absl::Duration refresh, Role server) {
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(WatchFiles(files, refresh));
  Fill(options, server);
  options.set_verify_server_certs(true);
  return grpc::experimental::TlsCredentials(options);
}

}  // namespace cardferry::rpc
