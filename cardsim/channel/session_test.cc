#include "cardsim/channel/session.h"

#include "cardsim/card_error.h"
#include "cardsim/channel/scp01_protocol.h"
#include "cardsim/channel/scp01_session.h"
#include "cardsim/testing/test_host.h"
#include "gtest/gtest.h"

namespace cardferry::cardsim {
namespace {

TEST(SessionTest, HasNoRMacSessionsWhereItsProtocolHasNone) {
  Scp01Session session({}, {}, false);
  EXPECT_EQ(StatusWordOf(session.ManageRMac(Apdu("807A100100")).status()),
            kInsNotSupported);
}

}  // namespace
}  // namespace cardferry::cardsim
