#include "agent/pcsc/pcsc_context.h"

#include <utility>

#include "agent/pcsc/pcsc_status.h"
#include "agent/pcsc/reader_names.h"
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
  return ReadReaderNames([this](char* names, DWORD* size) {
    return SCardListReaders(handle_, nullptr, names, size);
  });
}

}  // namespace cardferry::agent
