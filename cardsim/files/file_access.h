#ifndef CARDFERRY_CARDSIM_FILES_FILE_ACCESS_H_
#define CARDFERRY_CARDSIM_FILES_FILE_ACCESS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "cardsim/files/file.h"

namespace cardferry::cardsim {

// What is done with a file: a bit of the access mode byte (ISO/IEC 7816-4,
// 9.3.3.1).
inline constexpr uint8_t kAccessRead = 0x01;
inline constexpr uint8_t kAccessUpdate = 0x02;
inline constexpr uint8_t kAccessAppend = 0x04;
inline constexpr uint8_t kAccessDeleteChild = 0x01;
inline constexpr uint8_t kAccessCreateEf = 0x02;
inline constexpr uint8_t kAccessCreateDf = 0x04;
inline constexpr uint8_t kAccessDeactivate = 0x08;
inline constexpr uint8_t kAccessActivate = 0x10;
inline constexpr uint8_t kAccessTerminate = 0x20;
inline constexpr uint8_t kAccessDelete = 0x40;

// What the terminal has shown.
struct SecurityStatus {
  bool user = false;       // VERIFY
  bool external = false;   // MUTUAL AUTHENTICATE
  bool messaging = false;  // this command came under secure messaging
};

// OK when the file's rules allow it: those in 8C, or in AB, where several
// conditions are alternatives. What has no rule is free, so that a card without
// rules is an open one; conditions that this card does not know are never met.
// 6982 otherwise. Says nothing about the life cycle.
absl::Status CheckAccess(const File& file, uint8_t access,
                         const SecurityStatus& status);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_FILES_FILE_ACCESS_H_
