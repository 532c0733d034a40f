#include "lib/rpc/process_setup.h"

#include <openssl/bio.h>
#include <openssl/conf.h>
#include <openssl/ssl.h>

#include <memory>

#include "absl/strings/match.h"
#include "grpc/grpc.h"
#include "grpc/support/log.h"
#include "lib/base/log.h"

namespace cardferry::rpc {
namespace {

// gRPC sets MinProtocol itself, so only taking TLS 1.2 out of the list lasts.
constexpr char kTlsConfiguration[] =
    "openssl_conf = cardferry\n"
    "[cardferry]\n"
    "ssl_conf = contexts\n"
    "[contexts]\n"
    "system_default = every_context\n"
    "[every_context]\n"
    "MinProtocol = TLSv1.3\n"
    "Protocol = -TLSv1.2\n"
    "CipherString = DEFAULT:@SECLEVEL=2\n"
    "NumTickets = 0\n";

struct BioFree {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct ConfFree {
  void operator()(CONF* conf) const { NCONF_free(conf); }
};
struct ContextFree {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

// OpenSSL loads /etc/ssl/openssl.cnf when it is first used: let it, then put
// ours in its place.
bool LoadTlsConfiguration() {
  if (OPENSSL_init_ssl(0, nullptr) != 1) return false;
  const std::unique_ptr<BIO, BioFree> text(
      BIO_new_mem_buf(kTlsConfiguration, -1));
  const std::unique_ptr<CONF, ConfFree> conf(NCONF_new(nullptr));
  long line = 0;
  return text != nullptr && conf != nullptr &&
         NCONF_load_bio(conf.get(), text.get(), &line) == 1 &&
         CONF_modules_load(conf.get(), nullptr, 0) == 1;
}

// The proof: a context made as gRPC makes it.
bool ContextsAreTls13Only() {
  const std::unique_ptr<SSL_CTX, ContextFree> context(
      SSL_CTX_new(TLS_method()));
  if (context == nullptr) return false;
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  return (SSL_CTX_get_options(context.get()) & SSL_OP_NO_TLSv1_2) != 0 &&
         SSL_CTX_get_num_tickets(context.get()) == 0;
}

void LogFromGrpc(gpr_log_func_args* args) {
  if (args->severity < GPR_LOG_SEVERITY_ERROR) return;
  // Said of every connection: our certificates have no host names.
  if (absl::StartsWith(args->message, "No match found for server name")) return;
  LogWarning("gRPC reports", {{"text", args->message}});
}

void QuietGrpc() {
  grpc_init();  // never shut down, or its environment would be read again
  gpr_set_log_function(LogFromGrpc);
  grpc_tracer_set_enabled("all", 0);
}

absl::Status Prepare() {
  if (!LoadTlsConfiguration() || !ContextsAreTls13Only()) {
    return absl::InternalError("OpenSSL did not take \"TLS 1.3 only\"");
  }
  QuietGrpc();
  return absl::OkStatus();
}

}  // namespace

absl::Status PrepareProcess() {
  static const absl::Status* const status = new absl::Status(Prepare());
  return *status;
}

}  // namespace cardferry::rpc
