#ifndef CARDFERRY_SERVICES_SEQUENCER_TESTING_FAKE_KEYVAULT_H_
#define CARDFERRY_SERVICES_SEQUENCER_TESTING_FAKE_KEYVAULT_H_

#include <string>
#include <vector>

#include "services/sequencer/keyvault.h"

namespace cardferry::sequencer {

// A keyvault without keys: every card's cryptogram is right, and "protected"
// means CLA bit 04 and eight bytes of C0 as MAC, at every level. It does not
// check tickets, tokens, operation classes or levels; tests do.
class FakeKeyvault : public Keyvault {
 public:
  absl::StatusOr<std::vector<Opening>> IssueOpenings(const std::string& agent,
                                                     const std::string& reader,
                                                     int count) override {
    openings_for.push_back(agent + "/" + reader);
    if (!fault.ok()) return fault;
    std::vector<Opening> openings;
    for (int i = 0; i < count; ++i) {
      openings.push_back({{1, 2, 3, 4, 5, 6, 7, static_cast<uint8_t>(i)},
                          {0x71, static_cast<uint8_t>(i)},
                          absl::FromUnixSeconds(1000 + i)});
    }
    return openings;
  }

  absl::StatusOr<Session> Authenticate(const Handshake& handshake) override {
    handshakes.push_back(handshake);
    if (!fault.ok()) return fault;
    const Bytes& answer = handshake.initialize_update_answer;
    const uint8_t level = static_cast<uint8_t>(handshake.level_floor | raise);
    return Session{
        *card::CommandApdu::Create({0x84, 0x82, level, 0x00}, Bytes(16, 0xEA)),
        {0x70},
        proven_key_set.empty() ? handshake.key_set : proven_key_set,
        Bytes(answer.begin(), answer.begin() + 10),
        static_cast<uint8_t>(level & ~lower)};
  }

  absl::StatusOr<std::vector<card::CommandApdu>> Protect(
      const Bytes& command_token,
      absl::Span<const card::CommandApdu> commands) override {
    protect_tokens.push_back(command_token);
    std::vector<card::CommandApdu> secured;
    for (const card::CommandApdu& command : commands) {
      card::CommandHeader header = command.header();
      header.cla |= 0x04;
      secured.push_back(*card::CommandApdu::Create(
          header, Concat({command.data(), Bytes(8, 0xC0)}), command.le()));
    }
    return secured;
  }

  // What the next calls do.
  absl::Status fault;
  uint8_t raise = 0;           // bits that the session has above the floor
  uint8_t lower = 0;           // bits that it wrongly lacks
  std::string proven_key_set;  // empty: as asked for

  // What was asked.
  std::vector<std::string> openings_for;
  std::vector<Handshake> handshakes;
  std::vector<Bytes> protect_tokens;
};

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_TESTING_FAKE_KEYVAULT_H_
