#include "tests/stage/stage_folder.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/base/file.h"
#include "lib/base/random.h"
#include "lib/base/status_macros.h"
#include "tests/stage/card_kinds.h"
#include "tests/stage/runfiles.h"

namespace cardferry::stage {
namespace {

constexpr absl::Duration kToolTime = absl::Seconds(60);
constexpr char kModule[] = "/usr/lib/softhsm/libsofthsm2.so";
constexpr char kTokenLabel[] = "cardferry-stage";
// The simulated card's own, any ten bytes: these and its number.
constexpr char kKeyDiversificationData[] = "000000000020261100";

bool Exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

// Makes it unless it is there.
absl::Status MakeFolder(const std::string& path) {
  if (mkdir(path.c_str(), 0755) == 0 || errno == EEXIST) {
    return absl::OkStatus();
  }
  return ErrnoStatus(errno, path);
}

absl::Status Run(std::vector<std::string> arguments,
                 std::map<std::string, std::string> environment = {}) {
  Command command;
  command.arguments = std::move(arguments);
  command.environment = std::move(environment);
  return RunSuccessfully(command, kToolTime).status();
}

std::string TlsText(const rpc::TlsFiles& tls) {
  return absl::StrCat("tls {\n  certificate: \"", tls.certificate,
                      "\"\n  private_key: \"", tls.private_key, "\"\n  ca: \"",
                      tls.ca, "\"\n}\n");
}

// A key set's policy, with the options `i` that its cards may have.
std::string KeySetText(absl::string_view name,
                       const std::vector<std::string>& options) {
  return absl::StrCat("key_sets {\n  name: \"", name,
                      "\"\n  channel_options: [", absl::StrJoin(options, ", "),
                      "]\n}\n");
}

std::string SoftHsmConfFor(const std::string& folder) {
  return absl::StrCat(folder, "/softhsm2.conf");
}

}  // namespace

std::string StageFolder::Listen(int port) const {
  return absl::StrCat("listen: \"127.0.0.1:", port + options_.port_offset,
                      "\"\n");
}

std::string StageFolder::Target(absl::string_view field, int port) const {
  return absl::StrCat(field, ": \"127.0.0.1:", port + options_.port_offset,
                      "\"\n");
}

std::string StageFolder::Path(absl::string_view name) const {
  return absl::StrCat(options_.folder, "/", name);
}

std::string StageFolder::Log(absl::string_view program) const {
  return Path(absl::StrCat(program, ".log"));
}

std::string StageFolder::CardFile(const CardChoice& card,
                                  absl::string_view ending) const {
  return Path(absl::StrCat("cards/", card.foreign ? "foreign-" : "", card.kind,
                           "-", card.number, ".", ending));
}

rpc::TlsFiles StageFolder::Tls(absl::string_view role,
                               absl::string_view name) const {
  // The keyvault's are where its own user may read them.
  const std::string folder = Path(role == "keyvault" ? "keyvault/pki" : "pki");
  const std::string stem = absl::StrCat(folder, "/", role, "-", name);
  return {absl::StrCat(stem, ".crt"), absl::StrCat(stem, ".key"),
          absl::StrCat(folder, "/ca.crt")};
}

std::map<std::string, std::string> StageFolder::TokenEnvironment() const {
  return {{"SOFTHSM2_CONF", SoftHsmConfFor(Path("keyvault"))}};
}

absl::Status StageFolder::Issue(absl::string_view role, absl::string_view name,
                                bool expired) const {
  ASSIGN_OR_RETURN(const std::string tool, Runfile("deploy/pki/make_pki.sh"));
  std::vector<std::string> arguments = {
      tool,    "--dir",           Path("pki"),
      "issue", std::string(role), std::string(name)};
  if (expired) arguments.push_back("--expired");
  return Run(std::move(arguments));
}

absl::Status StageFolder::MakePki() const {
  if (Exists(Path("keyvault/pki/ca.crt"))) return absl::OkStatus();
  RETURN_IF_ERROR(MakeFolder(Path("pki")));
  RETURN_IF_ERROR(MakeFolder(Path("keyvault")));
  RETURN_IF_ERROR(Issue("keyvault", "vault"));
  RETURN_IF_ERROR(Issue("sequencer", "sequencer"));
  RETURN_IF_ERROR(Issue("orchestrator", "orchestrator"));
  RETURN_IF_ERROR(Issue("agent", kAgentName));
  RETURN_IF_ERROR(Issue("operator", "demo"));
  RETURN_IF_ERROR(MakeFolder(Path("keyvault/pki")));
  // The authority last: with it all is there.
  return Run({"/bin/cp", "--preserve=mode", Path("pki/keyvault-vault.crt"),
              Path("pki/keyvault-vault.key"), Path("pki/ca.crt"),
              Path("keyvault/pki")});
}

absl::StatusOr<std::string> StageFolder::KeyProfile() const {
  ASSIGN_OR_RETURN(const std::string demo,
                   Runfile("hsm-config/profiles/demo.textproto"));
  if (options_.more_keys.empty()) return demo;
  constexpr size_t kLargest = 1 << 20;
  ASSIGN_OR_RETURN(const std::string text, ReadFile(demo, kLargest));
  RETURN_IF_ERROR(
      Write("key-profile.textproto", absl::StrCat(text, options_.more_keys)));
  return Path("key-profile.textproto");
}

absl::Status StageFolder::MakeTokenIn(const std::string& folder) const {
  SystemRandom random;
  const std::string pin = ToHex(random.Draw(16));
  RETURN_IF_ERROR(
      WriteFileAtomically(absl::StrCat(folder, "/pin"), AsBytes(pin), 0400));
  ASSIGN_OR_RETURN(const std::string tool,
                   Runfile("hsm-config/keyvault-token"));
  ASSIGN_OR_RETURN(const std::string profile, KeyProfile());
  return Run(
      {tool, "init", "--module", kModule, "--profile", profile, "--token_label",
       kTokenLabel, "--token_dir", absl::StrCat(folder, "/token"), "--pin_file",
       absl::StrCat(folder, "/pin"), "--softhsm_conf", SoftHsmConfFor(folder)});
}

absl::Status StageFolder::MakeToken() const {
  const std::string folder = Path("keyvault");
  if (Exists(absl::StrCat(folder, "/softhsm2.conf"))) return absl::OkStatus();
  return MakeTokenIn(folder);
}

absl::Status StageFolder::MakeCardKeys(const CardChoice& card) const {
  const std::string out = CardFile(card, "keys");
  if (Exists(out)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const CardKind kind, FindCardKind(card.kind));
  ASSIGN_OR_RETURN(const std::string tool,
                   Runfile("hsm-config/keyvault-token"));
  ASSIGN_OR_RETURN(const std::string profile, KeyProfile());
  RETURN_IF_ERROR(MakeFolder(Path("cards")));
  const std::string folder = Path(card.foreign ? "foreign" : "keyvault");
  if (card.foreign && !Exists(folder)) {
    RETURN_IF_ERROR(MakeFolder(folder));
    RETURN_IF_ERROR(MakeTokenIn(folder));
  }
  return Run({tool, "card-keys", "--module", kModule, "--profile", profile,
              "--token_label", kTokenLabel, "--pin_file",
              absl::StrCat(folder, "/pin"), "--softhsm_conf",
              SoftHsmConfFor(folder), "--key_set",
              card.key_set.empty() ? kind.key_set : card.key_set, "--kdd",
              absl::StrCat(kKeyDiversificationData,
                           absl::Dec(card.number, absl::kZeroPad2)),
              "--out", out, "--development_only"});
}

absl::Status StageFolder::Write(absl::string_view name,
                                absl::string_view text) const {
  return WriteFileAtomically(Path(name), AsBytes(text), 0644);
}

absl::Status StageFolder::WriteKeyVaultConfiguration() const {
  ASSIGN_OR_RETURN(const std::string profile, KeyProfile());
  RETURN_IF_ERROR(Run({"/bin/cp", profile, Path("keyvault/keys.textproto")}));
  return Write(
      "keyvault/keyvault.textproto",
      absl::StrCat(
          Listen(kKeyVaultPort), TlsText(Tls("keyvault", "vault")),
          "hsm {\n  module: \"", kModule, "\"\n  token_label: \"", kTokenLabel,
          "\"\n  token_directory: \"", Path("keyvault/token"),
          "\"\n  key_profile: \"", Path("keyvault/keys.textproto"),
          "\"\n}\nledger: \"sqlite3://", Path("keyvault/ledger/ledger.db"),
          "\"\nlimits { opening_seconds: ", options_.opening_seconds, " }\n",
          // What SCP02 with pseudo-random challenges costs is in the threat
          // model; the demo's cards of that kind are simulated.
          KeySetText("demo-des", {"0x15", "0x55", "0x75", "0x1B"}),
          "key_sets {\n  name: \"demo-aes256\"\n  predicted { ",
          "security_domain_aid: \"A000000151000000\" }\n}\n",
          // Session keys of file-oriented cards are made in memory.
          "key_sets {\n  name: \"demo-files\"\n  "
          "allow_keys_in_memory: true\n}\n",
          // SCP01 without ICV encryption is no default.
          KeySetText("demo-scp01", {"0x05", "0x15"})));
}

absl::Status StageFolder::WriteAgentConfiguration() const {
  const int gateway = IsFarAway(options_) ? kFarAwayPort : kOrchestratorPort;
  std::string text = absl::StrCat(Target("gateway", gateway),
                                  TlsText(Tls("agent", kAgentName)),
                                  "journal: \"", Path("agent-journal"), "\"\n");
  for (const std::string& reader : options_.readers) {
    absl::StrAppend(&text, "readers: \"", reader, "\"\n");
  }
  return Write("agent.textproto", text);
}

absl::Status StageFolder::WriteSequencerConfiguration() const {
  ASSIGN_OR_RETURN(std::string cards, Runfile("services/sequencer/profiles"));
  std::string files;
  if (IsFileCardKind(options_.card.kind)) {
    files = absl::StrCat("profiles: \"", cards, "/files\"\n");
  }
  if (!options_.card_profile.empty()) {
    cards = Path("card-profile.textproto");
    RETURN_IF_ERROR(Write("card-profile.textproto", options_.card_profile));
  }
  return Write("sequencer.textproto",
               absl::StrCat(Listen(kSequencerPort),
                            TlsText(Tls("sequencer", "sequencer")),
                            Target("keyvault", kKeyVaultPort), "profiles: \"",
                            cards, "\"\n", files));
}

absl::Status StageFolder::WriteConfigurations() const {
  RETURN_IF_ERROR(WriteKeyVaultConfiguration());
  RETURN_IF_ERROR(WriteSequencerConfiguration());
  RETURN_IF_ERROR(Write(
      "orchestrator.textproto",
      absl::StrCat(Listen(kOrchestratorPort),
                   TlsText(Tls("orchestrator", "orchestrator")),
                   Target("sequencer", kSequencerPort),
                   "database: \"sqlite3://", Path("orchestrator.db"), "\"\n")));
  RETURN_IF_ERROR(WriteAgentConfiguration());
  return Write("cli.textproto",
               absl::StrCat(Target("orchestrator", kOrchestratorPort),
                            Target("keyvault", kKeyVaultPort),
                            TlsText(Tls("operator", "demo"))));
}

absl::Status StageFolder::HandOverToKeyVault(uid_t uid) const {
  // The program too: its user may not be allowed into the build's folders.
  ASSIGN_OR_RETURN(const std::string program,
                   Runfile("services/keyvault/keyvault"));
  RETURN_IF_ERROR(Run({"/bin/cp", "--dereference", "--remove-destination",
                       program, Path("keyvault/keyvault")}));
  RETURN_IF_ERROR(MakeFolder(Path("keyvault/ledger")));
  if (!IsRealRoot()) return absl::OkStatus();
  const std::string owner = absl::StrCat(uid, ":", uid);
  RETURN_IF_ERROR(Run({"/bin/chown", "--recursive", owner, Path("keyvault")}));
  // Its group may read the token; nobody but root may write it.
  return Run({"/bin/chown", "--recursive", absl::StrCat("0:", uid),
              Path("keyvault/token")});
}

}  // namespace cardferry::stage
