#include "services/sequencer/packet.h"

#include <utility>

namespace cardferry::sequencer {
namespace {

card::ScriptCommand ExternalAuthenticate(const card::CommandApdu& command) {
  return {command,
          {card::StatusWordPattern{}},
          card::AnyData{},
          card::OnMismatch::kStop,
          "EXTERNAL AUTHENTICATE"};
}

}  // namespace

std::vector<card::CommandApdu> CommandsOf(const card::Script& script) {
  std::vector<card::CommandApdu> commands;
  for (const card::ScriptCommand& command : script) {
    commands.push_back(command.command);
  }
  return commands;
}

card::Script Assemble(
    const std::optional<card::CommandApdu>& external_authenticate,
    card::Script planned, const std::vector<card::CommandApdu>& secured) {
  card::Script script;
  if (external_authenticate.has_value()) {
    script.push_back(ExternalAuthenticate(*external_authenticate));
  }
  for (size_t i = 0; i < planned.size(); ++i) {
    planned[i].command = secured[i];
    script.push_back(std::move(planned[i]));
  }
  return script;
}

}  // namespace cardferry::sequencer
