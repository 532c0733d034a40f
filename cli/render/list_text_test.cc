#include "cli/render/list_text.h"

#include "cli/render/testing/samples.h"
#include "gtest/gtest.h"

namespace cardferry::cli {
namespace {

namespace pb = ::cardferry::orchestrator::v1;

TEST(ApplicationText, ShowsWhatIsInTheFile) {
  EXPECT_EQ(ApplicationText(Brokerage()),
            "application  brokerage\n"
            "package      F000000001 version 1.0\n"
            "applets      F00000000101\n"
            "load file    2904 bytes\n"
            "sha-256      AABB\n");
}

TEST(ApplicationTable, HasALineAnApplication) {
  EXPECT_EQ(ApplicationTable({Brokerage()}),
            "APPLICATION  PACKAGE     VERSION  APPLETS       BYTES\n"
            "brokerage    F000000001  1.0      F00000000101  2904\n");
  EXPECT_EQ(ApplicationTable({}),
            "No applications. Add one: cardferry app add FILE --name NAME\n");
}

TEST(CardTable, SaysWhichCardsAreStopped) {
  pb::Card stopped = Card();
  stopped.set_id("issuer/0A");
  stopped.set_stopped(true);
  EXPECT_EQ(CardTable({Card(), stopped}),
            "CARD               PROFILE  PACKAGES  APPLICATIONS  LAST SEEN\n"
            "issuer/0001020304  generic  1         1             2027-01-15 "
            "08:00:02Z\n"
            "issuer/0A          generic  1         1             2027-01-15 "
            "08:00:02Z  STOPPED\n");
  EXPECT_EQ(CardTable({}),
            "No cards yet. A card is known after its first load: cardferry "
            "job add --help\n");
}

TEST(CardContentText, ShowsPackagesApplicationsAndHowSureThatIs) {
  EXPECT_EQ(CardContentText(Card()),
            "Card issuer/0001020304, profile generic, last seen 2027-01-15 "
            "08:00:02Z\n"
            "\n"
            "PACKAGE     VERSION  MODULES\n"
            "F000000001  1.0      F00000000101\n"
            "\n"
            "APPLICATION   LIFE CYCLE  PRIVILEGES  PACKAGE\n"
            "F00000000101  SELECTABLE  00          F000000001\n"
            "\n"
            "Reported by the card through the agent, not proven.\n");
}

TEST(CardContentText, SaysWhenThereIsNothingAndWhenTheCardIsStopped) {
  EXPECT_EQ(CardContentText(Sample<pb::Card>(
                "id: 'issuer/A' content_proven: true stopped: true")),
            "Card issuer/A, profile -, last seen -\n"
            "STOPPED: something that claimed to be this card did not hold its "
            "keys.\n"
            "\n"
            "No packages.\n"
            "\n"
            "No applications.\n"
            "\n"
            "Proven: the card's answers were verified.\n");
}

TEST(AgentTable, HasALineAReader) {
  EXPECT_EQ(
      AgentTable({Sample<pb::Agent>(
                      "name: 'kiosk-7' connected: true last_seen_us: "
                      "1800000000000000 readers { name: 'Reader 0' "
                      "card_present: true } readers { name: 'Reader 1' }"),
                  Sample<pb::Agent>("name: 'kiosk-8'")}),
      "AGENT    CONNECTED  LAST SEEN             READER    CARD\n"
      "kiosk-7  yes        2027-01-15 08:00:00Z  Reader 0  present\n"
      "kiosk-7  yes        2027-01-15 08:00:00Z  Reader 1  none\n"
      "kiosk-8  no         -                     -         -\n");
  EXPECT_EQ(AgentTable({}), "No agent has connected yet.\n");
}

TEST(EventTable, HasALineAnEventAndLetsNobodyDriveTheTerminal) {
  EXPECT_EQ(
      EventTable({Sample<pb::Event>(
          "id: 7 at_us: 1800000000000000 kind: 'job.done' text: 'It "
          "is\\033[2J' job_id: '12' agent: 'kiosk-7'")}),
      "ID  TIME                  EVENT     JOB  AGENT    CARD  TEXT\n"
      "7   2027-01-15 08:00:00Z  job.done  12   kiosk-7  -     It is?[2J\n");
  EXPECT_EQ(EventTable({}), "No events.\n");
}

}  // namespace
}  // namespace cardferry::cli
