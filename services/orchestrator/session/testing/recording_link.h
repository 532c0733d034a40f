#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_TESTING_RECORDING_LINK_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_TESTING_RECORDING_LINK_H_

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "services/orchestrator/session/agent_link.h"

namespace cardferry::orchestrator {

// An agent's connection that keeps what it is given. Not safe across threads.
class RecordingLink final : public AgentLink {
 public:
  bool Send(ToAgent message) override {
    if (gone_ || closed_.has_value()) return false;
    if (const auto* opening = std::get_if<GiveOpening>(&message)) {
      last_opening_ = opening->opening_id;
    }
    if (const auto* part = std::get_if<GivePacketPart>(&message)) {
      last_packet_ = part->packet_id;
    }
    sent_.push_back(std::move(message));
    return true;
  }
  void Close(const absl::Status& reason) override {
    if (!closed_.has_value()) closed_ = reason;
  }

  // From now on nothing arrives.
  void Vanish() { gone_ = true; }

  // What was sent since the last call, as words: "opening", "opening!" (with
  // challenge), "challenge", "part", "stored", "forget", "ok: TEXT", "no:
  // TEXT"; "|" between.
  std::string Take() {
    std::string words;
    for (const ToAgent& message : sent_) {
      absl::StrAppend(
          &words, words.empty() ? "" : " | ",
          std::visit([](const auto& m) { return Word(m); }, message));
    }
    sent_.clear();
    return words;
  }

  const std::deque<ToAgent>& sent() const { return sent_; }
  const std::string& last_opening() const { return last_opening_; }
  const std::string& last_packet() const { return last_packet_; }
  const std::optional<absl::Status>& closed() const { return closed_; }

 private:
  static std::string Word(const GiveOpening& m) {
    return m.run_challenge ? "opening!" : "opening";
  }
  static std::string Word(const AskChallenge&) { return "challenge"; }
  static std::string Word(const GivePacketPart&) { return "part"; }
  static std::string Word(const GiveVerdict& m) {
    return (m.ok ? "ok: " : "no: ") + m.message;
  }
  static std::string Word(const GiveStored&) { return "stored"; }
  static std::string Word(const ForgetStored&) { return "forget"; }

  std::deque<ToAgent> sent_;
  std::string last_opening_;
  std::string last_packet_;
  std::optional<absl::Status> closed_;
  bool gone_ = false;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_TESTING_RECORDING_LINK_H_
