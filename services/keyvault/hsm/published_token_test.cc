// The vault on a token as keyvault-token publishes it, with the configuration
// that it writes: few mechanisms, files that cannot be written.

#include <stdlib.h>

#include "gtest/gtest.h"
#include "hsm-config/key_profile_proto.h"
#include "hsm-config/testing/test_profile.h"
#include "hsm-config/token_tool.h"
#include "lib/base/file.h"
#include "lib/base/status_matchers.h"
#include "services/keyvault/hsm/pkcs11_hsm_keys.h"

namespace cardferry::keyvault {
namespace {

class PublishedTokenTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string root = testing::TempDir() + "/published.XXXXXX";
    ASSERT_NE(mkdtemp(&root[0]), nullptr);
    tool_.profile = root + "/keys.textproto";
    tool_.token_dir = root + "/token";
    tool_.pin_file = root + "/pin";
    tool_.softhsm_conf = root + "/softhsm2.conf";
    const std::string profile =
        hsm::TestProfileText({{"kdf3", 256},
                              {"plain", 128, hsm::Diversification::kNone},
                              {"visa2", 112, hsm::Diversification::kVisa2},
                              {"des", 112, hsm::Diversification::kNone}});
    ASSERT_OK(WriteFileAtomically(tool_.profile, AsBytes(profile), 0644));
    ASSERT_OK(WriteFileAtomically(tool_.pin_file, AsBytes("0123456789"), 0400));
    ASSERT_OK(hsm::InitToken(tool_));
    setenv("SOFTHSM2_CONF", tool_.softhsm_conf.c_str(), 1);
  }

  absl::StatusOr<std::unique_ptr<Pkcs11HsmKeys>> Open() {
    HsmOptions options;
    options.token.module.path = tool_.module;
    options.token.label = tool_.token_label;
    options.token.pin = ReadSecretFile(tool_.pin_file).value();
    options.profile = hsm::ReadKeyProfile(tool_.profile).value();
    options.token_dir = tool_.token_dir;
    return Pkcs11HsmKeys::Open(std::move(options));
  }

  hsm::TokenToolOptions tool_;
};

TEST_F(PublishedTokenTest, ServesEverythingAfterEachStart) {
  Bytes sealed;
  for (int start = 0; start < 2; ++start) {
    ASSERT_OK_AND_ASSIGN(const auto keys, Open());
    for (const char* key_set : {"kdf3", "plain"}) {
      ASSERT_OK_AND_ASSIGN(
          const auto cipher,
          keys->OpenSession({key_set, 1, {}},
                            {{scp::kScp03, 0x00}, Bytes(8, 1), Bytes(8, 2)}));
      EXPECT_OK(cipher->CardCryptogram());
      EXPECT_OK(cipher->EncryptCommands({{1, Bytes(5)}}));
      EXPECT_OK(cipher->MacChain(Bytes(16), {Bytes(20)}));
    }
    for (const char* key_set : {"visa2", "des"}) {
      ASSERT_OK_AND_ASSIGN(
          const auto cipher,
          keys->OpenSession({key_set, 1, {}},
                            {{scp::kScp02, 0x55}, Bytes(8, 1), Bytes(8, 2)}));
      EXPECT_OK(cipher->CardCryptogram());
      EXPECT_OK(cipher->EncryptCommands({{1, Bytes(5)}}));
      EXPECT_OK(cipher->MacChain(Bytes(8), {Bytes(20)}));
    }
    EXPECT_OK(keys->TicketMac(Bytes(5)));
    if (start == 0) {
      ASSERT_OK_AND_ASSIGN(sealed, keys->Seal("purpose", Bytes(5)));
    } else {
      EXPECT_THAT(keys->Unseal("purpose", sealed), IsOkAndHolds(Bytes(5)));
    }
  }
}

}  // namespace
}  // namespace cardferry::keyvault
