#include "services/sequencer/facts.h"

#include "absl/strings/str_cat.h"

namespace cardferry::sequencer {
namespace {

Assurance ProvenIf(bool proven) {
  return proven ? Assurance::kProven : Assurance::kReported;
}

std::optional<std::string> DifferenceIn(const WantedPackage& wanted,
                                        const CardContent& content) {
  const card::Aid& package = wanted.package.aid;
  const card::StatusEntry* entry = content.FindLoadFile(package);
  if (entry == nullptr) return absl::StrCat("no package ", package.ToHex());
  const int version = wanted.package.major << 8 | wanted.package.minor;
  if (entry->version.value_or(version) != version) {
    return absl::StrCat("package ", package.ToHex(), " in another version");
  }
  for (const card::Aid& instance : wanted.instances) {
    entry = content.FindApplication(instance);
    if (entry == nullptr) return absl::StrCat("no applet ", instance.ToHex());
    if (entry->load_file.value_or(package) != package) {
      return absl::StrCat("applet ", instance.ToHex(), " of another package");
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> FirstDifference(const BundleState& state,
                                           const CardContent& content) {
  for (const WantedPackage& wanted : state.wanted) {
    auto wrong = DifferenceIn(wanted, content);
    if (wrong.has_value()) return wrong;
  }
  for (const card::Aid& aid : state.absent_packages) {
    if (content.FindLoadFile(aid) != nullptr) {
      return absl::StrCat("package ", aid.ToHex(), " still");
    }
  }
  for (const card::Aid& aid : state.absent_applications) {
    if (content.FindApplication(aid) != nullptr) {
      return absl::StrCat("application ", aid.ToHex(), " still");
    }
  }
  return std::nullopt;
}

bool SaysVersions(const BundleState& state, const CardContent& content) {
  for (const WantedPackage& wanted : state.wanted) {
    const card::StatusEntry* const entry =
        content.FindLoadFile(wanted.package.aid);
    if (entry == nullptr || !entry->version.has_value()) return false;
  }
  return true;
}

std::vector<Fact> FactsOf(const BundleState& state, const Proofs& proofs) {
  std::vector<Fact> facts;
  for (const WantedPackage& wanted : state.wanted) {
    facts.push_back(
        {absl::StrCat("package ", wanted.package.ToString(), " is on the card"),
         ProvenIf(proofs.load_files && proofs.versions)});
    for (const card::Aid& instance : wanted.instances) {
      facts.push_back(
          {absl::StrCat("applet ", instance.ToHex(), " is installed"),
           ProvenIf(proofs.applications)});
    }
  }
  for (const card::Aid& aid : state.absent_packages) {
    facts.push_back(
        {absl::StrCat("package ", aid.ToHex(), " is not on the card"),
         ProvenIf(proofs.load_files || proofs.deleted.count(aid) > 0)});
  }
  for (const card::Aid& aid : state.absent_applications) {
    facts.push_back(
        {absl::StrCat("applet ", aid.ToHex(), " is not installed"),
         ProvenIf(proofs.applications || proofs.deleted.count(aid) > 0)});
  }
  return facts;
}

}  // namespace cardferry::sequencer
