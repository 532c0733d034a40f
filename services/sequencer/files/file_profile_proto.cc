#include "services/sequencer/files/file_profile_proto.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "lib/base/status_macros.h"

namespace cardferry::sequencer {
namespace {

constexpr uint32_t kFewestDigits = 4;
constexpr uint32_t kMostDigits = 12;
constexpr uint32_t kMostPasswords = 31;

absl::Status Refuse(absl::string_view field, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(field, ": ", why));
}

bool IsName(const std::string& name) {
  for (const char c : name) {
    if (c != '-' && !absl::ascii_islower(static_cast<unsigned char>(c)) &&
        !absl::ascii_isdigit(static_cast<unsigned char>(c))) {
      return false;
    }
  }
  return !name.empty();
}

// Fields that mean nothing for these cards.
absl::Status CheckAlone(const config::v1::CardProfile& proto) {
  config::v1::CardProfile alone;
  alone.set_name(proto.name());
  alone.set_key_set(proto.key_set());
  *alone.mutable_file_card() = proto.file_card();
  if (alone.SerializeAsString() == proto.SerializeAsString()) {
    return absl::OkStatus();
  }
  return Refuse("file_card",
                "a file-oriented card's profile has name, key_set and "
                "file_card alone");
}

}  // namespace

absl::StatusOr<FileProfile> ToFileProfile(
    const config::v1::CardProfile& proto) {
  if (!IsName(proto.name())) return Refuse("name", "a-z, 0-9 and '-'");
  if (proto.key_set().empty()) return Refuse("key_set", "is missing");
  RETURN_IF_ERROR(CheckAlone(proto));
  const config::v1::CardProfile::FileCard& card = proto.file_card();
  FileProfile profile{proto.name(), proto.key_set(), {}};
  absl::StatusOr<Bytes> prefix = FromHex(card.serial_number_prefix());
  if (!prefix.ok() || prefix->size() > SerialNumber().size()) {
    return Refuse("file_card.serial_number_prefix",
                  "at most 10 bytes in hexadecimal");
  }
  profile.serial_number_prefix = *std::move(prefix);
  if (card.password_digits() != 0) {
    if (card.password_digits() < kFewestDigits ||
        card.password_digits() > kMostDigits) {
      return Refuse("file_card.password_digits", "4 to 12, or 0: none");
    }
    if (card.password_number() < 1 || card.password_number() > kMostPasswords) {
      return Refuse("file_card.password_number", "1 to 31");
    }
    profile.password_digits = static_cast<uint8_t>(card.password_digits());
    profile.password_number = static_cast<uint8_t>(card.password_number());
  }
  if (!google::protobuf::TextFormat::PrintToString(proto, &profile.text)) {
    return absl::InternalError("a card profile cannot be printed");
  }
  return profile;
}

}  // namespace cardferry::sequencer
