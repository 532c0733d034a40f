#ifndef CARDFERRY_SERVICES_SEQUENCER_ASSURANCE_H_
#define CARDFERRY_SERVICES_SEQUENCER_ASSURANCE_H_

#include <cstdint>
#include <string>

namespace cardferry::sequencer {

// How far an answer, or what follows from it, is to be believed.
enum class Assurance : uint8_t {
  kReported,  // the agent says that the card said so
  kProven,    // the card itself said so, to this very command
  kForged,    // the MAC that an answer should have is wrong or not there
};

// Something that is now true of a card.
struct Fact {
  std::string text;
  Assurance assurance = Assurance::kReported;

  bool operator==(const Fact& o) const {
    return text == o.text && assurance == o.assurance;
  }
};

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_ASSURANCE_H_
