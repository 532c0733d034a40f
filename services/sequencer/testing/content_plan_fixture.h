#ifndef CARDFERRY_SERVICES_SEQUENCER_TESTING_CONTENT_PLAN_FIXTURE_H_
#define CARDFERRY_SERVICES_SEQUENCER_TESTING_CONTENT_PLAN_FIXTURE_H_

#include <memory>
#include <optional>
#include <string>

#include "lib/base/status_matchers.h"
#include "services/sequencer/content_plan.h"
#include "services/sequencer/testing/applets.h"
#include "services/sequencer/testing/test_profiles.h"

namespace cardferry::sequencer {

inline card::Aid A(const std::string& hex) { return *card::Aid::FromHex(hex); }

inline const card::Aid kBrokerage = A("F043464552525901");
inline const card::Aid kBrokerageApplet = A("F04346455252590101");
inline const card::Aid kLibrary = A("F043464552525902");
inline const card::Aid kGreeterApplet = A("F04346455252590301");

inline card::StatusEntry Entry(const card::Aid& aid) {
  return {aid, {}, {}, {}, {}, {}};
}

inline DesiredApplet Applet(const card::Aid& aid) {
  return {aid, aid, {0x00}, FromHexOrDie("4142")};
}

// A desired state, the brokerage package with its applet, against a card that
// is empty unless a test says otherwise.
class ContentPlanTest : public testing::Test {
 protected:
  std::string Summary() {
    const auto plan =
        PlanContent(desired_, actual_, origins_, profile_, stored_);
    EXPECT_OK(plan);
    return plan.ok() ? plan->Summary() : "";
  }
  std::string Refusal() {
    const auto plan =
        PlanContent(desired_, actual_, origins_, profile_, stored_);
    EXPECT_THAT(plan, StatusIs(absl::StatusCode::kInvalidArgument));
    return std::string(plan.status().message());
  }
  void ThereIs(const card::Aid& package, std::optional<uint16_t> version) {
    actual_.load_files.push_back(Entry(package));
    actual_.load_files.back().version = version;
  }
  void IsInstalled(const card::Aid& applet,
                   const std::optional<card::Aid>& package) {
    actual_.applications.push_back(Entry(applet));
    actual_.applications.back().load_file = package;
  }

  const std::shared_ptr<const LoadFile> brokerage_ =
      LoadApplet("brokerage.cap");
  DesiredState desired_ = {{{brokerage_, {Applet(kBrokerageApplet)}}}, {}, {}};
  CardContent actual_;
  Origins origins_;
  StoredData stored_;
  CardProfile profile_ = TestProfile("demo", 0x30);
};

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_TESTING_CONTENT_PLAN_FIXTURE_H_
