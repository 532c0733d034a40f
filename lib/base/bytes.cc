#include "lib/base/bytes.h"

#include <cstdlib>

namespace cardferry {
namespace {

// The value of one hexadecimal digit, or -1.
int Nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string ToHex(ByteSpan bytes) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const uint8_t byte : bytes) {
    hex.push_back(kDigits[byte >> 4]);
    hex.push_back(kDigits[byte & 0x0F]);
  }
  return hex;
}

absl::StatusOr<Bytes> FromHex(absl::string_view hex) {
  if (hex.size() % 2 != 0) {
    return absl::InvalidArgumentError("odd number of hexadecimal digits");
  }
  Bytes bytes;
  bytes.reserve(hex.size() / 2);
  for (size_t i = 0; i < hex.size(); i += 2) {
    const int high = Nibble(hex[i]);
    const int low = Nibble(hex[i + 1]);
    if (high < 0 || low < 0) {
      return absl::InvalidArgumentError("not a hexadecimal digit");
    }
    bytes.push_back(static_cast<uint8_t>(high << 4 | low));
  }
  return bytes;
}

Bytes FromHexOrDie(absl::string_view hex) {
  absl::StatusOr<Bytes> bytes = FromHex(hex);
  if (!bytes.ok()) std::abort();
  return *std::move(bytes);
}

ByteSpan AsBytes(absl::string_view text) {
  return ByteSpan(reinterpret_cast<const uint8_t*>(text.data()), text.size());
}

std::string AsString(ByteSpan bytes) {
  return std::string(bytes.begin(), bytes.end());
}

Bytes Concat(std::initializer_list<ByteSpan> parts) {
  Bytes joined;
  for (const ByteSpan part : parts) Append(joined, part);
  return joined;
}

void Append(Bytes& bytes, ByteSpan tail) {
  bytes.insert(bytes.end(), tail.begin(), tail.end());
}

bool ConstantTimeEqual(ByteSpan a, ByteSpan b) {
  if (a.size() != b.size()) return false;
  // volatile: the compiler may not leave the loop at the first difference.
  volatile uint8_t difference = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    difference = static_cast<uint8_t>(difference | (a[i] ^ b[i]));
  }
  return difference == 0;
}

}  // namespace cardferry
