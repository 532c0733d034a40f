#ifndef CARDFERRY_LIB_RPC_SERVER_H_
#define CARDFERRY_LIB_RPC_SERVER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/rpc/authorization_table.h"
#include "lib/rpc/identity.h"
#include "lib/rpc/tls_files.h"

namespace grpc {
class Server;
class Service;
}  // namespace grpc

namespace cardferry::rpc {

// What a server is made of.
struct ServerOptions {
  // "127.0.0.1:0", "[::]:7001". Port 0 takes a free one: Server::port().
  std::string listen_address;
  TlsFiles tls;
  // Who may call what; a row for every method of `services`, of health and of
  // reflection, and no other.
  std::vector<AuthorizationTable::Row> authorization;
  // Synchronous and callback services, not owned; they outlive the server.
  std::vector<grpc::Service*> services;
  // How long Shutdown waits for calls to end by themselves.
  absl::Duration drain = absl::Seconds(5);
  // Called once by Shutdown after health says NOT_SERVING and before the drain
  // begins: end your long-lived streams here. May be empty.
  std::function<void()> on_drain;
  // The largest message in either direction.
  int max_message_bytes = 4 << 20;
  // Threads for synchronous services, at least 3. A call for which there is
  // none gets RESOURCE_EXHAUSTED.
  int max_threads = 64;
  // How often the TLS files are looked at.
  absl::Duration tls_refresh = absl::Minutes(1);
};

// A gRPC server that speaks TLS 1.3 only, to clients with a certificate of our
// authority only, about the methods of its table only. Health and reflection
// are on. Every call, streams included, passes the table before its handler.
class Server {
 public:
  // Serves when it returns. FAILED_PRECONDITION when a method has no row or a
  // row no method, or for TLS files as CheckTlsFiles says; UNAVAILABLE when
  // the address cannot be bound.
  static absl::StatusOr<std::unique_ptr<Server>> Start(ServerOptions options);

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  // Shuts down first.
  ~Server();

  // The port that is listened on.
  int port() const { return port_; }
  // Who this server is, as its certificate says.
  const Identity& identity() const { return identity_; }

  // In this order: health says NOT_SERVING; `on_drain`; nothing new is
  // accepted; running calls may end until `drain` is over; the rest is
  // cancelled; no handler runs any more. The second time does nothing.
  void Shutdown();

 private:
  Server(ServerOptions options, Identity identity);

  ServerOptions options_;
  Identity identity_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace cardferry::rpc

#endif  // CARDFERRY_LIB_RPC_SERVER_H_
