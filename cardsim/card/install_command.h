#ifndef CARDFERRY_CARDSIM_CARD_INSTALL_COMMAND_H_
#define CARDFERRY_CARDSIM_CARD_INSTALL_COMMAND_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"

namespace cardferry::cardsim {

// What the system parameters, EF, ask for in bytes (table 11-49), each of them
// the least that has to be free: two or four bytes each.
struct MemoryNeeds {
  std::optional<size_t> code;               // C6, for the load file
  std::optional<size_t> volatile_data;      // C7
  std::optional<size_t> non_volatile_data;  // C8
};

// INSTALL [for load] (GPCS 2.3.1, table 11-42), each field with its length:
//   package AID | security domain AID (may be empty) | hash | parameters |
//   token
struct InstallForLoad {
  card::Aid package;
  std::optional<card::Aid> security_domain;
  Bytes hash;  // of the load file data block, or empty
  MemoryNeeds memory;
};

// INSTALL [for install] and [for make selectable] (tables 11-43, 11-44):
//   package AID | module AID | application AID | privileges (1 or 3) |
//   parameters | token
struct InstallForInstall {
  std::optional<card::Aid> package;  // empty when only making selectable
  std::optional<card::Aid> module;
  card::Aid application;
  std::array<uint8_t, 3> privileges = {};
  Bytes application_parameters;  // the value of C9
  MemoryNeeds memory;
};

// INSTALL [for extradition] (table 11-45): security domain AID | empty | AID of
// what it gets | empty | parameters | token.
struct InstallForExtradition {
  card::Aid domain;
  card::Aid object;
};

// INSTALL [for registry update] (table 11-47): security domain AID (may be
// empty) | empty | application AID | privileges (none, 1 or 3) | parameters |
// token.
struct InstallForRegistryUpdate {
  std::optional<card::Aid> domain;
  card::Aid application;
  std::optional<std::array<uint8_t, 3>> privileges;
};

// All of them: 6A80 for a field that is cut short or impossible, for bytes left
// over, and for a token (this card's issuer has not delegated anything).
absl::StatusOr<InstallForLoad> ParseInstallForLoad(ByteSpan data);
absl::StatusOr<InstallForInstall> ParseInstallForInstall(ByteSpan data);
// INSTALL [for personalization] (table 11-46): the application's AID between
// five fields that are empty.
absl::StatusOr<card::Aid> ParseInstallForPersonalization(ByteSpan data);
absl::StatusOr<InstallForExtradition> ParseInstallForExtradition(ByteSpan data);
absl::StatusOr<InstallForRegistryUpdate> ParseInstallForRegistryUpdate(
    ByteSpan data);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CARD_INSTALL_COMMAND_H_
