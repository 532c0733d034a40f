// Bad CAP files: refused with the reason when an operator adds them, before
// anything is stored or sent.
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/status_matchers.h"
#include "lib/card/cap/testing/build_zip.h"
#include "tests/e2e/test_stage.h"
#include "tests/stage/runfiles.h"

namespace cardferry::e2e {
namespace {

namespace pb = ::cardferry::orchestrator::v1;

using ::testing::IsEmpty;

using Entries = std::vector<card::ZipEntry>;

Bytes Brokerage() {
  const absl::StatusOr<std::string> path =
      stage::Runfile("applets/brokerage.cap");
  EXPECT_OK(path);
  const absl::StatusOr<std::string> file = ReadFile(*path, 1 << 20);
  EXPECT_OK(file);
  const ByteSpan bytes = AsBytes(*file);
  return Bytes(bytes.begin(), bytes.end());
}

// brokerage.cap with its entries changed.
Bytes Changed(const std::function<void(Entries&)>& change) {
  Entries entries = card::UnpackZip(Brokerage());
  change(entries);
  return card::BuildZip(entries);
}

Bytes& Component(Entries& entries, const std::string& name) {
  return card::EntryOf(entries, "/javacard/" + name + ".cap").content;
}

Bytes Truncated() {
  Bytes file = Brokerage();
  file.resize(file.size() / 2);
  return file;
}

Bytes WithoutMethod() {
  return Changed([](Entries& entries) {
    entries.erase(std::remove_if(entries.begin(), entries.end(),
                                 [](const card::ZipEntry& entry) {
                                   return entry.name ==
                                          "brokerage/javacard/Method.cap";
                                 }),
                  entries.end());
  });
}

struct BadFile {
  const char* name;
  std::function<Bytes()> make;
  const char* reason;
};

std::vector<BadFile> BadFiles() {
  return {
      {"not_a_zip",
       [] {
         const ByteSpan text = AsBytes("#!/bin/sh\necho an applet\n");
         return Bytes(text.begin(), text.end());
       },
       "not a zip file"},
      {"empty", [] { return Bytes(); }, "not a zip file"},
      {"truncated", Truncated, "truncated or damaged zip: Not a zip archive"},
      {"zip_slip",
       [] {
         return card::ReplaceAll(Brokerage(), "APPLET-INF/applet.xml",
                                 "../../../../etc/thing");
       },
       "entry \"../../../../etc/thing\" points out of the archive"},
      {"duplicate_component",
       [] {
         return Changed([](Entries& entries) {
           entries.push_back(
               {"other/javacard/Method.cap", Component(entries, "Method")});
         });
       },
       "the component Method is there twice"},
      {"duplicate_entry",
       [] {
         return card::ReplaceAll(
             Changed([](Entries& entries) {
               entries.push_back({"brokerage/javacard/Xethod.cap",
                                  Component(entries, "Method")});
             }),
             "Xethod", "Method");
       },
       "two entries have the same name"},
      {"missing_component", WithoutMethod, "the component Method is missing"},
      {"bad_magic",
       [] {
         return Changed(
             [](Entries& entries) { Component(entries, "Header")[3] = 0xCA; });
       },
       "Header: magic number CACAFFED instead of DECAFFED"},
      {"size_lie",
       [] {
         return Changed(
             [](Entries& entries) { Component(entries, "Method")[2] ^= 1; });
       },
       "Method: says that 401 bytes follow, 400 do"},
      {"directory_lie",
       [] {
         return Changed([](Entries& entries) {
           Bytes& method = Component(entries, "Method");
           method.push_back(0);
           method[2] = static_cast<uint8_t>(method.size() - 3);
         });
       },
       "Directory: says that Method has 400 bytes, it has 401"},
      {"extended",
       [] {
         return Changed([](Entries& entries) {
           entries.push_back({"brokerage/javacard/Method.capx", {7, 0, 0}});
         });
       },
       "\"brokerage/javacard/Method.capx\" belongs to an extended CAP file, "
       "only compact ones are taken"},
      {"zip_bomb",
       [] {
         return Changed([](Entries& entries) {
           Component(entries, "StaticField").resize(1 << 20);
         });
       },
       "entry \"brokerage/javacard/StaticField.cap\" unpacks to 1048576 bytes, "
       "at most 65538 are taken"},
  };
}

class BadCapTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    absl::StatusOr<std::unique_ptr<TestStage>> raised = TestStage::Raise({});
    ASSERT_OK(raised);
    stage_ = raised->release();
  }
  static void TearDownTestSuite() {
    delete stage_;
    stage_ = nullptr;
  }
  void SetUp() override { ASSERT_NE(stage_, nullptr); }
  void TearDown() override {
    if (HasFailure()) stage_->ShowLogs();
  }

  static std::vector<std::string> ApplicationNames() {
    absl::StatusOr<stage::OperatorClient> client = stage_->stage().Operator();
    EXPECT_OK(client);
    if (!client.ok()) return {"?"};
    const auto list = client->ListApplications();
    EXPECT_OK(list);
    if (!list.ok()) return {"?"};
    std::vector<std::string> names;
    for (const pb::Application& one : list->applications()) {
      names.push_back(one.name());
    }
    return names;
  }
  // Management commands that reached the card.
  static std::vector<std::string> Sent() {
    const absl::StatusOr<std::vector<Exchange>> exchanges = stage_->CardLog();
    EXPECT_OK(exchanges);
    if (!exchanges.ok()) return {"?"};
    return HeadersOf(*exchanges, {"50", "82", "E2", "E4", "E6", "E8", "D8"});
  }

  static inline TestStage* stage_ = nullptr;
};

TEST_F(BadCapTest, IsRefusedWithTheReasonAndNothingIsStoredOrSent) {
  for (const BadFile& bad : BadFiles()) {
    const std::string path = stage_->Path(absl::StrCat(bad.name, ".cap"));
    ASSERT_OK(WriteFileAtomically(path, bad.make(), 0644));
    const stage::Outcome added =
        stage_->Cardferry({"app", "add", path, "--name", bad.name});
    EXPECT_EQ(added.exit_code, 1) << bad.name;
    EXPECT_EQ(added.output, "") << bad.name;
    EXPECT_EQ(added.errors,
              absl::StrCat(
                  "cardferry: cannot add the application: ", bad.reason, "\n"))
        << bad.name;
  }
  EXPECT_THAT(ApplicationNames(), IsEmpty());
  EXPECT_THAT(stage_->Events("application.added"), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(Sent(), IsEmpty());
  // What a zip says is no path here.
  EXPECT_NE(access("/etc/thing", F_OK), 0);
}

TEST_F(BadCapTest, AJobForSomethingThatIsNotThereIsRefused) {
  const stage::Outcome added = stage_->Cardferry(
      {"job", "add", "--app", "bad_magic", "--agent", "kiosk-1"});
  EXPECT_EQ(added.exit_code, 1);
  EXPECT_EQ(added.output, "");
  EXPECT_THAT(added.errors,
              ::testing::StartsWith("cardferry: cannot add the job: "));
  EXPECT_THAT(stage_->Jobs(), IsOkAndHolds(IsEmpty()));
}

// The file is good; the channel is too narrow for it.
TEST_F(BadCapTest, TooLargeForTheChannelIsRefusedWithNumbersBeforeAnySession) {
  const stage::Outcome added = stage_->AddApplet("tables61");
  ASSERT_EQ(added.exit_code, 0) << added.errors;
  ASSERT_OK_AND_ASSIGN(const pb::Job job, stage_->RunJob("tables61"));
  EXPECT_EQ(job.state(), pb::JOB_STATE_FAILED);
  EXPECT_EQ(job.message(),
            "Package F043464552525906: the load file has 62376 bytes with its "
            "tag and length; short commands at security level 33 carry at most "
            "61184. Nothing was sent to the card.");
  // Only the challenge that every packet begins with.
  EXPECT_THAT(Sent(), ::testing::ElementsAre("80500000"));
  EXPECT_THAT(stage_->Events("packet.sent"), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(stage_->Events("card.stopped"), IsOkAndHolds(IsEmpty()));
}

}  // namespace
}  // namespace cardferry::e2e
