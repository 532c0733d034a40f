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

// The issuer security domain: its secure channel and the commands that it knows
// while it is selected. Reading card data is free; everything else needs a
// session (6982).
class SecurityDomain {
 public:
  // `registry` and `random` live longer.
  SecurityDomain(KeyRing keys, CardNumbers numbers,
                 std::map<uint16_t, Bytes> objects, Registry& registry,
                 RandomSource& random)
      : keys_(std::move(keys)),
        numbers_(std::move(numbers)),
        registry_(registry),
        random_(random),
        content_(registry) {
    content_.objects().Restore(std::move(objects));
  }

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

  const KeyRing& keys() const { return keys_; }
  const CardNumbers& numbers() const { return numbers_; }

  // Everything that outlives this object; KeyRing::Create and the constructor
  // take it back.
  SecurityDomainState ToState() const {
    return {keys_.ToEntries(), numbers_, content_.objects().all()};
  }

 private:
  // What a broken or new session ends beside itself.
  void Interrupt();
  absl::StatusOr<card::ResponseApdu> Execute(const card::CommandApdu& plain);
  absl::StatusOr<card::ResponseApdu> ReadData(const card::CommandApdu& plain);
  absl::StatusOr<card::ResponseApdu> Manage(const card::CommandApdu& plain);

  KeyRing keys_;
  CardNumbers numbers_;
  Registry& registry_;
  RandomSource& random_;
  ContentManager content_;
  GetStatus get_status_;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CARD_SECURITY_DOMAIN_H_
