#ifndef CARDFERRY_BENCH_VAULT_LOAD_H_
#define CARDFERRY_BENCH_VAULT_LOAD_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/card/apdu/command_apdu.h"
#include "services/keyvault/testing/fake_ledger.h"
#include "services/keyvault/testing/known_card.h"
#include "services/keyvault/vault.h"

namespace cardferry::bench {

// What one load is made of.
struct LoadShape {
  size_t commands = 128;
  size_t command_bytes = 200;  // of data in each
  uint8_t level = 0x01;
};

// The vault's share of one load, again and again: an opening, Authenticate, one
// Protect. The ledger is in memory, so that the disk is not what is measured.
class VaultLoad {
 public:
  // `keys` has the masters of `card.key_set` and outlives this.
  VaultLoad(keyvault::HsmKeys& keys, const keyvault::KnownCard& card,
            const LoadShape& shape);

  struct Cost {
    absl::Duration time;  // of the processor, in this thread
    uint64_t hsm_calls = 0;
  };
  // One load with a fresh opening. The card's own work is not in the cost.
  absl::StatusOr<Cost> RunOne();

  // Whether the commands of the last load are those that the card expects:
  // nothing wrong is to be measured. DATA_LOSS when not.
  absl::Status CheckLast() const;

 private:
  keyvault::HsmKeys& keys_;
  const keyvault::KnownCard card_;
  const LoadShape shape_;
  const std::vector<card::CommandApdu> commands_;
  SystemClock clock_;
  SystemRandom random_;
  keyvault::FakeLedger ledger_;
  std::unique_ptr<keyvault::Vault> vault_;
  keyvault::IssuedOpening last_;
  std::vector<card::CommandApdu> last_commands_;
};

}  // namespace cardferry::bench

#endif  // CARDFERRY_BENCH_VAULT_LOAD_H_
