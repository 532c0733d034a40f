#include "services/keyvault/session_token.h"

#include <utility>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "services/keyvault/testing/known_card.h"

namespace cardferry::keyvault {
namespace {

constexpr absl::StatusCode kDenied = absl::StatusCode::kPermissionDenied;

SessionOrigin TestOrigin() {
  SessionOrigin origin;
  origin.serial = {1, 2, 3};
  origin.card = {"issuer", 7, {0xD0, 0xD1}};
  origin.seed = {{scp::kScp02, 0x55}, {0xA0, 0xA1}, {0xC0}, {0xA1, 0xA2}};
  origin.seed.quirks.macs_channel_bits = true;
  return origin;
}

scp::ChannelState TestState() {
  return {scp::SecurityLevel::kCMac, Bytes(16, 0xEE), 258};
}

CommandToken TestCommandToken() {
  return {TestOrigin(), 9, OperationClass::kContent, TestState(),
          absl::FromUnixSeconds(1'800'000'000)};
}

class SessionTokenTest : public testing::Test {
 protected:
  OpensslHsmKeys keys_{{TestKeySet()}};
};

TEST_F(SessionTokenTest, AnOriginHasTheLayoutThatStandsInItsHeader) {
  EXPECT_EQ(ToHex(EncodeOrigin(TestOrigin())),
            "01020300000000000000000000000000"
            "00000006697373756572"
            "00000007"
            "D0D10000000000000000"
            "0255"
            "00000002A0A1"
            "00000001C0"
            "00000002A1A2"
            "08");
}

TEST_F(SessionTokenTest, ACommandTokenComesBackWhole) {
  ASSERT_OK_AND_ASSIGN(const Bytes sealed,
                       SealToken(keys_, TestCommandToken()));
  ASSERT_OK_AND_ASSIGN(const CommandToken token,
                       OpenCommandToken(keys_, sealed));
  EXPECT_EQ(EncodeOrigin(token.origin), EncodeOrigin(TestOrigin()));
  EXPECT_EQ(token.step, 9u);
  EXPECT_EQ(token.operation_class, OperationClass::kContent);
  EXPECT_EQ(token.state.level, scp::SecurityLevel::kCMac);
  EXPECT_EQ(token.state.chaining_value, Bytes(16, 0xEE));
  EXPECT_EQ(token.state.command_counter, 258u);
  EXPECT_EQ(token.expires_at, absl::FromUnixSeconds(1'800'000'000));
}

TEST_F(SessionTokenTest, AVerifyTokenComesBackWhole) {
  const VerifyToken made{TestOrigin(), TestState(), absl::FromUnixSeconds(5)};
  ASSERT_OK_AND_ASSIGN(const Bytes sealed, SealToken(keys_, made));
  ASSERT_OK_AND_ASSIGN(const VerifyToken token, OpenVerifyToken(keys_, sealed));
  EXPECT_EQ(EncodeOrigin(token.origin), EncodeOrigin(TestOrigin()));
  EXPECT_EQ(token.state.chaining_value, Bytes(16, 0xEE));
  EXPECT_EQ(token.expires_at, absl::FromUnixSeconds(5));
}

TEST_F(SessionTokenTest, NeitherKindOpensAsTheOther) {
  const VerifyToken verify{TestOrigin(), TestState(), absl::FromUnixSeconds(5)};
  ASSERT_OK_AND_ASSIGN(const Bytes sealed_verify, SealToken(keys_, verify));
  ASSERT_OK_AND_ASSIGN(const Bytes sealed_command,
                       SealToken(keys_, TestCommandToken()));
  EXPECT_THAT(OpenCommandToken(keys_, sealed_verify),
              StatusIs(kDenied, "not a command token of ours"));
  EXPECT_THAT(OpenVerifyToken(keys_, sealed_command),
              StatusIs(kDenied, "not a verify token of ours"));
}

TEST_F(SessionTokenTest, RefusesATokenWithAnyBitFlipped) {
  ASSERT_OK_AND_ASSIGN(const Bytes sealed,
                       SealToken(keys_, TestCommandToken()));
  for (size_t bit = 0; bit < 8 * sealed.size(); ++bit) {
    Bytes flipped = sealed;
    flipped[bit / 8] = static_cast<uint8_t>(flipped[bit / 8] ^ 1 << bit % 8);
    ASSERT_THAT(OpenCommandToken(keys_, flipped), StatusIs(kDenied)) << bit;
  }
}

TEST_F(SessionTokenTest, RefusesATokenThatIsCutShort) {
  ASSERT_OK_AND_ASSIGN(const Bytes sealed,
                       SealToken(keys_, TestCommandToken()));
  for (size_t size = 0; size < sealed.size(); ++size) {
    ASSERT_THAT(OpenCommandToken(keys_, ByteSpan(sealed).first(size)),
                StatusIs(kDenied))
        << size;
  }
}

TEST_F(SessionTokenTest, RefusesWhatIsSealedButNoTokenOfThisVersion) {
  for (const Bytes& plain : {Bytes(), Bytes{1}, Bytes(200, 3)}) {
    ASSERT_OK_AND_ASSIGN(const Bytes as_command, keys_.Seal("command", plain));
    EXPECT_THAT(OpenCommandToken(keys_, as_command), StatusIs(kDenied));
    ASSERT_OK_AND_ASSIGN(const Bytes as_verify, keys_.Seal("verify", plain));
    EXPECT_THAT(OpenVerifyToken(keys_, as_verify), StatusIs(kDenied));
  }
}

}  // namespace
}  // namespace cardferry::keyvault
