#include "agent/testing/fake_folder.h"

#include <algorithm>
#include <limits>

namespace cardferry::agent {

class FakeFile final : public JournalFile {
 public:
  FakeFile(FakeFolder& folder, std::string name)
      : folder_(folder), name_(std::move(name)) {}

  absl::Status Append(ByteSpan bytes) override {
    absl::MutexLock lock(&folder_.mutex_);
    const absl::Status status = folder_.Count();
    if (!status.ok()) bytes = bytes.subspan(0, bytes.size() / 2);
    cardferry::Append(folder_.files_[name_].bytes, bytes);
    return status;
  }

  absl::Status Sync() override {
    absl::MutexLock lock(&folder_.mutex_);
    const absl::Status status = folder_.Count();
    FakeFolder::File& file = folder_.files_[name_];
    if (status.ok()) file.synced = file.bytes.size();
    return status;
  }

 private:
  FakeFolder& folder_;
  const std::string name_;
};

absl::Status FakeFolder::Count() {
  const int call = calls_++;
  if (call < fail_from_ || call > fail_to_) return absl::OkStatus();
  return absl::ResourceExhaustedError("no space left on device");
}

absl::StatusOr<std::vector<std::string>> FakeFolder::List() {
  absl::MutexLock lock(&mutex_);
  std::vector<std::string> names;
  for (const auto& [name, file] : files_) names.push_back(name);
  return names;
}

absl::StatusOr<Bytes> FakeFolder::Read(const std::string& name) {
  absl::MutexLock lock(&mutex_);
  const auto found = files_.find(name);
  if (found == files_.end()) return absl::NotFoundError(name);
  return found->second.bytes;
}

absl::StatusOr<std::unique_ptr<JournalFile>> FakeFolder::Create(
    const std::string& name, size_t reserve) {
  absl::MutexLock lock(&mutex_);
  const absl::Status status = Count();
  if (!status.ok()) return status;
  if (files_.count(name) != 0) return absl::AlreadyExistsError(name);
  files_[name] = File();
  last_reserve_ = reserve;
  return std::make_unique<FakeFile>(*this, name);
}

absl::Status FakeFolder::Remove(const std::string& name) {
  absl::MutexLock lock(&mutex_);
  const absl::Status status = Count();
  if (!status.ok()) return status;
  return files_.erase(name) == 1 ? absl::OkStatus() : absl::NotFoundError(name);
}

absl::Status FakeFolder::SetAside(const std::string& name) {
  absl::MutexLock lock(&mutex_);
  const absl::Status status = Count();
  if (!status.ok()) return status;
  aside_.push_back(name);
  files_.erase(name);
  return absl::OkStatus();
}

void FakeFolder::FailFrom(int call) {
  absl::MutexLock lock(&mutex_);
  fail_from_ = call;
  fail_to_ = std::numeric_limits<int>::max();
}

void FakeFolder::FailAt(int call) {
  absl::MutexLock lock(&mutex_);
  fail_from_ = fail_to_ = call;
}

void FakeFolder::Recover() {
  absl::MutexLock lock(&mutex_);
  fail_from_ = fail_to_ = -1;
}

int FakeFolder::calls() const {
  absl::MutexLock lock(&mutex_);
  return calls_;
}

void FakeFolder::CutPower(size_t kept) {
  absl::MutexLock lock(&mutex_);
  for (auto& [name, file] : files_) {
    const size_t size = std::min(file.bytes.size(), file.synced + kept);
    file.bytes.resize(size);
  }
}

void FakeFolder::Put(const std::string& name, const Bytes& bytes) {
  absl::MutexLock lock(&mutex_);
  files_[name] = {bytes, bytes.size()};
}

std::vector<std::string> FakeFolder::aside() const {
  absl::MutexLock lock(&mutex_);
  return aside_;
}

size_t FakeFolder::last_reserve() const {
  absl::MutexLock lock(&mutex_);
  return last_reserve_;
}

}  // namespace cardferry::agent
