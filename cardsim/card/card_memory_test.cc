#include "cardsim/card/card_memory.h"

#include <utility>

#include "cardsim/testing/test_host.h"
#include "gtest/gtest.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

CardMemory Memory() {
  CardMemory memory;
  memory.scp02_i = 0x55;
  memory.scp03_i = 0x70;
  memory.key_sets.push_back({TestKeys(32), {0x010203, 4}});
  memory.key_sets.push_back({TestDesKeys(), {0x0506, 0}});
  memory.numbers = DefaultCardNumbers(TestKeys().diversification_data);
  memory.objects[0x42] = {0x12};
  memory.objects[0x5F50] = {0x61, 0x62};
  memory.registry = FromHexOrDie("9F70010F");
  return memory;
}

TEST(CardMemoryTest, ComesBackAsItWas) {
  const CardState state = EncodeCardMemory(Memory());
  ASSERT_OK_AND_ASSIGN(const CardMemory memory, ParseCardMemory(state));
  EXPECT_TRUE(EncodeCardMemory(memory).Equals(state));
  EXPECT_EQ(memory.scp02_i, 0x55);
  EXPECT_EQ(memory.scp03_i, 0x70);
  ASSERT_EQ(memory.key_sets.size(), 2u);
  EXPECT_EQ(memory.key_sets[0].keys.type, KeyType::kAes);
  EXPECT_EQ(memory.key_sets[0].keys.version, 0x30);
  EXPECT_EQ(memory.key_sets[0].counters.sequence, 0x010203u);
  EXPECT_EQ(memory.key_sets[0].counters.failures, 4);
  EXPECT_TRUE(memory.key_sets[0].keys.dek.Equals(TestKeys(32).dek));
  EXPECT_EQ(memory.key_sets[1].keys.type, KeyType::kDes);
  EXPECT_TRUE(memory.key_sets[1].keys.enc.Equals(TestDesKeys().enc));
  EXPECT_EQ(memory.key_sets[1].keys.diversification_data,
            TestDesKeys().diversification_data);
  EXPECT_EQ(memory.numbers.card_image, Memory().numbers.card_image);
  EXPECT_EQ(memory.objects, Memory().objects);
  EXPECT_EQ(ToHex(memory.registry), "9F70010F");
}

TEST(CardMemoryTest, ACardThatSpeaksScp01StaysOne) {
  CardMemory memory = Memory();
  memory.scp01_i = 0x15;
  ASSERT_OK_AND_ASSIGN(const CardMemory back,
                       ParseCardMemory(EncodeCardMemory(memory)));
  EXPECT_EQ(back.scp01_i, 0x15);
  EXPECT_EQ(ParseCardMemory(EncodeCardMemory(Memory()))->scp01_i, std::nullopt);
}

TEST(CardMemoryTest, KeepsTheKeysOfOtherSecurityDomains) {
  CardMemory memory = Memory();
  const card::Aid domain = *card::Aid::FromHex("A00000015100000001");
  memory.further_key_sets.push_back({domain, {}});
  memory.further_key_sets[0].key_sets.push_back({TestKeys(16), {7, 1}});
  const CardState state = EncodeCardMemory(memory);
  ASSERT_OK_AND_ASSIGN(const CardMemory back, ParseCardMemory(state));
  EXPECT_EQ(back.key_sets.size(), 2u);
  ASSERT_EQ(back.further_key_sets.size(), 1u);
  EXPECT_EQ(back.further_key_sets[0].domain, domain);
  ASSERT_EQ(back.further_key_sets[0].key_sets.size(), 1u);
  EXPECT_EQ(back.further_key_sets[0].key_sets[0].counters.sequence, 7u);
  EXPECT_TRUE(EncodeCardMemory(back).Equals(state));
}

ContentKey SecretKey(uint8_t byte) {
  return *ContentKey::Symmetric(KeyType::kAes,
                                SecretBytes::CopyOf(Bytes(16, byte)));
}

TEST(CardMemoryTest, KeepsSecretKeysForContentWithTheOtherKeys) {
  const card::Aid domain = *card::Aid::FromHex("A00000015100000001");
  auto keys = std::make_shared<ContentKeys>();
  keys->receipt = SecretKey(1);
  keys->token = SecretKey(2);
  keys->dap.emplace(domain, SecretKey(3));
  CardMemory memory = Memory();
  memory.content_keys = keys;
  const CardState state = EncodeCardMemory(memory);
  ASSERT_OK_AND_ASSIGN(const CardMemory back, ParseCardMemory(state));
  ASSERT_NE(back.content_keys, nullptr);
  EXPECT_EQ(back.content_keys->receipt->Mac({7}), SecretKey(1).Mac({7}));
  EXPECT_EQ(back.content_keys->token->Mac({7}), SecretKey(2).Mac({7}));
  ASSERT_EQ(back.content_keys->dap.count(domain), 1u);
  EXPECT_EQ(back.content_keys->dap.at(domain).Mac({7}), SecretKey(3).Mac({7}));
  EXPECT_TRUE(EncodeCardMemory(back).Equals(state));
  for (const uint8_t byte : Bytes{1, 2, 3}) {
    EXPECT_EQ(ToHex(state.content).find(ToHex(Bytes(16, byte))),
              std::string::npos);
  }
}

TEST(CardMemoryTest, TheContentHasNoKeyInIt) {
  const CardState state = EncodeCardMemory(Memory());
  const std::string content = ToHex(state.content);
  for (const char* key : {"101112131415", "505152535455", "909192939495"}) {
    EXPECT_EQ(content.find(key), std::string::npos);
  }
}

TEST(CardMemoryTest, RefusesEveryTruncation) {
  const CardState whole = EncodeCardMemory(Memory());
  for (size_t size = 0; size < whole.content.size(); ++size) {
    CardState state;
    state.content.assign(
        whole.content.begin(),
        whole.content.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_THAT(ParseCardMemory(state), StatusIs(absl::StatusCode::kDataLoss))
        << size;
  }
  int whole_sets = 0;
  const ByteSpan keys = whole.keys.Read(GrantSecretAccess());
  for (size_t size = 0; size < keys.size(); ++size) {
    CardState state;
    state.content = whole.content;
    state.keys = SecretBytes::CopyOf(keys.first(size));
    if (ParseCardMemory(state).ok()) ++whole_sets;
  }
  EXPECT_EQ(whole_sets, 2);  // none, and the first
}

TEST(CardMemoryTest, RefusesWhatItCannotHaveWritten) {
  CardState state = EncodeCardMemory(Memory());
  state.content[0] = 0xE1;
  EXPECT_FALSE(ParseCardMemory(state).ok());
  state = EncodeCardMemory(Memory());
  state.keys.Write(GrantSecretAccess())[0] = 0x81;
  EXPECT_THAT(ParseCardMemory(state),
              StatusIs(absl::StatusCode::kDataLoss,
                       std::string("the card's memory: a key set of another "
                                   "type")));
}

}  // namespace
}  // namespace cardferry::cardsim
