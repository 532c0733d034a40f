#include "cli/render/card_text.h"

#include "cli/render/testing/samples.h"
#include "gtest/gtest.h"

namespace cardferry::cli {
namespace {

namespace pb = ::cardferry::orchestrator::v1;

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
            "Stopped: something that claimed to be this card did not hold its "
            "keys. When you know why, lift it: cardferry card resume "
            "issuer/A\n"
            "\n"
            "No packages.\n"
            "\n"
            "No applications.\n"
            "\n"
            "Proven: the card's answers were verified.\n");
}

TEST(CardText, ShowsWhatIsKnownOfACard) {
  EXPECT_EQ(CardText(Card()),
            "card         issuer/0001020304\n"
            "profile      generic\n"
            "first seen   2027-01-15 08:00:00Z\n"
            "last seen    2027-01-15 08:00:02Z\n"
            "content      1 package, 1 application, reported\n"
            "work         goes on\n");
}

TEST(CardText, SaysHowToLiftAStop) {
  EXPECT_EQ(CardText(Sample<pb::Card>(
                "id: 'issuer/A' content_proven: true stopped: true")),
            "card         issuer/A\n"
            "profile      -\n"
            "first seen   -\n"
            "last seen    -\n"
            "content      0 packages, 0 applications, proven\n"
            "work         stopped\n"
            "Stopped: something that claimed to be this card did not hold its "
            "keys. When you know why, lift it: cardferry card resume "
            "issuer/A\n");
}

}  // namespace
}  // namespace cardferry::cli
