#ifndef CARDFERRY_SERVICES_SEQUENCER_DESIRED_STATE_H_
#define CARDFERRY_SERVICES_SEQUENCER_DESIRED_STATE_H_

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"
#include "services/sequencer/load_file_cache.h"
#include "services/sequencer/personal_data.h"

namespace cardferry::sequencer {

// The life-cycle state that an application should have (GPCS 2.3.1, 5.3).
enum class DesiredLifeCycle : uint8_t {
  kAny,         // as it is; SELECTABLE when it is new
  kSelectable,  // not locked, SELECTABLE or a later state of its own
  kLocked,
};

// An applet that a card should have.
struct DesiredApplet {
  card::Aid module;
  card::Aid instance;
  Bytes privileges;  // 1 or 3 bytes
  Bytes parameters;  // C9's value; may be personal data: never logged
  Bytes system_parameters = {};  // EF's value
  Bytes uicc_parameters = {};    // EA's value
  DesiredLifeCycle life_cycle = DesiredLifeCycle::kAny;
  // Whether one that is there is given these privileges; else only a new one
  // is.
  bool update_privileges = false;
  // That it should belong to; nullopt: whichever it does.
  std::optional<card::Aid> security_domain = std::nullopt;
  // What it should be given once, in this order.
  std::vector<PersonalData> personal_data = {};
};

// A security domain beside the issuer's, made from a package that is on every
// card of this type; else as an applet.
struct DesiredDomain {
  card::Aid package;
  DesiredApplet domain;
};

// A package that a card should have, and what is installed from it.
struct DesiredPackage {
  std::shared_ptr<const LoadFile> file;
  std::vector<DesiredApplet> applets;
  // Whether a package of this AID with another version or other content is
  // deleted with everything installed from it. It is in the way otherwise.
  bool replace = false;
  // That it should belong to; nullopt: whichever it does.
  std::optional<card::Aid> security_domain = std::nullopt;

  const card::PackageVersion& package() const { return file->cap.package(); }
};

// What a card should hold. What is not named is left alone.
struct DesiredState {
  std::vector<DesiredPackage> packages;
  // What it should not hold: packages with everything installed from them, and
  // single applications.
  std::vector<card::Aid> absent_packages;
  std::vector<card::Aid> absent_applications;
  std::vector<DesiredDomain> domains = {};
  // Applications that have to be there, wherever they came from: what their
  // entries in the card's registry should say. Modules and parameters do not
  // count.
  std::vector<DesiredApplet> applications = {};
  // Whether a package that is replaced may take applications along that were
  // given data.
  bool allow_data_loss = false;
};

// All applications that should be there: the packages' applets, security
// domains, others.
std::vector<const DesiredApplet*> AllApplications(const DesiredState& desired);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_DESIRED_STATE_H_
