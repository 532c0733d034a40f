#ifndef CARDFERRY_CARDSIM_FAULTS_FAULT_H_
#define CARDFERRY_CARDSIM_FAULTS_FAULT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lib/card/apdu/status_word.h"

namespace cardferry::cardsim {

// What can go wrong with a card in a reader.
enum class FaultKind {
  // The power goes when the command has done its work and before its answer is
  // out: the card has left the reader.
  kTear,
  // The power goes before the command has done anything.
  kPull,
  // The card has been taken out and put back so fast, before the command, that
  // the reader has not seen it: the session is gone and nobody said so.
  kReinsert,
  // The same with another card in its place.
  kSwap,
  // The command is never answered, nor any after it until the power goes.
  kMute,
  // The card answers the command with a status word and does nothing of what
  // it asks for; the secure channel goes on.
  kStatusWord,
  // The command takes its time.
  kSlow,
};

struct Fault {
  FaultKind kind = FaultKind::kTear;
  // Which command: those with this instruction byte, or all.
  std::optional<uint8_t> ins;
  // The first of them is 1; nullopt: every one.
  std::optional<size_t> number;
  card::StatusWord sw;                            // of kStatusWord
  absl::Duration time;                            // of kSlow
  absl::Duration out = absl::InfiniteDuration();  // of kTear and kPull

  // Whether the fault strikes a command with this instruction byte, the
  // `of_all`th since the start and the `of_ins`th with that byte.
  bool Strikes(uint8_t command, size_t of_all, size_t of_ins) const;
};

// One fault by its name:
//   tear@12           after command 12 (from 1, since the start) has worked
//   tear@LOAD:3+2s    after the third LOAD; the card is put back after 2 s
//   pull@12           before command 12, also with +2s
//   reinsert@12       the reader does not see it
//   swap@12           likewise, and it is another card
//   mute@5            command 5 is never answered
//   sw=6A84@LOAD:3    the third LOAD is answered 6A84 without effect
//   sw=6982@DELETE    every DELETE
//   slow=48ms         every command takes 48 ms longer
//   slow=48ms/LOAD    every LOAD
// INVALID_ARGUMENT with what is wrong and an example that is right.
absl::StatusOr<Fault> ParseFault(absl::string_view text);

// The commands that faults know by name, in one line.
std::string FaultCommandNames();

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_FAULTS_FAULT_H_
