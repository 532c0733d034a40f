#include "lib/rpc/server.h"

#include <chrono>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/impl/server_builder_option.h"
#include "grpcpp/impl/server_builder_plugin.h"
#include "grpcpp/impl/server_initializer.h"
#include "grpcpp/resource_quota.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/credentials.h"
#include "lib/rpc/process_setup.h"

namespace cardferry::rpc {
namespace {

constexpr int kQueues = 2;

// Learns the names of all services that the builder registered.
class ServiceLister final : public grpc::ServerBuilderPlugin {
 public:
  explicit ServiceLister(std::vector<std::string>* names) : names_(names) {}
  std::string name() override { return "cardferry_service_lister"; }
  void InitServer(grpc::ServerInitializer*) override {}
  void Finish(grpc::ServerInitializer* initializer) override {
    *names_ = *initializer->GetServiceList();
  }
  void ChangeArguments(const std::string&, void*) override {}

 private:
  std::vector<std::string>* const names_;
};

class AddServiceLister final : public grpc::ServerBuilderOption {
 public:
  explicit AddServiceLister(std::vector<std::string>* names) : names_(names) {}
  void UpdateArguments(grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>*
                         plugins) override {
    plugins->push_back(std::make_unique<ServiceLister>(names_));
  }

 private:
  std::vector<std::string>* const names_;
};

// "/package.Service/Method" for each method of the services. gRPC's own health
// service has no descriptor in the process.
absl::StatusOr<std::vector<std::string>> MethodsOf(
    const std::vector<std::string>& services) {
  std::vector<std::string> methods = {kHealthCheck, kHealthWatch};
  for (const std::string& name : services) {
    if (name == "grpc.health.v1.Health") continue;
    const google::protobuf::ServiceDescriptor* service =
        google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
            name);
    if (service == nullptr) {
      return absl::FailedPreconditionError(
          absl::StrCat("no description of the service ", name));
    }
    for (int i = 0; i < service->method_count(); ++i) {
      methods.push_back(
          absl::StrCat("/", name, "/", service->method(i)->name()));
    }
  }
  return methods;
}

// Health and reflection are switched on for the whole process.
void EnableStandardServices() {
  static const bool done = [] {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    return true;
  }();
  (void)done;
}

void Configure(const ServerOptions& options, grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(options.max_message_bytes);
  builder.SetMaxSendMessageSize(options.max_message_bytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 16 << 10);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 256);
  // Two servers never share a port by accident.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // Agents behind NAT ping us; we notice the ones that are gone.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(
      GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // gRPC's default is a queue a core, and it aborts when the threads that may
  // be used do not suffice to watch all of them.
  builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, kQueues);
  grpc::ResourceQuota quota("cardferry");
  quota.SetMaxThreads(options.max_threads);
  builder.SetResourceQuota(quota);
}

}  // namespace

Server::Server(ServerOptions options, Identity identity)
    : options_(std::move(options)), identity_(std::move(identity)) {}

Server::~Server() { Shutdown(); }

absl::StatusOr<std::unique_ptr<Server>> Server::Start(ServerOptions options) {
  RETURN_IF_ERROR(PrepareProcess());
  if (options.max_threads <= kQueues) {
    return absl::InvalidArgumentError(
        absl::StrCat("max_threads must be more than ", kQueues));
  }
  ASSIGN_OR_RETURN(Identity identity, CheckTlsFiles(options.tls));
  ASSIGN_OR_RETURN(const AuthorizationTable table,
                   AuthorizationTable::Create(options.authorization));
  EnableStandardServices();

  auto server =
      absl::WrapUnique(new Server(std::move(options), std::move(identity)));
  std::vector<std::string> services;
  grpc::ServerBuilder builder;
  Configure(server->options_, builder);
  builder.SetOption(std::make_unique<AddServiceLister>(&services));
  for (grpc::Service* service : server->options_.services) {
    builder.RegisterService(service);
  }
  // Until the table is known to be complete, a method without a row is refused
  // like any other call that the table does not allow.
  builder.AddListeningPort(
      server->options_.listen_address,
      MakeServerCredentials(server->options_.tls, server->options_.tls_refresh,
                            table),
      &server->port_);
  server->server_ = builder.BuildAndStart();
  if (server->server_ == nullptr || server->port_ == 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", server->options_.listen_address));
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> methods, MethodsOf(services));
  RETURN_IF_ERROR(table.CheckComplete(methods));
  return server;
}

void Server::Shutdown() {
  if (server_ == nullptr) return;
  if (grpc::HealthCheckServiceInterface* const health =
          server_->GetHealthCheckService()) {
    health->Shutdown();
  }
  if (options_.on_drain) options_.on_drain();
  server_->Shutdown(std::chrono::system_clock::now() +
                    absl::ToChronoNanoseconds(options_.drain));
  server_->Wait();
  server_.reset();
}

}  // namespace cardferry::rpc
