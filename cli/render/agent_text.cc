#include "cli/render/agent_text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/render/table.h"
#include "cli/render/words.h"

namespace cardferry::cli {
namespace {

namespace pb = ::cardferry::orchestrator::v1;

std::string AgentState(const pb::Agent& agent) {
  if (agent.revoked()) return "revoked";
  return agent.connected() ? "connected" : "away";
}

std::string CardWord(const pb::Reader& reader) {
  return reader.card_present() ? "present" : "none";
}

}  // namespace

std::string AgentTable(const std::vector<pb::Agent>& agents) {
  if (agents.empty()) {
    return "No agents. Add one, by the name in its certificate: cardferry "
           "agent add NAME\n";
  }
  Table table({"agent", "state", "last seen", "readers", "cards"});
  for (const pb::Agent& agent : agents) {
    const auto cards = std::count_if(
        agent.readers().begin(), agent.readers().end(),
        [](const pb::Reader& reader) { return reader.card_present(); });
    table.Add({Printable(agent.name()), AgentState(agent),
               TimeText(agent.last_seen_us()),
               absl::StrCat(agent.readers_size()), absl::StrCat(cards)});
  }
  return table.Render();
}

std::string AgentText(const pb::Agent& agent) {
  std::string out;
  absl::StrAppendFormat(&out, "%-13s%s\n", "agent", Printable(agent.name()));
  absl::StrAppendFormat(&out, "%-13s%s\n", "state", AgentState(agent));
  absl::StrAppendFormat(&out, "%-13s%s\n", "last seen",
                        TimeText(agent.last_seen_us()));
  for (const pb::Reader& reader : agent.readers()) {
    absl::StrAppendFormat(&out, "%-13s%s, card %s\n", "reader",
                          Printable(reader.name()), CardWord(reader));
  }
  return out;
}

std::string ReaderTable(const std::vector<PlacedReader>& readers) {
  if (readers.empty()) {
    return "No readers. An agent shows those that it serves when it connects: "
           "cardferry agent list\n";
  }
  Table table({"agent", "reader", "card"});
  for (const PlacedReader& placed : readers) {
    table.Add({Printable(placed.agent), Printable(placed.reader.name()),
               placed.connected ? CardWord(placed.reader) : "agent is away"});
  }
  return table.Render();
}

}  // namespace cardferry::cli
