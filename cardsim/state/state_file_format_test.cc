#include "cardsim/state/state_file_format.h"

#include <string>

#include "gtest/gtest.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_matchers.h"
#include "lib/crypto/digest.h"

namespace cardferry::cardsim {
namespace {

Bytes File() {
  CardState state;
  state.content = FromHexOrDie("9F70010F");
  state.keys = SecretBytes::CopyOf(FromHexOrDie("A1B2C3"));
  const SecretBytes file = EncodeStateFile(state);
  const ByteSpan bytes = file.Read(GrantSecretAccess());
  return Bytes(bytes.begin(), bytes.end());
}

// With a checksum that fits again.
Bytes Sealed(Bytes file) {
  file.resize(file.size() - 32);
  Append(file, crypto::Sha256(file));
  return file;
}

TEST(StateFileFormatTest, HasAMagicAVersionSizesAndAChecksum) {
  const Bytes file = File();
  EXPECT_EQ(AsString(ByteSpan(file).first(15)), "CARDFERRY CARD\n");
  EXPECT_EQ(ToHex(ByteSpan(file).subspan(15, 16)),
            "01"
            "000000049F70010F"
            "00000003A1B2C3");
  EXPECT_EQ(file.size(), 31u + 32u);
}

TEST(StateFileFormatTest, ComesBackAsItWas) {
  ASSERT_OK_AND_ASSIGN(const CardState state, ParseStateFile(File()));
  EXPECT_EQ(ToHex(state.content), "9F70010F");
  EXPECT_EQ(ToHex(state.keys.Read(GrantSecretAccess())), "A1B2C3");
}

TEST(StateFileFormatTest, RefusesEveryTruncation) {
  const Bytes file = File();
  for (size_t size = 0; size < file.size(); ++size) {
    EXPECT_FALSE(ParseStateFile(ByteSpan(file).first(size)).ok()) << size;
  }
}

TEST(StateFileFormatTest, RefusesEveryFlippedBit) {
  const Bytes file = File();
  for (size_t bit = 0; bit < 8 * file.size(); ++bit) {
    Bytes changed = file;
    changed[bit / 8] = static_cast<uint8_t>(changed[bit / 8] ^ 1 << bit % 8);
    EXPECT_FALSE(ParseStateFile(changed).ok()) << bit;
  }
}

TEST(StateFileFormatTest, SaysWhatTheFileIsNot) {
  EXPECT_THAT(ParseStateFile(AsBytes("kvn=30\n")),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       std::string("it is not the state of a card")));
  Bytes later = File();
  later[15] = 2;
  EXPECT_THAT(ParseStateFile(Sealed(later)),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       std::string("it has version 2 of the format, and this "
                                   "program reads 1")));
  Bytes changed = File();
  changed[20] ^= 0x01;
  EXPECT_THAT(
      ParseStateFile(changed),
      StatusIs(absl::StatusCode::kDataLoss,
               std::string("the card's state is damaged: its checksum does "
                           "not fit")));
}

TEST(StateFileFormatTest, RefusesSizesThatDoNotAddUp) {
  Bytes longer = File();
  longer.insert(longer.begin() + 31, 0x00);
  EXPECT_THAT(ParseStateFile(Sealed(longer)),
              StatusIs(absl::StatusCode::kDataLoss,
                       std::string("the card's state is longer than it says")));
  for (const size_t length : {size_t{19}, size_t{27}}) {
    Bytes shorter = File();
    shorter[length] = 0xFF;
    EXPECT_THAT(ParseStateFile(Sealed(shorter)),
                StatusIs(absl::StatusCode::kDataLoss,
                         std::string("the card's state is cut short")));
  }
}

}  // namespace
}  // namespace cardferry::cardsim
