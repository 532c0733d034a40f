#ifndef CARDFERRY_SERVICES_SEQUENCER_REGISTRY_ENTRY_H_
#define CARDFERRY_SERVICES_SEQUENCER_REGISTRY_ENTRY_H_

#include <cstdint>

#include "lib/base/bytes.h"
#include "lib/card/gp/get_status.h"
#include "services/sequencer/desired_state.h"

// What an application's entry in a card's registry says.
namespace cardferry::sequencer {

// Privileges (GPCS 2.3.1, 11.1.2), as their three bytes in one number.
inline constexpr uint32_t kSecurityDomainPrivilege = 0x800000;
inline constexpr uint32_t kCardResetPrivilege = 0x040000;

// Of privileges in one byte, the others are zeros.
uint32_t PrivilegeBits(ByteSpan privileges);

bool IsSecurityDomain(const card::StatusEntry& application);

// INSTALLED: it is there, and cannot be selected yet.
bool IsOnlyInstalled(const card::StatusEntry& application);
bool IsLocked(const card::StatusEntry& application);

// Whether it is in such a state; true when the card does not tell its state.
bool Has(const card::StatusEntry& application, DesiredLifeCycle life_cycle);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_REGISTRY_ENTRY_H_
