#include "cli/render/list_text.h"

#include "absl/strings/match.h"
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

// `i`, as two hexadecimal digits each.
std::string OptionsText(const pb::Profile& profile) {
  if (profile.channel_options().empty()) return "any";
  return absl::StrJoin(profile.channel_options(), " ",
                       [](std::string* out, uint32_t i) {
                         absl::StrAppendFormat(out, "%02X", i);
                       });
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

std::string ProfileTable(const std::vector<pb::Profile>& profiles) {
  if (profiles.empty()) {
    return "No card profiles: the sequencer's configuration names them.\n";
  }
  Table table({"profile", "key set", "scp", "i", "level", "isd"});
  for (const pb::Profile& profile : profiles) {
    table.Add({Printable(profile.name()), OrDash(profile.key_set()),
               absl::StrFormat("%02u", profile.scp()), OptionsText(profile),
               absl::StrFormat("%02X", profile.level_floor()),
               HexText(profile.isd_aid())});
  }
  return table.Render();
}

std::string ProfileText(const pb::Profile& profile) {
  return absl::StrCat(ProfileTable({profile}), "\n", profile.text(),
                      absl::EndsWith(profile.text(), "\n") ? "" : "\n");
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

std::string EventLine(const pb::Event& event) {
  std::string line = absl::StrCat(event.id(), "  ", TimeText(event.at_us()),
                                  "  ", Printable(event.kind()));
  if (!event.job_id().empty()) {
    absl::StrAppend(&line, "  job ", Printable(event.job_id()));
  }
  for (const std::string& part :
       {event.agent(), event.card_id(), event.text()}) {
    if (!part.empty()) absl::StrAppend(&line, "  ", Printable(part));
  }
  return line + "\n";
}

}  // namespace cardferry::cli
