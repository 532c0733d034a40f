// keyvault-token: makes the keyvault's token and shows what is in it.

#include <iostream>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hsm-config/token_tool.h"
#include "lib/base/log.h"

namespace {

using cardferry::hsm::CardKeysOptions;
using cardferry::hsm::TokenToolOptions;

constexpr char kExamples[] =
    "Examples:\n"
    "  keyvault-token init --profile profile.textproto --pin_file pin \\\n"
    "      --token_dir /var/lib/cardferry/tokens --softhsm_conf softhsm2.conf\n"
    "      a token with the profile's keys, and how the keyvault finds it\n"
    "  keyvault-token show --profile profile.textproto --pin_file pin \\\n"
    "      --token_dir /var/lib/cardferry/tokens\n"
    "      its key sets and their key check values\n"
    "  keyvault-token card-keys --profile profile.textproto --pin_file pin \\\n"
    "      --token_dir /var/lib/cardferry/tokens --key_set demo-aes128 \\\n"
    "      --kdd 00010203040506070809 --out card.keys --development_only\n"
    "      the keys of a simulated card of that key set\n\n"
    "Exit codes: 0 done, 1 cannot be done, 2 wrong usage.\n";

void AddCommonFlags(CLI::App& command, TokenToolOptions& options) {
  command.add_option("--module", options.module, "PKCS#11 module (SoftHSM2)")
      ->capture_default_str();
  command
      .add_option("--profile", options.profile,
                  "key profile (textproto): every key, attributes, users")
      ->required();
  command.add_option("--token_label", options.token_label, "the token's label")
      ->capture_default_str();
  command
      .add_option("--pin_file", options.pin_file,
                  "file of mode 0400 with the user's PIN")
      ->required();
  command.add_option("--token_dir", options.token_dir, "the token's folder");
  command.add_option("--softhsm_conf", options.softhsm_conf,
                     "SoftHSM2's configuration for the keyvault; init writes "
                     "it, the others find the token's folder there");
}

int Finish(const absl::Status& status) {
  if (status.ok()) return 0;
  std::cerr << "keyvault-token: " << status.message() << "\n";
  return 1;
}

int Show(const TokenToolOptions& options) {
  const absl::StatusOr<std::string> text = cardferry::hsm::ShowToken(options);
  if (text.ok()) std::cout << *text;
  return Finish(text.status());
}

}  // namespace

int main(int argc, char** argv) {
  cardferry::StartLog("keyvault-token", cardferry::LogLevel::kWarning);
  TokenToolOptions options;
  CardKeysOptions card;
  CLI::App app("Makes the keyvault's token and shows what is in it.");
  app.require_subcommand(1);
  app.footer(kExamples);
  CLI::App* init = app.add_subcommand(
      "init", "a new token with the profile's keys, published read-only");
  AddCommonFlags(*init, options);
  init->get_option("--token_dir")->required();
  CLI::App* show =
      app.add_subcommand("show", "key sets and key check values, never values");
  AddCommonFlags(*show, options);
  CLI::App* keys = app.add_subcommand(
      "card-keys",
      "a simulated card's keys in plaintext for cardsim: development only");
  AddCommonFlags(*keys, options);
  keys->add_option("--key_set", card.key_set, "the card's key set")->required();
  keys->add_option("--master_version", card.master_version,
                   "version of its masters")
      ->capture_default_str();
  keys->add_option("--kdd", card.key_diversification_data,
                   "the card's key diversification data, 10 bytes in hex")
      ->required();
  keys->add_option("--out", card.out, "keys file, written with mode 0400")
      ->required();
  keys->add_flag("--development_only", card.development_only,
                 "yes, plaintext keys are wanted");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (*init) return Finish(cardferry::hsm::InitToken(options));
  if (*show) return Show(options);
  return Finish(cardferry::hsm::WriteCardKeys(options, card));
}
