#ifndef CARDFERRY_TESTS_PROPERTY_CONDUCT_H_
#define CARDFERRY_TESTS_PROPERTY_CONDUCT_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <ostream>

#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"
#include "lib/card/script/script.h"

namespace cardferry::sequencer {

// How an agent runs a packet and what it says of it. Positions are in
// thousandths of the packet.
struct Conduct {
  bool honest = true;
  bool goes_on = false;  // past every answer
  std::optional<int> stops_at;
  bool last_answer_lost = false;
  enum class Damage { kNone, kSkip, kTwice, kBitFlip, kSwap };
  Damage damage = Damage::kNone;
  int damage_at = 0;
  enum class Report { kTrue, kNone, kBitFlip, kCut, kAllWell };
  Report report = Report::kTrue;
  int lie_at = 0;

  bool Lies() const { return report >= Report::kBitFlip; }
};
std::ostream& operator<<(std::ostream& out, const Conduct& conduct);

// What becomes of a script at an agent like this; `transmit` brings a command
// to the card.
card::Transcript RunAs(
    const Conduct& conduct, const card::Script& script,
    const std::function<card::ResponseApdu(const card::CommandApdu&)>&
        transmit);

// What it says of it.
card::Transcript ReportOf(const Conduct& conduct, size_t commands,
                          card::Transcript run);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_TESTS_PROPERTY_CONDUCT_H_
