#include "agent/pcsc/reader_names.h"

#include "agent/pcsc/pcsc_status.h"
#include "lib/base/status_macros.h"

namespace cardferry::agent {
namespace {

constexpr int kTries = 4;

// Asks for the room, then for the names.
LONG ReadOnce(const ListReadersCall& list, std::string& names) {
  DWORD size = 0;
  LONG code = list(nullptr, &size);
  if (code != SCARD_S_SUCCESS) return code;
  names.assign(size, '\0');
  code = list(&names[0], &size);
  if (code == SCARD_S_SUCCESS) names.resize(size);
  return code;
}

// A multi-string: names end with NUL, the list with an empty name.
std::vector<std::string> Split(const std::string& names) {
  std::vector<std::string> readers;
  for (size_t at = 0; at < names.size() && names[at] != '\0';) {
    const std::string name(names.c_str() + at);
    at += name.size() + 1;
    readers.push_back(name);
  }
  return readers;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ReadReaderNames(
    const ListReadersCall& list) {
  std::string names;
  LONG code = ReadOnce(list, names);
  for (int i = 1; i < kTries && code == SCARD_E_INSUFFICIENT_BUFFER; ++i) {
    code = ReadOnce(list, names);
  }
  if (code == SCARD_E_NO_READERS_AVAILABLE) return std::vector<std::string>();
  RETURN_IF_ERROR(PcscStatus(code, "SCardListReaders"));
  return Split(names);
}

}  // namespace cardferry::agent
