// The keyvault: all keys, as handles of a PKCS#11 token, behind mutual TLS.
#include <stdlib.h>

#include <memory>
#include <string>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/time/time.h"
#include "hsm-config/key_profile_proto.h"
#include "lib/base/clock.h"
#include "lib/base/file.h"
#include "lib/base/log.h"
#include "lib/base/random.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/config.h"
#include "lib/rpc/program.h"
#include "lib/rpc/server.h"
#include "lib/rpc/shutdown_signal.h"
#include "lib/rpc/tls_files.h"
#include "services/keyvault/access_rules.h"
#include "services/keyvault/approval_desk.h"
#include "services/keyvault/approvals_service.h"
#include "services/keyvault/database_ledger.h"
#include "services/keyvault/files/file_vault.h"
#include "services/keyvault/files/file_vault_service.h"
#include "services/keyvault/hsm/pkcs11_content_signer.h"
#include "services/keyvault/hsm/pkcs11_file_keys.h"
#include "services/keyvault/hsm/pkcs11_hsm_keys.h"
#include "services/keyvault/hsm/read_only_token.h"
#include "services/keyvault/keyvault_config.h"
#include "services/keyvault/keyvault_service.h"
#include "services/keyvault/process_hardening.h"
#include "services/keyvault/receipt_desk.h"
#include "services/keyvault/vault.h"

namespace cardferry::keyvault {
namespace {

constexpr absl::Duration kPruneEvery = absl::Minutes(1);

constexpr char kExamples[] =
    "Examples:\n"
    "  keyvault --config keyvault.textproto --pin_file /run/secrets/pin\n"
    "  keyvault --config keyvault.textproto --check_config\n\n"
    "Configuration (text format of cardferry.config.v1.KeyVaultConfig):\n"
    "  listen: \"0.0.0.0:7003\"\n"
    "  tls { certificate: \"keyvault.pem\" private_key: \"keyvault.key\" "
    "ca: \"ca.pem\" }\n"
    "  hsm {\n"
    "    module: \"/usr/lib/softhsm/libsofthsm2.so\"\n"
    "    token_label: \"cardferry\"\n"
    "    token_directory: \"/var/lib/cardferry/tokens\"   # read-only\n"
    "    key_profile: \"profile.textproto\"\n"
    "  }\n"
    "  ledger: \"sqlite3:///var/lib/cardferry/keyvault.db\"\n\n"
    "SoftHSM2 finds its token by the environment variable SOFTHSM2_CONF.\n"
    "The PIN file must be readable by its owner only (0400).\n\n"
    "Exit codes: 0 stopped by a signal, 1 cannot start, 2 wrong usage.\n";

struct Flags {
  std::string pin_file;
  bool allow_writable_token = false;
};

absl::StatusOr<KeyVaultConfig> Configure(const std::string& file) {
  ASSIGN_OR_RETURN(const config::v1::KeyVaultConfig proto,
                   rpc::LoadTextproto<config::v1::KeyVaultConfig>(file));
  ASSIGN_OR_RETURN(KeyVaultConfig config, ParseKeyVaultConfig(proto));
  RETURN_IF_ERROR(rpc::CheckTlsFiles(config.tls).status());
  return config;
}

absl::StatusOr<std::unique_ptr<Pkcs11HsmKeys>> OpenKeys(
    const KeyVaultConfig& config, const Flags& flags) {
  HsmOptions options = HsmOptionsOf(config);
  ASSIGN_OR_RETURN(options.profile, hsm::ReadKeyProfile(config.key_profile));
  ASSIGN_OR_RETURN(options.token.pin, ReadSecretFile(flags.pin_file));
  options.allow_writable_token = flags.allow_writable_token;
  const char* const conf = getenv("SOFTHSM2_CONF");
  if (conf != nullptr && !config.token_directory.empty()) {
    RETURN_IF_ERROR(CheckSoftHsmUses(conf, config.token_directory));
  }
  ASSIGN_OR_RETURN(std::unique_ptr<Pkcs11HsmKeys> keys,
                   Pkcs11HsmKeys::Open(std::move(options)));
  RETURN_IF_ERROR(CheckKeySets(config.policy, keys->KeySets()));
  return keys;
}

// Serves until the signal comes.
absl::Status ServeVault(const KeyVaultConfig& config, Vault& vault,
                        FileVault& file_vault, ApprovalDesk& desk,
                        ReceiptDesk& receipts, rpc::ShutdownSignal& signal) {
  KeyVaultService service(vault);
  FileVaultService files(file_vault);
  KeyVaultAdminService admin(vault);
  ApprovalsService approvals(desk);
  SignedContentService signed_content(desk, receipts);
  rpc::ServerOptions options;
  options.listen_address = config.listen;
  options.tls = config.tls;
  options.authorization = AccessRules();
  options.services = {&service, &files, &admin, &approvals, &signed_content};
  ASSIGN_OR_RETURN(const std::unique_ptr<rpc::Server> server,
                   rpc::Server::Start(std::move(options)));
  LogInfo("serving", {{"port", server->port()},
                      {"token", config.token_label},
                      {"key_sets", static_cast<int>(vault.KeySets().size())}});
  while (!signal.Wait(kPruneEvery)) {
    const absl::Status pruned = vault.Prune();
    if (!pruned.ok()) LogWarning("not pruned", {{"status", pruned}});
  }
  LogInfo("stopping");
  server->Shutdown();
  return absl::OkStatus();
}

absl::Status Check(const std::string& file) {
  ASSIGN_OR_RETURN(const KeyVaultConfig config, Configure(file));
  return hsm::ReadKeyProfile(config.key_profile).status();
}

absl::Status Serve(const std::string& file, const Flags& flags,
                   rpc::ShutdownSignal& signal) {
  RETURN_IF_ERROR(KeepMemoryPrivate());
  ASSIGN_OR_RETURN(const KeyVaultConfig config, Configure(file));
  if (flags.allow_writable_token) {
    LogWarning("the token may be writable: for development only");
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<Pkcs11HsmKeys> keys,
                   OpenKeys(config, flags));
  ASSIGN_OR_RETURN(
      const std::unique_ptr<Pkcs11ContentSigner> signer,
      Pkcs11ContentSigner::Open(keys->token(), keys->profile().signing_keys));
  ASSIGN_OR_RETURN(const std::unique_ptr<DatabaseLedger> ledger,
                   DatabaseLedger::Open(config.ledger));
  const SystemClock clock;
  SystemRandom random;
  Vault vault({*keys, *ledger, clock, random, ledger.get()}, config.policy);
  Pkcs11FileKeys file_keys(keys->context());
  FileVault file_vault({*keys, file_keys, *ledger, clock, random},
                       config.policy);
  ApprovalDesk desk(*signer, *ledger, clock, random);
  ReceiptDesk receipts(*keys);
  return ServeVault(config, vault, file_vault, desk, receipts, signal);
}

void AddFlags(CLI::App& app, Flags& flags) {
  CLI::Option* const pin =
      app.add_option("--pin_file", flags.pin_file, "file with the token's PIN");
  app.add_flag("--allow_writable_token", flags.allow_writable_token,
               "serve although this process could write the token's files "
               "(development only: a crash can destroy the keys)");
  app.final_callback([&app, pin] {
    if (app.count("--check_config") == 0 && pin->count() == 0) {
      throw CLI::RequiredError("--pin_file");
    }
  });
}

}  // namespace
}  // namespace cardferry::keyvault

int main(int argc, char** argv) {
  namespace keyvault = cardferry::keyvault;
  keyvault::Flags flags;
  return cardferry::rpc::RunProgram(
      {"keyvault", "Holds all keys, as handles of a PKCS#11 token.",
       keyvault::kExamples},
      {[&flags](CLI::App& app) { keyvault::AddFlags(app, flags); },
       keyvault::Check,
       [&flags](const std::string& file, cardferry::rpc::ShutdownSignal& stop) {
         return keyvault::Serve(file, flags, stop);
       }},
      argc, argv);
}
