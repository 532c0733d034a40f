#include "cli/render/list_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/render/table.h"
#include "cli/render/words.h"

namespace cardferry::cli {
namespace {

namespace pb = ::cardferry::orchestrator::v1;

std::string HexList(
    const google::protobuf::RepeatedPtrField<std::string>& list) {
  if (list.empty()) return "-";
  return absl::StrJoin(list, " ", [](std::string* out, const std::string& aid) {
    out->append(HexText(aid));
  });
}

std::string OrDash(const std::string& text) {
  return text.empty() ? "-" : Printable(text);
}

std::string PackageTable(const pb::Card& card) {
  if (card.packages().empty()) return "No packages.\n";
  Table table({"package", "version", "modules"});
  for (const pb::Package& package : card.packages()) {
    table.Add({HexText(package.aid()), OrDash(package.version()),
               HexList(package.module_aids())});
  }
  return table.Render();
}

std::string InstalledTable(const pb::Card& card) {
  if (card.applications().empty()) return "No applications.\n";
  Table table({"application", "life cycle", "privileges", "package"});
  for (const pb::InstalledApplication& application : card.applications()) {
    table.Add({HexText(application.aid()), OrDash(application.life_cycle()),
               HexText(application.privileges()),
               HexText(application.package_aid())});
  }
  return table.Render();
}

}  // namespace

std::string ApplicationText(const pb::Application& application) {
  std::string out;
  const auto line = [&out](const char* title, const std::string& value) {
    absl::StrAppendFormat(&out, "%-13s%s\n", title, value);
  };
  line("application", Printable(application.name()));
  line("package", absl::StrCat(HexText(application.package_aid()), " version ",
                               OrDash(application.version())));
  line("applets", HexList(application.applet_aids()));
  line("load file", absl::StrCat(application.load_file_bytes(), " bytes"));
  line("sha-256", HexText(application.content_hash()));
  return out;
}

std::string ApplicationTable(const std::vector<pb::Application>& applications) {
  if (applications.empty()) {
    return "No applications. Add one: cardferry app add FILE --name NAME\n";
  }
  Table table({"application", "package", "version", "applets", "bytes"});
  for (const pb::Application& application : applications) {
    table.Add(
        {Printable(application.name()), HexText(application.package_aid()),
         OrDash(application.version()), HexList(application.applet_aids()),
         absl::StrCat(application.load_file_bytes())});
  }
  return table.Render();
}

std::string CardTable(const std::vector<pb::Card>& cards) {
  if (cards.empty()) {
    return "No cards yet. A card is known after its first load: "
           "cardferry job add --help\n";
  }
  Table table({"card", "profile", "packages", "applications", "last seen", ""});
  for (const pb::Card& card : cards) {
    table.Add({Printable(card.id()), OrDash(card.profile()),
               absl::StrCat(card.packages_size()),
               absl::StrCat(card.applications_size()),
               TimeText(card.last_seen_us()), card.stopped() ? "STOPPED" : ""});
  }
  return table.Render();
}

std::string CardContentText(const pb::Card& card) {
  std::string out = absl::StrCat("Card ", Printable(card.id()), ", profile ",
                                 OrDash(card.profile()), ", last seen ",
                                 TimeText(card.last_seen_us()), "\n");
  if (card.stopped()) {
    absl::StrAppend(&out,
                    "STOPPED: something that claimed to be this card did not "
                    "hold its keys.\n");
  }
  absl::StrAppend(
      &out, "\n", PackageTable(card), "\n", InstalledTable(card), "\n",
      card.content_proven()
          ? "Proven: the card's answers were verified.\n"
          : "Reported by the card through the agent, not proven.\n");
  return out;
}

std::string AgentTable(const std::vector<pb::Agent>& agents) {
  if (agents.empty()) return "No agent has connected yet.\n";
  Table table({"agent", "connected", "last seen", "reader", "card"});
  for (const pb::Agent& agent : agents) {
    const std::string name = Printable(agent.name());
    const std::string connected = agent.connected() ? "yes" : "no";
    const std::string seen = TimeText(agent.last_seen_us());
    if (agent.readers().empty()) table.Add({name, connected, seen, "-", "-"});
    for (const pb::Reader& reader : agent.readers()) {
      table.Add({name, connected, seen, Printable(reader.name()),
                 reader.card_present() ? "present" : "none"});
    }
  }
  return table.Render();
}

std::string EventTable(const std::vector<pb::Event>& events) {
  if (events.empty()) return "No events.\n";
  Table table({"id", "time", "event", "job", "agent", "card", "text"});
  for (const pb::Event& event : events) {
    table.Add({absl::StrCat(event.id()), TimeText(event.at_us()),
               Printable(event.kind()), OrDash(event.job_id()),
               OrDash(event.agent()), OrDash(event.card_id()),
               Printable(event.text())});
  }
  return table.Render();
}

}  // namespace cardferry::cli
