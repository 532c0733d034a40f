// A simulated card in a virtual reader. See README.md beside this file.
#include <signal.h>
#include <sys/signalfd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <iostream>
#include <memory>
#include <string>

#include "cardsim/cardsim_settings.h"
#include "cardsim/faults/faulty_card_port.h"
#include "cardsim/inserted_card.h"
#include "cardsim/vpcd/logging_card_port.h"
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
    "  cardsim --keys_file card.keys --fault tear@12+1s --fault "
    "slow=48ms/LOAD\n"
    "      slow to load, and once pulled out for a second\n"
    "  cardsim --keys_file card.keys --state card.state\n"
    "      keeps what is loaded, keys and counters: the file holds the keys in "
    "clear\n"
    "  cardsim --keys_file card.keys --card scp03-aes256 --eeprom 65536\n"
    "      AES-256 keys, and room for 64 KB of applets\n\n"
    "Kinds of card:\n"
    "  scp01, scp01-i15               triple DES keys (alg=des)\n"
    "  scp02 (i 55), scp02-i15        likewise\n"
    "  scp02-rmac (i 75)              the same with R-MAC\n"
    "  scp02-implicit (i 1B)          its sessions begin by the first C-MAC\n"
    "  scp03, -aes192, -aes256        AES keys; i 70: R-MAC and encrypted "
    "answers\n"
    "  scp03-s16, scp03-s16-aes256    the same with MACs of 16 bytes (i 71)\n"
    "  files, files-aes, -aes256      file-oriented: enc and mac are the keys "
    "of\n"
    "                                 MUTUAL AUTHENTICATE\n\n"
    "Faults, at the command with this number (from 1, since the start), or at "
    "those of a\n"
    "name (LOAD, or LOAD:3 for the third):\n"
    "  tear@12          the power goes after the command has worked, before it "
    "answers\n"
    "  pull@12          the power goes before the command does anything\n"
    "  tear@12+2s       likewise, and the card is put back after 2 s\n"
    "  reinsert@12      taken out and put back before the reader sees it: the "
    "session is gone\n"
    "  swap@12          likewise, with the card of --swap_keys_file in its "
    "place\n"
    "  mute@5           never answers\n"
    "  sw=6A84@LOAD:3   this status word, without effect\n"
    "  slow=48ms/LOAD   takes longer; slow=20ms: every command\n\n"
    "Keys file (mode 0400), values in hexadecimal:\n"
    "  alg=aes                        (or des, for SCP01 and SCP02)\n"
    "  kvn=30\n"
    "  kdd=00010203040506070809\n"
    "  enc=...   mac=...   dek=...   (each on a line, 16, 24 or 32 bytes)\n"
    "  receipt=...                    (or none: by which a new card confirms)\n"
    "\n"
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
  SystemRandom random;
  ASSIGN_OR_RETURN(
      const std::unique_ptr<InsertedCard> card,
      InsertedCard::Create(
          settings, {flags.keys_file, flags.state_file, flags.password_file},
          random));
  std::unique_ptr<InsertedCard> other;
  if (!flags.swap_keys_file.empty()) {
    ASSIGN_OR_RETURN(
        other,
        InsertedCard::Create(settings, {flags.swap_keys_file, "", ""}, random));
  }
  FaultyCardPort faulty(card->port(), settings.faults,
                        other == nullptr ? nullptr : &other->port());
  LoggingCardPort logged(faulty);
  CardPort& port = flags.log_apdus ? static_cast<CardPort&>(logged) : faulty;
  LogInfo("waiting for the reader", {{"vpcd", flags.vpcd}});
  return VpcdClient(settings.reader).Run(port, stop.get());
}

int Main(int argc, char** argv) {
  StartLog("cardsim");
  CardsimFlags flags;
  CLI::App app(
      "A simulated card in a virtual reader: GlobalPlatform (SCP01, SCP02 or "
      "SCP03), or file-oriented (ISO/IEC 7816-4).");
  app.footer(kExamples);
  app.add_option("--keys_file", flags.keys_file,
                 "the card's keys, mode 0400 (see below)")
      ->required();
  app.add_option("--password_file", flags.password_file,
                 "password of a new file-oriented card, 4 to 16 bytes without "
                 "a line end, mode 0400 (otherwise it has none)");
  app.add_option("--state", flags.state_file,
                 "keep the card in this file, mode 0600 (otherwise it is new "
                 "at every start)");
  app.add_option("--vpcd", flags.vpcd, "HOST:PORT of the virtual reader")
      ->capture_default_str();
  app.add_option("--card", flags.card, "the kind of card (see below)")
      ->capture_default_str();
  app.add_option("--i", flags.i,
                 "another parameter i of the card's protocol, hexadecimal");
  app.add_option("--iin", flags.iin,
                 "issuer identification number of a new card, hexadecimal");
  app.add_option("--cin", flags.cin,
                 "card image number of a new card, hexadecimal");
  app.add_option("--cplc", flags.cplc,
                 "production data of a new card, 42 bytes, hexadecimal");
  app.add_option("--domain", flags.domains,
                 "AID=PRIVILEGES, hexadecimal: a security domain that a new "
                 "card comes with; several are allowed")
      ->allow_extra_args(false);
  app.add_option("--dap_key", flags.dap_keys,
                 "AID=FILE: the public key (PEM) by which this domain of a new "
                 "card verifies load files; several are allowed")
      ->allow_extra_args(false);
  app.add_option("--token_key", flags.token_key,
                 "the public key (PEM) by which a new card verifies tokens");
  app.add_option("--failure_limit", flags.failure_limit,
                 "failed authentications in a row that lock a key set; 0 is "
                 "never")
      ->capture_default_str();
  app.add_option("--eeprom", flags.eeprom, "bytes of memory for content")
      ->capture_default_str();
  app.add_option("--life_cycle", flags.life_cycle,
                 "of a new card: op_ready, initialized or secured")
      ->capture_default_str();
  app.add_option("--protocol", flags.protocol,
                 "t1, or t0: answers are fetched (61xx, 6Cxx)")
      ->capture_default_str();
  app.add_option("--atr", flags.atr,
                 "answer to reset, hexadecimal (otherwise the protocol's)");
  app.add_option("--fault", flags.faults,
                 "something that goes wrong (see below); several are allowed")
      ->allow_extra_args(false);
  app.add_option("--swap_keys_file", flags.swap_keys_file,
                 "the keys of the other card of --fault swap");
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
