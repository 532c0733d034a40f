#include "cli/manifest/manifest_value.h"

#include <cstdint>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/base/bytes.h"
#include "lib/base/status_macros.h"

namespace cardferry::cli {
namespace {

using sequencer::v1::CardFact;
using sequencer::v1::CardValue;

absl::StatusOr<CardFact> ToFact(const std::string& field,
                                absl::string_view name) {
  if (name == "card.id") return sequencer::v1::CARD_FACT_ID;
  if (name == "card.kdd") {
    return sequencer::v1::CARD_FACT_KEY_DIVERSIFICATION_DATA;
  }
  return Refuse(field, absl::StrCat("${", name,
                                    "} is no fact of a card: there are "
                                    "card.id and card.kdd"));
}

// What is between ${ and } stands for facts, the rest for itself.
absl::StatusOr<Value> ToTemplate(const std::string& field, bool is_text,
                                 absl::string_view rest) {
  Value value;
  while (true) {
    const size_t open = rest.find("${");
    const std::string literal(rest.substr(0, open));
    std::string bytes = literal;
    if (!is_text) {
      ASSIGN_OR_RETURN(bytes, ToBytes(field, literal));
    }
    value.bytes += bytes;
    if (open == absl::string_view::npos) return value;
    rest.remove_prefix(open + 2);
    const size_t close = rest.find('}');
    if (close == absl::string_view::npos) {
      return Refuse(field, "a ${ is not closed");
    }
    CardValue& fact = value.facts.emplace_back();
    fact.set_at(static_cast<uint32_t>(value.bytes.size()));
    ASSIGN_OR_RETURN(const CardFact kind, ToFact(field, rest.substr(0, close)));
    fact.set_fact(kind);
    fact.set_as_text(is_text);
    if (!is_text && kind == sequencer::v1::CARD_FACT_ID) {
      return Refuse(field, "${card.id} is text, and no bytes");
    }
    rest.remove_prefix(close + 1);
  }
}

// One byte of a version, as people write it.
bool IsVersionPart(absl::string_view text) {
  uint32_t value = 0;
  return absl::SimpleAtoi(text, &value) && value <= 0xFF &&
         absl::StrCat(value) == text;
}

}  // namespace

absl::Status Refuse(const std::string& field, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(field, ": ", why));
}

absl::StatusOr<std::string> ToBytes(const std::string& field,
                                    const std::string& hex) {
  const absl::StatusOr<Bytes> bytes = FromHex(hex);
  if (!bytes.ok()) return Refuse(field, "not bytes in hexadecimal");
  return AsString(*bytes);
}

absl::StatusOr<std::string> ToParameters(const std::string& field,
                                         const std::string& hex) {
  ASSIGN_OR_RETURN(std::string bytes, ToBytes(field, hex));
  if (bytes.size() <= kMaxParameterBytes) return bytes;
  return Refuse(field, absl::StrCat(bytes.size(), " bytes, at most ",
                                    kMaxParameterBytes));
}

absl::StatusOr<Value> ToValue(const std::string& field, const std::string& hex,
                              const std::string& text, size_t most) {
  if (!hex.empty() && !text.empty()) {
    return Refuse(field, "say it in hexadecimal or as text, not both");
  }
  ASSIGN_OR_RETURN(Value value,
                   ToTemplate(field, hex.empty(), hex.empty() ? text : hex));
  if (value.bytes.size() <= most) return value;
  return Refuse(field,
                absl::StrCat(value.bytes.size(), " bytes, at most ", most));
}

absl::Status CheckVersion(const std::string& field,
                          const std::string& version) {
  if (version.empty()) return absl::OkStatus();
  const std::vector<std::string> parts = absl::StrSplit(version, '.');
  if (parts.size() == 2 && IsVersionPart(parts[0]) && IsVersionPart(parts[1])) {
    return absl::OkStatus();
  }
  return Refuse(field, "a version is like 1.0, each part 0 to 255");
}

}  // namespace cardferry::cli
