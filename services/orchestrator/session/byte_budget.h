#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_BYTE_BUDGET_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_BYTE_BUDGET_H_

#include <atomic>
#include <cstddef>
#include <memory>

namespace cardferry::orchestrator {

// How many bytes one connection may have waiting here. Safe from any thread.
class ByteBudget {
 public:
  // Gives its bytes back when the last copy goes; empty: there was no room.
  using Charge = std::shared_ptr<const void>;

  static std::shared_ptr<ByteBudget> Create(size_t limit) {
    return std::make_shared<ByteBudget>(limit);
  }
  explicit ByteBudget(size_t limit) : limit_(limit) {}

  static Charge Take(const std::shared_ptr<ByteBudget>& budget, size_t bytes) {
    if (budget->used_.fetch_add(bytes) + bytes > budget->limit_) {
      budget->used_ -= bytes;
      return nullptr;
    }
    return Charge(budget.get(),
                  [budget, bytes](const void*) { budget->used_ -= bytes; });
  }

 private:
  const size_t limit_;
  std::atomic<size_t> used_{0};
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_BYTE_BUDGET_H_
