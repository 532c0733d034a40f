#ifndef CARDFERRY_SERVICES_SEQUENCER_SEQUENCER_H_
#define CARDFERRY_SERVICES_SEQUENCER_SEQUENCER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "lib/base/bytes.h"
#include "lib/card/script/script.h"
#include "services/sequencer/approval_needs.h"
#include "services/sequencer/bundle_state.h"
#include "services/sequencer/card_profile.h"
#include "services/sequencer/card_record.h"
#include "services/sequencer/conclusion.h"
#include "services/sequencer/content_plan.h"
#include "services/sequencer/desired_state.h"
#include "services/sequencer/keyvault.h"
#include "services/sequencer/load_file_cache.h"
#include "services/sequencer/plan_lines.h"
#include "services/sequencer/signed_content.h"

namespace cardferry::sequencer {

// From what a card says and what it should hold to the commands that it is
// sent. Keeps nothing but its cache of load files. Safe from several threads.
class Sequencer {
 public:
  // What an agent runs when a card arrives.
  struct Opening {
    Bytes ticket;
    card::Script identify;
    card::Script challenge;
    absl::Time expires_at;
  };

  // The answers of a card to an opening.
  struct OpeningAnswers {
    card::Transcript identify;
    std::optional<card::Transcript> challenge;
  };

  // Which card the answers claim to come from; nothing is proven.
  struct Identity {
    std::string card_id;  // empty without an answer to the challenge
    std::string profile;  // empty when that does not tell several apart
  };

  struct Request {
    Bytes ticket;
    std::string agent;
    std::string reader;
    OpeningAnswers answers;
    DesiredState desired;
    std::string card_id;
    std::optional<CardRecord> record;  // none for a new card
    bool record_in_doubt = false;  // what was sent after it is not concluded
    absl::Time now = absl::Now();
  };

  // All commands for one card, protected.
  struct Prepared {
    std::string card_id;  // proven
    uint8_t level = 0;
    size_t changes = 0;
    std::string summary;
    card::Script script;
    BundleState state;
    // Empty, or what somebody should look into, although the card is proven.
    std::string notice = {};
    size_t live_packets = 0;  // other ones of the card that may still be run
  };

  // What a packet for a known card that is not there is made from.
  struct OfflineRequest {
    std::string agent;  // who will keep it
    std::string card_id;
    std::string profile;  // its name
    DesiredState desired;
    CardRecord record;
    size_t attempts = 1;
    absl::Time now = absl::Now();
  };

  // One packet for one value of the card's counter. The agent runs the probe,
  // and the packet only when every answer to the probe was as expected.
  struct OfflinePacket {
    Prepared prepared;
    card::Script probe;
    absl::Time report_until;
  };

  // `signed_content`: what approvers have signed; null: cards that ask for it
  // are told that it is missing.
  Sequencer(ProfileCatalog profiles, std::unique_ptr<Keyvault> keyvault,
            size_t cache_bytes,
            std::unique_ptr<SignedContent> signed_content = nullptr)
      : profiles_(std::move(profiles)),
        keyvault_(std::move(keyvault)),
        signed_content_(std::move(signed_content)),
        load_files_(cache_bytes) {}

  // The keyvault's errors pass through.
  absl::StatusOr<std::vector<Opening>> Open(const std::string& agent,
                                            const std::string& reader,
                                            int count);

  // FAILED_PRECONDITION and INVALID_ARGUMENT as ReadClaim says;
  // INVALID_ARGUMENT too for a type of card that no profile describes.
  absl::StatusOr<Identity> Identify(const OpeningAnswers& answers) const;

  // Plans first, so that what cannot be done is refused before the keyvault
  // (and the card) is asked for anything. The keyvault verifies the card
  // cryptogram before anything else. What the card asks signatures for has to
  // be approved by then: INVALID_ARGUMENT otherwise, too. INVALID_ARGUMENT and
  // RESOURCE_EXHAUSTED say why the desired state cannot be reached
  // (CheckPlan too).
  //
  // What is recorded is no reason to refuse when it is older than kFreshFor:
  // where its content is in the way, the card is only read first, and what it
  // once proved of its security domain does not count.
  //
  // Where the agent cannot compare the leading reads (R-ENC), nothing is
  // deleted because of a record that is older than kFreshFor or in doubt: such
  // a card is only read first.
  absl::StatusOr<Prepared> Prepare(const Request& request);
  static constexpr absl::Duration kFreshFor = absl::Minutes(2);

  // The same for a card that is not there, with a session that the keyvault
  // foresees: packets for one job, to be tried in this order. The probe of each
  // compares what the card says with what it is known to say, its answer to
  // INITIALIZE UPDATE byte for byte. Each probe that fails moves SCP03's
  // counter on by one, so the packets are for every second counter: the n-th is
  // right for a card that has met n - 1 other INITIALIZE UPDATEs. SCP02's does
  // not move: there is one.
  // FAILED_PRECONDITION: nothing is to be done; something is to be deleted that
  // the agent cannot see, or an application is given data; the card was never
  // read, or is of a type in S16 mode or with implicit initiation; as
  // OpenPredicted. Else as Prepare.
  absl::StatusOr<std::vector<OfflinePacket>> PrepareOffline(
      const OfflineRequest& request);
  static constexpr size_t kMostAttempts = 8;

  // What Prepare would do at the profile's level with a card that holds what is
  // recorded of it; a card without a record holds what is the factory's. What
  // stays comes first. INVALID_ARGUMENT too for a profile that is not there.
  absl::StatusOr<std::vector<PlanLine>> Plan(
      const DesiredState& desired, const std::optional<CardRecord>& record,
      const std::string& profile) const;

  // What the answers to a bundle mean, once the keyvault has said what they
  // prove. INVALID_ARGUMENT when they cannot belong to the bundle; the
  // keyvault's other errors pass through.
  absl::StatusOr<Conclusion> Conclude(const BundleState& state,
                                      const card::Transcript& transcript);

  // All card types, by name.
  const std::vector<CardProfile>& profiles() const {
    return profiles_.profiles();
  }

  // How many commands an opening's challenge has.
  size_t challenge_commands() const {
    return ChallengeCommands(profiles_.WhatToAsk());
  }

  LoadFileCache& load_files() { return load_files_; }

 private:
  struct Draft;

  absl::StatusOr<const CardProfile*> FindProfile(const std::string& name) const;
  absl::StatusOr<OfflinePacket> PrepareAttempt(const OfflineRequest& request,
                                               const CardProfile& profile,
                                               const ContentPlan& plan,
                                               size_t attempt);
  absl::StatusOr<CardClaim> ReadAnswers(const OpeningAnswers& answers) const;
  absl::StatusOr<Draft> MakeDraft(const Request& request) const;
  absl::Status AddReceipts(const BundleState& state,
                           const card::Transcript& plain,
                           Conclusion& conclusion) const;
  absl::StatusOr<Signatures> FindSignaturesFor(
      const ContentPlan& plan, const StatusSnapshot& expected,
      const CardProfile& profile, card::Protection protection) const;
  absl::StatusOr<Prepared> Protect(const Request& request, const Draft& draft);

  const ProfileCatalog profiles_;
  const std::unique_ptr<Keyvault> keyvault_;
  const std::unique_ptr<SignedContent> signed_content_;
  LoadFileCache load_files_;
};

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_SEQUENCER_H_
