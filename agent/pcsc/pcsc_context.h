#ifndef CARDFERRY_AGENT_PCSC_PCSC_CONTEXT_H_
#define CARDFERRY_AGENT_PCSC_PCSC_CONTEXT_H_

#include <winscard.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace cardferry::agent {

// The one owner of a connection to pcscd. Dies with pcscd: every call is then
// UNAVAILABLE, and a new context is needed.
class PcscContext {
 public:
  static absl::StatusOr<PcscContext> Establish();

  PcscContext(PcscContext&& other) noexcept;
  PcscContext& operator=(PcscContext&& other) noexcept;
  ~PcscContext();

  SCARDCONTEXT handle() const { return handle_; }

  // Names of the readers that are plugged in now; empty when there are none.
  absl::StatusOr<std::vector<std::string>> ListReaders() const;

 private:
  explicit PcscContext(SCARDCONTEXT handle) : handle_(handle), owned_(true) {}
  void Release();

  SCARDCONTEXT handle_ = 0;
  bool owned_ = false;
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_PCSC_PCSC_CONTEXT_H_
