#include "cardsim/files/file_card_memory.h"

#include "gtest/gtest.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

FileCardMemory Memory() {
  FileCardMemory memory;
  memory.keys.type = KeyType::kAes;
  memory.keys.enc = SecretBytes::CopyOf(Bytes(16, 0xE1));
  memory.keys.mac = SecretBytes::CopyOf(Bytes(16, 0xE2));
  memory.keys.dek = SecretBytes::CopyOf(Bytes(16, 0xE3));
  memory.keys.version = 0x30;
  memory.keys.diversification_data[9] = 0x09;
  memory.key_failures = 4;
  memory.password = {SecretBytes::CopyOf(Bytes(5, 0x31)), 2};
  memory.mf = std::make_unique<File>();
  auto df = std::make_unique<File>();
  df->id = 0x5000;
  df->name = FromHexOrDie("A000000001");
  df->compact_rules = FromHexOrDie("0110");
  auto records = std::make_unique<File>();
  records->type = FileType::kCyclic;
  records->id = 0x0101;
  records->short_id = 7;
  records->life_cycle = kLcsDeactivated;
  records->record_size = 300;
  records->record_count = 3;
  records->records = {Bytes(300, 1), Bytes(300, 2)};
  records->expanded_rules = FromHexOrDie("8001019000");
  df->Adopt(std::move(records));
  memory.mf->Adopt(std::move(df));
  return memory;
}

CardState Encode(const FileCardMemory& memory) {
  return EncodeFileCardMemory(memory.keys, memory.key_failures, memory.password,
                              *memory.mf);
}

TEST(FileCardMemoryTest, ComesBackAsItWas) {
  const CardState state = Encode(Memory());
  ASSERT_OK_AND_ASSIGN(const FileCardMemory memory, ParseFileCardMemory(state));
  EXPECT_TRUE(Encode(memory).Equals(state));
  EXPECT_EQ(memory.key_failures, 4);
  EXPECT_EQ(memory.password.tries, 2);
  EXPECT_EQ(memory.password.value.size(), 5u);
  EXPECT_EQ(memory.keys.diversification_data[9], 0x09);
  const File* const records = memory.mf->Child(0x5000)->Child(0x0101);
  EXPECT_EQ(records->records[1], Bytes(300, 2));
  EXPECT_EQ(records->parent->parent, memory.mf.get());
}

TEST(FileCardMemoryTest, RefusesEveryTruncationOfItsKeys) {
  const CardState whole = Encode(Memory());
  const ByteSpan keys = whole.keys.Read(GrantSecretAccess());
  // What is left of the password is a password.
  for (size_t size = 0; size < keys.size() - 5; ++size) {
    const CardState cut{whole.content, SecretBytes::CopyOf(keys.first(size))};
    EXPECT_THAT(ParseFileCardMemory(cut), StatusIs(absl::StatusCode::kDataLoss))
        << size;
  }
}

TEST(FileCardMemoryTest, RefusesWhatNoCardWrites) {
  FileCardMemory too_many_tries = Memory();
  too_many_tries.password.tries = 4;
  FileCardMemory too_many_records = Memory();
  too_many_records.mf->Child(0x5000)->Child(0x0101)->record_count = 1;
  FileCardMemory no_df = Memory();
  no_df.mf->type = FileType::kTransparent;
  for (const FileCardMemory* memory :
       {&too_many_tries, &too_many_records, &no_df}) {
    EXPECT_THAT(ParseFileCardMemory(Encode(*memory)),
                StatusIs(absl::StatusCode::kDataLoss));
  }
  CardState other = Encode(Memory());
  other.content = FromHexOrDie("E000");
  EXPECT_THAT(ParseFileCardMemory(other),
              StatusIs(absl::StatusCode::kDataLoss,
                       "the card's memory: it is that of another kind of "
                       "card"));
}

}  // namespace
}  // namespace cardferry::cardsim
