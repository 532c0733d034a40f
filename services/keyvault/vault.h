#ifndef CARDFERRY_SERVICES_KEYVAULT_VAULT_H_
#define CARDFERRY_SERVICES_KEYVAULT_VAULT_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"
#include "lib/card/scp/channel_quirks.h"
#include "lib/card/scp/initialize_update_response.h"
#include "lib/card/scp/secure_channel.h"
#include "services/keyvault/hsm/hsm_keys.h"
#include "services/keyvault/ledger.h"
#include "services/keyvault/opening_desk.h"
#include "services/keyvault/operation_class.h"
#include "services/keyvault/predicted_ledger.h"
#include "services/keyvault/session_cache.h"
#include "services/keyvault/session_gate.h"
#include "services/keyvault/session_token.h"
#include "services/keyvault/vault_policy.h"

namespace cardferry::keyvault {

// What a card says whose sessions begin by their first C-MAC (SCP02 with
// implicit initiation). Nothing of it is proven.
struct ImplicitStart {
  std::array<uint8_t, 10> key_diversification_data = {};
  uint8_t key_version_number = 0;
  uint16_t sequence_counter = 0;
};

// A card's answer to an opening, and what its session shall be allowed.
struct Handshake {
  Bytes ticket;
  Place place;
  std::string key_set;
  Bytes initialize_update_answer;  // without its status word
  uint32_t level_floor = 0;
  OperationClass operation_class = OperationClass::kRead;
  uint32_t channel_options = 0;  // `i`, where the answer does not say it
  Bytes aid = {};                // of the selected application, or empty
  scp::ChannelQuirks quirks = {};
  // Instead of an answer.
  std::optional<ImplicitStart> implicit = std::nullopt;
};

// A session with a card that has shown the right cryptogram, or, with implicit
// initiation, will show by what it takes that it has the keys.
struct Session {
  // None with implicit initiation.
  std::optional<card::CommandApdu> external_authenticate;
  Bytes command_token;
  Bytes verify_token;
  CardKeySelection card;
  uint8_t key_version_number = 0;
  scp::SecurityLevel level = scp::SecurityLevel::kCDecCMac;
  uint8_t channel_options = 0;  // the channel's `i`
  // What it may do: as asked for, or kRead while another packet with changes
  // may still be run (see Authenticate).
  OperationClass operation_class = OperationClass::kRead;
  size_t live_sessions = 0;  // others of this card that may still be run
};

// A session that is wanted without its card.
struct PredictedRequest {
  std::string key_set;
  std::array<uint8_t, 10> key_diversification_data = {};
  uint32_t ahead = 1;  // of the last verified session's counter
  std::string agent;   // who will have its packet
  uint32_t level_floor = 0;
  OperationClass operation_class = OperationClass::kRead;
  Bytes content;  // SHA-256 of what it is for
  scp::ChannelQuirks quirks = {};
};

// A session, and what its card will answer to INITIALIZE UPDATE.
struct PredictedSession {
  Session session;
  Bytes host_challenge;
  Bytes initialize_update_answer;  // without its status word
  uint32_t counter = 0;
  absl::Time report_until;  // its answers can be verified
};

struct ProtectedCommands {
  std::vector<card::CommandApdu> commands;
  Bytes command_token;  // for those that follow
};

// What was sent to a card in a session, EXTERNAL AUTHENTICATE first, and its
// answers to the first of these commands.
struct SessionPacket {
  std::vector<card::CommandApdu> commands;
  std::vector<card::ResponseApdu> answers;
};

using Assurance = scp::Assurance;
using VerifiedAnswer = scp::VerifiedResponse;

// Since the start of this process.
struct Statistics {
  uint64_t hsm_calls = 0;
  uint64_t openings_issued = 0;
  uint64_t sessions_authenticated = 0;
  uint64_t commands_protected = 0;
  uint64_t verifications_failed = 0;
};

// What the vault works with. All outlive it.
struct VaultParts {
  HsmKeys& keys;
  Ledger& ledger;
  const Clock& clock;
  RandomSource& random;
  // Without it no live session is known, and none predicted.
  PredictedLedger* predictions = nullptr;
};

// The vault's rules: which card gets a session, and what a session may have
// protected. Keeps no session: what the next request needs is in its token, so
// any replica with the same keys and ledger can answer it. Safe to use from
// many threads. UNAVAILABLE: HSM or ledger, try again.
class Vault {
 public:
  static constexpr size_t kMostCommands = 512;
  static constexpr size_t kLongestPacket = 2048;  // commands of a session

  Vault(const VaultParts& parts, const VaultPolicy& policy);

  // As OpeningDesk::Issue; PERMISSION_DENIED when the agent is suspended.
  absl::StatusOr<std::vector<IssuedOpening>> IssueOpenings(const Place& place,
                                                           uint32_t count);

  // Verifies the card cryptogram, and only then makes EXTERNAL AUTHENTICATE.
  // With implicit initiation there is neither (docs/adr/0027): such a session
  // is of a key set whose policy names its options, for a counter that is not
  // beyond what policy believes without proof, and of class read or content;
  // read, with an alarm, where content is asked for at a counter that is far
  // from what is known (implicit_counters.h).
  // The same handshake again gives the same session. But an implicit one that
  // might change content, or might not, is FAILED_PRECONDITION when that is no
  // longer what would come of it: another opening was there meanwhile.
  // PERMISSION_DENIED: as OpeningDesk::Admit; the card or the agent is stopped
  //   after failed verifications; an operation class that needs an approval.
  // FAILED_PRECONDITION: the opening has expired, or was used for something
  //   else (which raises an alarm): insert the card again.
  // DATA_LOSS: the card cryptogram is wrong, which stops this card here.
  // OUT_OF_RANGE: other options `i` are said of the card than in its first
  //   session whose keys were proven, which is an alarm. No cryptogram is over
  //   `i`: this agent may be the honest one of the two. Refused until
  //   ForgetFailures.
  // NOT_FOUND: no such key set. INVALID_ARGUMENT, UNIMPLEMENTED: an answer that
  //   cannot be read, or not of a card of this key set; options `i` that it
  //   does not allow; a level as ChooseLevel.
  // While another session of the card is live, which somebody may hold a packet
  // of (PredictedLedger), it is granted the class kRead only: that moves the
  // card's counter past it.
  absl::StatusOr<Session> Authenticate(const Handshake& handshake);

  // `commands` as the card will accept them next. The same token with the same
  // commands again gives the same answer.
  // PERMISSION_DENIED: not a command token of ours; a command outside its class
  //   (see CheckCommand). INVALID_ARGUMENT: not 1 to kMostCommands commands, or
  //   one that has no room for its protection.
  // FAILED_PRECONDITION: the token has expired, or was used for other commands
  //   (which raises an alarm).
  absl::StatusOr<ProtectedCommands> Protect(
      ByteSpan command_token, absl::Span<const card::CommandApdu> commands);

  // What each of the packet's answers proves. May be asked as often as wanted;
  // nothing is remembered. No MAC leaves the vault, and no data whose own MAC
  // is not right is decrypted.
  // PERMISSION_DENIED: not a verify token of ours. FAILED_PRECONDITION: it has
  //   expired. INVALID_ARGUMENT: not the packet of this session; more answers
  //   than commands; more than kLongestPacket commands. DATA_LOSS: the card
  //   itself MACed what does not decrypt.
  absl::StatusOr<std::vector<VerifiedAnswer>> VerifyResponses(
      ByteSpan verify_token, const SessionPacket& packet);

  // Opens a session for a card that is not there, from its last verified
  // counter. The same request again gives the same session while its command
  // token lives.
  // PERMISSION_DENIED: the key set's policy has no rules for it; a class as
  //   CheckPredictedClass; the card or the agent is stopped. NOT_FOUND: no such
  //   key set. Else as JudgePrediction and ChooseLevel.
  absl::StatusOr<PredictedSession> OpenPredicted(
      const PredictedRequest& request);

  // The inventory of live sessions, the newest `limit`.
  absl::StatusOr<std::vector<LiveSession>> LiveSessions(size_t limit);

  // Takes back that verifications of this card failed, under any key
  // diversification data that count as its own (counted_card.h), that its
  // options changed, or that its counter was doubted, each of which counts as
  // one: it may be tried again, at every agent, and has the options and the
  // counter then that are said of it next. The number of failures; NOT_FOUND
  // when there are none. Recorded with the operator's name.
  absl::StatusOr<size_t> ForgetFailures(const ClaimedCard& card,
                                        const std::string& operator_name);

  Statistics GetStatistics() const;
  std::vector<KeySetDescription> KeySets() const { return keys_.KeySets(); }

  // Lets go of what is over: call it now and then.
  absl::Status Prune();
  // Ends all session keys that are kept in the HSM. Costs speed only.
  void DropCachedSessions() { cache_.Clear(); }

 private:
  KeySetRules RulesOf(const std::string& key_set) const;
  // The use of a token for these commands; keyed, so that no guess of them can
  // be confirmed by who reads the ledger.
  absl::StatusOr<Use> UseOfToken(const CommandToken& token,
                                 absl::Span<const card::CommandApdu> commands);
  // Compares the card cryptogram, with what a wrong one entails.
  absl::Status VerifyCard(scp::SessionCipher& cipher, const Opening& opening,
                          const scp::InitializeUpdateResponse& answer,
                          const KeySetDescription& key_set);
  // In the log, and in the ledger.
  absl::Status RaiseAlarm(const std::string& kind, std::string subject,
                          const std::string& agent);
  absl::Status RaiseDoubt(const ClaimedCard& card, uint16_t counter,
                          const CounterRecord& known, const std::string& agent);
  // OUT_OF_RANGE with an alarm when a card's `i` is not what it was.
  absl::Status CheckOptions(const ClaimedCard& card,
                            const scp::ChannelProtocol& protocol,
                            const std::string& agent);
  absl::StatusOr<std::unique_ptr<scp::SessionCipher>> CipherOf(
      const SessionOrigin& origin);
  // Where the card's keys are made in memory: PERMISSION_DENIED unless policy
  // allows it; then it is recorded, before it is done.
  absl::Status AuditKeysInMemory(const SessionOrigin& origin);
  // The beginning of an implicit session: which class it gets.
  absl::StatusOr<OperationClass> ClaimImplicit(
      const Opening& opening, const Handshake& handshake,
      const KeySetDescription& key_set, const scp::ChannelProtocol& protocol);
  // FAILED_PRECONDITION when the opening's session was granted another class.
  absl::Status ClaimClass(const Opening& opening, OperationClass granted);
  // What a verified session may do, beside others that are live.
  struct Grant {
    OperationClass operation_class = OperationClass::kRead;
    size_t live_sessions = 0;
  };
  static Grant GrantAmong(const std::vector<LiveSession>& live,
                          const SessionSerial& own, OperationClass wanted);
  absl::StatusOr<Grant> GrantVerified(
      const SessionOrigin& origin, const scp::InitializeUpdateResponse& answer,
      OperationClass wanted, const Opening& opening);
  // A session of SCP03 proves no counter but by its challenge.
  absl::StatusOr<bool> ShowsItsCounter(
      const SessionOrigin& origin, const scp::InitializeUpdateResponse& answer);
  absl::StatusOr<PredictedSession> BeginPredicted(
      const PredictedRequest& request, const PredictedRules& rules,
      const LiveSession& live, const scp::ChannelProtocol& protocol,
      scp::SecurityLevel level);
  absl::StatusOr<Session> Begin(const Opening& opening,
                                const Handshake& handshake,
                                const scp::InitializeUpdateResponse& answer,
                                const KeySetDescription& key_set,
                                const scp::ChannelProtocol& protocol,
                                scp::SecurityLevel level);

  HsmKeys& keys_;
  Ledger& ledger_;
  const Clock& clock_;
  RandomSource& random_;
  PredictedLedger* const predictions_;
  const VaultPolicy policy_;
  OpeningDesk desk_;
  SessionGate gate_;
  SessionCache cache_;
  std::atomic<uint64_t> openings_issued_{0};
  std::atomic<uint64_t> sessions_authenticated_{0};
  std::atomic<uint64_t> commands_protected_{0};
  std::atomic<uint64_t> verifications_failed_{0};
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_VAULT_H_
