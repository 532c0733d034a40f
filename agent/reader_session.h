#ifndef CARDFERRY_AGENT_READER_SESSION_H_
#define CARDFERRY_AGENT_READER_SESSION_H_

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "agent/stored/stored_packet.h"
#include "lib/card/script/script.h"

namespace cardferry::agent {

// The session at one reader as a pure state machine: Step() says what to do,
// ReaderWorker does it and reports back with another event.

// What the server wants run when a card arrives. It is answered once. Whether
// it has expired is the server's to judge: a kiosk's clock may be wrong.
struct Opening {
  std::string id;
  card::Script identify;
  card::Script challenge;
  bool run_challenge = false;
};

struct PacketPart {
  std::string packet_id;
  std::string opening_id;
  card::Script script;
  bool last = false;
  uint32_t total_commands = 0;
  // With the last part: the card is held for another packet, which depends on
  // what it has answered.
  bool asks_server = false;
};

struct Verdict {
  std::string opening_id;  // empty: only the report is answered
  bool ok = false;
  std::string message;
  std::string packet_id;  // whose report this answers; empty: of none
};

// What has happened.
struct CardArrived {};
struct CardRemoved {};
struct OpeningReceived {
  Opening opening;
};
struct ChallengeRequested {
  std::string opening_id;
};
struct PartReceived {
  PacketPart part;
};
struct VerdictReceived {
  Verdict verdict;
};
struct StoreRequested {  // nothing at a reader
  StoredPacket packet;
};
struct ForgetRequested {  // nothing at a reader
  std::vector<std::string> ids;
};
struct StoredArrived {};  // a packet waits here for its card, perhaps this one
struct Connected {};      // the stream to the server is up; nothing at a reader
struct Disconnected {};   // the stream to the server is gone
struct WaitExpired {};    // the server has not answered in time
struct OpeningRan {       // answer to the action RunOpening
  card::Transcript identify;
  std::optional<card::Transcript> challenge;
};
struct PartRan {  // answer to the action RunPart
  card::Transcript transcript;
};
using Event =
    std::variant<CardArrived, CardRemoved, OpeningReceived, ChallengeRequested,
                 PartReceived, VerdictReceived, StoreRequested, ForgetRequested,
                 StoredArrived, Connected, Disconnected, WaitExpired,
                 OpeningRan, PartRan>;

// What is to be done now.
struct RunOpening {
  Opening opening;
  bool with_challenge = false;
};
struct RunPart {
  PacketPart part;
  size_t commands_before = 0;  // in earlier parts, for progress
};
struct SendAnswer {
  std::string opening_id;
  card::Transcript identify;
  std::optional<card::Transcript> challenge;
};
struct SendReport {
  std::string packet_id;
  card::Transcript transcript;
};
struct ReleaseCard {};
struct ShowVerdict {
  Verdict verdict;
};
using Action = std::variant<RunOpening, RunPart, SendAnswer, SendReport,
                            ReleaseCard, ShowVerdict>;

enum class Phase {
  kNoCard,
  kPresent,          // a card lies there, nobody holds it
  kOpening,          // the opening runs
  kAwaitingPacket,   // the card is held for the packet: the challenge half ran,
                     // or a packet whose answers another one depends on
  kRunningPart,      // a part of the packet runs
  kAwaitingPart,     // a part has run, more will come
  kAwaitingVerdict,  // the report is on its way
};

struct ReaderState {
  Phase phase = Phase::kNoCard;
  bool card_present = false;
  bool identified = false;         // this card's identify half has been sent
  std::optional<Opening> opening;  // for the next run
  std::string running_opening;     // id of the one whose card is held
  std::string packet_id;           // of the packet that is running
  bool last_part = false;          // the running part is the last one
  bool asks_server = false;        // and the card is held for another packet
  card::Transcript transcript;     // of the packet's parts so far
};

struct Transition {
  ReaderState next;
  std::vector<Action> actions;
};

// Total: every event is legal in every state; what does not fit is ignored.
// Never asks for two runs at once, and never runs a challenge half twice.
Transition Step(ReaderState state, const Event& event);

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_READER_SESSION_H_
