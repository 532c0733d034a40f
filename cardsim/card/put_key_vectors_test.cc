// The card against PUT KEY commands of cards and other implementations
// (tests/vectors/real_put_key.json says whose).
#include <algorithm>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "cardsim/card/card.h"
#include "cardsim/card/put_key_command.h"
#include "cardsim/channel/key_check_value.h"
#include "cardsim/channel/scp02_session.h"
#include "cardsim/channel/scp03_session.h"
#include "cardsim/testing/test_host.h"
#include "gtest/gtest.h"
#include "lib/base/random.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_matchers.h"
#include "nlohmann/json.hpp"

namespace cardferry::cardsim {
namespace {

nlohmann::json ReadVectors(const std::string& name) {
  std::ifstream file("tests/vectors/" + name);
  return nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
}

Bytes Hex(const nlohmann::json& record, const char* field) {
  return FromHexOrDie(record.at(field).get<std::string>());
}

SecretBytes Secret(const nlohmann::json& record, const char* field) {
  return SecretBytes::CopyOf(Hex(record, field));
}

// A session whose data encryption key is that of the record. SCP01 wraps keys
// as SCP02 does, only under another key.
std::unique_ptr<Session> SessionOf(const nlohmann::json& record) {
  if (record.at("protocol") == "SCP03") {
    return std::make_unique<Scp03Session>(Scp03SessionKeys(),
                                          Secret(record, "dek"), 8);
  }
  Scp02SessionKeys keys;
  keys.dek = Secret(record, "dek");
  return std::make_unique<Scp02Session>(std::move(keys), true);
}

KeyType TypeOf(const nlohmann::json& record) {
  return record.at("key_type") == "DES" ? KeyType::kDes : KeyType::kAes;
}

TEST(PutKeyVectorsTest, UnwrapsEveryRecordedKey) {
  int tried = 0;
  for (const nlohmann::json& record : ReadVectors("real_put_key.json")) {
    if (record.at("kind") != "put_key_block") continue;
    SCOPED_TRACE(record.at("name").get<std::string>());
    const auto session = SessionOf(record);
    ASSERT_OK_AND_ASSIGN(
        const SecretBytes key,
        session->UnwrapKey(Hex(record, "expected_ciphertext")));
    // An AES key of 24 bytes is padded.
    const Bytes wanted = Hex(record, "key");
    const ByteSpan held = key.Read(GrantSecretAccess());
    EXPECT_EQ(key.size(), (wanted.size() + 15) / 16 * 16);
    EXPECT_EQ(held.first(wanted.size()), ByteSpan(wanted));
    EXPECT_THAT(KeyCheckValue(TypeOf(record), SecretBytes::CopyOf(wanted)),
                IsOkAndHolds(Hex(record, "kcv")));
    ++tried;
  }
  EXPECT_EQ(tried, 16);
}

TEST(PutKeyVectorsTest, ReadsEveryRecordedField) {
  int tried = 0;
  for (const nlohmann::json& record : ReadVectors("real_put_key.json")) {
    if (!record.contains("expected_field")) continue;
    if (record.value("tag", "") == "81") continue;  // of SCP01 alone
    SCOPED_TRACE(record.at("name").get<std::string>());
    const Bytes field = Hex(record, "expected_field");
    const Bytes data = Concat({Bytes{0x31}, field, field, field});
    ASSERT_OK_AND_ASSIGN(const PutKeyCommand command,
                         PutKeyCommand::Parse(*card::CommandApdu::Create(
                             {0x80, 0xD8, 0x00, 0x81}, data)));
    EXPECT_EQ(command.keys[1].type, TypeOf(record));
    EXPECT_EQ(command.keys[1].size, Hex(record, "key").size());
    EXPECT_EQ(command.keys[1].check_value, Hex(record, "kcv"));
    EXPECT_EQ(command.keys[1].wrapped, Hex(record, "expected_ciphertext"));
    ++tried;
  }
  EXPECT_GT(tried, 0);
}

// Made by a reference implementation, not by another's card: all lengths of
// keys, both protocols.
TEST(PutKeyVectorsTest, ReadsEveryGeneratedCommand) {
  int tried = 0;
  for (const nlohmann::json& record :
       ReadVectors("generated_primitives.json")) {
    if (record.at("kind") != "put_key_apdu") continue;
    const std::string name = record.at("name");
    // Implicit SCP02 wraps keys in another mode.
    if (name.find("implicit") != std::string::npos) continue;
    SCOPED_TRACE(name);
    ASSERT_OK_AND_ASSIGN(const PutKeyCommand command,
                         PutKeyCommand::Parse(*card::CommandApdu::Parse(
                             Hex(record, "plain_apdu"))));
    EXPECT_EQ(command.new_version, Hex(record, "new_kvn")[0]);
    const auto session = SessionOf(record);
    for (size_t i = 0; i < command.keys.size(); ++i) {
      const WrappedKey& wrapped = command.keys[i];
      const Bytes wanted = Hex(record.at("keys")[i], "key");
      EXPECT_EQ(wrapped.size, wanted.size());
      ASSERT_OK_AND_ASSIGN(const SecretBytes key,
                           session->UnwrapKey(wrapped.wrapped));
      EXPECT_EQ(key.Read(GrantSecretAccess()).first(wrapped.size),
                ByteSpan(wanted));
      EXPECT_THAT(KeyCheckValue(wrapped.type, SecretBytes::CopyOf(wanted)),
                  IsOkAndHolds(wrapped.check_value));
    }
    ++tried;
  }
  EXPECT_EQ(tried, 20);
}

// Gives the challenge of a recorded session.
class RecordedRandom final : public RandomSource {
 public:
  explicit RecordedRandom(Bytes bytes) : bytes_(std::move(bytes)) {}
  void Fill(absl::Span<uint8_t> out) override {
    std::copy_n(bytes_.begin(), std::min(out.size(), bytes_.size()),
                out.begin());
  }

 private:
  Bytes bytes_;
};

nlohmann::json FindTrace(const std::string& name) {
  for (const nlohmann::json& record : ReadVectors("real_scp02.json")) {
    if (record.at("name").get<std::string>().rfind(name, 0) == 0) return record;
  }
  return {};
}

// The card of the recorded session, before it.
SecurityDomainState DomainOf(const nlohmann::json& trace, ByteSpan answer) {
  KeyRingEntry entry;
  entry.keys.type = KeyType::kDes;
  entry.keys.enc = Secret(trace.at("keys"), "enc");
  entry.keys.mac = Secret(trace.at("keys"), "mac");
  entry.keys.dek = Secret(trace.at("keys"), "dek");
  entry.keys.version = answer[10];
  std::copy_n(answer.begin(), 10, entry.keys.diversification_data.begin());
  entry.counters.sequence = static_cast<uint32_t>(answer[12] << 8 | answer[13]);
  SecurityDomainState domain;
  domain.numbers = DefaultCardNumbers(entry.keys.diversification_data);
  domain.key_sets.push_back(std::move(entry));
  return domain;
}

// A whole session of GlobalPlatformPro with a card, which gets other keys: the
// simulated card gives every answer byte for byte, and has the keys then.
TEST(PutKeyVectorsTest, ReplaysTheSessionInWhichACardWasGivenItsKeys) {
  const nlohmann::json trace = FindTrace("gp4net_gp_pro_lock");
  ASSERT_TRUE(trace.is_object());
  ASSERT_EQ(trace.at("commands").size(), 4u);
  const Bytes answer = Hex(trace.at("commands")[0], "response");
  RecordedRandom random(Hex(trace, "card_challenge"));
  CardOptions options;
  options.scp02_i = Hex(trace, "i")[0];
  ASSERT_OK_AND_ASSIGN(const auto card,
                       Card::Create(DomainOf(trace, answer), options, random));
  for (const nlohmann::json& command : trace.at("commands")) {
    EXPECT_EQ(ToHex(card->Transmit(Hex(command, "wrapped"))),
              command.at("response").get<std::string>());
  }
  const nlohmann::json put = ReadVectors("real_put_key.json")[0];
  ASSERT_EQ(put.at("kind"), "put_key_apdu");
  const KeySet& keys = card->security_domain().keys().channels()[0].keys();
  const SecretBytes* const held[] = {&keys.enc, &keys.mac, &keys.dek};
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(ToHex(held[i]->Read(GrantSecretAccess())),
              put.at("keys")[i].at("key").get<std::string>());
  }
  EXPECT_EQ(card->security_domain().keys().channels()[0].counters().sequence,
            0u);
}

}  // namespace
}  // namespace cardferry::cardsim
