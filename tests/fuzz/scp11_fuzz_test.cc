// Parses any bytes as what a card shows in the opening of an SCP11 session: a
// store of certificates, one of them, and an answer to MUTUAL AUTHENTICATE.
// What an authority vouches for has a key on a curve.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "absl/time/time.h"
#include "lib/card/scp/openssl/certificate_chain.h"
#include "lib/card/scp/openssl/testing/known_certificates.h"
#include "lib/card/scp/scp11/certificate.h"
#include "lib/card/scp/scp11/opening_commands.h"

namespace cardferry::scp {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

void FuzzCertificate(ByteSpan input) {
  const absl::StatusOr<GpCertificate> certificate = GpCertificate::Parse(input);
  if (!certificate.ok()) return;
  Check(IsGpCertificate(input));
  Check(CheckPointForm(certificate->curve, certificate->public_key).ok());
  Check(certificate->expiration_date.size() == 4);
  Check(!certificate->signature.empty());
  // Tag and length of the signature, and of the whole, are all that is left.
  const size_t rest = input.size() - certificate->signed_data.size() -
                      certificate->signature.size();
  Check(rest >= 6 && rest <= 12);
}

void FuzzStore(ByteSpan input) {
  const absl::StatusOr<std::vector<Bytes>> store = ParseCertificateStore(input);
  if (!store.ok()) return;
  Check(!store->empty() && store->size() <= kMaxChainLength);
  size_t length = 0;
  for (const Bytes& certificate : *store) {
    length += certificate.size();
    FuzzCertificate(certificate);
  }
  Check(length < input.size());
}

void FuzzChain(ByteSpan input) {
  static const auto* const kAuthorities = new std::vector<Bytes>{
      FromHexOrDie(kX509Authority), FromHexOrDie(kGpIntermediate)};
  const absl::Time now = absl::FromUnixSeconds(1795000000);  // in 2026
  const Bytes certificate(input.begin(), input.end());
  for (const Bytes& authority : *kAuthorities) {
    const absl::StatusOr<CertifiedKey> key =
        VerifyCertificates({certificate}, authority, now);
    if (key.ok()) Check(CheckPointForm(key->curve, key->point).ok());
  }
}

void FuzzAnswer(ByteSpan input) {
  const absl::StatusOr<AuthenticateAnswer> answer =
      AuthenticateAnswer::Parse(input);
  if (!answer.ok()) return;
  Check(answer->receipt.size() == 16);
  Check(answer->encoded_point.size() > answer->point.size());
  Check(input.first(answer->encoded_point.size()) ==
        ByteSpan(answer->encoded_point));
}

}  // namespace
}  // namespace cardferry::scp

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  cardferry::scp::FuzzCertificate({data, size});
  cardferry::scp::FuzzStore({data, size});
  cardferry::scp::FuzzChain({data, size});
  cardferry::scp::FuzzAnswer({data, size});
  return 0;
}
