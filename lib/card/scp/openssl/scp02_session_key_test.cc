#include "lib/card/scp/openssl/scp02_session_key.h"

#include <set>

#include "gtest/gtest.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_matchers.h"

namespace cardferry::scp {
namespace {

using absl::StatusCode;

constexpr Scp02Constant kAll[] = {Scp02Constant::kSMac, Scp02Constant::kSRmac,
                                  Scp02Constant::kSDek, Scp02Constant::kSEnc};

std::string Derive(absl::string_view key, Scp02Constant constant,
                   const Bytes& counter) {
  const auto derived = DeriveScp02SessionKey(
      SecretBytes::CopyOf(FromHexOrDie(key)), constant, counter);
  return derived.ok() ? ToHex(derived->Read(GrantSecretAccess()))
                      : derived.status().ToString();
}

// OpenPhysical/Gp4Net, scp02_test_vectors.json: "i=04 Dynamic MAC".
TEST(Scp02SessionKeyTest, GivesPublishedKeys) {
  const Bytes counter = {0x00, 0xA5};
  EXPECT_EQ(
      Derive("0123456789ABCDEF1234567890ABCDEF", Scp02Constant::kSEnc, counter),
      "B1B1E3A7B4FBD9F6BDA5FDDB703C5D47");
  EXPECT_EQ(
      Derive("FEDCBA9876543210ABCDEF0987654321", Scp02Constant::kSMac, counter),
      "82D6C3CC4FE50FC6C4DF470744514496");
  EXPECT_EQ(
      Derive("1122334455667788AABBCCDDEEFF1122", Scp02Constant::kSDek, counter),
      "CAF3D972A7E964D2BCBF868561574637");
}

// The key of martinpaljak/GlobalPlatformPro's tests, whose check value there is
// 9F749A.
TEST(Scp02SessionKeyTest, GivesAPublishedRMacKey) {
  EXPECT_EQ(Derive("404142434445464748494A4B4C4D4E4F", Scp02Constant::kSRmac,
                   {0x00, 0x00}),
            "FFAEC7EC7FAD69F9FBFF093BF2F79C45");
}

TEST(Scp02SessionKeyTest, DiffersWithConstantAndEveryBitOfTheCounter) {
  std::set<std::string> seen;
  for (const Scp02Constant constant : kAll) {
    seen.insert(Derive("404142434445464748494A4B4C4D4E4F", constant, {0, 0}));
    for (size_t bit = 0; bit < 16; ++bit) {
      Bytes counter(2);
      counter[bit / 8] = static_cast<uint8_t>(1u << bit % 8);
      seen.insert(
          Derive("404142434445464748494A4B4C4D4E4F", constant, counter));
    }
  }
  EXPECT_EQ(seen.size(), 4 * 17u);
}

TEST(Scp02SessionKeyTest, RefusesOtherLengths) {
  for (const size_t size : {0u, 8u, 15u, 24u, 32u}) {
    EXPECT_THAT(DeriveScp02SessionKey(SecretBytes(size), Scp02Constant::kSMac,
                                      Bytes(2)),
                StatusIs(StatusCode::kInvalidArgument))
        << size;
  }
  for (const size_t size : {0u, 1u, 3u}) {
    EXPECT_THAT(DeriveScp02SessionKey(SecretBytes(16), Scp02Constant::kSMac,
                                      Bytes(size)),
                StatusIs(StatusCode::kInvalidArgument,
                         "a sequence counter has 2 bytes"));
  }
}

}  // namespace
}  // namespace cardferry::scp
