#include "services/sequencer/registry_entry.h"

namespace cardferry::sequencer {
namespace {

// Coding of life cycle states (GPCS 2.3.1, 11.1.1): INSTALLED 03, SELECTABLE
// 07, later states between; 80 is added while it is locked.
constexpr uint8_t kInstalled = 0x03;
constexpr uint8_t kLocked = 0x80;

}  // namespace

uint32_t PrivilegeBits(ByteSpan privileges) {
  uint32_t bits = 0;
  for (size_t i = 0; i < 3; ++i) {
    bits = bits << 8 | (i < privileges.size() ? privileges[i] : 0u);
  }
  return bits;
}

bool IsSecurityDomain(const card::StatusEntry& application) {
  return (PrivilegeBits(application.privileges) & kSecurityDomainPrivilege) !=
         0;
}

bool IsOnlyInstalled(const card::StatusEntry& application) {
  return application.life_cycle.has_value() &&
         (*application.life_cycle & ~kLocked) == kInstalled;
}

bool IsLocked(const card::StatusEntry& application) {
  return application.life_cycle.has_value() &&
         (*application.life_cycle & kLocked) != 0;
}

bool Has(const card::StatusEntry& application, DesiredLifeCycle life_cycle) {
  if (!application.life_cycle.has_value()) return true;
  switch (life_cycle) {
    case DesiredLifeCycle::kSelectable:
      return !IsLocked(application) && !IsOnlyInstalled(application);
    case DesiredLifeCycle::kLocked:
      return IsLocked(application);
    case DesiredLifeCycle::kAny:
      break;
  }
  return true;
}

}  // namespace cardferry::sequencer
