#ifndef CARDFERRY_CLI_MANIFEST_MANIFEST_VALUE_H_
#define CARDFERRY_CLI_MANIFEST_MANIFEST_VALUE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/cardferry/sequencer/v1/desired_state.pb.h"

// What stands in a manifest's fields. All errors are INVALID_ARGUMENT, name the
// field and never repeat what is in it.
namespace cardferry::cli {

// What an INSTALL could carry if it held nothing else.
inline constexpr size_t kMaxParameterBytes = 255;
// One data grouping, data object or piece of plain data.
inline constexpr size_t kMaxValueBytes = 16 * 1024;

absl::Status Refuse(const std::string& field, absl::string_view why);

// Hexadecimal digits.
absl::StatusOr<std::string> ToBytes(const std::string& field,
                                    const std::string& hex);
// The same, kMaxParameterBytes at most.
absl::StatusOr<std::string> ToParameters(const std::string& field,
                                         const std::string& hex);

// "1.0", or nothing.
absl::Status CheckVersion(const std::string& field, const std::string& version);

// A value, and where the card's own facts go into it.
struct Value {
  std::string bytes;
  std::vector<sequencer::v1::CardValue> facts;
};

// Either of two ways to write bytes, or neither, with ${card.kdd} and, in text,
// ${card.id} for facts.
absl::StatusOr<Value> ToValue(const std::string& field, const std::string& hex,
                              const std::string& text, size_t most);

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_MANIFEST_MANIFEST_VALUE_H_
