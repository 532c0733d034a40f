#include "lib/base/secret_bytes.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

namespace cardferry {
namespace {

// Whole pages of their own, so that locking and MADV_DONTDUMP never touch a
// neighbour. Secrets are few and short-lived: a page each is affordable.
size_t PagesFor(size_t size) {
  const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return (size + page - 1) / page * page;
}

uint8_t* Allocate(size_t size) {
  if (size == 0) return nullptr;
  void* pages = mmap(nullptr, PagesFor(size), PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) std::abort();
  // Best effort: RLIMIT_MEMLOCK may be small, and the secret is needed anyway.
  (void)mlock(pages, PagesFor(size));
  (void)madvise(pages, PagesFor(size), MADV_DONTDUMP);
  return static_cast<uint8_t*>(pages);
}

}  // namespace

void WipeBytes(absl::Span<uint8_t> bytes) {
  if (!bytes.empty()) explicit_bzero(bytes.data(), bytes.size());
}

SecretBytes::SecretBytes(size_t size) : bytes_(Allocate(size)), size_(size) {}

SecretBytes SecretBytes::CopyOf(ByteSpan bytes) {
  SecretBytes secret(bytes.size());
  if (!bytes.empty()) memcpy(secret.bytes_, bytes.data(), bytes.size());
  return secret;
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : bytes_(std::exchange(other.bytes_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this != &other) {
    Release();
    bytes_ = std::exchange(other.bytes_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

SecretBytes::~SecretBytes() { Release(); }

void SecretBytes::Release() noexcept {
  if (bytes_ == nullptr) return;
  WipeBytes(absl::MakeSpan(bytes_, size_));
  munmap(bytes_, PagesFor(size_));
  bytes_ = nullptr;
  size_ = 0;
}

ByteSpan SecretBytes::Read(SecretAccess) const {
  return ByteSpan(bytes_, size_);
}

absl::Span<uint8_t> SecretBytes::Write(SecretAccess) {
  return absl::MakeSpan(bytes_, size_);
}

SecretBytes SecretBytes::Clone() const {
  return CopyOf(ByteSpan(bytes_, size_));
}

bool SecretBytes::Equals(const SecretBytes& other) const {
  return ConstantTimeEqual(ByteSpan(bytes_, size_),
                           ByteSpan(other.bytes_, other.size_));
}

}  // namespace cardferry
