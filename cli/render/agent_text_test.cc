#include "cli/render/agent_text.h"

#include "cli/render/testing/samples.h"
#include "gtest/gtest.h"

namespace cardferry::cli {
namespace {

namespace pb = ::cardferry::orchestrator::v1;

pb::Agent Kiosk7() {
  return Sample<pb::Agent>(
      "name: 'kiosk-7' connected: true last_seen_us: 1800000000000000 "
      "readers { name: 'Reader 0' card_present: true } "
      "readers { name: 'Reader 1' }");
}

TEST(AgentTable, HasALineAnAgent) {
  EXPECT_EQ(AgentTable({Kiosk7(), Sample<pb::Agent>("name: 'kiosk-8'"),
                        Sample<pb::Agent>("name: 'kiosk-9' revoked: true")}),
            "AGENT    STATE      LAST SEEN             READERS  CARDS\n"
            "kiosk-7  connected  2027-01-15 08:00:00Z  2        1\n"
            "kiosk-8  away       -                     0        0\n"
            "kiosk-9  revoked    -                     0        0\n");
  EXPECT_EQ(AgentTable({}),
            "No agents. Add one, by the name in its certificate: cardferry "
            "agent add NAME\n");
}

TEST(AgentText, ShowsAnAgentWithItsReaders) {
  EXPECT_EQ(AgentText(Kiosk7()),
            "agent        kiosk-7\n"
            "state        connected\n"
            "last seen    2027-01-15 08:00:00Z\n"
            "reader       Reader 0, card present\n"
            "reader       Reader 1, card none\n");
}

TEST(ReaderTable, HasALineAReaderAndKnowsNothingOfTheCardOfOneThatIsAway) {
  pb::Agent away = Kiosk7();
  away.set_name("kiosk-8");
  away.set_connected(false);
  EXPECT_EQ(ReaderTable(PlacedReaders({Kiosk7(), away})),
            "AGENT    READER    CARD\n"
            "kiosk-7  Reader 0  present\n"
            "kiosk-7  Reader 1  none\n"
            "kiosk-8  Reader 0  agent is away\n"
            "kiosk-8  Reader 1  agent is away\n");
  EXPECT_EQ(ReaderTable({}),
            "No readers. An agent shows those that it serves when it connects: "
            "cardferry agent list\n");
}

}  // namespace
}  // namespace cardferry::cli
