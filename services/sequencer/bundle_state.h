#ifndef CARDFERRY_SERVICES_SEQUENCER_BUNDLE_STATE_H_
#define CARDFERRY_SERVICES_SEQUENCER_BUNDLE_STATE_H_

#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/cap/components.h"
#include "services/sequencer/bundle.h"
#include "services/sequencer/card_record.h"
#include "services/sequencer/desired_state.h"

namespace cardferry::sequencer {

// What the card should list when all went well.
struct WantedPackage {
  card::PackageVersion package;
  Bytes content_hash;
  std::vector<card::Aid> instances;
  std::vector<card::Aid> imports = {};
  std::optional<card::Aid> security_domain =
      std::nullopt;                     // that it belongs to
  std::vector<card::Aid> modules = {};  // the applets that it has

  bool operator==(const WantedPackage& o) const {
    return package == o.package && content_hash == o.content_hash &&
           instances == o.instances && imports == o.imports &&
           security_domain == o.security_domain && modules == o.modules;
  }
};

// What an application's entry should say when all went well.
struct WantedApplication {
  card::Aid application;
  DesiredLifeCycle life_cycle = DesiredLifeCycle::kAny;
  Bytes privileges = {};  // 1 or 3 bytes; empty: any
  std::optional<card::Aid> security_domain = std::nullopt;
  // Of a security domain that may be new: what it is made from. The entry need
  // not say it.
  std::optional<card::Aid> package = std::nullopt;

  bool operator==(const WantedApplication& o) const {
    return application == o.application && life_cycle == o.life_cycle &&
           privileges == o.privileges && security_domain == o.security_domain &&
           package == o.package;
  }
};

// What one application is given by a bundle: for each of its runs of kind
// kBeginPersonalization one, in their order.
struct Personalization {
  card::Aid application;
  Bytes fingerprint;

  bool operator==(const Personalization& o) const {
    return application == o.application && fingerprint == o.fingerprint;
  }
};

// What has to be known of a bundle to say what its answers mean. It travels
// through the orchestrator. It holds no
// install parameters but protected ones.
struct BundleState {
  CardRecord record;             // as it is when the card is not changed
  StatusSnapshot expected;       // what the leading reads compare with
  std::vector<CommandRun> runs;  // from EXTERNAL AUTHENTICATE on
  std::vector<WantedPackage> wanted = {};
  // What the card should not list.
  std::vector<card::Aid> absent_packages = {};
  std::vector<card::Aid> absent_applications = {};
  // In a session with R-MAC: what it takes to check the answers, the protected
  // commands from EXTERNAL AUTHENTICATE on. Else both are empty.
  Bytes verify_token = {};
  std::vector<card::CommandApdu> packet = {};
  // What says that a command's C-MAC was wrong (CardProfile::wrong_mac).
  card::StatusWord wrong_mac = kWrongMac;
  // It only reads; what is to be changed is planned from that, in the next.
  bool reads_first = false;
  // The security domain that confirms changes with receipts; nullopt: none.
  std::optional<card::Aid> confirming_domain = std::nullopt;
  // Of which more is wanted than to be there, or that no package has.
  std::vector<WantedApplication> wanted_applications = {};
  std::vector<Personalization> personalizations = {};
  // What the bundle reads is not older than this, whenever its answers come.
  absl::Time prepared_at = absl::InfinitePast();

  // True when the answers have MACs, and mean nothing before they are checked.
  bool MacsAnswers() const { return !verify_token.empty(); }
  // The number of commands.
  size_t Commands() const;

  bool operator==(const BundleState& o) const {
    return record == o.record && expected == o.expected && runs == o.runs &&
           wanted == o.wanted && absent_packages == o.absent_packages &&
           absent_applications == o.absent_applications &&
           verify_token == o.verify_token && packet == o.packet &&
           wrong_mac == o.wrong_mac && reads_first == o.reads_first &&
           confirming_domain == o.confirming_domain &&
           wanted_applications == o.wanted_applications &&
           personalizations == o.personalizations &&
           prepared_at == o.prepared_at;
  }
};

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_BUNDLE_STATE_H_
