#ifndef CARDFERRY_TESTS_CONFORMANCE_SESSION_MAC_CIPHER_H_
#define CARDFERRY_TESTS_CONFORMANCE_SESSION_MAC_CIPHER_H_

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "lib/card/scp/session_cipher.h"
#include "tests/conformance/host_crypto.h"

namespace cardferry::conformance {

// The cipher of an SCP02 session of which no more than S-MAC is known: MACs
// only. What it is not: a whole cipher; everything else is UNIMPLEMENTED, but
// the host cryptogram, which is what was recorded.
class SessionMacCipher : public scp::SessionCipher {
 public:
  // `crypto` outlives the cipher.
  SessionMacCipher(HostCrypto& crypto, uint8_t i, Bytes session_mac,
                   Bytes host_cryptogram)
      : crypto_(crypto),
        i_(i),
        session_mac_(std::move(session_mac)),
        host_cryptogram_(std::move(host_cryptogram)) {}

  scp::ChannelProtocol protocol() const override { return {scp::kScp02, i_}; }
  absl::StatusOr<Bytes> CardCryptogram() override {
    return absl::UnimplementedError("the session's S-ENC is not known");
  }
  absl::StatusOr<Bytes> HostCryptogram() override { return host_cryptogram_; }
  absl::StatusOr<std::vector<Bytes>> MacChain(
      ByteSpan chaining_value, absl::Span<const Bytes> messages) override;
  absl::StatusOr<std::vector<Bytes>> EncryptCommands(
      absl::Span<const Plaintext>) override {
    return absl::UnimplementedError("the session's S-ENC is not known");
  }

 private:
  HostCrypto& crypto_;
  const uint8_t i_;
  const Bytes session_mac_;
  const Bytes host_cryptogram_;
};

}  // namespace cardferry::conformance

#endif  // CARDFERRY_TESTS_CONFORMANCE_SESSION_MAC_CIPHER_H_
