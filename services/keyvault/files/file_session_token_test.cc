#include "services/keyvault/files/file_session_token.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "services/keyvault/testing/known_card.h"

namespace cardferry::keyvault {
namespace {

using absl::StatusCode;

FileSessionOrigin Origin() {
  FileSessionOrigin origin;
  origin.serial[3] = 7;
  origin.card = {"files", 2, {9, 8, 7}};
  origin.host_challenge = Bytes(8, 1);
  origin.card_challenge = Bytes(8, 2);
  origin.card_answer = Bytes(40, 3);
  origin.agent = "kiosk-1";
  return origin;
}

void ExpectOrigin(const FileSessionOrigin& origin) {
  EXPECT_EQ(origin.serial, Origin().serial);
  EXPECT_EQ(origin.card.key_set, "files");
  EXPECT_EQ(origin.card.master_version, 2u);
  EXPECT_EQ(origin.card.key_diversification_data,
            Origin().card.key_diversification_data);
  EXPECT_EQ(origin.host_challenge, Bytes(8, 1));
  EXPECT_EQ(origin.card_challenge, Bytes(8, 2));
  EXPECT_EQ(origin.card_answer, Bytes(40, 3));
  EXPECT_EQ(origin.agent, "kiosk-1");
}

class FileSessionTokenTest : public testing::Test {
 protected:
  const absl::Time expiry_ = absl::FromUnixMicros(1'700'000'000'000'007);
  OpensslHsmKeys keys_{{TestKeySet()}};
};

TEST_F(FileSessionTokenTest, EachComesBackAsItWas) {
  ASSERT_OK_AND_ASSIGN(
      const Bytes handshake,
      SealToken(keys_, FileHandshakeToken{Origin(), OperationClass::kContent,
                                          expiry_}));
  ASSERT_OK_AND_ASSIGN(const auto one,
                       OpenFileHandshakeToken(keys_, handshake));
  ExpectOrigin(one.origin);
  EXPECT_EQ(one.operation_class, OperationClass::kContent);
  EXPECT_EQ(one.expires_at, expiry_);

  ASSERT_OK_AND_ASSIGN(
      const Bytes command,
      SealToken(keys_, FileCommandToken{Origin(), 5, OperationClass::kRead,
                                        Bytes(16, 4), expiry_}));
  ASSERT_OK_AND_ASSIGN(const auto two, OpenFileCommandToken(keys_, command));
  ExpectOrigin(two.origin);
  EXPECT_EQ(two.step, 5u);
  EXPECT_EQ(two.operation_class, OperationClass::kRead);
  EXPECT_EQ(two.counter, Bytes(16, 4));
  EXPECT_EQ(two.opening_expires_at, expiry_);

  ASSERT_OK_AND_ASSIGN(
      const Bytes verify,
      SealToken(keys_, FileVerifyToken{Origin(), Bytes(8, 5), 77, expiry_}));
  ASSERT_OK_AND_ASSIGN(const auto three, OpenFileVerifyToken(keys_, verify));
  ExpectOrigin(three.origin);
  EXPECT_EQ(three.counter, Bytes(8, 5));
  EXPECT_EQ(three.commands, 77u);
  EXPECT_EQ(three.opening_expires_at, expiry_);
}

TEST_F(FileSessionTokenTest, NoneIsTakenForAnother) {
  const Bytes handshake =
      SealToken(keys_,
                FileHandshakeToken{Origin(), OperationClass::kContent, expiry_})
          .value();
  const Bytes command =
      SealToken(keys_, FileCommandToken{Origin(), 0, OperationClass::kContent,
                                        Bytes(8), expiry_})
          .value();
  const Bytes verify =
      SealToken(keys_, FileVerifyToken{Origin(), Bytes(8), 1, expiry_}).value();
  for (const Bytes* sealed : {&command, &verify}) {
    EXPECT_THAT(OpenFileHandshakeToken(keys_, *sealed),
                StatusIs(StatusCode::kPermissionDenied,
                         "not a file handshake token of ours"));
  }
  for (const Bytes* sealed : {&handshake, &verify}) {
    EXPECT_THAT(OpenFileCommandToken(keys_, *sealed),
                StatusIs(StatusCode::kPermissionDenied));
  }
  for (const Bytes* sealed : {&handshake, &command}) {
    EXPECT_THAT(OpenFileVerifyToken(keys_, *sealed),
                StatusIs(StatusCode::kPermissionDenied));
  }
}

TEST_F(FileSessionTokenTest, NothingShorterOrChangedIsOurs) {
  const Bytes sealed =
      SealToken(keys_, FileVerifyToken{Origin(), Bytes(8), 1, expiry_}).value();
  for (size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_THAT(OpenFileVerifyToken(keys_, ByteSpan(sealed).first(size)),
                StatusIs(StatusCode::kPermissionDenied));
    Bytes changed = sealed;
    changed[size] ^= 0x10;
    EXPECT_THAT(OpenFileVerifyToken(keys_, changed),
                StatusIs(StatusCode::kPermissionDenied));
  }
}

// What was sealed by another version of this program: a field more or less.
TEST_F(FileSessionTokenTest, AnotherVersionsTokenIsNotOurs) {
  for (const Bytes& plain : {Bytes{}, Bytes{0x02}, Bytes(60, 0x01)}) {
    const Bytes sealed = keys_.Seal("file verify", plain).value();
    EXPECT_THAT(OpenFileVerifyToken(keys_, sealed),
                StatusIs(StatusCode::kPermissionDenied));
  }
}

}  // namespace
}  // namespace cardferry::keyvault
