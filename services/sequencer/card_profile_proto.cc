#include "services/sequencer/card_profile_proto.h"

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "google/protobuf/text_format.h"
#include "lib/base/status_macros.h"
#include "lib/card/cap/java_card_version.h"
#include "lib/card/gp/content_commands.h"

namespace cardferry::sequencer {
namespace {

namespace pb = config::v1;

// Packages that every Java Card has in its mask: javacard.*, java.*;
// org.globalplatform; visa.openplatform.
const char* const kAlwaysBuiltIn[] = {"A000000062", "A000000151",
                                      "A00000000300"};

absl::Status Refuse(absl::string_view field, absl::string_view reason) {
  return absl::InvalidArgumentError(absl::StrCat(field, ": ", reason));
}

absl::StatusOr<Bytes> ToBytes(absl::string_view field, const std::string& hex) {
  absl::StatusOr<Bytes> bytes = FromHex(hex);
  if (!bytes.ok()) return Annotate(bytes.status(), field);
  return bytes;
}

absl::StatusOr<Bytes> ToCplcField(absl::string_view field,
                                  const std::string& hex) {
  ASSIGN_OR_RETURN(Bytes bytes, ToBytes(field, hex));
  if (!bytes.empty() && bytes.size() != 2) {
    return Refuse(field, absl::StrCat(bytes.size(), " bytes instead of 2"));
  }
  return bytes;
}

absl::StatusOr<uint8_t> ToByte(absl::string_view field, uint32_t value) {
  if (value > 0xFF) {
    return Refuse(field, absl::StrCat(value, " does not fit one byte"));
  }
  return static_cast<uint8_t>(value);
}

template <typename Repeated>
absl::StatusOr<std::set<uint8_t>> ToByteSet(absl::string_view field,
                                            const Repeated& values) {
  std::set<uint8_t> set;
  for (const uint32_t value : values) {
    ASSIGN_OR_RETURN(const uint8_t byte, ToByte(field, value));
    set.insert(byte);
  }
  return set;
}

absl::Status CheckName(const std::string& name) {
  if (name.empty() || name.size() > 63) {
    return Refuse("name", "1 to 63 characters");
  }
  for (const char c : name) {
    if (!absl::ascii_islower(static_cast<unsigned char>(c)) &&
        !absl::ascii_isdigit(static_cast<unsigned char>(c)) && c != '-') {
      return Refuse("name", "only a-z, 0-9 and '-'");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<ProfileMatch> ToMatch(const pb::CardProfile::Match& proto) {
  absl::StatusOr<card::Aid> aid = card::Aid::FromHex(proto.isd_aid());
  if (!aid.ok()) return Annotate(aid.status(), "match.isd_aid");
  if (proto.scp() < 1 || proto.scp() > 3) {
    return Refuse("match.scp", absl::StrCat(proto.scp(), " is not 1, 2 or 3"));
  }
  ProfileMatch match{*std::move(aid), static_cast<uint8_t>(proto.scp())};
  ASSIGN_OR_RETURN(match.i, ToByteSet("match.i", proto.i()));
  ASSIGN_OR_RETURN(
      match.key_version_numbers,
      ToByteSet("match.key_version_numbers", proto.key_version_numbers()));
  ASSIGN_OR_RETURN(match.ic_fabricator,
                   ToCplcField("match.ic_fabricator", proto.ic_fabricator()));
  ASSIGN_OR_RETURN(match.ic_type,
                   ToCplcField("match.ic_type", proto.ic_type()));
  ASSIGN_OR_RETURN(
      match.operating_system,
      ToCplcField("match.operating_system", proto.operating_system()));
  return match;
}

absl::StatusOr<uint8_t> ToFallback(uint32_t fallback,
                                   const ProfileMatch& match) {
  ASSIGN_OR_RETURN(const uint8_t i, ToByte("fallback_i", fallback));
  if (i == 0) return i;
  if (match.scp == 3) {
    return Refuse("fallback_i", "SCP03 cards say their own");
  }
  if (!match.i.empty() && match.i.count(i) == 0) {
    return Refuse("fallback_i",
                  absl::StrFormat("%02X is not one of match.i", i));
  }
  return i;
}

// What a card of these options can do at most (GPCS 2.3.1, E.1.1; GPC Amendment
// D, 5.1): with R-ENC 33, with R-MAC 13, else 03; SCP02 with implicit
// initiation 01.
uint8_t HighestLevel(uint8_t scp, uint8_t i) {
  constexpr uint8_t kRMac = 0x20;
  constexpr uint8_t kREnc = 0x40;
  if (IsImplicit(scp, i)) return 0x01;
  if (scp == 3 && (i & kREnc) != 0) return 0x33;
  return scp != 1 && (i & kRMac) != 0 ? 0x13 : 0x03;
}

// What all cards of the type can do.
uint8_t DefaultLevelFloor(const ProfileMatch& match) {
  if (match.i.empty()) return 0x03;
  uint8_t floor = 0x33;
  for (const uint8_t i : match.i) floor &= HighestLevel(match.scp, i);
  return floor;
}

absl::StatusOr<uint8_t> ToLevelFloor(uint32_t level,
                                     const ProfileMatch& match) {
  constexpr uint8_t kEncryptsAnswers = 0x20;
  if (level == 0) return DefaultLevelFloor(match);
  ASSIGN_OR_RETURN(const uint8_t floor, ToByte("level_floor", level));
  const absl::StatusOr<size_t> known = card::MaxCommandData(floor);
  if (!known.ok()) return Annotate(known.status(), "level_floor");
  if (match.scp != 3 && (floor & kEncryptsAnswers) != 0) {
    return Refuse("level_floor", "only SCP03 encrypts answers");
  }
  for (const uint8_t i : match.i) {
    if ((HighestLevel(match.scp, i) & floor) == floor) continue;
    return Refuse(
        "level_floor",
        absl::StrFormat("cards with i %02X of match.i cannot do it", i));
  }
  return floor;
}

ChannelQuirks ToQuirks(const pb::CardProfile::ChannelQuirks& proto) {
  ChannelQuirks quirks;
  quirks.encrypts_absent_data = proto.encrypts_absent_data();
  quirks.counts_only_data = proto.counts_only_data();
  quirks.external_authenticate_has_le = proto.external_authenticate_has_le();
  quirks.macs_channel_bits = proto.macs_channel_bits();
  quirks.encrypts_first_icv = proto.encrypts_first_icv();
  quirks.rmac_starts_with_zeros = proto.rmac_starts_with_zeros();
  quirks.derives_all_from_first_counter =
      proto.derives_all_from_first_counter();
  return quirks;
}

absl::StatusOr<card::StatusWord> ToWrongMac(uint32_t status) {
  if (status == 0) return kWrongMac;
  const card::StatusWord sw(static_cast<uint16_t>(status));
  if (status > 0xFFFF || sw.sw1() < 0x64 || sw.sw1() > 0x6F) {
    return Refuse("wrong_mac_status", "is no error of a card's, 6400 to 6FFF");
  }
  return sw;
}

// One page of GET STATUS with this data.
absl::StatusOr<std::vector<card::ResponseApdu>> ToPages(
    absl::string_view field, const std::string& hex) {
  ASSIGN_OR_RETURN(Bytes data, ToBytes(field, hex));
  const absl::StatusOr<std::vector<card::StatusEntry>> entries =
      card::ParseStatusEntries(data);
  if (!entries.ok()) return Annotate(entries.status(), field);
  if (data.size() > card::CommandApdu::kMaxShortLe) {
    return Refuse(field, "more than one answer of a card can hold");
  }
  const card::StatusWord sw =
      data.empty() ? card::kReferencedDataNotFound : card::kSuccess;
  return std::vector<card::ResponseApdu>{{std::move(data), sw}};
}

absl::StatusOr<size_t> ToLongestCommand(uint32_t bytes) {
  if (bytes == 0) return size_t{card::CommandApdu::kMaxShortData};
  if (bytes <= card::CommandApdu::kMaxShortData ||
      bytes > card::CommandApdu::kMaxExtendedData) {
    return Refuse("longest_command",
                  absl::StrCat(bytes, " bytes: 256 to 65535, or 0 for 255"));
  }
  return size_t{bytes};
}

absl::StatusOr<std::vector<Bytes>> ToBuiltIn(const pb::CardProfile& proto) {
  std::vector<Bytes> prefixes;
  for (const char* hex : kAlwaysBuiltIn) prefixes.push_back(FromHexOrDie(hex));
  for (const std::string& hex : proto.built_in_packages()) {
    ASSIGN_OR_RETURN(Bytes prefix, ToBytes("built_in_packages", hex));
    if (prefix.size() < 5) {
      return Refuse("built_in_packages", "at least the 5 bytes of a RID");
    }
    prefixes.push_back(std::move(prefix));
  }
  return prefixes;
}

absl::StatusOr<std::optional<crypto::HashAlgorithm>> ToHash(
    pb::CardProfile::LoadFileHash hash) {
  using crypto::HashAlgorithm;
  switch (hash) {
    case pb::CardProfile::NO_LOAD_FILE_HASH:
      return std::nullopt;
    case pb::CardProfile::SHA_1:
      return HashAlgorithm::kSha1;
    case pb::CardProfile::SHA_256:
      return HashAlgorithm::kSha256;
    case pb::CardProfile::SHA_384:
      return HashAlgorithm::kSha384;
    case pb::CardProfile::SHA_512:
      return HashAlgorithm::kSha512;
    default:
      return Refuse("load_file_hash", "is none that there is");
  }
}

absl::StatusOr<std::set<TokenFor>> ToTokens(
    const pb::CardProfile::Tokens& tokens) {
  if (tokens.commands().empty()) {
    return std::set<TokenFor>{TokenFor::kLoad, TokenFor::kInstall,
                              TokenFor::kExtradition, TokenFor::kDelete};
  }
  std::set<TokenFor> wanted;
  for (const int command : tokens.commands()) {
    switch (command) {
      case pb::CardProfile::LOAD:
        wanted.insert(TokenFor::kLoad);
        break;
      case pb::CardProfile::INSTALL:
        wanted.insert(TokenFor::kInstall);
        break;
      case pb::CardProfile::EXTRADITION:
        wanted.insert(TokenFor::kExtradition);
        break;
      case pb::CardProfile::DELETE:
        wanted.insert(TokenFor::kDelete);
        break;
      default:
        return Refuse("tokens.commands", "one that there is not");
    }
  }
  return wanted;
}

absl::StatusOr<std::vector<DapRule>> ToDaps(const pb::CardProfile& proto) {
  std::vector<DapRule> daps;
  for (const pb::CardProfile::Dap& dap : proto.daps()) {
    absl::StatusOr<card::Aid> aid = card::Aid::FromHex(dap.security_domain());
    if (!aid.ok()) return Annotate(aid.status(), "daps.security_domain");
    if (dap.signing_key().empty()) {
      return Refuse("daps.signing_key", "is missing");
    }
    daps.push_back({*std::move(aid), dap.signing_key()});
  }
  return daps;
}

absl::StatusOr<ContentRules> ToContentRules(const pb::CardProfile& proto) {
  ContentRules rules;
  rules.receipts = proto.receipts();
  ASSIGN_OR_RETURN(rules.load_file_hash, ToHash(proto.load_file_hash()));
  ASSIGN_OR_RETURN(rules.daps, ToDaps(proto));
  if (proto.has_tokens()) {
    rules.token_key = proto.tokens().signing_key();
    if (rules.token_key.empty()) {
      return Refuse("tokens.signing_key", "is missing");
    }
    ASSIGN_OR_RETURN(rules.tokens, ToTokens(proto.tokens()));
  }
  const bool signs_a_hash = !rules.daps.empty() || rules.Wants(TokenFor::kLoad);
  if (signs_a_hash && !rules.load_file_hash.has_value()) {
    return Refuse("load_file_hash",
                  "DAPs and load tokens are over it: say which");
  }
  return rules;
}

}  // namespace

absl::StatusOr<CardProfile> ToCardProfile(const pb::CardProfile& proto) {
  RETURN_IF_ERROR(CheckName(proto.name()));
  if (proto.key_set().empty()) return Refuse("key_set", "is missing");
  ASSIGN_OR_RETURN(ProfileMatch match, ToMatch(proto.match()));
  CardProfile profile{proto.name(), std::move(match), proto.key_set()};
  ASSIGN_OR_RETURN(profile.level_floor,
                   ToLevelFloor(proto.level_floor(), profile.match));
  ASSIGN_OR_RETURN(profile.fallback_i,
                   ToFallback(proto.fallback_i(), profile.match));
  profile.descriptor = proto.send_descriptor() ? card::Descriptor::kSend
                                               : card::Descriptor::kLeaveOut;
  const auto& factory = proto.factory_content();
  ASSIGN_OR_RETURN(profile.factory_content.load_files,
                   ToPages("factory_content.load_files", factory.load_files()));
  ASSIGN_OR_RETURN(
      profile.factory_content.applications,
      ToPages("factory_content.applications", factory.applications()));
  ASSIGN_OR_RETURN(profile.built_in_packages, ToBuiltIn(proto));
  profile.delete_related = proto.delete_related() ? card::DeleteRelated::kYes
                                                  : card::DeleteRelated::kNo;
  profile.tells_resources = proto.extended_card_resources();
  profile.tells_numbers = proto.card_numbers();
  profile.lists_modules = !proto.skip_module_list();
  ASSIGN_OR_RETURN(profile.rules, ToContentRules(proto));
  profile.quirks = ToQuirks(proto.channel_quirks());
  ASSIGN_OR_RETURN(profile.wrong_mac, ToWrongMac(proto.wrong_mac_status()));
  if (!proto.java_card().empty()) {
    auto java_card = card::ParseJavaCardVersion(proto.java_card());
    if (!java_card.ok()) return Annotate(java_card.status(), "java_card");
    profile.java_card = *java_card;
  }
  ASSIGN_OR_RETURN(profile.longest_command,
                   ToLongestCommand(proto.longest_command()));
  if (!google::protobuf::TextFormat::PrintToString(proto, &profile.text)) {
    return absl::InternalError("a card profile cannot be printed");
  }
  return profile;
}

}  // namespace cardferry::sequencer
