#include "lib/crypto/sealed_box.h"

#include <sys/stat.h>
#include <unistd.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/file.h"
#include "lib/base/status_matchers.h"

namespace cardferry::crypto {
namespace {

using absl::StatusCode;

// Draws the bytes that it was given, again and again.
class FixedRandom final : public RandomSource {
 public:
  explicit FixedRandom(uint8_t byte) : byte_(byte) {}
  void Fill(absl::Span<uint8_t> out) override {
    for (uint8_t& one : out) one = byte_;
  }

 private:
  uint8_t byte_;
};

class SealedBoxTest : public testing::Test {
 protected:
  SealedBox Box(uint8_t key_byte) {
    return SealedBox::Create(SecretBytes::CopyOf(Bytes(32, key_byte)), random_)
        .value();
  }

  FixedRandom random_{0x00};
  const SealedBox box_ = Box(0x00);
  const Bytes plain_ = FromHexOrDie("00000000000000000000000000000000");
};

// The GCM specification's test case 14 (McGrew, Viega: AES-256, key, IV and 16
// bytes of plaintext zero), whose ciphertext does not depend on what is
// authenticated beside it.
TEST_F(SealedBoxTest, EncryptsAsGcmDoes) {
  const auto box = box_.Seal("", plain_);
  ASSERT_OK(box);
  EXPECT_EQ(ToHex(*box),
            "01"
            "000000000000000000000000"
            "CEA7403D4D606B6E074EC5D3BAF39D18"
            "D0D1C8A799996BF0265B98B5D48AB919");
}

TEST_F(SealedBoxTest, OpensWhatItSealed) {
  for (const size_t size : {0u, 1u, 16u, 1000u}) {
    const Bytes plain(size, 0x5A);
    const auto box = box_.Seal("job data", plain);
    ASSERT_OK(box);
    EXPECT_EQ(box->size(), size + SealedBox::kOverhead);
    EXPECT_THAT(box_.Open("job data", *box), IsOkAndHolds(plain));
  }
}

TEST_F(SealedBoxTest, OpensNothingOfAnotherKeyOrPurpose) {
  const Bytes box = box_.Seal("job data", plain_).value();
  EXPECT_THAT(box_.Open("job dat", box), StatusIs(StatusCode::kDataLoss));
  EXPECT_THAT(Box(0x01).Open("job data", box), StatusIs(StatusCode::kDataLoss));
}

TEST_F(SealedBoxTest, EveryBitCounts) {
  const Bytes box = box_.Seal("job data", plain_).value();
  for (size_t bit = 0; bit < box.size() * 8; ++bit) {
    Bytes changed = box;
    changed[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    EXPECT_THAT(box_.Open("job data", changed), StatusIs(StatusCode::kDataLoss))
        << bit;
  }
}

TEST_F(SealedBoxTest, NoPrefixOpens) {
  const Bytes box = box_.Seal("job data", plain_).value();
  for (size_t size = 0; size < box.size(); ++size) {
    EXPECT_THAT(box_.Open("job data", ByteSpan(box).first(size)),
                StatusIs(StatusCode::kDataLoss))
        << size;
  }
}

TEST_F(SealedBoxTest, KeysAreOfOneLength) {
  for (const size_t size : {0u, 16u, 31u, 33u}) {
    EXPECT_THAT(SealedBox::Create(SecretBytes::CopyOf(Bytes(size, 0)), random_),
                StatusIs(StatusCode::kInvalidArgument))
        << size;
  }
}

TEST_F(SealedBoxTest, AKeyThatIsNotThereIsMadeOnce) {
  const std::string path = testing::TempDir() + "/sealed_box_test.key";
  unlink(path.c_str());
  FixedRandom other(0x02);
  const auto made = SealedBox::Load(path, other);
  ASSERT_OK(made);
  const auto loaded = SealedBox::Load(path, random_);
  ASSERT_OK(loaded);
  const Bytes box = made->Seal("job data", plain_).value();
  EXPECT_THAT(loaded->Open("job data", box), IsOkAndHolds(plain_));
  EXPECT_THAT(Box(0x02).Open("job data", box), IsOkAndHolds(plain_));
  ASSERT_EQ(chmod(path.c_str(), 0440), 0);
  EXPECT_THAT(SealedBox::Load(path, random_),
              StatusIs(StatusCode::kFailedPrecondition));
  unlink(path.c_str());
}

TEST_F(SealedBoxTest, AFileWithoutAKeyIsRefused) {
  const std::string path = testing::TempDir() + "/sealed_box_test.bad";
  for (const char* text : {"0123", "not hexadecimal"}) {
    ASSERT_OK(
        WriteFileAtomically(path, AsBytes(absl::string_view(text)), 0400));
    EXPECT_THAT(SealedBox::Load(path, random_),
                StatusIs(StatusCode::kInvalidArgument))
        << text;
  }
  unlink(path.c_str());
}

TEST_F(SealedBoxTest, FingerprintsTellTheSameFromOthers) {
  const auto fingerprint = box_.Fingerprint("a", plain_);
  ASSERT_OK(fingerprint);
  EXPECT_EQ(fingerprint->size(), 32u);
  EXPECT_THAT(box_.Fingerprint("a", plain_), IsOkAndHolds(*fingerprint));
  EXPECT_THAT(box_.Fingerprint("b", plain_),
              IsOkAndHolds(testing::Ne(*fingerprint)));
  EXPECT_THAT(box_.Fingerprint("a", {}),
              IsOkAndHolds(testing::Ne(*fingerprint)));
  EXPECT_THAT(Box(0x01).Fingerprint("a", plain_),
              IsOkAndHolds(testing::Ne(*fingerprint)));
}

}  // namespace
}  // namespace cardferry::crypto
