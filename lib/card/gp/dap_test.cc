#include "lib/card/gp/dap.h"

#include "lib/base/status_matchers.h"
#include "lib/card/gp/content_commands.h"

namespace cardferry::card {
namespace {

using absl::StatusCode;

const char kPackage[] = "F043464552525901";
const char kIsd[] = "A000000151000000";

Aid A(const std::string& hex) { return *Aid::FromHex(hex); }

TEST(DapBlockTest, IsNothingWithoutSignatures) {
  EXPECT_EQ(ToHex(EncodeDapBlocks({})), "");
}

TEST(DapBlockTest, NamesTheSecurityDomainAndThenSigns) {
  EXPECT_EQ(ToHex(EncodeDapBlocks({{A("A0000001510001"), {0xAB, 0xCD}}})),
            "E20D"
            "4F07A0000001510001"
            "C302ABCD");
}

TEST(DapBlockTest, StandOneAfterTheOtherAndHaveLongLengths) {
  const DapBlock ecdsa = {A("A0000001510001"), Bytes(64, 0x11)};
  const DapBlock rsa = {A(kIsd), Bytes(256, 0x22)};
  const Bytes encoded = EncodeDapBlocks({ecdsa, rsa});
  // 2 + 9 + 2 + 64, and 4 + 10 + 4 + 256
  ASSERT_EQ(encoded.size(), 77u + 274u);
  EXPECT_EQ(ToHex(ByteSpan(encoded).first(14)), "E24B4F07A0000001510001C34011");
  EXPECT_EQ(ToHex(ByteSpan(encoded).subspan(77, 19)),
            "E282010E4F08A000000151000000C382010022");
}

TEST(LoadCommandsWithDapTest, PutTheBlocksBeforeTheLoadFile) {
  const DapBlock dap = {A("A0000001510001"), {0xAB, 0xCD}};
  ASSERT_OK_AND_ASSIGN(const auto commands,
                       LoadCommands(FromHexOrDie("010203"), 0x03, {dap}));
  ASSERT_EQ(commands.size(), 1u);
  EXPECT_EQ(ToHex(commands[0].Encode()),
            "80E8800014E20D4F07A0000001510001C302ABCDC40301020300");
}

TEST(LoadCommandsWithDapTest, CountTheBlocksForWhatTheChannelCarries) {
  const DapBlock dap = {A("A0000001510001"), Bytes(64)};  // 77 bytes
  constexpr size_t kMost = 63232 - 4 - 77;
  ASSERT_OK_AND_ASSIGN(const auto commands,
                       LoadCommands(Bytes(kMost), 0x01, {dap}));
  EXPECT_EQ(commands.size(), 256u);
  EXPECT_THAT(LoadCommands(Bytes(kMost + 1), 0x01, {dap}),
              StatusIs(StatusCode::kResourceExhausted,
                       "the load file has 63233 bytes with its DAP blocks, tag "
                       "and length; short commands at security level 01 carry "
                       "at most 63232"));
}

TEST(InstallForLoadWithHashTest, IsExactForEachHash) {
  for (const size_t size : {20u, 32u, 48u, 64u}) {
    const Bytes hash(size, 0x5A);
    ASSERT_OK_AND_ASSIGN(const CommandApdu command,
                         InstallForLoad(A(kPackage), A(kIsd), hash));
    EXPECT_EQ(command.header(), (CommandHeader{0x80, 0xE6, 0x02, 0x00}));
    Bytes expected = FromHexOrDie("08F04346455252590108A000000151000000");
    expected.push_back(static_cast<uint8_t>(size));
    Append(expected, hash);
    Append(expected, Bytes{0x00, 0x00});
    EXPECT_EQ(ToHex(command.data()), ToHex(expected));
  }
}

TEST(InstallForLoadWithHashTest, RefusesWhatIsNoHash) {
  for (const size_t size : {1u, 19u, 33u, 65u}) {
    EXPECT_THAT(InstallForLoad(A(kPackage), A(kIsd), Bytes(size)),
                StatusIs(StatusCode::kInvalidArgument,
                         testing::HasSubstr("SHA-1 (20), SHA-256 (32), SHA-384 "
                                            "(48) or SHA-512 (64)")));
  }
}

}  // namespace
}  // namespace cardferry::card
