#ifndef CARDFERRY_LIB_CARD_SCP_OPENSSL_TESTING_RECORDED_SESSIONS_H_
#define CARDFERRY_LIB_CARD_SCP_OPENSSL_TESTING_RECORDED_SESSIONS_H_

#include <vector>

#include "lib/base/bytes.h"
#include "lib/card/scp/secure_channel.h"
#include "lib/card/scp/session_seed.h"

namespace cardferry::scp {

// One exchange of a session, in hexadecimal.
struct Exchange {
  const char* plain;
  const char* wrapped;
  const char* answer;
  const char* answer_plain;
};

// A session with known keys, or its beginning.
struct RecordedSession {
  Bytes enc;
  Bytes mac;
  SessionSeed seed;
  SecurityLevel level = SecurityLevel::kNone;
  Bytes card_cryptogram;            // empty with implicit initiation
  std::vector<Exchange> exchanges;  // EXTERNAL AUTHENTICATE first
};

RecordedSession Scp01();
RecordedSession Scp01WithIcvEncryption();
RecordedSession Scp02WithRMac();
RecordedSession Scp02Implicit();
RecordedSession Scp03S16();

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_OPENSSL_TESTING_RECORDED_SESSIONS_H_
