// Any bytes as answers under secure messaging, to a cipher that lets every MAC
// of zeros pass: what comes out is no longer than what went in.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "lib/card/sm/secure_messaging.h"

namespace cardferry::sm {
namespace {

// Not a cipher: MACs are zeros, cryptograms are plain.
class TransparentCipher final : public SmCipher {
 public:
  size_t block_size() const override { return 8; }
  absl::StatusOr<std::vector<Bytes>> Macs(
      absl::Span<const Bytes> messages) override {
    return std::vector<Bytes>(messages.size(), Bytes(8));
  }
  absl::StatusOr<std::vector<Bytes>> Encrypt(
      absl::Span<const Blocks> plaintexts) override {
    return Decrypt(plaintexts);
  }
  absl::StatusOr<std::vector<Bytes>> Decrypt(
      absl::Span<const Blocks> ciphertexts) override {
    std::vector<Bytes> data;
    for (const Blocks& blocks : ciphertexts) {
      if (blocks.data.empty() || blocks.data.size() % 8 != 0) abort();
      data.push_back(blocks.data);
    }
    return data;
  }
};

// Two answers: the second is what follows the first half.
void Fuzz(ByteSpan input) {
  TransparentCipher cipher;
  const auto counter = SendSequenceCounter::Create(Bytes(8));
  std::vector<card::ResponseApdu> responses;
  for (const ByteSpan part : {input.first(input.size() / 2),
                              input.subspan(input.size() / 2), input}) {
    const auto response = card::ResponseApdu::Parse(part);
    if (!response.ok()) continue;
    responses.push_back(*response);
    const auto one = VerifyResponses(cipher, *counter, {*response});
    if (one.ok() && one->front().response.data.size() > part.size()) abort();
    if (one.ok() && !(one->front().response.sw == response->sw)) abort();
  }
  const auto all = VerifyResponses(cipher, *counter, responses);
  if (all.ok() && all->size() != responses.size()) abort();
}

}  // namespace
}  // namespace cardferry::sm

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  cardferry::sm::Fuzz({data, size});
  return 0;
}
