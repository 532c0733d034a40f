#include "lib/crypto/block_cipher.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::crypto {
namespace {

using absl::StatusCode;

// FIPS 197, appendix C.1.
constexpr char kKey[] = "000102030405060708090A0B0C0D0E0F";
constexpr char kPlain[] = "00112233445566778899AABBCCDDEEFF";
constexpr char kCipher[] = "69C4E0D86A7B0430D8CDB78070B4C55A";

absl::Status RunWith(const EVP_CIPHER* cipher, Direction direction,
                     size_t key_length, size_t iv_length, ByteSpan data,
                     Bytes& out) {
  const Bytes key = FromHexOrDie(kKey);
  return RunBlockCipher(cipher, direction,
                        SecretBytes::CopyOf(ByteSpan(key).first(key_length)),
                        Bytes(iv_length), data, absl::MakeSpan(out));
}

TEST(BlockCipherTest, GoesBothWaysWithAndWithoutAnIv) {
  for (const EVP_CIPHER* cipher : {EVP_aes_128_ecb(), EVP_aes_128_cbc()}) {
    const size_t iv = cipher == EVP_aes_128_cbc() ? 16 : 0;
    Bytes out(16);
    ASSERT_OK(RunWith(cipher, Direction::kEncrypt, 16, iv, FromHexOrDie(kPlain),
                      out));
    EXPECT_EQ(ToHex(out), kCipher);
    ASSERT_OK(RunWith(cipher, Direction::kDecrypt, 16, iv,
                      FromHexOrDie(kCipher), out));
    EXPECT_EQ(ToHex(out), kPlain);
  }
}

TEST(BlockCipherTest, RefusesEveryLengthThatIsNotTheCiphers) {
  const EVP_CIPHER* cbc = EVP_aes_128_cbc();
  Bytes out(16);
  for (const size_t length : {0u, 8u, 15u}) {
    EXPECT_THAT(RunWith(cbc, Direction::kEncrypt, length, 16, Bytes(16), out),
                StatusIs(StatusCode::kInvalidArgument));
    EXPECT_THAT(RunWith(cbc, Direction::kEncrypt, 16, length, Bytes(16), out),
                StatusIs(StatusCode::kInvalidArgument));
  }
  for (const size_t length : {1u, 15u, 17u}) {
    Bytes room(length);
    EXPECT_THAT(RunWith(cbc, Direction::kEncrypt, 16, 16, Bytes(length), room),
                StatusIs(StatusCode::kInvalidArgument));
  }
  EXPECT_THAT(
      RunWith(EVP_aes_128_ecb(), Direction::kEncrypt, 16, 16, Bytes(16), out),
      StatusIs(StatusCode::kInvalidArgument));
}

TEST(BlockCipherTest, WritesNeverMoreThanThereIsRoomFor) {
  Bytes out(16);
  EXPECT_THAT(
      RunWith(EVP_aes_128_cbc(), Direction::kEncrypt, 16, 16, Bytes(32), out),
      StatusIs(StatusCode::kInvalidArgument));
  EXPECT_EQ(out, Bytes(16));
}

TEST(BlockCipherTest, NothingIsNothing) {
  Bytes out;
  EXPECT_OK(
      RunWith(EVP_aes_128_cbc(), Direction::kEncrypt, 16, 16, Bytes(), out));
}

}  // namespace
}  // namespace cardferry::crypto
