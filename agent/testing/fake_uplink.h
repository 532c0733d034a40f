#ifndef CARDFERRY_AGENT_TESTING_FAKE_UPLINK_H_
#define CARDFERRY_AGENT_TESTING_FAKE_UPLINK_H_

#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "agent/uplink.h"

namespace cardferry::agent {

// Keeps what was sent up. Not a server: it answers nothing.
class FakeUplink final : public Uplink {
 public:
  void Send(const std::string&, const SendAnswer& answer) override {
    absl::MutexLock lock(&mutex_);
    answers_.push_back(answer);
  }
  void Send(const Report& report) override {
    absl::MutexLock lock(&mutex_);
    reports_.push_back(report);
  }
  void Send(const Progress& progress) override {
    absl::MutexLock lock(&mutex_);
    progress_.push_back(progress);
  }
  void Show(const ReaderPresence& presence) override {
    absl::MutexLock lock(&mutex_);
    shown_.push_back(presence);
  }
  void ShowStored(const std::vector<std::string>& ids) override {
    absl::MutexLock lock(&mutex_);
    stored_.push_back(ids);
  }
  void ShowTrouble(const std::string&, const std::string& trouble) override {
    absl::MutexLock lock(&mutex_);
    troubles_.push_back(trouble);
  }

  // The `count`th of each, waited for.
  SendAnswer AwaitAnswer(size_t count = 1) { return Await(answers_, count); }
  Report AwaitReport(size_t count = 1) { return Await(reports_, count); }
  ReaderPresence AwaitShown(size_t count) { return Await(shown_, count); }
  std::vector<std::string> AwaitStored(size_t count = 1) {
    return Await(stored_, count);
  }
  std::string AwaitTrouble(size_t count = 1) { return Await(troubles_, count); }

  std::vector<Report> reports() const {
    absl::MutexLock lock(&mutex_);
    return reports_;
  }
  std::vector<Progress> progress() const {
    absl::MutexLock lock(&mutex_);
    return progress_;
  }

 private:
  template <typename T>
  T Await(const std::vector<T>& list, size_t count) const {
    absl::MutexLock lock(&mutex_);
    const auto long_enough = [&] { return list.size() >= count; };
    mutex_.Await(absl::Condition(&long_enough));
    return list[count - 1];
  }

  mutable absl::Mutex mutex_;
  std::vector<SendAnswer> answers_;
  std::vector<Report> reports_;
  std::vector<Progress> progress_;
  std::vector<ReaderPresence> shown_;
  std::vector<std::vector<std::string>> stored_;
  std::vector<std::string> troubles_;
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_TESTING_FAKE_UPLINK_H_
