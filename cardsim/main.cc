// A simulated GlobalPlatform card in a virtual reader. See README.md beside
// this file.
#include <signal.h>
#include <sys/signalfd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <iostream>
#include <memory>
#include <string>

#include "cardsim/card/card.h"
#include "cardsim/cardsim_settings.h"
#include "cardsim/keys/keys_file.h"
#include "cardsim/vpcd/logging_card_port.h"
#include "cardsim/vpcd/simulated_card_port.h"
#include "cardsim/vpcd/slow_card_port.h"
#include "cardsim/vpcd/vpcd_client.h"
#include "lib/base/file.h"
#include "lib/base/log.h"
#include "lib/base/random.h"
#include "lib/base/status_macros.h"
#include "lib/base/unique_fd.h"

namespace cardferry::cardsim {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  cardsim --keys_file card.keys\n"
    "      a card with AES-128 keys in the first virtual reader of this "
    "machine\n"
    "  cardsim --keys_file card.keys --vpcd 127.0.0.1:35964 --log_apdus\n"
    "      the same in the second reader, with a log line for every command\n"
    "  cardsim --keys_file card.keys --card scp03-aes256 --eeprom 65536\n"
    "      AES-256 keys, and room for 64 KB of applets\n\n"
    "Keys file (mode 0400), values in hexadecimal:\n"
    "  kvn=30\n"
    "  kdd=00010203040506070809\n"
    "  enc=...   mac=...   dek=...   (each on a line, 16 or 32 bytes)\n\n"
    "Exit codes: 0 stopped by SIGTERM or SIGINT, 1 cannot start, 2 wrong "
    "usage.\n";

constexpr int kCannotStart = 1;
constexpr int kWrongUsage = 2;

// A descriptor that becomes readable with SIGTERM or SIGINT.
absl::StatusOr<UniqueFd> CatchStopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  if (sigprocmask(SIG_BLOCK, &signals, nullptr) != 0) {
    return ErrnoStatus(errno, "sigprocmask");
  }
  UniqueFd fd(signalfd(-1, &signals, SFD_CLOEXEC));
  if (!fd.valid()) return ErrnoStatus(errno, "signalfd");
  return fd;
}

absl::Status Run(const CardsimFlags& flags, const CardsimSettings& settings) {
  ASSIGN_OR_RETURN(const UniqueFd stop, CatchStopSignals());
  ASSIGN_OR_RETURN(Scp03KeySet keys, ReadKeysFile(flags.keys_file));
  RETURN_IF_ERROR(CheckKeys(settings, keys));
  SystemRandom random;
  ASSIGN_OR_RETURN(const std::unique_ptr<Card> card,
                   Card::Create(std::move(keys), settings.card, random));
  SimulatedCardPort contacts(*card, settings.atr);
  SlowCardPort slow(contacts, absl::Milliseconds(flags.command_delay));
  LoggingCardPort logged(slow);
  CardPort& port = flags.log_apdus ? static_cast<CardPort&>(logged) : slow;
  LogInfo("waiting for the reader", {{"vpcd", flags.vpcd}});
  return VpcdClient(settings.reader).Run(port, stop.get());
}

int Main(int argc, char** argv) {
  StartLog("cardsim");
  CardsimFlags flags;
  CLI::App app("A simulated GlobalPlatform card (SCP03) in a virtual reader.");
  app.footer(kExamples);
  app.add_option("--keys_file", flags.keys_file,
                 "the card's keys, mode 0400 (see below)")
      ->required();
  app.add_option("--vpcd", flags.vpcd, "HOST:PORT of the virtual reader")
      ->capture_default_str();
  app.add_option("--card", flags.card, "scp03 (AES-128) or scp03-aes256")
      ->capture_default_str();
  app.add_option("--eeprom", flags.eeprom, "bytes of memory for content")
      ->capture_default_str();
  app.add_option("--atr", flags.atr, "answer to reset, hexadecimal")
      ->capture_default_str();
  app.add_option("--command_delay", flags.command_delay,
                 "milliseconds that every command takes, as on a real chip")
      ->check(CLI::Range(0, 60'000))
      ->capture_default_str();
  app.add_flag("--log_apdus", flags.log_apdus,
               "log headers, lengths and status words, never data");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kWrongUsage;
  }
  const absl::StatusOr<CardsimSettings> settings = CheckFlags(flags);
  if (!settings.ok()) {
    std::cerr << "cardsim: " << settings.status().message() << "\n";
    return kWrongUsage;
  }
  const absl::Status status = Run(flags, *settings);
  if (!status.ok()) {
    std::cerr << "cardsim: " << status.message() << "\n";
    return kCannotStart;
  }
  return 0;
}

}  // namespace
}  // namespace cardferry::cardsim

int main(int argc, char** argv) { return cardferry::cardsim::Main(argc, argv); }
