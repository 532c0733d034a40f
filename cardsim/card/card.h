#ifndef CARDFERRY_CARDSIM_CARD_CARD_H_
#define CARDFERRY_CARDSIM_CARD_CARD_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cardsim/card/content_security.h"
#include "cardsim/card/life_cycle.h"
#include "cardsim/card/registry.h"
#include "cardsim/card/security_domain.h"
#include "cardsim/card/stored_objects.h"
#include "cardsim/card/supplementary_domains.h"
#include "cardsim/channel/key_ring.h"
#include "cardsim/channel/key_set.h"
#include "cardsim/state/card_state.h"
#include "lib/base/bytes.h"
#include "lib/base/random.h"
#include "lib/card/apdu/aid.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"
#include "lib/card/apdu/status_word.h"

namespace cardferry::cardsim {

// A security domain that is there when the card is new, selectable.
struct DomainOption {
  card::Aid aid;
  std::array<uint8_t, 3> privileges = {kSecurityDomainPrivilege};
};

struct CardOptions {
  // The parameter `i` of each protocol (ChannelOptions); the type of a key set
  // says which one it speaks.
  std::optional<uint8_t> scp01_i;  // in the place of SCP02
  uint8_t scp02_i = 0x55;
  uint8_t scp03_i = 0x70;
  size_t eeprom_bytes = 256 * 1024;
  // Failed authentications in a row that lock a key set; 0: never.
  int failure_limit = 10;
  // The life cycle state of a new card.
  uint8_t life_cycle = kSecured;
  // Of a new card; what is empty is that of DefaultCardNumbers.
  CardNumbers numbers;
  // Of a new card: keys for signed content, which no command changes; null:
  // none.
  std::shared_ptr<const ContentKeys> content_keys = nullptr;
  // Security domains that a new card comes with, beside the issuer's.
  std::vector<DomainOption> domains = {};
};

// A simulated GlobalPlatform card with an issuer security domain
// (A000000151000000) and those that are installed beside it. In memory; what it
// keeps without power goes to a store where it is given one. Not thread-safe: a
// card does one thing at a time.
class Card {
 public:
  // A new card with one key set. INVALID_ARGUMENT as KeyRing::Create and
  // CheckCardNumbers. `random` lives longer.
  static absl::StatusOr<std::unique_ptr<Card>> Create(KeySet keys,
                                                      CardOptions options,
                                                      RandomSource& random);
  // The same with everything that is kept of a security domain. Also
  // INVALID_ARGUMENT as CheckCardNumbers.
  static absl::StatusOr<std::unique_ptr<Card>> Create(
      SecurityDomainState domain, CardOptions options, RandomSource& random);

  Card(const Card&) = delete;
  Card& operator=(const Card&) = delete;

  // The card that ToState gave. FAILED_PRECONDITION when `options` have other
  // parameters than that card, RESOURCE_EXHAUSTED when its memory is smaller
  // than what the card holds, DATA_LOSS for a state that no card gives.
  static absl::StatusOr<std::unique_ptr<Card>> Restore(const CardState& state,
                                                       CardOptions options,
                                                       RandomSource& random);

  // All that the card keeps without power.
  CardState ToState() const;

  // Saves the state in `store`, which lives longer, now and from now on before
  // the answer to each command that has changed it. When that fails, here the
  // error is returned; later the card answers 6581 (memory failure), to that
  // command and to all that follow: what it holds is no longer what is kept.
  absl::Status KeepIn(CardStateStore& store);

  // One command as bytes, as a reader hands it over, and its answer: at least
  // the two bytes of a status word, whatever came.
  Bytes Transmit(ByteSpan command);

  // The same for a command that is known to be an APDU.
  card::ResponseApdu Process(const card::CommandApdu& command);

  // The next command is answered with this status word: the card sees it (its
  // C-MAC counts, a load is over, INITIALIZE UPDATE ends the session) and does
  // nothing of what it asks for. An error of the secure channel comes first; a
  // reset forgets it.
  void RefuseNext(card::StatusWord sw) { refusal_ = sw; }

  // Power or reset: what is selected by default is selected (an application
  // with that privilege, else the issuer security domain), sessions are gone.
  void Reset();

  // The issuer's.
  const SecurityDomain& security_domain() const { return domain_; }
  const Registry& registry() const { return registry_; }

 private:
  Card(KeyRing keys, ChannelOptions channel, SecurityDomainState domain,
       card::Aid isd, const CardOptions& options, RandomSource& random);

  // What the options say a new card comes with.
  absl::Status AddDomains();
  // Saves the state if it has changed since the last time.
  absl::Status Keep();

  // The answer to the last command, which did not fit its Le. It is given, and
  // the work not done again, when the same command comes next (ISO/IEC 7816-4,
  // 5.6).
  struct Waiting {
    card::CommandHeader header;
    Bytes data;
    card::ResponseApdu response;
  };

  // The answer to a command, or 6C and the right Le.
  card::ResponseApdu Answer(const card::CommandApdu& command);
  card::ResponseApdu Refuse(const card::CommandApdu& command,
                            card::StatusWord sw);
  card::ResponseApdu Dispatch(const card::CommandApdu& command);
  absl::StatusOr<card::ResponseApdu> Select(const card::CommandApdu& command);
  // What a reset and SELECT without a name select: nullopt for the issuer
  // security domain, also while the card or that application is locked.
  std::optional<card::Aid> DefaultSelected() const;
  // Nothing but the issuer security domain is selected, and has no session.
  void Deselect();
  // The same for what has this AID: an application or a security domain.
  card::ResponseApdu SelectApplication(card::Aid aid, bool wants_answer);
  // The security domain that is selected; nullptr while an applet is.
  SecurityDomain* SelectedDomain();
  card::ResponseApdu SelectIssuerDomain(bool wants_answer);
  // What can be selected and begins with `name`: the one whose AID it is, the
  // issuer security domain, applications in the order of their installation.
  std::vector<card::Aid> Selectable(ByteSpan name) const;
  // The first of them, or the one after what is selected now; 6A82 if none.
  absl::StatusOr<card::Aid> FindSelectable(ByteSpan name, bool next) const;

  CardOptions options_;
  Registry registry_;
  StoredObjects objects_;  // of the issuer security domain
  SecurityDomain domain_;
  SupplementaryDomains further_;
  std::optional<card::Aid> selected_;  // nullopt: the issuer security domain
  std::optional<Waiting> waiting_;
  std::optional<card::StatusWord> refusal_;
  KeptState kept_;
  bool memory_failed_ = false;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CARD_CARD_H_
