// Answers of cards as they were recorded: that each is read. Source:
// tests/vectors.
#include <optional>
#include <string>

#include "gtest/gtest.h"
#include "lib/base/file.h"
#include "lib/base/status_matchers.h"
#include "lib/card/gp/discovery_commands.h"
#include "lib/card/gp/get_status.h"
#include "nlohmann/json.hpp"

namespace cardferry::card {
namespace {

using Json = nlohmann::json;

constexpr const char* kFiles[] = {"real_scp01.json", "real_scp02.json",
                                  "real_scp03.json"};

Json Sessions(const std::string& file) {
  const auto text = ReadFile("tests/vectors/" + file, 4 << 20);
  EXPECT_OK(text);
  return Json::parse(*text);
}

std::string Text(const Json& command, const char* field) {
  const auto found = command.find(field);
  return found == command.end() || found->is_null() ? "" : *found;
}

// The answer without what the channel added; nullopt when that is not recorded.
std::optional<Bytes> PlainAnswer(const Json& session, const Json& command) {
  const std::string plain = Text(command, "response_plain");
  if (!plain.empty()) return FromHexOrDie(plain);
  const std::string level = session["security_level"];
  if (level[0] != '0') return std::nullopt;
  return FromHexOrDie(Text(command, "response"));
}

// Some sessions of another implementation's tests have random answers.
bool IsOfACard(const Json& session) {
  const std::string name = session["name"];
  return session["origin"] == "card" || name.substr(0, 5) == "kaoh_";
}

TEST(RecordedAnswersTest, EveryListInTlvFormIsRead) {
  size_t lists = 0;
  size_t entries = 0;
  for (const char* file : kFiles) {
    for (const Json& session : Sessions(file)) {
      if (!IsOfACard(session)) continue;
      for (const Json& command : session["commands"]) {
        const Bytes plain = FromHexOrDie(Text(command, "plain"));
        if (plain.at(1) != 0xF2 || (plain[3] & 0x02) == 0) continue;
        const auto bytes = PlainAnswer(session, command);
        if (!bytes) continue;
        ASSERT_OK_AND_ASSIGN(const ResponseApdu answer,
                             ResponseApdu::Parse(*bytes));
        const auto list = JoinStatusPages({answer});
        EXPECT_OK(list) << session["name"] << " " << ToHex(answer.data);
        ++lists;
        if (list.ok()) entries += list->entries.size();
      }
    }
  }
  EXPECT_EQ(lists, 84u);
  EXPECT_EQ(entries, 182u);
}

TEST(RecordedAnswersTest, EveryAnswerToInitializeUpdateIsRead) {
  size_t read = 0;
  for (const char* file : kFiles) {
    for (const Json& session : Sessions(file)) {
      const Bytes answer =
          FromHexOrDie(Text(session["commands"][0], "response"));
      ASSERT_OK_AND_ASSIGN(const ClaimedIdentity claim,
                           ParseInitializeUpdateAnswer(
                               ByteSpan(answer).first(answer.size() - 2)));
      EXPECT_EQ("SCP0" + std::to_string(claim.scp), session["protocol"]);
      EXPECT_EQ(ToHex({&claim.key_version_number, 1}), session["kvn"]);
      EXPECT_EQ(ToHex(claim.key_diversification_data),
                session["key_diversification_data"]);
      ++read;
    }
  }
  EXPECT_EQ(read, 65u);
}

}  // namespace
}  // namespace cardferry::card
