#ifndef CARDFERRY_SERVICES_SEQUENCER_DESIRED_STATE_H_
#define CARDFERRY_SERVICES_SEQUENCER_DESIRED_STATE_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"
#include "services/sequencer/load_file_cache.h"

namespace cardferry::sequencer {

// An applet that a card should have.
struct DesiredApplet {
  card::Aid module;
  card::Aid instance;
  Bytes privileges;  // 1 or 3 bytes
  Bytes parameters;  // C9's value; may be personal data: never logged
  Bytes system_parameters = {};  // EF's value
  Bytes uicc_parameters = {};    // EA's value
};

// A package that a card should have, and what is installed from it.
struct DesiredPackage {
  std::shared_ptr<const LoadFile> file;
  std::vector<DesiredApplet> applets;
  // Whether a package of this AID with another version or other content is
  // deleted with everything installed from it. It is in the way otherwise.
  bool replace = false;

  const card::PackageVersion& package() const { return file->cap.package(); }
};

// What a card should hold. What is not named is left alone.
struct DesiredState {
  std::vector<DesiredPackage> packages;
  // What it should not hold: packages with everything installed from them, and
  // single applications.
  std::vector<card::Aid> absent_packages;
  std::vector<card::Aid> absent_applications;
};

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_DESIRED_STATE_H_
