#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_SEQUENCING_SEQUENCER_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_SEQUENCING_SEQUENCER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "services/orchestrator/model/application.h"
#include "services/orchestrator/model/card.h"
#include "services/orchestrator/model/job.h"
#include "services/orchestrator/model/opening.h"
#include "services/orchestrator/model/reader_address.h"

namespace cardferry::orchestrator {

// Which card the answers claim to come from. Not proven.
struct ClaimedCard {
  std::string card_id;  // empty: the challenge half was not run
  std::string profile;
};

// A package that a card should hold, with its applets, all with the same
// parameters.
struct DesiredPackage {
  Bytes content_hash;
  std::vector<JobApplet> applets;
  Bytes install_parameters;  // personal data: never logged
  bool replace = false;      // what else is there under its AID
};

// What a card should hold, and what not. What is not named is left alone.
struct DesiredState {
  std::vector<DesiredPackage> packages;
  std::vector<Bytes> absent_packages;
  std::vector<Bytes> absent_applications;
  // What a manifest says, as a sequencer.v1.DesiredState; then all above is
  // empty. May be personal data: never logged.
  Bytes manifest = {};
};

struct Preparation {
  ReaderAddress at;
  Bytes ticket;
  OpeningAnswer answer;
  DesiredState desired;
  std::string card_id;  // as claimed; the proven one must equal it
  Bytes card_record;    // opaque; empty for a new card
  // A packet that changes the card was sent after it, and is not concluded.
  bool record_in_doubt = false;
};

// A plan without a card: what is known of it.
struct PlanQuestion {
  DesiredState desired;
  Bytes card_record;
  std::string profile;
};

struct BundleHeader {
  std::string card_id;  // proven, or what the card claims to be
  uint32_t commands = 0;
  uint32_t changes = 0;
  Bytes bundle_state;   // opaque
  std::string summary;  // for people
  // Other packets of the card that may still be run.
  uint32_t live_packets = 0;
  bool asks_server = false;    // the card is held for what comes next
  bool card_unproven = false;  // the bundle asks the card for its keys
};

// A packet for a known card that is not there.
struct OfflinePreparation {
  std::string agent;  // who will keep it
  std::string card_id;
  std::string profile;
  DesiredState desired;
  Bytes card_record;
  uint32_t attempts = 1;
};

// One attempt of it. All but the header is for the agent; opaque.
struct OfflineBundle {
  BundleHeader header;
  Bytes probe;
  std::vector<Bytes> scripts;
};

// Takes a bundle as it comes. An error ends the preparation with that error.
class BundleSink {
 public:
  virtual ~BundleSink() = default;
  // Once, before the parts.
  virtual absl::Status OnHeader(const BundleHeader& header) = 0;
  virtual absl::Status OnPart(Bytes script, bool last) = 0;
};

// As sequencer.proto says.
enum class Outcome {
  kDone,
  kCardDiffers,
  kFailed,
  kUnknown,
  kForged,
  kContinues,  // the next packet of the session: Continue
  kWrongKeys,  // the card has not shown its keys
};

struct Conclusion {
  Outcome outcome = Outcome::kUnknown;
  std::string reason;  // for people
  Bytes card_record;   // opaque; replaces the old one
  CardContent content;
  bool content_proven = false;  // all of it has the card's own MACs
  std::vector<Fact> facts;
  std::vector<CardReceipt> receipts = {};  // to be kept
  std::vector<std::string> alarms = {};    // about them, for people
  bool nothing_ran = false;  // no command was sent, as the transcript has it
  Bytes continuation = {};   // opaque; of kContinues only
};

// The one that understands cards. Its errors mean what sequencer.proto says.
// Calls wait (network): never with a lock held. Safe from any thread.
class Sequencer {
 public:
  virtual ~Sequencer() = default;
  virtual absl::StatusOr<OpeningScripts> Open(const ReaderAddress& at) = 0;
  virtual absl::StatusOr<ClaimedCard> Identify(const OpeningAnswer& answer) = 0;
  // OK only when header and last part have come.
  virtual absl::Status Prepare(const Preparation& preparation,
                               BundleSink& sink) = 0;
  // The next packet of a session that goes on. The same.
  virtual absl::Status Continue(const Bytes& continuation,
                                BundleSink& sink) = 0;
  // In the order in which they are to be tried.
  virtual absl::StatusOr<std::vector<OfflineBundle>> PrepareOffline(
      const OfflinePreparation& preparation) = 0;
  virtual absl::StatusOr<std::vector<PlannedStep>> Plan(
      const PlanQuestion& question) = 0;
  virtual absl::StatusOr<Conclusion> Conclude(const Bytes& bundle_state,
                                              const Bytes& transcript) = 0;
  virtual absl::StatusOr<LoadFile> PutLoadFile(ByteSpan cap_file) = 0;
  virtual absl::StatusOr<std::vector<CardProfile>> ListProfiles() = 0;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_SEQUENCING_SEQUENCER_H_
