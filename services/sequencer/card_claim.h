#ifndef CARDFERRY_SERVICES_SEQUENCER_CARD_CLAIM_H_
#define CARDFERRY_SERVICES_SEQUENCER_CARD_CLAIM_H_

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"
#include "lib/card/gp/discovery_commands.h"
#include "lib/card/script/script.h"

namespace cardferry::sequencer {

// What a card says about itself before anybody is authenticated. Not proven:
// it only chooses which keys to try, once.
struct CardClaim {
  std::optional<card::Aid> isd_aid;        // as selected
  std::vector<card::ScpVariant> channels;  // Card Recognition Data
  std::optional<card::Cplc> cplc;          // production data
  Bytes issuer_number;                     // IIN; empty: not said
  Bytes card_number;                       // CIN
  card::FreeMemory free_memory;
  std::optional<uint8_t> java_card;         // the platform's major version
  std::optional<uint32_t> longest_command;  // bytes of a command's data
  bool is_locked = false;                   // CARD_LOCKED, by SELECT
  std::optional<card::ClaimedIdentity> identity;  // INITIALIZE UPDATE
  Bytes initialize_update_answer;                 // empty when there was none
  // Its sessions begin without INITIALIZE UPDATE: `identity` is what it says
  // instead.
  bool implicit = false;

  // "ISD A000000151000000, SCP03 i 70, key version 30": for people. SCP02's `i`
  // is what Card Recognition Data say, "i ?" when they do not.
  std::string ToString() const;
};

// What is asked of every card, because one of the known types needs it.
struct Questions {
  std::vector<card::Aid> security_domains = {};
  bool resources = false;  // free memory
  // Whether one of them is asked with the short host challenge; one, in S16
  // mode, with the long one; and one, with implicit initiation, with none. At
  // least one of the three.
  bool short_challenge = true;
  bool long_challenge = false;
  bool no_challenge = false;
  bool numbers = false;  // issuer identification and card image number
};

// What runs whenever a card arrives: SELECT of each security domain (the last
// one that is there stays selected), then reads. Every answer is welcome, a
// missing one too.
card::Script IdentifyScript(const Questions& questions);

// INITIALIZE UPDATE with the card's first key version. Where both challenges
// are of use the short one goes first; the long one only when the card has
// refused it, as one of another length: it would end the session that the first
// has begun. What stands for INITIALIZE UPDATE with implicit initiation (GET
// DATA E0, C1, CF) goes when both were refused.
card::Script ChallengeScript(const Questions& questions,
                             const card::HostChallenge& host_challenge);

// How many commands that are.
size_t ChallengeCommands(const Questions& questions);

// The answers to both; `challenge` may be nullptr. FAILED_PRECONDITION when the
// card was gone, refused INITIALIZE UPDATE, or ran another script.
// INVALID_ARGUMENT when its answer to INITIALIZE UPDATE is not well formed;
// UNIMPLEMENTED for an unknown protocol.
absl::StatusOr<CardClaim> ReadClaim(const Questions& questions,
                                    const card::Transcript& identify,
                                    const card::Transcript* challenge);

// "<key set>/<key diversification data, hex>".
std::string CardId(const std::string& key_set,
                   ByteSpan key_diversification_data);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_CARD_CLAIM_H_
