#ifndef CARDFERRY_AGENT_PCSC_READER_NAMES_H_
#define CARDFERRY_AGENT_PCSC_READER_NAMES_H_

#include <winscard.h>

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace cardferry::agent {

// SCardListReaders of one context: without room it says how much is wanted.
using ListReadersCall = std::function<LONG(char* names, DWORD* size)>;

// The names of the readers; empty when there are none. A reader that is plugged
// in after the size was asked for makes the room too small: then both are asked
// again, a few times.
absl::StatusOr<std::vector<std::string>> ReadReaderNames(
    const ListReadersCall& list);

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_PCSC_READER_NAMES_H_
