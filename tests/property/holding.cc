#include "tests/property/holding.h"

namespace cardferry::sequencer {

Holding HoldingOf(const cardsim::Registry& registry) {
  Holding holding;
  for (const cardsim::Package& package : registry.packages()) {
    Holding::Package& held = holding.packages[package.file.package];
    held.block = package.data_block;
    held.version =
        static_cast<uint16_t>(package.file.major << 8 | package.file.minor);
    held.modules = package.file.modules;
    for (const cardsim::PackageImport& import : package.file.imports) {
      held.imports.push_back({import.aid, import.major, import.minor});
    }
  }
  for (const cardsim::Application& application : registry.applications()) {
    holding.instances.emplace(
        application.aid,
        Holding::Instance{application.package, application.module,
                          application.privileges, application.life_cycle});
  }
  return holding;
}

}  // namespace cardferry::sequencer
