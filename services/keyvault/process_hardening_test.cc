#include "services/keyvault/process_hardening.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::keyvault {
namespace {

TEST(ProcessHardeningTest, LeavesNoWayToDumpOrReadTheProcess) {
  ASSERT_EQ(prctl(PR_GET_DUMPABLE), 1);
  ASSERT_OK(KeepMemoryPrivate());
  EXPECT_EQ(prctl(PR_GET_DUMPABLE), 0);
  rlimit limit = {1, 1};
  ASSERT_EQ(getrlimit(RLIMIT_CORE, &limit), 0);
  EXPECT_EQ(limit.rlim_cur, 0u);
  EXPECT_EQ(limit.rlim_max, 0u);
}

}  // namespace
}  // namespace cardferry::keyvault
