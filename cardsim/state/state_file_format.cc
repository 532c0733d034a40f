#include "cardsim/state/state_file_format.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_macros.h"
#include "lib/crypto/digest.h"

namespace cardferry::cardsim {
namespace {

constexpr absl::string_view kMagic = "CARDFERRY CARD\n";
constexpr size_t kLengthSize = 4;
constexpr size_t kHashSize = 32;
constexpr size_t kSmallest = kMagic.size() + 1 + 2 * kLengthSize + kHashSize;

// Writes parts one after the other into bytes that are large enough.
class Filler {
 public:
  explicit Filler(absl::Span<uint8_t> out) : out_(out) {}
  void Add(ByteSpan bytes) {
    std::copy(bytes.begin(), bytes.end(), out_.begin() + at_);
    at_ += static_cast<std::ptrdiff_t>(bytes.size());
  }
  void AddSized(ByteSpan bytes) {
    const auto size = static_cast<uint32_t>(bytes.size());
    Add({static_cast<uint8_t>(size >> 24), static_cast<uint8_t>(size >> 16),
         static_cast<uint8_t>(size >> 8), static_cast<uint8_t>(size)});
    Add(bytes);
  }

 private:
  absl::Span<uint8_t> out_;
  std::ptrdiff_t at_ = 0;
};

absl::Status Damaged(absl::string_view how) {
  return absl::DataLossError(absl::StrCat("the card's state is ", how));
}

// Takes a size and as many bytes from the front.
absl::StatusOr<ByteSpan> TakeSized(ByteSpan& rest) {
  if (rest.size() < kLengthSize) return Damaged("cut short");
  size_t size = 0;
  for (size_t i = 0; i < kLengthSize; ++i) size = size << 8 | rest[i];
  rest.remove_prefix(kLengthSize);
  if (rest.size() < size) return Damaged("cut short");
  const ByteSpan taken = rest.first(size);
  rest.remove_prefix(size);
  return taken;
}

absl::Status CheckFrame(ByteSpan bytes) {
  const ByteSpan magic = AsBytes(kMagic);
  if (bytes.size() < magic.size() || bytes.first(magic.size()) != magic) {
    return absl::FailedPreconditionError("it is not the state of a card");
  }
  if (bytes.size() < kSmallest) return Damaged("cut short");
  if (bytes[magic.size()] != kStateFileVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat("it has version ", bytes[magic.size()],
                     " of the format, and this "
                     "program reads ",
                     kStateFileVersion));
  }
  const ByteSpan hashed = bytes.first(bytes.size() - kHashSize);
  if (ByteSpan(crypto::Sha256(hashed)) != bytes.last(kHashSize)) {
    return Damaged("damaged: its checksum does not fit");
  }
  return absl::OkStatus();
}

}  // namespace

SecretBytes EncodeStateFile(const CardState& state) {
  SecretBytes file(kSmallest + state.content.size() + state.keys.size());
  const absl::Span<uint8_t> out = file.Write(GrantSecretAccess());
  Filler filler(out);
  filler.Add(AsBytes(kMagic));
  filler.Add({kStateFileVersion});
  filler.AddSized(state.content);
  filler.AddSized(state.keys.Read(GrantSecretAccess()));
  filler.Add(crypto::Sha256(out.first(out.size() - kHashSize)));
  return file;
}

absl::StatusOr<CardState> ParseStateFile(ByteSpan bytes) {
  RETURN_IF_ERROR(CheckFrame(bytes));
  ByteSpan rest = bytes.subspan(kMagic.size() + 1,
                                bytes.size() - kMagic.size() - 1 - kHashSize);
  ASSIGN_OR_RETURN(const ByteSpan content, TakeSized(rest));
  ASSIGN_OR_RETURN(const ByteSpan keys, TakeSized(rest));
  if (!rest.empty()) return Damaged("longer than it says");
  return CardState{Bytes(content.begin(), content.end()),
                   SecretBytes::CopyOf(keys)};
}

}  // namespace cardferry::cardsim
