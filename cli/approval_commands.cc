#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cli/aid_arguments.h"
#include "cli/load_file_argument.h"
#include "cli/parameter_options.h"
#include "cli/render/approval_text.h"
#include "cli/subcommand.h"
#include "lib/base/bytes.h"

namespace cardferry::cli {
namespace {

namespace pb = ::cardferry::keyvault::v1;
using Request = pb::ApproveContentRequest;

constexpr char kTrying[] = "approve it";
constexpr char kTryingToList[] = "list the approvals";
constexpr char kTryingToListKeys[] = "list the signing keys";

// What every approval has.
struct Frame {
  std::string key;
  std::string reason;
  int days = 30;
};

void AddFrame(CLI::App& subcommand, Frame& frame) {
  subcommand
      .add_option("--key", frame.key,
                  "the signing key (cardferry approval keys)")
      ->required();
  subcommand
      .add_option("--reason", frame.reason, "why, for the record: a ticket")
      ->required();
  subcommand
      .add_option("--days", frame.days, "for how long it may be used, 1 to 366")
      ->check(CLI::Range(1, 366))
      ->capture_default_str();
}

Request RequestWith(const Frame& frame) {
  Request request;
  request.set_signing_key(frame.key);
  request.set_reason(frame.reason);
  const absl::Time until = absl::Now() + absl::Hours(24 * frame.days) -
                           absl::Minutes(frame.days == 366 ? 1 : 0);
  request.set_valid_until_us(absl::ToUnixMicros(until));
  return request;
}

// A subcommand that approves what `fill(request)` makes of its options.
template <typename Fill>
void OnApproval(CLI::App& subcommand, const Frame& frame, Command& command,
                Fill fill) {
  subcommand.callback([&command, &frame, fill] {
    Request request = RequestWith(frame);
    const absl::Status filled = fill(request);
    if (!filled.ok()) return command.FailUsage(kTrying, filled);
    command.RunForApprover(kTrying, [&](ApprovalClient& client) {
      ASSIGN_OR_RETURN(const pb::Approval approval, client.Approve(request));
      command.Show(approval, ApprovalText);
      return absl::OkStatus();
    });
  });
}

// An AID as the request has it.
absl::Status SetAid(const std::string& hex, const std::string& flag,
                    std::string& field) {
  ASSIGN_OR_RETURN(field, ParseAid(hex, flag));
  return absl::OkStatus();
}

absl::Status SetHex(const std::string& hex, const std::string& flag,
                    std::string& field) {
  const absl::StatusOr<Bytes> bytes = FromHex(hex);
  if (!bytes.ok()) return Annotate(bytes.status(), flag);
  field = AsString(*bytes);
  return absl::OkStatus();
}

struct LoadFileOptions {
  Frame frame;
  std::string file;
  std::string domain;
  LoadFileHashing hashing;
};

void AddLoadFile(CLI::App& subcommand, LoadFileOptions& options) {
  subcommand.add_option("FILE", options.file, "the CAP file")->required();
  subcommand
      .add_option("--hash", options.hashing.algorithm,
                  "sha-1, sha-256, sha-384 or sha-512, as the card's profile\n"
                  "says (load_file_hash)")
      ->capture_default_str();
  subcommand.add_flag("--with-descriptor", options.hashing.with_descriptor,
                      "where the profile says send_descriptor");
  AddFrame(subcommand, options.frame);
}

void AddDap(CLI::App& group, Command& command) {
  auto options = std::make_shared<LoadFileOptions>();
  CLI::App& dap = AddSubcommand(
      group,
      {"dap", "a CAP file, for security domains that verify load files", "",
       "The hash is computed here, of the file that you have.\n\n"
       "Example:\n"
       "  cardferry approval dap wallet.cap --key acme-dap --reason "
       "\"release 1.2, REL-77\"\n"});
  AddLoadFile(dap, *options);
  OnApproval(
      dap, options->frame, command,
      [options](Request& request) -> absl::Status {
        ASSIGN_OR_RETURN(const LoadFileFacts facts,
                         ReadLoadFile(options->file, options->hashing));
        request.mutable_load_file()->set_load_file_hash(AsString(facts.hash));
        return absl::OkStatus();
      });
}

void AddLoad(CLI::App& group, Command& command) {
  auto options = std::make_shared<LoadFileOptions>();
  CLI::App& load = AddSubcommand(
      group,
      {"load", "a load token: INSTALL [for load] of a CAP file", "",
       "Example:\n"
       "  cardferry approval load wallet.cap --domain A000000151000001 \\\n"
       "      --key acme-token --reason REL-77\n"});
  AddLoadFile(load, *options);
  load.add_option("--domain", options->domain,
                  "AID of the security domain that it is loaded into")
      ->required();
  OnApproval(load, options->frame, command,
             [options](Request& request) -> absl::Status {
               ASSIGN_OR_RETURN(const LoadFileFacts facts,
                                ReadLoadFile(options->file, options->hashing));
               pb::LoadContent& content = *request.mutable_load();
               content.set_load_file_aid(AsString(facts.package.bytes()));
               content.set_load_file_hash(AsString(facts.hash));
               return SetAid(options->domain, "--domain",
                             *content.mutable_security_domain_aid());
             });
}

struct InstallOptions {
  Frame frame;
  std::string package;
  std::string applet;
  std::string instance;
  std::string privileges = "00";
  ParameterOptions parameters;
  std::string system_parameters;
  std::string uicc_parameters;
};

absl::Status FillInstall(const InstallOptions& options, std::istream& in,
                         pb::InstallContent& content) {
  RETURN_IF_ERROR(
      SetAid(options.package, "--package", *content.mutable_load_file_aid()));
  RETURN_IF_ERROR(
      SetAid(options.applet, "--applet", *content.mutable_module_aid()));
  RETURN_IF_ERROR(
      SetAid(options.instance.empty() ? options.applet : options.instance,
             "--instance", *content.mutable_instance_aid()));
  RETURN_IF_ERROR(SetHex(options.privileges, "--privileges",
                         *content.mutable_privileges()));
  ASSIGN_OR_RETURN(*content.mutable_parameters(),
                   ReadParameters(options.parameters, in));
  RETURN_IF_ERROR(SetHex(options.system_parameters, "--system-hex",
                         *content.mutable_system_parameters()));
  return SetHex(options.uicc_parameters, "--uicc-hex",
                *content.mutable_uicc_parameters());
}

void AddInstall(CLI::App& group, Command& command) {
  auto options = std::make_shared<InstallOptions>();
  CLI::App& install = AddSubcommand(
      group,
      {"install", "an install token: INSTALL [for install and make selectable]",
       "",
       "A token is for exactly these parameters: one for each card whose\n"
       "parameters differ.\n\n"
       "Example:\n"
       "  cardferry approval install --package F043464552525901 \\\n"
       "      --applet F04346455252590101 --param-hex 4711 \\\n"
       "      --key acme-token --reason REL-77\n"});
  install.add_option("--package", options->package, "AID of the package")
      ->required();
  install.add_option("--applet", options->applet, "AID of the module in it")
      ->required();
  install.add_option("--instance", options->instance,
                     "AID of the instance; as --applet if not given");
  install
      .add_option("--privileges", options->privileges,
                  "1 or 3 bytes in hexadecimal")
      ->capture_default_str();
  AddParameterOptions(install, options->parameters);
  install.add_option("--system-hex", options->system_parameters,
                     "system specific parameters (EF), in hexadecimal");
  install.add_option("--uicc-hex", options->uicc_parameters,
                     "UICC parameters (EA), in hexadecimal");
  AddFrame(install, options->frame);
  OnApproval(install, options->frame, command,
             [options, &command](Request& request) {
               return FillInstall(*options, command.world().in,
                                  *request.mutable_install());
             });
}

struct ContentOptions {
  Frame frame;
  std::string aid;
  std::string domain;
  bool related = false;
};

void AddExtradite(CLI::App& group, Command& command) {
  auto options = std::make_shared<ContentOptions>();
  CLI::App& extradite = AddSubcommand(
      group,
      {"extradite", "an extradition token: INSTALL [for extradition]", "",
       "Example:\n"
       "  cardferry approval extradite F04346455252590101 \\\n"
       "      --domain A000000151000001 --key acme-token --reason "
       "REL-77\n"});
  extradite.add_option("AID", options->aid, "the application or package")
      ->required();
  extradite
      .add_option("--domain", options->domain,
                  "AID of the security domain that it goes to")
      ->required();
  AddFrame(extradite, options->frame);
  OnApproval(extradite, options->frame, command,
             [options](Request& request) -> absl::Status {
               pb::ExtraditionContent& content = *request.mutable_extradition();
               RETURN_IF_ERROR(
                   SetAid(options->aid, "AID", *content.mutable_content_aid()));
               return SetAid(options->domain, "--domain",
                             *content.mutable_security_domain_aid());
             });
}

void AddDelete(CLI::App& group, Command& command) {
  auto options = std::make_shared<ContentOptions>();
  CLI::App& deletion = AddSubcommand(
      group,
      {"delete", "a delete token: DELETE", "",
       "Where the card's profile does not say delete_related, applications\n"
       "are deleted one by one before their package, each with its token.\n\n"
       "Example:\n"
       "  cardferry approval delete F043464552525901 --key acme-token "
       "--reason REL-78\n"});
  deletion.add_option("AID", options->aid, "the application or package")
      ->required();
  deletion.add_flag("--related", options->related,
                    "a package with all that came of it, in one command");
  AddFrame(deletion, options->frame);
  OnApproval(deletion, options->frame, command,
             [options](Request& request) -> absl::Status {
               pb::DeleteContent& content = *request.mutable_deletion();
               content.set_related(options->related);
               return SetAid(options->aid, "AID",
                             *content.mutable_content_aid());
             });
}

void AddList(CLI::App& group, Command& command) {
  auto limit = std::make_shared<uint32_t>(100);
  CLI::App& list =
      AddSubcommand(group, {"list", "what was approved, the newest first", "",
                            "Examples:\n  cardferry approval list\n"
                            "  cardferry approval list --limit 1000 --json\n"});
  list.add_option("--limit", *limit, "at most so many")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  list.callback([&command, limit] {
    command.RunForApprover(kTryingToList, [&](ApprovalClient& client) {
      ASSIGN_OR_RETURN(const auto approvals, client.List(*limit));
      command.Show(approvals, ApprovalTable);
      return absl::OkStatus();
    });
  });
}

void AddShow(CLI::App& group, Command& command) {
  auto id = std::make_shared<std::string>();
  CLI::App& show = AddSubcommand(
      group, {"show", "one approval, with its signature", "",
              "Example:\n"
              "  cardferry approval show 00112233445566778899aabbccddeeff\n"});
  show.add_option("ID", *id, "as `list` shows it")->required();
  show.callback([&command, id] {
    command.RunForApprover("show the approval", [&](ApprovalClient& client) {
      ASSIGN_OR_RETURN(const pb::Approval approval, client.Find(*id));
      command.Show(approval, ApprovalText);
      return absl::OkStatus();
    });
  });
}

void AddKeys(CLI::App& group, Command& command) {
  AddSubcommand(group, {"keys", "the keys that approvers sign with", "",
                        "Examples:\n  cardferry approval keys\n"
                        "  cardferry approval keys --json\n"})
      .callback([&command] {
        command.RunForApprover(kTryingToListKeys, [&](ApprovalClient& client) {
          ASSIGN_OR_RETURN(const auto keys, client.SigningKeys());
          command.Show(keys, SigningKeyTable);
          return absl::OkStatus();
        });
      });
}

void AddKey(CLI::App& group, Command& command) {
  auto name = std::make_shared<std::string>();
  CLI::App& key = AddSubcommand(
      group, {"key", "one signing key's public half, for cards", "",
              "PEM (SubjectPublicKeyInfo) on standard output.\n\n"
              "Example:\n  cardferry approval key acme-dap > acme-dap.pem\n"});
  key.add_option("NAME", *name, "as `keys` shows it")->required();
  key.callback([&command, name] {
    command.RunForApprover(kTryingToListKeys, [&](ApprovalClient& client) {
      ASSIGN_OR_RETURN(const auto keys, client.SigningKeys());
      ASSIGN_OR_RETURN(const auto found, FindNamed(keys, *name, "signing key"));
      command.Show(found,
                   [](const pb::ContentSigningKey& one) { return one.pem(); });
      return absl::OkStatus();
    });
  });
}

}  // namespace

void AddApprovalCommands(CLI::App& app, Command& command) {
  CLI::App& group = AddGroup(
      app, "approval", "signatures that cards ask for, of people who approve");
  group.footer(
      "Asks the keyvault (--keyvault) with the certificate of a person with\n"
      "the role approver; operators and auditors may list and show. What is\n"
      "approved here is sent by whoever's job needs it, as long as it is "
      "valid.\n");
  AddDap(group, command);
  AddLoad(group, command);
  AddInstall(group, command);
  AddExtradite(group, command);
  AddDelete(group, command);
  AddList(group, command);
  AddShow(group, command);
  AddKeys(group, command);
  AddKey(group, command);
}

}  // namespace cardferry::cli
