#ifndef CARDFERRY_CARDSIM_CHANNEL_DES_MAC_CHAIN_H_
#define CARDFERRY_CARDSIM_CHANNEL_DES_MAC_CHAIN_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"

namespace cardferry::cardsim {

// How the MACs of a protocol with triple DES keys are made.
struct DesMacRules {
  // Which MAC: single DES up to the last block, or triple DES for each (GPCS
  // 2.3.1, B.1.2).
  enum class Mac { kRetail, kTripleDes } mac;
  // What the MAC before becomes to be the ICV of the next one: nothing else, or
  // encrypted under the MAC key's first half, or under the whole key.
  enum class Icv { kClear, kSingleDes, kTripleDes } icv;
};

// A chain of MACs under a triple DES key of 16 bytes, each of 8 bytes.
class DesMacChain {
 public:
  static constexpr size_t kMacSize = 8;

  // `first_icv`: 8 bytes, taken as it is.
  DesMacChain(SecretBytes key, DesMacRules rules, Bytes first_icv);

  // The next MAC, over `input` with its padding.
  absl::StatusOr<Bytes> Next(ByteSpan input);

  // The same, which has to be `received`. 6982 when it is not; the chain stands
  // still then.
  absl::Status Verify(ByteSpan input, ByteSpan received);

  // The last MAC; before the first one its ICV.
  const Bytes& last() const { return last_; }

 private:
  absl::StatusOr<Bytes> Compute(ByteSpan input) const;
  absl::StatusOr<Bytes> Icv() const;

  SecretBytes key_;
  DesMacRules rules_;
  Bytes last_;
  bool is_first_ = true;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CHANNEL_DES_MAC_CHAIN_H_
