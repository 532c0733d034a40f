#include "cardsim/card/life_cycle.h"

namespace cardferry::cardsim {
namespace {

constexpr uint8_t kInsInitializeUpdate = 0x50;
constexpr uint8_t kInsExternalAuthenticate = 0x82;
constexpr uint8_t kInsSelect = 0xA4;
constexpr uint8_t kInsGetData = 0xCA;
constexpr uint8_t kInsSetStatus = 0xF0;
constexpr uint8_t kInsGetStatus = 0xF2;

bool LockedCardAllows(uint8_t ins) {
  switch (ins) {
    case kInsInitializeUpdate:
    case kInsExternalAuthenticate:
    case kInsSelect:
    case kInsGetData:
    case kInsSetStatus:
    case kInsGetStatus:
      return true;
    default:
      return false;
  }
}

}  // namespace

bool IsCardState(uint8_t state) {
  return state == kOpReady || state == kInitialized || state == kSecured ||
         state == kCardLocked || state == kTerminated;
}

bool CardMayBecome(uint8_t from, uint8_t to) {
  switch (from) {
    case kOpReady:
      return to == kInitialized || to == kTerminated;
    case kInitialized:
      return to == kSecured || to == kTerminated;
    case kSecured:
      return to == kCardLocked || to == kTerminated;
    case kCardLocked:
      return to == kSecured || to == kTerminated;
    default:
      return false;
  }
}

bool CardAllows(uint8_t state, uint8_t ins) {
  switch (state) {
    case kTerminated:
      return ins == kInsGetData;
    case kCardLocked:
      return LockedCardAllows(ins);
    default:
      return true;
  }
}

}  // namespace cardferry::cardsim
