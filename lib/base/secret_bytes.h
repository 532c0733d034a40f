#ifndef CARDFERRY_LIB_BASE_SECRET_BYTES_H_
#define CARDFERRY_LIB_BASE_SECRET_BYTES_H_

#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_access.h"

namespace cardferry {

// Owns the bytes of a key, PIN or other secret. Move-only, wiped when it ends,
// kept out of core dumps and swap where the system allows, neither printable
// nor comparable with ==. Its size is not secret.
class SecretBytes {
 public:
  SecretBytes() = default;
  // `size` zero bytes, to be filled through Write().
  explicit SecretBytes(size_t size);
  // Copies `bytes`. The caller wipes its own copy (see WipeBytes).
  static SecretBytes CopyOf(ByteSpan bytes);

  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes();

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // The secret itself. The span ends with this object.
  ByteSpan Read(SecretAccess access) const;
  absl::Span<uint8_t> Write(SecretAccess access);

  // A second owner of the same bytes, explicit because copies spread secrets.
  SecretBytes Clone() const;

  // Constant-time comparison; see ConstantTimeEqual.
  bool Equals(const SecretBytes& other) const;

 private:
  void Release() noexcept;

  uint8_t* bytes_ = nullptr;  // owned
  size_t size_ = 0;
};

// Overwrites `bytes` in a way that the compiler may not leave out.
void WipeBytes(absl::Span<uint8_t> bytes);

}  // namespace cardferry

#endif  // CARDFERRY_LIB_BASE_SECRET_BYTES_H_
