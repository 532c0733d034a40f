#include "services/sequencer/bundle.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/card/apdu/status_word.h"
#include "lib/card/gp/discovery_commands.h"
#include "lib/card/gp/registry_commands.h"
#include "lib/card/gp/store_data.h"

namespace cardferry::sequencer {
namespace {

using card::OnMismatch;
using card::StatusScope;
using card::StatusWordPattern;

// What a new package and its applets add to the lists, roughly: to guess how
// many pages the reads at the end need.
constexpr size_t kEntryBytes = 48;
constexpr size_t kPageBytes = 240;

constexpr StatusWordPattern Only(card::StatusWord sw) {
  return {sw.value(), 0xFFFF};
}

// Errors have neither MAC nor data (GPC Amendment D, 6.2.5).
bool IsError(card::StatusWord sw) {
  return sw != card::kSuccess && sw.sw1() != 0x62 && sw.sw1() != 0x63;
}

// With its padding, 80 00... to the next block (6.2.7).
size_t EncryptedSize(size_t size) {
  constexpr size_t kBlockBytes = 16;
  return (size / kBlockBytes + 1) * kBlockBytes;
}

size_t DataBytes(const std::vector<card::ResponseApdu>& pages) {
  size_t bytes = 0;
  for (const card::ResponseApdu& page : pages) bytes += page.data.size();
  return bytes;
}

// As many pages as it took last time; more when that was not all.
size_t PagesToRead(const std::vector<card::ResponseApdu>& last) {
  const bool more = last.back().sw == card::kMoreDataAvailable;
  return std::min(card::kMaxStatusPages, more ? 2 * last.size() : last.size());
}

// As many as the list will need after `added` new entries. A guess that is too
// low costs a read of the card later, one that is too high one command.
size_t PagesAfter(const std::vector<card::ResponseApdu>& last, size_t added) {
  const size_t read = PagesToRead(last);
  if (added == 0) return read;
  const size_t bytes = DataBytes(last) + added * kEntryBytes;
  const bool one_more = last.size() > 1 || bytes > kPageBytes;
  return std::min(card::kMaxStatusPages, one_more ? read + 1 : read);
}

class Builder {
 public:
  Builder(const StatusSnapshot& expected, const CardProfile& profile,
          card::Protection protection, const Signatures& signatures,
          absl::Span<const uint16_t> identity)
      : expected_(expected),
        profile_(profile),
        protection_(protection),
        signatures_(signatures),
        identity_(identity) {}

  absl::StatusOr<Bundle> Build(const ContentPlan& plan) {
    if (!plan.steps.empty()) ReadAndCompare();
    for (const ContentStep& step : plan.steps) {
      RETURN_IF_ERROR(
          std::visit([this](const auto& s) { return Add(s); }, step));
    }
    ReadAtTheEnd();
    if (bundle_.commands.size() > kMaxBundleCommands) {
      return absl::ResourceExhaustedError(
          absl::StrCat("the load has ", bundle_.commands.size(),
                       " commands, one bundle takes ", kMaxBundleCommands,
                       ": load the packages one after the other"));
    }
    return std::move(bundle_);
  }

 private:
  void Push(CommandKind kind, const std::optional<card::Aid>& subject,
            card::ScriptCommand command) {
    std::vector<CommandRun>& runs = bundle_.runs;
    if (!runs.empty() && runs.back().kind == kind &&
        runs.back().subject == subject) {
      ++runs.back().count;
    } else {
      runs.push_back({kind, subject, 1});
    }
    bundle_.commands.push_back(std::move(command));
  }

  // The answer is welcome, whatever it is.
  void Read(CommandKind kind, StatusScope scope, size_t pages) {
    for (size_t i = 0; i < pages; ++i) {
      Push(kind, std::nullopt,
           {Command(scope, i),
            {Only(card::kSuccess), Only(card::kMoreDataAvailable),
             Only(card::kReferencedDataNotFound)},
            card::AnyData{},
            OnMismatch::kContinue,
            "read the card"});
    }
  }

  // The answers must be these.
  void Compare(CommandKind kind, StatusScope scope,
               const std::vector<card::ResponseApdu>& pages) {
    for (size_t i = 0; i < pages.size(); ++i) {
      Push(kind, std::nullopt,
           {Command(scope, i),
            {Only(pages[i].sw)},
            ExpectedFor(pages[i]),
            OnMismatch::kStop,
            "compare the card"});
    }
  }

  // What the agent sees of an answer that should be this one.
  card::ExpectedData ExpectedFor(const card::ResponseApdu& page) const {
    if (!protection_.MacsAnswers() || IsError(page.sw)) {
      return card::ExactData{page.data};
    }
    Bytes value = page.data;
    Bytes mask(value.size(), 0xFF);
    if (protection_.EncryptsAnswers()) {
      const size_t size = value.empty() ? 0 : EncryptedSize(value.size());
      value.assign(size, 0x00);
      mask.assign(size, 0x00);
    }
    value.resize(value.size() + protection_.mac_bytes);
    mask.resize(value.size());
    return card::MaskedData{std::move(value), std::move(mask)};
  }

  static card::CommandApdu Command(StatusScope scope, size_t page) {
    return card::GetStatusCommand(
        scope, page == 0 ? card::StatusPage::kFirst : card::StatusPage::kNext);
  }

  void ReadAndCompare() {
    Read(CommandKind::kPeekLoadFiles, StatusScope::kLoadFiles,
         expected_.load_files.size());
    Compare(CommandKind::kCompareApplications, StatusScope::kApplications,
            expected_.applications);
    Compare(CommandKind::kCompareLoadFiles, StatusScope::kLoadFiles,
            expected_.load_files);
  }

  void ReadAtTheEnd() {
    Read(CommandKind::kReadLoadFiles, StatusScope::kLoadFiles,
         PagesAfter(expected_.load_files, loaded_));
    Read(CommandKind::kReadApplications, StatusScope::kApplications,
         PagesAfter(expected_.applications, installed_));
    if (profile_.lists_modules) {
      const auto& last =
          expected_.modules.empty() ? expected_.load_files : expected_.modules;
      Read(CommandKind::kReadModules, StatusScope::kLoadFilesAndModules,
           PagesAfter(last, loaded_));
    }
    if (!protection_.MacsAnswers()) return;
    for (const uint16_t tag : identity_) {
      Push(CommandKind::kReadIdentity, std::nullopt,
           {card::GetDataCommand(tag),
            {StatusWordPattern{0, 0}},
            card::AnyData{},
            OnMismatch::kContinue,
            "read the card"});
    }
    Read(CommandKind::kReadSecurityDomain, WhatAlwaysIsThere(), 1);
  }

  // A domain that manages by tokens is one beside the issuer's: it does not see
  // that one, but always itself, among the applications.
  StatusScope WhatAlwaysIsThere() const {
    return profile_.rules.tokens.empty() ? StatusScope::kIssuerSecurityDomain
                                         : StatusScope::kApplications;
  }

  // A card answers a change with one byte 00, with no data, or with a receipt.
  absl::Status PushChange(CommandKind kind, const card::Aid& subject,
                          const card::CommandApdu& command, std::string label) {
    auto with = WithToken(profile_, command, protection_, signatures_);
    if (!with.ok()) return Annotate(with.status(), label);
    Push(kind, subject,
         {*std::move(with), AcceptedFor(kind), card::AnyData{},
          OnMismatch::kStop, std::move(label)});
    return absl::OkStatus();
  }

  absl::Status AddDelete(CommandKind kind, const card::Aid& aid,
                         card::DeleteRelated related) {
    ASSIGN_OR_RETURN(const card::CommandApdu command,
                     card::DeleteContent(aid, related));
    return PushChange(kind, aid, command, "DELETE " + aid.ToHex());
  }

  absl::Status Add(const DeleteApplicationStep& step) {
    return AddDelete(CommandKind::kDeleteApplication, step.application,
                     card::DeleteRelated::kNo);
  }

  absl::Status Add(const DeletePackageStep& step) {
    return AddDelete(CommandKind::kDeletePackage, step.package, step.related);
  }

  absl::Status Add(const LoadStep& step) {
    const card::CapFile& cap = step.file->cap;
    const card::Aid& aid = cap.package().aid;
    ASSIGN_OR_RETURN(const Bytes block,
                     cap.LoadFileDataBlock(profile_.descriptor));
    const Bytes hash = LoadFileHash(profile_, block);
    const auto loads = card::LoadCommands(
        block, protection_, DapBlocks(profile_, hash, signatures_));
    if (!loads.ok()) {
      return Annotate(loads.status(), absl::StrCat("package ", aid.ToHex()));
    }
    ASSIGN_OR_RETURN(const card::CommandApdu install,
                     card::InstallForLoad(aid, profile_.match.isd_aid, hash));
    RETURN_IF_ERROR(PushChange(CommandKind::kInstallForLoad, aid, install,
                               "INSTALL [for load] " + aid.ToHex()));
    for (size_t i = 0; i < loads->size(); ++i) {
      RETURN_IF_ERROR(
          PushChange(CommandKind::kLoad, aid, (*loads)[i],
                     absl::StrCat("LOAD ", i + 1, "/", loads->size())));
    }
    ++loaded_;
    return absl::OkStatus();
  }

  absl::Status Add(const InstallStep& step) {
    const card::Aid& aid = step.installation.instance;
    const auto command =
        card::InstallAndMakeSelectable(step.installation, protection_);
    if (!command.ok()) {
      return Annotate(command.status(), absl::StrCat("applet ", aid.ToHex()));
    }
    RETURN_IF_ERROR(PushChange(CommandKind::kInstall, aid, *command,
                               "INSTALL " + aid.ToHex()));
    ++installed_;
    return absl::OkStatus();
  }

  absl::Status AddChange(CommandKind kind, const card::Aid& subject,
                         const absl::StatusOr<card::CommandApdu>& command,
                         absl::string_view what) {
    RETURN_IF_ERROR(command.status());
    return PushChange(kind, subject, *command,
                      absl::StrCat(what, " ", subject.ToHex()));
  }

  absl::Status Add(const MakeSelectableStep& step) {
    const uint8_t no_privileges[] = {0x00};
    return AddChange(CommandKind::kMakeSelectable, step.application,
                     card::MakeSelectable(step.application, no_privileges),
                     "INSTALL [for make selectable]");
  }

  absl::Status Add(const LockStep& step) {
    return AddChange(step.locked ? CommandKind::kLock : CommandKind::kUnlock,
                     step.application,
                     card::SetLocked(step.application, step.locked),
                     step.locked ? "lock" : "unlock");
  }

  absl::Status Add(const UpdatePrivilegesStep& step) {
    return AddChange(
        CommandKind::kUpdatePrivileges, step.application,
        card::UpdateRegistry({step.application, std::nullopt, step.privileges}),
        "INSTALL [for registry update]");
  }

  absl::Status Add(const ExtraditeStep& step) {
    return AddChange(CommandKind::kExtradite, step.what,
                     card::Extradite(step.what, step.security_domain),
                     "INSTALL [for extradition]");
  }

  absl::Status Add(const PersonalizeStep& step) {
    const card::Aid& aid = step.application;
    auto objects = EncodeObjects(step.data);
    if (!objects.ok()) return Annotate(objects.status(), aid.ToHex());
    const auto commands =
        card::StoreDataCommands(step.data.format, *objects, protection_);
    if (!commands.ok()) return Annotate(commands.status(), aid.ToHex());
    RETURN_IF_ERROR(AddChange(CommandKind::kBeginPersonalization, aid,
                              card::InstallForPersonalization(aid),
                              "INSTALL [for personalization]"));
    for (const card::CommandApdu& command : *commands) {
      RETURN_IF_ERROR(PushChange(CommandKind::kStoreData, aid, command,
                                 "STORE DATA " + aid.ToHex()));
    }
    return absl::OkStatus();
  }

  const StatusSnapshot& expected_;
  const CardProfile& profile_;
  const card::Protection protection_;
  const Signatures& signatures_;
  const absl::Span<const uint16_t> identity_;
  size_t loaded_ = 0;
  size_t installed_ = 0;
  Bundle bundle_;
};

}  // namespace

size_t Bundle::Changes() const {
  size_t changes = 0;
  for (const CommandRun& run : runs) {
    if (IsChange(run.kind)) changes += run.count;
  }
  return changes;
}

absl::StatusOr<Bundle> BuildBundle(const ContentPlan& plan,
                                   const StatusSnapshot& expected,
                                   const CardProfile& profile,
                                   card::Protection protection,
                                   const Signatures& signatures,
                                   absl::Span<const uint16_t> identity) {
  return Builder(expected, profile, protection, signatures, identity)
      .Build(plan);
}

absl::StatusOr<std::vector<ApprovalNeed>> NeededApprovals(
    const ContentPlan& plan, const StatusSnapshot& expected,
    const CardProfile& profile, card::Protection protection) {
  std::vector<ApprovalNeed> needs;
  for (const ContentStep& step : plan.steps) {
    const auto* load = std::get_if<LoadStep>(&step);
    if (load == nullptr) continue;
    ASSIGN_OR_RETURN(const std::vector<ApprovalNeed> daps,
                     DapNeeds(profile, *load->file));
    needs.insert(needs.end(), daps.begin(), daps.end());
  }
  ASSIGN_OR_RETURN(const Bundle bundle,
                   BuildBundle(plan, expected, profile, protection));
  for (const card::ScriptCommand& command : bundle.commands) {
    ASSIGN_OR_RETURN(std::optional<ApprovalNeed> token,
                     TokenNeed(profile, command.command));
    if (token.has_value()) needs.push_back(*std::move(token));
  }
  return needs;
}

std::vector<Bytes> EncodeParts(const card::Script& script, size_t part_bytes) {
  std::vector<Bytes> parts;
  card::Script part;
  size_t size = 0;
  for (const card::ScriptCommand& command : script) {
    const size_t more = card::EncodeScript({command}).size();
    if (!part.empty() &&
        (size + more > part_bytes || part.size() == card::kMaxScriptCommands)) {
      parts.push_back(card::EncodeScript(part));
      part.clear();
      size = 0;
    }
    part.push_back(command);
    size += more;
  }
  if (!part.empty()) parts.push_back(card::EncodeScript(part));
  return parts;
}

}  // namespace cardferry::sequencer
