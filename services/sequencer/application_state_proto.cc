#include "services/sequencer/application_state_proto.h"

#include <algorithm>
#include <utility>

#include "lib/base/status_macros.h"
#include "services/sequencer/personal_data.h"

namespace cardferry::sequencer {
namespace {

namespace pb = state::v1;

constexpr int kMaxItems = 1024;

absl::Status Refuse(absl::string_view reason) {
  return absl::InvalidArgumentError(reason);
}

Bytes ToBytes(const std::string& text) {
  const ByteSpan bytes = AsBytes(text);
  return Bytes(bytes.begin(), bytes.end());
}

void Write(const WantedApplication& wanted, pb::WantedApplication& out) {
  out.set_aid(AsString(wanted.application.bytes()));
  out.set_life_cycle(static_cast<uint32_t>(wanted.life_cycle));
  out.set_privileges(AsString(wanted.privileges));
  if (wanted.security_domain.has_value()) {
    out.set_security_domain(AsString(wanted.security_domain->bytes()));
  }
  if (wanted.package.has_value()) {
    out.set_package_aid(AsString(wanted.package->bytes()));
  }
}

absl::StatusOr<WantedApplication> Read(const pb::WantedApplication& wanted) {
  ASSIGN_OR_RETURN(card::Aid aid, card::Aid::Create(AsBytes(wanted.aid())));
  const size_t privileges = wanted.privileges().size();
  if (wanted.life_cycle() > static_cast<uint32_t>(DesiredLifeCycle::kLocked) ||
      (privileges != 0 && privileges != 1 && privileges != 3)) {
    return Refuse("a wanted application that is none");
  }
  WantedApplication read{std::move(aid)};
  read.life_cycle = static_cast<DesiredLifeCycle>(wanted.life_cycle());
  read.privileges = ToBytes(wanted.privileges());
  if (!wanted.security_domain().empty()) {
    ASSIGN_OR_RETURN(read.security_domain,
                     card::Aid::Create(AsBytes(wanted.security_domain())));
  }
  if (!wanted.package_aid().empty()) {
    ASSIGN_OR_RETURN(read.package,
                     card::Aid::Create(AsBytes(wanted.package_aid())));
  }
  return read;
}

}  // namespace

void WriteApplications(const BundleState& state, pb::BundleState& message) {
  for (const WantedApplication& wanted : state.wanted_applications) {
    Write(wanted, *message.add_wanted_applications());
  }
  for (const Personalization& one : state.personalizations) {
    pb::Personalization& written = *message.add_personalizations();
    written.set_application_aid(AsString(one.application.bytes()));
    written.set_fingerprint(AsString(one.fingerprint));
  }
}

absl::Status ReadApplications(const pb::BundleState& message,
                              BundleState& state) {
  if (message.wanted_applications_size() > kMaxItems) {
    return Refuse("not a bundle state");
  }
  for (const pb::WantedApplication& wanted : message.wanted_applications()) {
    ASSIGN_OR_RETURN(WantedApplication read, Read(wanted));
    state.wanted_applications.push_back(std::move(read));
  }
  for (const pb::Personalization& one : message.personalizations()) {
    ASSIGN_OR_RETURN(card::Aid application,
                     card::Aid::Create(AsBytes(one.application_aid())));
    if (one.fingerprint().size() != kFingerprintBytes) {
      return Refuse("a hash has 32 bytes");
    }
    Bytes fingerprint = ToBytes(one.fingerprint());
    state.personalizations.push_back(
        {std::move(application), std::move(fingerprint)});
  }
  const auto begun = std::count_if(
      state.runs.begin(), state.runs.end(), [](const CommandRun& run) {
        return run.kind == CommandKind::kBeginPersonalization;
      });
  if (static_cast<size_t>(begun) == state.personalizations.size()) {
    return absl::OkStatus();
  }
  return Refuse("a bundle state with other personalizations than its own");
}

}  // namespace cardferry::sequencer
