#ifndef CARDFERRY_SERVICES_SEQUENCER_TESTING_FAKE_KEYVAULT_H_
#define CARDFERRY_SERVICES_SEQUENCER_TESTING_FAKE_KEYVAULT_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/sequencer/keyvault.h"

namespace cardferry::sequencer {

// A keyvault without keys: every card's cryptogram is right, and "protected"
// means CLA bit 04 and eight bytes of C0 as MAC, at every level. An answer's
// MAC is eight bytes of C1, an encrypted one is padded, with every bit changed.
// It does not check tickets, tokens, operation classes or levels; tests do.
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
        static_cast<uint8_t>(level & ~lower),
        {0x7E, level},
        live_packets != 0,
        live_packets};
  }

  // The card's challenge is eight bytes of the counter after `counter`.
  absl::StatusOr<PredictedSession> OpenPredicted(
      const Prediction& prediction) override {
    predictions.push_back(prediction);
    if (!fault.ok()) return fault;
    const uint8_t level = static_cast<uint8_t>(prediction.level_floor | raise);
    const auto number = static_cast<uint8_t>(counter + prediction.ahead);
    return PredictedSession{
        {*card::CommandApdu::Create({0x84, 0x82, level, 0x00}, Bytes(16, 0xEA)),
         {0x70},
         prediction.key_set,
         prediction.key_diversification_data,
         level,
         {0x7E, level}},
        {1, 2, 3, 4, 5, 6, 7, 8},
        Concat({prediction.key_diversification_data, Bytes{0x30, 0x03, 0x70},
                Bytes(8, number), Bytes(8, 0xCC), Bytes{0, 0, number}}),
        0x70,
        absl::FromUnixSeconds(2000)};
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

  // The token says the level.
  absl::StatusOr<std::vector<VerifiedAnswer>> VerifyResponses(
      const Packet& packet) override {
    verified = packet;
    if (!fault.ok()) return fault;
    const bool encrypted = (packet.verify_token.at(1) & 0x20) != 0;
    std::vector<VerifiedAnswer> answers;
    for (const card::ResponseApdu& answer : packet.answers) {
      const bool maced = !answers.empty() && HasMac(answer.sw);
      answers.push_back(maced ? Unwrap(answer, encrypted)
                              : VerifiedAnswer{answer});
    }
    return answers;
  }

  // What the next calls do.
  absl::Status fault;
  uint8_t raise = 0;           // bits that the session has above the floor
  uint8_t lower = 0;           // bits that it wrongly lacks
  std::string proven_key_set;  // empty: as asked for
  size_t live_packets = 0;     // others, beside which there is only reading
  uint32_t counter = 9;        // of the last verified session

  // What was asked.
  std::vector<std::string> openings_for;
  std::vector<Handshake> handshakes;
  std::vector<Prediction> predictions;
  std::vector<Bytes> protect_tokens;
  std::optional<Packet> verified;  // the last one

 private:
  static bool HasMac(card::StatusWord sw) {
    return sw == card::kSuccess || sw.sw1() == 0x62 || sw.sw1() == 0x63;
  }

  static VerifiedAnswer Unwrap(const card::ResponseApdu& answer,
                               bool encrypted) {
    const size_t size = answer.data.size();
    if (size < 8 ||
        Bytes(answer.data.end() - 8, answer.data.end()) != Bytes(8, 0xC1)) {
      return {{{}, answer.sw}, Assurance::kForged};
    }
    Bytes plain(answer.data.begin(), answer.data.end() - 8);
    if (encrypted && !plain.empty()) {
      for (uint8_t& byte : plain) byte = static_cast<uint8_t>(~byte);
      while (plain.back() == 0x00) plain.pop_back();
      plain.pop_back();  // 80
    }
    return {{std::move(plain), answer.sw}, Assurance::kProven};
  }
};

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_TESTING_FAKE_KEYVAULT_H_
