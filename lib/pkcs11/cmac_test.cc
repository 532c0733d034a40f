#include "lib/pkcs11/cmac.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardferry::pkcs11 {
namespace {

using testing::ElementsAre;

AesBlock Block(absl::string_view hex) { return BlockAt(FromHexOrDie(hex), 0); }
std::string Hex(ByteSpan bytes) { return ToHex(bytes); }

// SP 800-38B, appendix D.1 (AES-128): E(0), K1, K2.
constexpr char kZeroEncrypted[] = "7DF76B0C1AB899B33E42F047B91B546F";
constexpr char kK1[] = "FBEED618357133667C85E08F7236A8DE";
constexpr char kK2[] = "F7DDAC306AE266CCF90BC11EE46D513B";

TEST(Double, GivesThePublishedSubkeys) {
  EXPECT_EQ(Hex(Double(Block(kZeroEncrypted))), kK1);
  EXPECT_EQ(Hex(Double(Block(kK1))), kK2);
}

TEST(Double, LeavesZeroAtZero) { EXPECT_EQ(Double(AesBlock{}), AesBlock{}); }

TEST(CmacBlocks, MasksAWholeLastBlockWithK1) {
  const Bytes zeros(16);
  EXPECT_EQ(Hex(CmacBlocks(Block(kZeroEncrypted), zeros)), kK1);
}

TEST(CmacBlocks, PadsAndMasksAnythingElseWithK2) {
  AesBlock padding = {0x80};
  EXPECT_EQ(Hex(CmacBlocks(Block(kZeroEncrypted), {})),
            Hex(Xor(padding, Block(kK2))));
  const Bytes seventeen(17);
  padding = {0x00, 0x80};
  EXPECT_EQ(Hex(CmacBlocks(Block(kZeroEncrypted), seventeen)),
            std::string(32, '0') + Hex(Xor(padding, Block(kK2))));
}

TEST(MakeCmacChainStream, StartsEachMessageWithAZeroBlock) {
  const Bytes whole = FromHexOrDie("6BC1BEE22E409F96E93D7E117393172A");
  const Bytes cut = FromHexOrDie("AE");
  const CmacChainStream chain =
      MakeCmacChainStream(Block(kZeroEncrypted), {whole, cut, Bytes()});
  const AesBlock cut_padded = {0xAE, 0x80};
  EXPECT_THAT(chain.mac_offsets, ElementsAre(16, 48, 64));
  EXPECT_EQ(Hex(chain.stream),
            std::string(32, '0') + Hex(Xor(BlockAt(whole, 0), Block(kK1))) +
                std::string(32, '0') + Hex(Xor(cut_padded, Block(kK2))) +
                // The previous MAC is itself the whole last block.
                kK1);
}

TEST(MakeCmacChainStream, IsEmptyForNoMessages) {
  const CmacChainStream chain = MakeCmacChainStream(Block(kZeroEncrypted), {});
  EXPECT_TRUE(chain.stream.empty());
  EXPECT_TRUE(chain.mac_offsets.empty());
}

}  // namespace
}  // namespace cardferry::pkcs11
