#ifndef CARDFERRY_SERVICES_SEQUENCER_CONTENT_STEP_H_
#define CARDFERRY_SERVICES_SEQUENCER_CONTENT_STEP_H_

#include <memory>
#include <variant>

#include "lib/card/apdu/aid.h"
#include "lib/card/gp/content_commands.h"
#include "services/sequencer/load_file_cache.h"

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
  card::Installation installation;
};
using ContentStep = std::variant<DeleteApplicationStep, DeletePackageStep,
                                 LoadStep, InstallStep>;

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_CONTENT_STEP_H_
