#include "lib/card/scp/openssl/openssl_cipher.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::scp {
namespace {

TEST(OpensslCipherTest, SpeaksTheProtocolOfTheSeed) {
  const SecretBytes key(16);
  for (const ChannelProtocol& protocol :
       {ChannelProtocol{kScp01, 0x15}, ChannelProtocol{kScp02, 0x15},
        ChannelProtocol{kScp02, 0x75}, ChannelProtocol{kScp03, 0x00},
        ChannelProtocol{kScp03, 0x70}}) {
    const SessionSeed seed{protocol, Bytes(8), Bytes(8)};
    ASSERT_OK_AND_ASSIGN(const auto cipher,
                         CreateOpensslCipher(key, key, seed));
    EXPECT_EQ(cipher->protocol(), protocol);
    // A MAC is as long as the protocol's block.
    const size_t block = protocol.scp == kScp03 ? 16 : 8;
    EXPECT_EQ(cipher->MacChain(Bytes(block), {Bytes(1)})->at(0).size(), block);
  }
}

TEST(OpensslCipherTest, RefusesAProtocolThatIsNotThere) {
  const SecretBytes key(16);
  for (const ChannelProtocol& protocol :
       {ChannelProtocol{kScp01, 0x25}, ChannelProtocol{kScp02, 0x1E},
        ChannelProtocol{kScp03, 0x02}, ChannelProtocol{0x11, 0x00}}) {
    const SessionSeed seed{protocol, Bytes(8), Bytes(8)};
    EXPECT_THAT(CreateOpensslCipher(key, key, seed),
                StatusIs(absl::StatusCode::kUnimplemented));
  }
}

}  // namespace
}  // namespace cardferry::scp
