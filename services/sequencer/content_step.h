#ifndef CARDFERRY_SERVICES_SEQUENCER_CONTENT_STEP_H_
#define CARDFERRY_SERVICES_SEQUENCER_CONTENT_STEP_H_

#include <memory>
#include <variant>

#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"
#include "lib/card/gp/content_commands.h"
#include "services/sequencer/load_file_cache.h"
#include "services/sequencer/personal_data.h"

namespace cardferry::sequencer {

// One change of a card's content.
struct DeleteApplicationStep {
  card::Aid application;
};
struct DeletePackageStep {
  card::Aid package;
  card::DeleteRelated related = card::DeleteRelated::kNo;
};
struct LoadStep {
  std::shared_ptr<const LoadFile> file;
};
struct InstallStep {
  card::Installation installation;  // of an applet or a security domain
};
struct MakeSelectableStep {
  card::Aid application;
};
struct LockStep {
  card::Aid application;
  bool locked = true;  // false: unlocked
};
struct UpdatePrivilegesStep {
  card::Aid application;
  Bytes privileges;  // 1 or 3 bytes
};
struct ExtraditeStep {
  card::Aid what;  // a package or an application
  card::Aid security_domain;
};
struct PersonalizeStep {
  card::Aid application;
  PersonalData data;
};
using ContentStep =
    std::variant<DeleteApplicationStep, DeletePackageStep, LoadStep,
                 InstallStep, MakeSelectableStep, LockStep,
                 UpdatePrivilegesStep, ExtraditeStep, PersonalizeStep>;

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_CONTENT_STEP_H_
