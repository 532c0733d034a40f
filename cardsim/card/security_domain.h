#ifndef CARDFERRY_CARDSIM_CARD_SECURITY_DOMAIN_H_
#define CARDFERRY_CARDSIM_CARD_SECURITY_DOMAIN_H_

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "cardsim/card/card_data.h"
#include "cardsim/card/content_manager.h"
#include "cardsim/card/get_status.h"
#include "cardsim/card/registry.h"
#include "cardsim/channel/key_ring.h"
#include "lib/base/bytes.h"
#include "lib/base/random.h"
#include "lib/card/apdu/aid.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"
#include "lib/card/apdu/status_word.h"

namespace cardferry::cardsim {

// What of a security domain is kept when the power goes. Key values are in it.
struct SecurityDomainState {
  std::vector<KeyRingEntry> key_sets;  // the first is the default
  CardNumbers numbers;
  std::map<uint16_t, Bytes> objects;  // of STORE DATA, tag to value
};

// A security domain, the issuer's or another: its secure channel and the
// commands that it knows while it is selected. Reading card data is free;
// everything else needs a session (6982). One beside the issuer's that has no
// keys yet speaks with the issuer's (GPCS 2.3.1, 7.1), has the issuer's
// production data, changes content only with the privilege Authorized
// or Delegated Management (6985), and then its own, and is PERSONALIZED by its
// first keys.
class SecurityDomain {
 public:
  // Not to be moved. `objects`, `registry`, `random` and `issuer`, which is
  // null for the issuer's own, live longer.
  SecurityDomain(card::Aid aid, KeyRing keys, CardNumbers numbers,
                 StoredObjects& objects, Registry& registry,
                 RandomSource& random, SecurityDomain* issuer = nullptr);

  SecurityDomain(const SecurityDomain&) = delete;
  SecurityDomain& operator=(const SecurityDomain&) = delete;

  // A command as the terminal sent it, and the answer as it goes back. Not
  // SELECT, and not logical channels: those are the card's.
  card::ResponseApdu Process(const card::CommandApdu& command);

  // The same for a command that is answered with `sw`, once its secure
  // messaging is right: the session goes on, a load or a row of STORE DATA does
  // not, and nothing else is changed. What opens a session ends the one before.
  card::ResponseApdu Refuse(const card::CommandApdu& command,
                            card::StatusWord sw);

  // What SELECT answers: 6F { 84 AID | A5 { 9F65 longest command data } }.
  Bytes FileControlInformation() const;

  // Ends session and load: another SELECT, or a reset.
  void Deselect();
  // After that: this one is what the SELECT was for.
  void Select();

  const KeyRing& keys() const { return keys_; }
  const CardNumbers& numbers() const { return numbers_; }

  // Everything that outlives this object; KeyRing::Create and the constructor
  // take it back.
  SecurityDomainState ToState() const {
    return {keys_.ToEntries(), numbers_, objects_.all()};
  }

 private:
  // What a broken or new session ends beside itself.
  void Interrupt();
  absl::StatusOr<card::ResponseApdu> Execute(const card::CommandApdu& plain);
  absl::StatusOr<card::ResponseApdu> ReadData(const card::CommandApdu& plain);
  absl::StatusOr<card::ResponseApdu> Manage(const card::CommandApdu& plain);
  absl::StatusOr<Bytes> PutKeys(const card::CommandApdu& plain);
  // 6985 unless this domain may change content.
  absl::Status CheckContentRight() const;

  card::Aid aid_;
  KeyRing keys_;
  KeyRing* speaking_;  // whose sessions are spoken: keys_ or the issuer's
  CardNumbers numbers_;
  StoredObjects& objects_;
  Registry& registry_;
  RandomSource& random_;
  SecurityDomain* issuer_;
  ContentManager content_;
  GetStatus get_status_;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CARD_SECURITY_DOMAIN_H_
