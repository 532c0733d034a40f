#include "services/keyvault/hsm/predicted_challenge.h"

#include <memory>
#include <vector>

#include "lib/base/status_macros.h"
#include "lib/pkcs11/cmac_batch.h"
#include "lib/pkcs11/cmac_kdf.h"
#include "services/keyvault/hsm/card_key.h"
#include "services/keyvault/hsm/challenge_source.h"
#include "services/keyvault/hsm/scp02_hsm_cipher.h"

namespace cardferry::keyvault {
namespace {

// Derivation constant of SCP03 (GPC Amendment D, table 4-1).
constexpr uint8_t kCardChallenge = 0x02;

// KDF(K-ENC, sequence counter (3) | AID), which is one CMAC (GPC Amendment D,
// 6.2.2.1).
absl::StatusOr<Bytes> PredictScp03(HsmContext& hsm,
                                   const CardKeySelection& card,
                                   const ChallengeSource& source) {
  const size_t length = scp::ChallengeLength(source.protocol);
  const pkcs11::KdfInput input =
      pkcs11::Scp03KdfInput(kCardChallenge, length * 8,
                            Concat({source.sequence_counter, source.aid}));
  const std::vector<Bytes> messages = {
      Concat({input.before, Bytes{0x01}, input.after})};
  ModuleWays ways = hsm.ways;
  ways.card_keys_encrypt = true;
  return hsm.Run(
      [&](pkcs11::Session& session,
          const KeyHandles& keys) -> absl::StatusOr<Bytes> {
        ASSIGN_OR_RETURN(const Masters masters,
                         keys.FindMasters(card.key_set, card.master_version));
        RETURN_IF_ERROR(CheckKeysAreFor(card.key_set, masters, scp::kScp03));
        ASSIGN_OR_RETURN(
            const CardKey key,
            MakeCardKey(session, ways, masters, CardKeyNumber::kEnc,
                        card.key_diversification_data));
        ASSIGN_OR_RETURN(pkcs11::CmacBatch batch,
                         pkcs11::ComputeCmacs(session, key.base.key, messages,
                                              hsm.most_bytes_a_call));
        batch.macs[0].resize(length);
        return std::move(batch.macs[0]);
      },
      [] {});
}

absl::StatusOr<Bytes> PredictScp02(HsmContext& hsm,
                                   const CardKeySelection& card,
                                   const ChallengeSource& source) {
  scp::SessionSeed seed;
  seed.protocol = source.protocol;
  seed.host_challenge.resize(8);
  seed.card_challenge = source.sequence_counter;
  seed.card_challenge.resize(8);
  seed.aid = source.aid;
  ASSIGN_OR_RETURN(const std::unique_ptr<Scp02HsmCipher> cipher,
                   Scp02HsmCipher::Create(hsm, card, seed));
  ASSIGN_OR_RETURN(const Bytes challenge, cipher->PseudoRandomChallenge());
  return Concat({source.sequence_counter, challenge});
}

}  // namespace

absl::StatusOr<Bytes> PredictHsmChallenge(HsmContext& hsm,
                                          const CardKeySelection& card,
                                          const ChallengeSource& source) {
  RETURN_IF_ERROR(CheckSource(source));
  return source.protocol.scp == scp::kScp02 ? PredictScp02(hsm, card, source)
                                            : PredictScp03(hsm, card, source);
}

}  // namespace cardferry::keyvault
