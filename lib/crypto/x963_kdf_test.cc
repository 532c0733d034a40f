#include "lib/crypto/x963_kdf.h"

#include "gtest/gtest.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_matchers.h"

namespace cardferry::crypto {
namespace {

std::string Derive(KdfHash hash, const char* secret, const char* shared_info,
                   size_t length) {
  const auto derived = X963Kdf(hash, SecretBytes::CopyOf(FromHexOrDie(secret)),
                               FromHexOrDie(shared_info), length);
  if (!derived.ok()) return derived.status().ToString();
  return ToHex(derived->Read(GrantSecretAccess()));
}

// NIST CAVS 12.0, ANS X9.63-2001.
constexpr char kSecret[] = "22518B10E70F2A3F243810AE3254139EFBEE04AA57C7AF7D";
constexpr char kInfo[] = "75EEF81AA3041E33B80971203D2C0C52";

TEST(X963KdfTest, GivesWhatNistPublished) {
  EXPECT_EQ(Derive(KdfHash::kSha256,
                   "96C05619D56C328AB95FE84B18264B08725B85E33FD34F08", "", 16),
            "443024C3DAE66B95E6F5670601558F71");
  EXPECT_EQ(Derive(KdfHash::kSha256, kSecret, kInfo, 128),
            "C498AF77161CC59F2962B9A713E2B215152D139766CE34A776DF11866A69BF2E52"
            "A13D9C7C6FC878C50C5EA0BC7B00E0DA2447CFD874F6CF92F30D0097111485500C"
            "90C3AF8B487872D04685D14C8D1DC8D7FA08BEB0CE0ABABC11F0BD496269142D43"
            "525A78E5BC79A17F59676A5706DC54D54D4D1F0BD7E386128EC26AFC21");
}

// Compared with hashlib, block by block.
TEST(X963KdfTest, ALongerHashGivesOtherBytes) {
  EXPECT_EQ(Derive(KdfHash::kSha384, kSecret, kInfo, 56),
            "5AAF37FAFFFE1857A9E90D62E11A71D6D12E2AB1EAC864D14F8C9AF4259BB6796B"
            "B847A78CF8D9696E3243A5E6E98133F68A825055D25493");
  EXPECT_EQ(Derive(KdfHash::kSha512, kSecret, kInfo, 80),
            "72CA20C0D208D9AA6C76758D9AC54808481067A8F8C770E8443579B442DB98D8BE"
            "3B2019739D1645072CE247D9360A4364F3A6F384F226E5C833DCB65E32E32D6453"
            "E6B21866E993696EAC5AF5264F7C");
}

TEST(X963KdfTest, RefusesToDeriveFromOrToNothing) {
  EXPECT_THAT(X963Kdf(KdfHash::kSha256, SecretBytes(), {}, 16),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(X963Kdf(KdfHash::kSha256, SecretBytes(24), {}, 0),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::crypto
