#include "services/sequencer/unwanted.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/base/status_macros.h"

namespace cardferry::sequencer {
namespace {

absl::Status Refuse(absl::string_view reason) {
  return absl::InvalidArgumentError(reason);
}

std::string Short(ByteSpan hash) {
  return ToHex(hash.first(std::min<size_t>(hash.size(), 4)));
}

bool Lists(const std::vector<card::Aid>& modules, const card::Aid& module) {
  return std::count(modules.begin(), modules.end(), module) > 0;
}

constexpr char kReplaceOrDelete[] = ": replace it, or delete it first";

std::string VersionText(uint16_t version) {
  return absl::StrFormat("%d.%d", version >> 8, version & 0xFF);
}

uint16_t VersionOf(const card::PackageVersion& package) {
  return static_cast<uint16_t>(package.major << 8 | package.minor);
}

// What of a card's content has to go, from what is desired.
class Sorter {
 public:
  Sorter(const CardContent& actual, const Origins& origins)
      : actual_(actual), origins_(origins) {}

  absl::StatusOr<Unwanted> Sort(const DesiredState& desired) {
    for (const auto& [package, origin] : origins_) {
      unwanted_.imports[package] = origin.imports;
    }
    for (const DesiredPackage& package : desired.packages) {
      RETURN_IF_ERROR(SortPackage(package));
    }
    for (const card::Aid& aid : desired.absent_packages) {
      RETURN_IF_ERROR(SortAbsentPackage(aid));
    }
    for (const card::Aid& aid : desired.absent_applications) {
      RETURN_IF_ERROR(SortAbsentApplication(aid));
    }
    for (const card::Aid& aid : unwanted_.packages) {
      const auto origin = origins_.find(aid);
      const bool noted =
          origin != origins_.end() && !origin->second.imports.empty();
      if (!noted) unwanted_.unnoted.insert(aid);
    }
    return std::move(unwanted_);
  }

 private:
  absl::Status SortPackage(const DesiredPackage& package) {
    const card::Aid& aid = package.package().aid;
    const card::StatusEntry* entry = actual_.FindLoadFile(aid);
    if (entry == nullptr) return absl::OkStatus();
    const absl::Status same = CheckSame(package, *entry);
    if (same.ok()) {
      NoteImports(package);
      return absl::OkStatus();
    }
    if (!package.replace) return same;
    unwanted_.packages.insert(aid);
    // A guess: the one that goes needs what the desired one does. It goes in
    // any case, so this only says in which order.
    if (unwanted_.imports[aid].empty()) NoteImports(package);
    for (const DesiredApplet& applet : package.applets) {
      unwanted_.presumed_packages.emplace(applet.instance, aid);
    }
    return absl::OkStatus();
  }

  void NoteImports(const DesiredPackage& package) {
    std::vector<card::Aid>& noted = unwanted_.imports[package.package().aid];
    for (const card::PackageVersion& import : package.file->cap.imports()) {
      noted.push_back(import.aid);
    }
  }

  // OK when the package on the card is the desired one.
  absl::Status CheckSame(const DesiredPackage& package,
                         const card::StatusEntry& entry) const {
    const std::string name = package.package().aid.ToHex();
    const uint16_t wanted = VersionOf(package.package());
    if (entry.version.has_value() && *entry.version != wanted) {
      return Refuse(
          absl::StrCat("package ", name, " is on the card in version ",
                       VersionText(*entry.version), ", version ",
                       VersionText(wanted), " is desired", kReplaceOrDelete));
    }
    for (const card::Aid& module : package.file->cap.applets()) {
      if (entry.modules.empty() || Lists(entry.modules, module)) continue;
      return Refuse(
          absl::StrCat("package ", name, " is on the card without the applet ",
                       module.ToHex(), " of the CAP file", kReplaceOrDelete));
    }
    const auto origin = origins_.find(entry.aid);
    if (origin == origins_.end()) {
      if (entry.version.has_value()) return absl::OkStatus();
      return Refuse(absl::StrCat(
          "package ", name,
          " is on the card, and nothing says in which version or from which "
          "file",
          kReplaceOrDelete));
    }
    const Bytes& hash = origin->second.content_hash;
    if (hash == package.file->content_hash) return absl::OkStatus();
    if (hash == UnknownContent()) {
      return Refuse(absl::StrCat(
          "package ", name,
          " is on the card, and nobody knows from which file: what was sent to "
          "the card was not reported to its end",
          kReplaceOrDelete));
    }
    return Refuse(absl::StrCat(
        "package ", name, " is on the card with other content (of CAP file ",
        Short(hash), "..., not ", Short(package.file->content_hash), "...)",
        kReplaceOrDelete));
  }

  absl::Status SortAbsentPackage(const card::Aid& aid) {
    if (actual_.FindLoadFile(aid) != nullptr) {
      unwanted_.packages.insert(aid);
    } else if (actual_.FindApplication(aid) != nullptr) {
      return Refuse(absl::StrCat(aid.ToHex(),
                                 " is an application on the card, not a "
                                 "package"));
    }
    return absl::OkStatus();
  }

  absl::Status SortAbsentApplication(const card::Aid& aid) {
    if (actual_.FindApplication(aid) != nullptr) {
      unwanted_.applications.insert(aid);
    } else if (actual_.FindLoadFile(aid) != nullptr) {
      return Refuse(absl::StrCat(aid.ToHex(),
                                 " is a package on the card, not an "
                                 "application"));
    }
    return absl::OkStatus();
  }

  const CardContent& actual_;
  const Origins& origins_;
  Unwanted unwanted_;
};

}  // namespace

absl::StatusOr<Unwanted> FindUnwanted(const DesiredState& desired,
                                      const CardContent& actual,
                                      const Origins& origins) {
  return Sorter(actual, origins).Sort(desired);
}

}  // namespace cardferry::sequencer
