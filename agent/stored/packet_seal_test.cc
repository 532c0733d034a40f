#include "agent/stored/packet_seal.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "gtest/gtest.h"
#include "lib/base/file.h"
#include "lib/base/status_matchers.h"

namespace cardferry::agent {
namespace {

using absl::StatusCode;

class PacketSealTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "/XXXXXX";
    ASSERT_NE(mkdtemp(&name[0]), nullptr);
    file_ = name + "/seal.key";
  }
  std::unique_ptr<PacketSeal> Open() {
    return PacketSeal::Open(file_, random_).value();
  }

  SystemRandom random_;
  std::string file_;
  const Bytes text_ = Bytes(100, 0x5A);
};

TEST_F(PacketSealTest, OpensWhatItSealedAfterARestartToo) {
  ASSERT_OK_AND_ASSIGN(const Bytes sealed, Open()->Seal("7", text_));
  EXPECT_EQ(sealed.size(), 12 + text_.size() + 16);
  EXPECT_THAT(Open()->Open("7", sealed), IsOkAndHolds(text_));
  struct stat status = {};
  ASSERT_EQ(stat(file_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0400u);
  EXPECT_EQ(status.st_size, 32);
}

TEST_F(PacketSealTest, NoTwoTextsAreAlike) {
  const auto seal = Open();
  ASSERT_OK_AND_ASSIGN(const Bytes first, seal->Seal("7", text_));
  ASSERT_OK_AND_ASSIGN(const Bytes second, seal->Seal("7", text_));
  EXPECT_NE(first, second);
  EXPECT_THAT(seal->Open("7", *seal->Seal("7", {})), IsOkAndHolds(Bytes()));
}

TEST_F(PacketSealTest, EveryBitCounts) {
  const auto seal = Open();
  ASSERT_OK_AND_ASSIGN(Bytes sealed, seal->Seal("7", text_));
  for (size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    sealed[bit / 8] ^= static_cast<uint8_t>(1 << (bit % 8));
    EXPECT_THAT(seal->Open("7", sealed), StatusIs(StatusCode::kDataLoss));
    sealed[bit / 8] ^= static_cast<uint8_t>(1 << (bit % 8));
  }
  for (size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_THAT(seal->Open("7", ByteSpan(sealed).first(size)),
                StatusIs(StatusCode::kDataLoss));
  }
  EXPECT_THAT(seal->Open("8", sealed), StatusIs(StatusCode::kDataLoss));
}

TEST_F(PacketSealTest, AnotherKeyOpensNothing) {
  ASSERT_OK_AND_ASSIGN(const Bytes sealed, Open()->Seal("7", text_));
  ASSERT_EQ(unlink(file_.c_str()), 0);
  EXPECT_THAT(Open()->Open("7", sealed), StatusIs(StatusCode::kDataLoss));
}

TEST_F(PacketSealTest, AFileThatIsNoKeyIsSaidToBeOne) {
  ASSERT_OK(WriteFileAtomically(file_, Bytes(31, 1), 0400));
  EXPECT_THAT(PacketSeal::Open(file_, random_),
              StatusIs(StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace cardferry::agent
