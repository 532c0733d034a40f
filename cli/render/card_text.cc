#include "cli/render/card_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/render/table.h"
#include "cli/render/words.h"

namespace cardferry::cli {
namespace {

namespace pb = ::cardferry::orchestrator::v1;

std::string ModuleList(const pb::Package& package) {
  if (package.module_aids().empty()) return "-";
  return absl::StrJoin(package.module_aids(), " ",
                       [](std::string* out, const std::string& aid) {
                         out->append(HexText(aid));
                       });
}

std::string PackageTable(const pb::Card& card) {
  if (card.packages().empty()) return "No packages.\n";
  Table table({"package", "version", "modules"});
  for (const pb::Package& package : card.packages()) {
    table.Add({HexText(package.aid()), OrDash(package.version()),
               ModuleList(package)});
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

constexpr char kStopped[] =
    "Stopped: something that claimed to be this card did not hold its keys. "
    "When you know why, lift it: cardferry card resume ";

}  // namespace

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

std::string CardText(const pb::Card& card) {
  std::string out;
  const auto line = [&out](const char* title, const std::string& value) {
    absl::StrAppendFormat(&out, "%-13s%s\n", title, value);
  };
  line("card", Printable(card.id()));
  line("profile", OrDash(card.profile()));
  line("first seen", TimeText(card.first_seen_us()));
  line("last seen", TimeText(card.last_seen_us()));
  line("content",
       absl::StrCat(card.packages_size(), " package",
                    PluralS(static_cast<uint64_t>(card.packages_size())), ", ",
                    card.applications_size(), " application",
                    PluralS(static_cast<uint64_t>(card.applications_size())),
                    card.content_proven() ? ", proven" : ", reported"));
  line("work", card.stopped() ? "stopped" : "goes on");
  if (card.stopped()) {
    absl::StrAppend(&out, kStopped, Printable(card.id()), "\n");
  }
  return out;
}

std::string CardContentText(const pb::Card& card) {
  std::string out = absl::StrCat("Card ", Printable(card.id()), ", profile ",
                                 OrDash(card.profile()), ", last seen ",
                                 TimeText(card.last_seen_us()), "\n");
  if (card.stopped()) {
    absl::StrAppend(&out, kStopped, Printable(card.id()), "\n");
  }
  absl::StrAppend(
      &out, "\n", PackageTable(card), "\n", InstalledTable(card), "\n",
      card.content_proven()
          ? "Proven: the card's answers were verified.\n"
          : "Reported by the card through the agent, not proven.\n");
  return out;
}

std::string ReceiptTable(const std::vector<pb::Receipt>& receipts) {
  if (receipts.empty()) {
    return "This card has confirmed nothing: receipts come from cards whose "
           "profile says `receipts`.\n";
  }
  Table table({"confirmation", "time", "job", "what", ""});
  for (const pb::Receipt& receipt : receipts) {
    table.Add({absl::StrCat(receipt.counter()), TimeText(receipt.at_us()),
               OrDash(receipt.job_id()), Printable(receipt.text()),
               receipt.verified() ? "verified" : "NOT VERIFIED"});
  }
  return table.Render();
}

}  // namespace cardferry::cli
