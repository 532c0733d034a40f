#include "cardsim/applets/applet_factory.h"

#include "absl/status/status.h"
#include "cardsim/applets/brokerage_applet.h"
#include "cardsim/card_error.h"

namespace cardferry::cardsim {
namespace {

constexpr char kBrokeragePackage[] = "F043464552525901";

// Stands for every applet without native code.
class UnknownApplet final : public Applet {
 public:
  card::ResponseApdu Process(const card::CommandApdu&) override {
    return {{}, kInsNotSupported};
  }
  Bytes State() const override { return {}; }
  absl::Status Restore(ByteSpan state) override {
    if (state.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError("an applet without state has none");
  }
};

}  // namespace

absl::StatusOr<std::unique_ptr<Applet>> MakeApplet(const card::Aid& package,
                                                   ByteSpan parameters) {
  if (package.ToHex() == kBrokeragePackage) {
    return BrokerageApplet::Install(parameters);
  }
  return std::unique_ptr<Applet>(new UnknownApplet);
}

}  // namespace cardferry::cardsim
