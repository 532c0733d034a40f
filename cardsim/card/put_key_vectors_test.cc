// The card in a recorded session with PUT KEY (tests/vectors/real_put_key.json
// says whose). Single keys and commands are with the conformance tests.
#include <algorithm>
#include <fstream>
#include <string>
#include <utility>

#include "cardsim/card/card.h"
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
