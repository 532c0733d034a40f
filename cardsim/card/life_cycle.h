#ifndef CARDFERRY_CARDSIM_CARD_LIFE_CYCLE_H_
#define CARDFERRY_CARDSIM_CARD_LIFE_CYCLE_H_

#include <cstdint>

namespace cardferry::cardsim {

// Life cycle states (GPCS 2.3.1, tables 11-3 to 11-6).

// Of packages and applications.
inline constexpr uint8_t kLoaded = 0x01;
inline constexpr uint8_t kInstalled = 0x03;
inline constexpr uint8_t kSelectable = 0x07;
// Of security domains with keys of their own.
inline constexpr uint8_t kPersonalized = 0x0F;
// Set beside the state that the application had, and has again when unlocked.
inline constexpr uint8_t kApplicationLocked = 0x80;

// Of the card, which are those of its issuer security domain.
inline constexpr uint8_t kOpReady = 0x01;
inline constexpr uint8_t kInitialized = 0x07;
inline constexpr uint8_t kSecured = 0x0F;
inline constexpr uint8_t kCardLocked = 0x7F;
inline constexpr uint8_t kTerminated = 0xFF;

// Whether this is one of the card's five states.
bool IsCardState(uint8_t state);

// Whether the card may go from one state to another (5.1.1): OP_READY,
// INITIALIZED, SECURED in this order and never back; SECURED and CARD_LOCKED
// both ways; to TERMINATED from everywhere, and from there nowhere.
bool CardMayBecome(uint8_t from, uint8_t to);

// Whether the issuer security domain answers the command `ins` in this state
// (table 11-1): a locked card lets itself be read, and unlocked or terminated
// by a host that has authenticated itself; a terminated one knows GET DATA
// alone.
bool CardAllows(uint8_t state, uint8_t ins);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CARD_LIFE_CYCLE_H_
