#include "tests/property/trial.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace cardferry::sequencer {
namespace {

constexpr uint8_t kSelectable = 0x07;
constexpr uint8_t kLocked = 0x80;

bool IsLocked(const Holding::Instance& instance) {
  return (instance.life_cycle & kLocked) != 0;
}

// As somebody may find it who looks: on the way from installed to locked.
bool MayBe(DesiredLifeCycle wanted, const Holding::Instance& instance) {
  return instance.life_cycle == kSelectable ||
         (wanted == DesiredLifeCycle::kLocked &&
          instance.life_cycle == (kSelectable | kLocked));
}

bool IsInstanceOf(const DesiredPackage& package, const DesiredApplet& applet,
                  const Holding::Instance& instance) {
  Bytes privileges = applet.privileges;
  privileges.resize(3);
  return instance.package == package.package().aid &&
         instance.module == applet.module &&
         std::equal(privileges.begin(), privileges.end(),
                    instance.privileges.begin()) &&
         MayBe(applet.life_cycle, instance);
}

bool IsAs(DesiredLifeCycle wanted, const Holding::Instance& instance) {
  return wanted == DesiredLifeCycle::kAny ||
         IsLocked(instance) == (wanted == DesiredLifeCycle::kLocked);
}

bool DiffersInLifeCycleAlone(Holding::Instance one,
                             const Holding::Instance& other) {
  one.life_cycle = other.life_cycle;
  return one == other;
}

uint16_t VersionOf(const card::PackageVersion& package) {
  return static_cast<uint16_t>(package.major << 8 | package.minor);
}

const DesiredPackage* Find(const DesiredState& desired, const card::Aid& aid) {
  for (const DesiredPackage& package : desired.packages) {
    if (package.package().aid == aid) return &package;
  }
  return nullptr;
}

// An instance that is new, or another than it was.
bool IsDesired(const DesiredState& desired, const card::Aid& aid,
               const Holding::Instance* was,
               const Holding::Instance& instance) {
  for (const DesiredPackage& package : desired.packages) {
    for (const DesiredApplet& applet : package.applets) {
      if (applet.instance != aid) continue;
      const bool was_there =
          was != nullptr && DiffersInLifeCycleAlone(*was, instance);
      return IsInstanceOf(package, applet, instance) ||
             (was_there && applet.life_cycle != DesiredLifeCycle::kAny &&
              MayBe(applet.life_cycle, instance));
    }
  }
  return false;
}

bool Names(const std::vector<card::Aid>& aids, const card::Aid& aid) {
  return std::count(aids.begin(), aids.end(), aid) > 0;
}

// The packages and instances of a list that a card gave are these.
bool Lists(const CardContent& content, const Holding& holding) {
  if (content.load_files.size() != holding.packages.size() ||
      content.applications.size() != holding.instances.size()) {
    return false;
  }
  for (const auto& [aid, package] : holding.packages) {
    const card::StatusEntry* entry = content.FindLoadFile(aid);
    if (entry == nullptr || entry->version != package.version) return false;
  }
  for (const auto& [aid, instance] : holding.instances) {
    const card::StatusEntry* entry = content.FindApplication(aid);
    if (entry == nullptr || entry->load_file != instance.package) return false;
  }
  return true;
}

}  // namespace

Trial::Trial(const CardType& type, card::DeleteRelated related) : Kiosk(type) {
  Serve(related);
}

void Trial::Desire(const ManifestSpecimen& manifest) {
  desired_ = DesiredBy(manifest);
}

void Trial::Forget() {
  record_.reset();
  for (const auto& [aid, package] : holding().packages) uncertain_.insert(aid);
}

bool Trial::was_refused_unseen() const {
  const bool was_read = record_.has_value() && record_->snapshot.has_value();
  return refused_ && !was_read;
}

void Trial::TimePasses() {
  if (record_.has_value()) record_->read_at = absl::InfinitePast();
}

void Trial::Violate(const std::string& what) {
  if (violation_.empty()) violation_ = what;
}

void Trial::Happens(const ForeignChange& change) {
  TimePasses();
  const Holding before = holding();
  card_->Reset();
  ForeignHost(CardKeys(), *card_).Make(change);
  for (const auto& [aid, package] : holding().packages) {
    const auto was = before.packages.find(aid);
    if (was == before.packages.end() || !(was->second == package)) {
      uncertain_.insert(aid);
    }
  }
}

bool Trial::MayGo(const card::Aid& package) const {
  const DesiredPackage* const wanted = Find(desired_, package);
  return Names(desired_.absent_packages, package) ||
         (wanted != nullptr && wanted->replace);
}

void Trial::CheckNoHarm(const Holding& before, const Holding& after) {
  for (const auto& [aid, package] : before.packages) {
    if (after.packages.count(aid) == 0 && !MayGo(aid)) {
      Violate(absl::StrCat("package ", aid.ToHex(), " is gone"));
    }
  }
  for (const auto& [aid, package] : after.packages) {
    const auto was = before.packages.find(aid);
    if (was != before.packages.end() && was->second == package) continue;
    const DesiredPackage* const wanted = Find(desired_, aid);
    if (wanted == nullptr || package.block != BlockOf(*wanted->file)) {
      Violate(absl::StrCat("package ", aid.ToHex(), " is not what was wanted"));
    } else if (was != before.packages.end() && !MayGo(aid)) {
      Violate(absl::StrCat("package ", aid.ToHex(), " was replaced"));
    }
  }
  std::optional<CardContent> recorded;
  if (record_.has_value() && record_->snapshot.has_value()) {
    recorded = *ReadContent(*record_->snapshot);
  }
  for (const auto& [aid, instance] : before.instances) {
    // An application may have come in the place of one of a package that goes:
    // docs/adr/0016 says why that is not seen.
    const card::StatusEntry* const known =
        recorded.has_value() ? recorded->FindApplication(aid) : nullptr;
    const bool recorded_as_going = known != nullptr &&
                                   known->load_file.has_value() &&
                                   MayGo(*known->load_file);
    const auto is = after.instances.find(aid);
    const bool stays = is != after.instances.end() &&
                       DiffersInLifeCycleAlone(is->second, instance);
    if (!stays && !MayGo(instance.package) &&
        !Names(desired_.absent_applications, aid) && !recorded_as_going) {
      Violate(absl::StrCat("instance ", aid.ToHex(), " is gone"));
    }
  }
  for (const auto& [aid, instance] : after.instances) {
    const auto was = before.instances.find(aid);
    if (was != before.instances.end() && was->second == instance) continue;
    const Holding::Instance* const before_it =
        was == before.instances.end() ? nullptr : &was->second;
    if (!IsDesired(desired_, aid, before_it, instance)) {
      Violate(
          absl::StrCat("instance ", aid.ToHex(), " is not what was wanted"));
    }
  }
  for (const cardsim::Channel& keys :
       card_->security_domain().keys().channels()) {
    if (keys.counters().failures != 0) Violate("an authentication failed");
  }
}

void Trial::CheckClaims(const Conclusion& conclusion) {
  const Holding now = holding();
  if (conclusion.content_proven && !Lists(conclusion.content, now)) {
    Violate("what is called proven is not so");
  }
  const bool all_proven = std::all_of(
      conclusion.facts.begin(), conclusion.facts.end(),
      [](const Fact& fact) { return fact.assurance == Assurance::kProven; });
  if (conclusion.outcome == Outcome::kDone && all_proven &&
      !conclusion.facts.empty() && !IsAsDesired()) {
    Violate("it is called done and proven, and it is not");
  }
}

// What is known after a run, and what is not.
void Trial::Settle(const Conduct& conduct, const Sequencer::Prepared& prepared,
                   const card::Transcript& transcript) {
  if (conduct.report == Conduct::Report::kNone) return;
  const auto conclusion = sequencer_->Conclude(prepared.state, transcript);
  if (!conclusion.ok()) {
    reason_ = std::string(conclusion.status().message());
    if (!conduct.Lies()) Violate(reason_);
    return;
  }
  record_ = conclusion->record;
  done_ = conclusion->outcome == Outcome::kDone;
  reason_ = conclusion->reason;
  CheckClaims(*conclusion);
  if (done_ && conduct.honest && !IsAsDesired()) {
    Violate("it is called done, and it is not");
  }
}

void Trial::Insert(const Conduct& conduct) {
  ++insertions_;
  done_ = false;
  refused_ = false;
  changes_ = 0;
  const Holding before = holding();
  const auto prepared = Prepare();
  if (!prepared.ok()) {
    refused_ = true;
    reason_ = std::string(prepared.status().message());
    if (!absl::IsInvalidArgument(prepared.status())) {
      Violate(prepared.status().ToString());
    }
    return;
  }
  changes_ = prepared->changes;
  const card::Transcript run =
      RunAs(conduct, prepared->script,
            [this](const auto& command) { return card_->Process(command); });
  const Holding after = holding();
  CheckNoHarm(before, after);
  Settle(conduct, *prepared, ReportOf(conduct, prepared->script.size(), run));
  if (!conduct.honest) TimePasses();
  const bool answers_have_macs = (type_.level_floor & 0x10) != 0;
  for (const DesiredPackage& package : desired_.packages) {
    const card::Aid& aid = package.package().aid;
    if (conduct.Lies() && !answers_have_macs) uncertain_.insert(aid);
    const auto is = after.packages.find(aid);
    const auto was = before.packages.find(aid);
    if (is == after.packages.end() ||
        (was != before.packages.end() && was->second == is->second)) {
      continue;
    }
    const bool noted =
        record_.has_value() && record_->origins.count(aid) > 0 &&
        record_->origins.at(aid).content_hash == package.file->content_hash;
    if (noted) {
      uncertain_.erase(aid);
    } else {
      uncertain_.insert(aid);
    }
  }
}

void Trial::Converge() {
  constexpr int kMostInsertions = 6;
  for (int i = 0; i < kMostInsertions; ++i) {
    Insert({});
    if (done_) return;
  }
}

std::optional<Obstacle> Trial::FindObstacle() const {
  const Origins origins = record_.has_value() ? record_->origins : Origins();
  auto found = ObstacleTo(desired_, holding(), origins);
  if (found.has_value()) return found;
  for (const card::Aid& aid : uncertain_) {
    const DesiredPackage* const wanted = Find(desired_, aid);
    const bool in_the_way = wanted != nullptr && !wanted->replace;
    if (origins.count(aid) > 0 || in_the_way) {
      return Obstacle{"what was noted of a package may be wrong", false};
    }
  }
  return std::nullopt;
}

bool Trial::IsAsDesired() const {
  const Holding now = holding();
  for (const DesiredPackage& package : desired_.packages) {
    const card::Aid& aid = package.package().aid;
    const auto held = now.packages.find(aid);
    if (held == now.packages.end()) return false;
    const bool same = held->second.block == BlockOf(*package.file);
    const bool passes = uncertain_.count(aid) > 0 &&
                        held->second.version == VersionOf(package.package());
    if (!same && !passes) return false;
    for (const DesiredApplet& applet : package.applets) {
      const auto instance = now.instances.find(applet.instance);
      if (instance == now.instances.end() || instance->second.package != aid ||
          !IsAs(applet.life_cycle, instance->second)) {
        return false;
      }
    }
  }
  const auto is_gone = [&now](const card::Aid& aid) {
    return now.packages.count(aid) == 0 && now.instances.count(aid) == 0;
  };
  return std::all_of(desired_.absent_packages.begin(),
                     desired_.absent_packages.end(), is_gone) &&
         std::all_of(desired_.absent_applications.begin(),
                     desired_.absent_applications.end(), is_gone);
}

}  // namespace cardferry::sequencer
