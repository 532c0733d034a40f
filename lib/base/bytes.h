#ifndef CARDFERRY_LIB_BASE_BYTES_H_
#define CARDFERRY_LIB_BASE_BYTES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace cardferry {

// Public bytes: never a key, PIN or session key (those are SecretBytes).
using Bytes = std::vector<uint8_t>;
using ByteSpan = absl::Span<const uint8_t>;

// Upper-case hexadecimal, two digits a byte, no separators.
std::string ToHex(ByteSpan bytes);

// The reverse of ToHex; either case. INVALID_ARGUMENT for an odd number of
// digits or another character; the text itself is not repeated.
absl::StatusOr<Bytes> FromHex(absl::string_view hex);

// FromHex for literals in tests and tables: stops the process on bad input.
Bytes FromHexOrDie(absl::string_view hex);

// The bytes of a string, as protobuf's `bytes` fields hold them.
ByteSpan AsBytes(absl::string_view text);
std::string AsString(ByteSpan bytes);

// Joins parts in order.
Bytes Concat(std::initializer_list<ByteSpan> parts);

// Appends `tail` to `bytes`.
void Append(Bytes& bytes, ByteSpan tail);

// True when both have the same length and bytes. The time taken depends on the
// lengths only, never on where they differ.
bool ConstantTimeEqual(ByteSpan a, ByteSpan b);

}  // namespace cardferry

#endif  // CARDFERRY_LIB_BASE_BYTES_H_
