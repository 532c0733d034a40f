#include "agent/pcsc/pcsc_context.h"

#include <string.h>

#include <utility>

#include "agent/pcsc/pcsc_status.h"
#include "lib/base/status_macros.h"

namespace cardferry::agent {

absl::StatusOr<PcscContext> PcscContext::Establish() {
  SCARDCONTEXT handle = 0;
  RETURN_IF_ERROR(PcscStatus(
      SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &handle),
      "SCardEstablishContext"));
  return PcscContext(handle);
}

PcscContext::PcscContext(PcscContext&& other) noexcept
    : handle_(other.handle_), owned_(std::exchange(other.owned_, false)) {}

PcscContext& PcscContext::operator=(PcscContext&& other) noexcept {
  if (this != &other) {
    Release();
    handle_ = other.handle_;
    owned_ = std::exchange(other.owned_, false);
  }
  return *this;
}

PcscContext::~PcscContext() { Release(); }

void PcscContext::Release() {
  if (std::exchange(owned_, false)) SCardReleaseContext(handle_);
}

absl::StatusOr<std::vector<std::string>> PcscContext::ListReaders() const {
  DWORD size = 0;
  LONG code = SCardListReaders(handle_, nullptr, nullptr, &size);
  if (code == SCARD_E_NO_READERS_AVAILABLE) return std::vector<std::string>();
  RETURN_IF_ERROR(PcscStatus(code, "SCardListReaders"));
  std::string names(size, '\0');
  code = SCardListReaders(handle_, nullptr, &names[0], &size);
  if (code == SCARD_E_NO_READERS_AVAILABLE) return std::vector<std::string>();
  RETURN_IF_ERROR(PcscStatus(code, "SCardListReaders"));
  names.resize(size);
  // A multi-string: names end with NUL, the list with an empty name.
  std::vector<std::string> readers;
  for (size_t at = 0; at < names.size() && names[at] != '\0';) {
    const std::string name(names.c_str() + at);
    at += name.size() + 1;
    readers.push_back(name);
  }
  return readers;
}

}  // namespace cardferry::agent
