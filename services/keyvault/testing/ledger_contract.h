#ifndef CARDFERRY_SERVICES_KEYVAULT_TESTING_LEDGER_CONTRACT_H_
#define CARDFERRY_SERVICES_KEYVAULT_TESTING_LEDGER_CONTRACT_H_

#include <functional>
#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "services/keyvault/ledger.h"

namespace cardferry::keyvault {

// A name for INSTANTIATE_TEST_SUITE_P, and what makes an empty ledger that
// lives as long as the function.
struct LedgerMaker {
  std::string name;
  std::function<std::shared_ptr<Ledger>()> make;
};

// What every ledger must do.
class LedgerContract : public testing::TestWithParam<LedgerMaker> {
 protected:
  const std::shared_ptr<Ledger> ledger_ = GetParam().make();
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_TESTING_LEDGER_CONTRACT_H_
