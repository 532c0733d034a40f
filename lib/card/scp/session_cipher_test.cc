#include "lib/card/scp/session_cipher.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/card/scp/testing/recording_cipher.h"

namespace cardferry::scp {
namespace {

TEST(SessionCipherTest, HasNoResponseMacsUnlessItsProtocolDefinesThem) {
  RecordingCipher cipher;
  EXPECT_EQ(cipher.SessionCipher::ResponseMacs({}, {}).status(),
            absl::UnimplementedError("this secure channel has no R-MAC"));
}

TEST(SessionCipherTest, DecryptsNoResponseUnlessItsProtocolDefinesIt) {
  RecordingCipher cipher;
  EXPECT_EQ(cipher.SessionCipher::DecryptResponses({}).status(),
            absl::UnimplementedError("this secure channel has no R-ENC"));
}

TEST(SessionCipherTest, DecryptsNoCommandUnlessItsProtocolNeedsThat) {
  RecordingCipher cipher;
  EXPECT_EQ(cipher.SessionCipher::DecryptCommands({}).status(),
            absl::UnimplementedError(
                "this secure channel's R-MACs do not cover plain commands"));
}

}  // namespace
}  // namespace cardferry::scp
