#include "cardsim/cardsim_settings.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cardsim/card/life_cycle.h"
#include "cardsim/channel/scp01_protocol.h"
#include "cardsim/channel/scp02_protocol.h"
#include "cardsim/channel/scp03_protocol.h"
#include "lib/base/status_macros.h"

namespace cardferry::cardsim {
namespace {

// The kinds of card that --card knows.
enum class Scp { k01, k02, k03 };
struct Kind {
  absl::string_view name;
  Scp protocol;
  uint8_t i;
  size_t key_size;
  // Then `protocol` says the type of the keys alone.
  bool file_oriented = false;

  KeyType type() const {
    return protocol == Scp::k03 ? KeyType::kAes : KeyType::kDes;
  }
};
constexpr Kind kKinds[] = {
    {"scp01", Scp::k01, 0x05, 16},
    {"scp01-i15", Scp::k01, 0x15, 16},
    {"scp02", Scp::k02, 0x55, 16},
    {"scp02-i15", Scp::k02, 0x15, 16},
    {"scp02-rmac", Scp::k02, 0x75, 16},
    {"scp02-implicit", Scp::k02, 0x1B, 16},
    {"scp03", Scp::k03, 0x70, 16},
    {"scp03-aes192", Scp::k03, 0x70, 24},
    {"scp03-aes256", Scp::k03, 0x70, 32},
    {"scp03-s16", Scp::k03, 0x71, 16},
    {"scp03-s16-aes256", Scp::k03, 0x71, 32},
    {"files", Scp::k02, 0x55, 16, true},
    {"files-aes", Scp::k03, 0x70, 16, true},
    {"files-aes256", Scp::k03, 0x70, 32, true},
};

// Failed authentications after which real cards lock are far below.
constexpr int kMaxFailureLimit = 255;

// Content and what describes it are one object of less than 16 MiB in the state
// file.
constexpr size_t kMaxEeprom = 15 * 1024 * 1024;

absl::StatusOr<Kind> FindKind(absl::string_view name) {
  for (const Kind& kind : kKinds) {
    if (kind.name == name) return kind;
  }
  std::vector<absl::string_view> names;
  for (const Kind& kind : kKinds) names.push_back(kind.name);
  return absl::InvalidArgumentError(absl::StrCat(
      "--card: \"", name, "\" is not one of ", absl::StrJoin(names, ", ")));
}

bool HasParameter(Scp protocol, uint8_t i) {
  switch (protocol) {
    case Scp::k01:
      return Scp01Protocol::Create(i).ok();
    case Scp::k02:
      return Scp02Protocol::Create(i, kLastScp02Sequence).ok();
    default:
      return Scp03Protocol::Create(i).ok();
  }
}

absl::string_view Parameters(Scp protocol) {
  switch (protocol) {
    case Scp::k01:
      return "05 15 (SCP01)";
    case Scp::k02:
      return "04 05 14 15 44 45 54 55 0A 0B 1A 1B and those + 20 (SCP02)";
    default:
      return "00 10 20 30 60 70 and those + 01 (SCP03)";
  }
}

// The kind's `i`, or the one of --i, where it is one of the kind's protocol.
absl::StatusOr<uint8_t> ParseI(const Kind& kind, absl::string_view text) {
  if (text.empty()) return kind.i;
  if (kind.file_oriented) {
    return absl::InvalidArgumentError(
        "--i: a file-oriented card has no secure channel protocol");
  }
  const absl::StatusOr<Bytes> i = FromHex(text);
  if (i.ok() && i->size() == 1 && HasParameter(kind.protocol, i->front())) {
    return i->front();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "--i: \"", text, "\" is not one of ", Parameters(kind.protocol)));
}

void SetParameter(Scp protocol, uint8_t i, CardOptions& card) {
  switch (protocol) {
    case Scp::k01:
      card.scp01_i = i;
      break;
    case Scp::k02:
      card.scp02_i = i;
      break;
    case Scp::k03:
      card.scp03_i = i;
  }
}

absl::Status ParseNumber(absl::string_view flag, absl::string_view text,
                         size_t least, size_t most, Bytes& number) {
  if (text.empty()) return absl::OkStatus();
  absl::StatusOr<Bytes> bytes = FromHex(text);
  if (!bytes.ok() || bytes->size() < least || bytes->size() > most) {
    const std::string range = least == most ? "" : absl::StrCat(least, " to ");
    return absl::InvalidArgumentError(
        absl::StrCat(flag, ": ", range, most, " bytes in hexadecimal"));
  }
  number = *std::move(bytes);
  return absl::OkStatus();
}

absl::Status ParseNumbers(const CardsimFlags& flags, CardNumbers& numbers) {
  RETURN_IF_ERROR(
      ParseNumber("--iin", flags.iin, 1, 16, numbers.issuer_identification));
  RETURN_IF_ERROR(ParseNumber("--cin", flags.cin, 1, 16, numbers.card_image));
  return ParseNumber("--cplc", flags.cplc, 42, 42, numbers.production);
}

std::string Describe(KeyType type, size_t size) {
  return absl::StrCat(type == KeyType::kDes ? "triple DES" : "AES", " keys of ",
                      size, " bytes");
}

// One that says nothing but T=0, and one that offers T=0 and T=1, of which
// readers take T=1.
constexpr absl::string_view kT0Atr = "3B00";
constexpr absl::string_view kT1Atr = "3B80800101";

absl::StatusOr<uint8_t> ParseLifeCycle(absl::string_view name) {
  if (name == "op_ready") return kOpReady;
  if (name == "initialized") return kInitialized;
  if (name == "secured") return kSecured;
  return absl::InvalidArgumentError(absl::StrCat(
      "--life_cycle: \"", name, "\" is not op_ready, initialized or secured"));
}

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

struct NamedValue {
  card::Aid aid;
  std::string value;
};

// AID=VALUE.
absl::StatusOr<NamedValue> ParseNamed(absl::string_view flag,
                                      const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals + 1 == text.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat(flag, ": \"", text, "\" is not AID=VALUE"));
  }
  absl::StatusOr<card::Aid> aid = card::Aid::FromHex(text.substr(0, equals));
  if (!aid.ok()) return Annotate(aid.status(), flag);
  return NamedValue{*std::move(aid), text.substr(equals + 1)};
}

// Privileges of a security domain: 1 or 3 bytes.
absl::StatusOr<std::array<uint8_t, 3>> ParsePrivileges(const std::string& hex) {
  const absl::StatusOr<Bytes> bytes = FromHex(hex);
  if (!bytes.ok() || (bytes->size() != 1 && bytes->size() != 3)) {
    return absl::InvalidArgumentError(
        "--domain: privileges are 1 or 3 bytes in hexadecimal");
  }
  std::array<uint8_t, 3> privileges = {};
  std::copy(bytes->begin(), bytes->end(), privileges.begin());
  return privileges;
}

absl::Status SetContent(const CardsimFlags& flags, CardsimSettings& settings) {
  for (const std::string& text : flags.domains) {
    ASSIGN_OR_RETURN(NamedValue domain, ParseNamed("--domain", text));
    ASSIGN_OR_RETURN(const auto privileges, ParsePrivileges(domain.value));
    settings.card.domains.push_back({std::move(domain.aid), privileges});
  }
  for (const std::string& text : flags.dap_keys) {
    ASSIGN_OR_RETURN(NamedValue key, ParseNamed("--dap_key", text));
    for (const auto& [domain, file] : settings.dap_keys) {
      if (domain != key.aid) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("--dap_key: two of them for ", domain.ToHex()));
    }
    settings.dap_keys.emplace_back(std::move(key.aid), std::move(key.value));
  }
  settings.token_key = flags.token_key;
  return absl::OkStatus();
}

absl::Status SetFileCard(const CardsimFlags& flags, const Kind& kind,
                         CardsimSettings& settings) {
  if (!flags.password_file.empty() && !kind.file_oriented) {
    return absl::InvalidArgumentError(
        "--password_file: only file-oriented cards have a password");
  }
  const bool has_content = !flags.domains.empty() || !flags.dap_keys.empty() ||
                           !flags.token_key.empty();
  if (kind.file_oriented && has_content) {
    return absl::InvalidArgumentError(
        "--domain, --dap_key and --token_key: a file-oriented card has no "
        "security domains");
  }
  // In T=0 Le of a command without data is P3, and the contacts' T=0 asks the
  // card for all it has: READ BINARY of a part would be answered 6Cxx.
  if (kind.file_oriented && settings.t0) {
    return absl::InvalidArgumentError(
        "--protocol: file-oriented cards speak t1 alone");
  }
  settings.file_oriented = kind.file_oriented;
  settings.files.failure_limit = flags.failure_limit;
  settings.files.eeprom_bytes = flags.eeprom;
  settings.files.has_serial_number = true;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CardsimSettings> CheckFlags(const CardsimFlags& flags) {
  CardsimSettings settings;
  const auto reader = VpcdAddress::Parse(flags.vpcd);
  if (!reader.ok()) return Annotate(reader.status(), "--vpcd");
  settings.reader = *reader;
  ASSIGN_OR_RETURN(settings.card.life_cycle, ParseLifeCycle(flags.life_cycle));
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
  if (flags.failure_limit < 0 || flags.failure_limit > kMaxFailureLimit) {
    return absl::InvalidArgumentError(
        absl::StrCat("--failure_limit: 0 (never) to ", kMaxFailureLimit));
  }
  ASSIGN_OR_RETURN(const uint8_t i, ParseI(kind, flags.i));
  SetParameter(kind.protocol, i, settings.card);
  RETURN_IF_ERROR(ParseNumbers(flags, settings.card.numbers));
  RETURN_IF_ERROR(SetContent(flags, settings));
  RETURN_IF_ERROR(SetFileCard(flags, kind, settings));
  settings.card.failure_limit = flags.failure_limit;
  settings.card.eeprom_bytes = flags.eeprom;
  settings.key_type = kind.type();
  settings.key_size = kind.key_size;
  return settings;
}

absl::Status CheckKeys(const CardsimSettings& settings, const KeySet& keys) {
  if (keys.type == settings.key_type && keys.enc.size() == settings.key_size) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "--card wants ", Describe(settings.key_type, settings.key_size),
      ", --keys_file has ", Describe(keys.type, keys.enc.size())));
}

}  // namespace cardferry::cardsim
