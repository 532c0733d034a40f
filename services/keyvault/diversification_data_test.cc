#include "services/keyvault/diversification_data.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::keyvault {
namespace {

TEST(DiversificationDataTest, HasTenBytes) {
  EXPECT_THAT(ParseDiversificationData("0123456789"),
              IsOkAndHolds(std::array<uint8_t, 10>{'0', '1', '2', '3', '4', '5',
                                                   '6', '7', '8', '9'}));
  for (const size_t size : {0u, 9u, 11u, 20u}) {
    EXPECT_THAT(ParseDiversificationData(std::string(size, 'x')),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         "key_diversification_data has " +
                             std::to_string(size) + " bytes, must be 10"));
  }
}

}  // namespace
}  // namespace cardferry::keyvault
