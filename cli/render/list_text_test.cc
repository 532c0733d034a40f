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

TEST(ProfileTable, HasALineAProfile) {
  EXPECT_EQ(ProfileTable({Demo(), Sample<pb::Profile>("name: 'bare' scp: 2")}),
            "PROFILE  KEY SET      SCP  I      LEVEL  ISD\n"
            "demo     demo-aes128  03   00 70  03     A000000151\n"
            "bare     -            02   any    00     -\n");
  EXPECT_EQ(ProfileTable({}),
            "No card profiles: the sequencer's configuration names them.\n");
}

TEST(ProfileText, EndsWithTheWholeProfile) {
  EXPECT_EQ(ProfileText(Demo()), ProfileTable({Demo()}) + "\nname: \"demo\"\n");
  EXPECT_EQ(ProfileText(Sample<pb::Profile>("text: 'a: 1'")),
            ProfileTable({pb::Profile()}) + "\na: 1\n");
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

TEST(EventLine, LeavesOutWhatAnEventDoesNotHave) {
  EXPECT_EQ(EventLine(Sample<pb::Event>(
                "id: 7 at_us: 1800000000000000 kind: 'job.done' text: 'It\\n' "
                "job_id: '12' agent: 'kiosk-7' card_id: 'issuer/A'")),
            "7  2027-01-15 08:00:00Z  job.done  job 12  kiosk-7  issuer/A  "
            "It?\n");
  EXPECT_EQ(EventLine(Sample<pb::Event>("id: 8 kind: 'x' text: 'y'")),
            "8  -  x  y\n");
}

}  // namespace
}  // namespace cardferry::cli
