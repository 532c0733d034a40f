#include "cardsim/cardsim_settings.h"

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"

namespace cardferry::cardsim {
namespace {

// The kinds of card that --card knows.
struct Kind {
  absl::string_view name;
  uint8_t i;
  size_t key_size;
};
constexpr Kind kKinds[] = {{"scp03", 0x70, 16}, {"scp03-aes256", 0x70, 32}};

constexpr size_t kMaxEeprom = 16 * 1024 * 1024;

absl::StatusOr<Kind> FindKind(absl::string_view name) {
  for (const Kind& kind : kKinds) {
    if (kind.name == name) return kind;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--card: \"", name, "\" is not scp03 or scp03-aes256"));
}

// One that says nothing but T=0, and one that offers T=0 and T=1, of which
// readers take T=1.
constexpr absl::string_view kT0Atr = "3B00";
constexpr absl::string_view kT1Atr = "3B80800101";

absl::StatusOr<bool> IsT0(absl::string_view protocol) {
  if (protocol == "t0") return true;
  if (protocol == "t1") return false;
  return absl::InvalidArgumentError(
      absl::StrCat("--protocol: \"", protocol, "\" is not t0 or t1"));
}

absl::StatusOr<std::vector<Fault>> ParseFaults(const CardsimFlags& flags) {
  std::vector<Fault> faults;
  for (const std::string& text : flags.faults) {
    const absl::StatusOr<Fault> fault = ParseFault(text);
    if (!fault.ok()) {
      return Annotate(fault.status(), absl::StrCat("--fault ", text));
    }
    if (fault->kind == FaultKind::kSwap && flags.swap_keys_file.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--fault ", text,
          ": the keys of the other card are missing; add --swap_keys_file"));
    }
    faults.push_back(*fault);
  }
  return faults;
}

// ISO/IEC 7816-3, 8.2: TS is 3B or 3F, at most 32 bytes follow.
absl::StatusOr<Bytes> ParseAtr(absl::string_view text) {
  absl::StatusOr<Bytes> atr = FromHex(text);
  if (!atr.ok() || atr->size() < 2 || atr->size() > 33 ||
      ((*atr)[0] != 0x3B && (*atr)[0] != 0x3F)) {
    return absl::InvalidArgumentError(
        "--atr: 2 to 33 bytes in hexadecimal, the first 3B or 3F");
  }
  return atr;
}

}  // namespace

absl::StatusOr<CardsimSettings> CheckFlags(const CardsimFlags& flags) {
  CardsimSettings settings;
  const auto reader = VpcdAddress::Parse(flags.vpcd);
  if (!reader.ok()) return Annotate(reader.status(), "--vpcd");
  settings.reader = *reader;
  ASSIGN_OR_RETURN(settings.t0, IsT0(flags.protocol));
  ASSIGN_OR_RETURN(settings.atr,
                   ParseAtr(!flags.atr.empty() ? absl::string_view(flags.atr)
                            : settings.t0      ? kT0Atr
                                               : kT1Atr));
  ASSIGN_OR_RETURN(settings.faults, ParseFaults(flags));
  ASSIGN_OR_RETURN(const Kind kind, FindKind(flags.card));
  if (flags.eeprom == 0 || flags.eeprom > kMaxEeprom) {
    return absl::InvalidArgumentError(
        absl::StrCat("--eeprom: 1 to ", kMaxEeprom, " bytes"));
  }
  settings.card.scp03_i = kind.i;
  settings.card.eeprom_bytes = flags.eeprom;
  settings.key_size = kind.key_size;
  return settings;
}

absl::Status CheckKeys(const CardsimSettings& settings, const KeySet& keys) {
  if (keys.enc.size() == settings.key_size) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("--card wants keys of ", settings.key_size,
                   " bytes, --keys_file has ", keys.enc.size()));
}

}  // namespace cardferry::cardsim
