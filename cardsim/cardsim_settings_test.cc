#include "cardsim/cardsim_settings.h"

#include <tuple>

#include "absl/strings/match.h"
#include "cardsim/testing/test_host.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

TEST(CardsimSettingsTest, HasDefaultsForEverythingButTheKeys) {
  ASSERT_OK_AND_ASSIGN(const CardsimSettings settings, CheckFlags({}));
  EXPECT_EQ(settings.reader.host, "127.0.0.1");
  EXPECT_EQ(settings.reader.port, 35963);
  EXPECT_EQ(ToHex(settings.atr), "3B80800101");
  EXPECT_EQ(settings.card.scp03_i, 0x70);
  EXPECT_EQ(settings.card.eeprom_bytes, 256u * 1024u);
  EXPECT_EQ(settings.key_size, 16u);
}

TEST(CardsimSettingsTest, KnowsACardWithLongKeys) {
  CardsimFlags flags;
  flags.card = "scp03-aes256";
  ASSERT_OK_AND_ASSIGN(const CardsimSettings settings, CheckFlags(flags));
  EXPECT_EQ(settings.card.scp03_i, 0x70);
  EXPECT_OK(CheckKeys(settings, TestKeys(32)));
  EXPECT_THAT(
      CheckKeys(settings, TestKeys(16)),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               std::string("--card wants AES keys of 32 bytes, --keys_file has "
                           "AES keys of 16 bytes")));
}

uint8_t ParameterOf(absl::string_view card, const CardOptions& options) {
  if (absl::StartsWith(card, "scp03")) return options.scp03_i;
  return options.scp01_i.value_or(options.scp02_i);
}

TEST(CardsimSettingsTest, EveryKindOfCardHasItsKeysAndItsParameter) {
  const struct {
    const char* card;
    KeyType type;
    size_t key_size;
    uint8_t i;
  } kCases[] = {
      {"scp01", KeyType::kDes, 16, 0x05},
      {"scp01-i15", KeyType::kDes, 16, 0x15},
      {"scp02", KeyType::kDes, 16, 0x55},
      {"scp02-i15", KeyType::kDes, 16, 0x15},
      {"scp02-rmac", KeyType::kDes, 16, 0x75},
      {"scp02-implicit", KeyType::kDes, 16, 0x1B},
      {"scp03", KeyType::kAes, 16, 0x70},
      {"scp03-aes192", KeyType::kAes, 24, 0x70},
      {"scp03-aes256", KeyType::kAes, 32, 0x70},
      {"scp03-s16", KeyType::kAes, 16, 0x71},
      {"scp03-s16-aes256", KeyType::kAes, 32, 0x71},
  };
  for (const auto& test_case : kCases) {
    SCOPED_TRACE(test_case.card);
    CardsimFlags flags;
    flags.card = test_case.card;
    ASSERT_OK_AND_ASSIGN(const CardsimSettings settings, CheckFlags(flags));
    EXPECT_EQ(settings.key_type, test_case.type);
    EXPECT_EQ(settings.key_size, test_case.key_size);
    EXPECT_EQ(ParameterOf(flags.card, settings.card), test_case.i);
  }
}

TEST(CardsimSettingsTest, AnScp02CardWantsTripleDesKeys) {
  CardsimFlags flags;
  flags.card = "scp02";
  ASSERT_OK_AND_ASSIGN(const CardsimSettings settings, CheckFlags(flags));
  EXPECT_OK(CheckKeys(settings, TestDesKeys()));
  EXPECT_THAT(CheckKeys(settings, TestKeys()),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       std::string("--card wants triple DES keys of 16 bytes, "
                                   "--keys_file has AES keys of 16 bytes")));
}

TEST(CardsimSettingsTest, TakesAnotherParameterOfTheCardsProtocol) {
  const struct {
    const char* card;
    const char* i;
    bool good;
  } kCases[] = {
      {"scp02", "04", true},    {"scp02", "15", true},  {"scp02", "70", false},
      {"scp02", "0A", true},    {"scp02", "75", true},  {"scp02", "4A", false},
      {"scp01", "15", true},    {"scp01", "55", false}, {"scp03", "00", true},
      {"scp03", "71", true},    {"scp03", "15", false}, {"scp03", "7", false},
      {"scp03", "7070", false},
  };
  for (const auto& test_case : kCases) {
    CardsimFlags flags;
    flags.card = test_case.card;
    flags.i = test_case.i;
    const auto settings = CheckFlags(flags);
    EXPECT_EQ(settings.ok(), test_case.good)
        << test_case.card << " " << test_case.i;
    if (!settings.ok()) continue;
    EXPECT_EQ(ToHex({ParameterOf(flags.card, settings->card)}), test_case.i);
  }
}

TEST(CardsimSettingsTest, TakesTheNumbersOfTheCard) {
  CardsimFlags flags;
  flags.iin = "12345678";
  flags.cin = "00FF";
  flags.cplc = std::string(84, '4');
  flags.failure_limit = 0;
  ASSERT_OK_AND_ASSIGN(const CardsimSettings settings, CheckFlags(flags));
  EXPECT_EQ(ToHex(settings.card.numbers.issuer_identification), "12345678");
  EXPECT_EQ(ToHex(settings.card.numbers.card_image), "00FF");
  EXPECT_EQ(settings.card.numbers.production, Bytes(42, 0x44));
  EXPECT_EQ(settings.card.failure_limit, 0);
}

TEST(CardsimSettingsTest, AProtocolHasItsAtrUnlessAnotherIsAskedFor) {
  CardsimFlags flags;
  flags.protocol = "t0";
  ASSERT_OK_AND_ASSIGN(CardsimSettings settings, CheckFlags(flags));
  EXPECT_TRUE(settings.t0);
  EXPECT_EQ(ToHex(settings.atr), "3B00");
  flags.atr = "3B8001 80";
  EXPECT_FALSE(CheckFlags(flags).ok());
  flags.atr = "3F021450";
  ASSERT_OK_AND_ASSIGN(settings, CheckFlags(flags));
  EXPECT_EQ(ToHex(settings.atr), "3F021450");
}

TEST(CardsimSettingsTest, NamesTheNumberThatIsWrong) {
  CardsimFlags flags;
  flags.iin = "1";
  EXPECT_EQ(CheckFlags(flags).status().message(),
            "--iin: 1 to 16 bytes in hexadecimal");
  flags = {};
  flags.cin = std::string(34, '0');
  EXPECT_EQ(CheckFlags(flags).status().message(),
            "--cin: 1 to 16 bytes in hexadecimal");
  flags = {};
  flags.cplc = "00";
  EXPECT_EQ(CheckFlags(flags).status().message(),
            "--cplc: 42 bytes in hexadecimal");
  flags = {};
  for (const int limit : {-1, 256}) {
    flags.failure_limit = limit;
    EXPECT_EQ(CheckFlags(flags).status().message(),
              "--failure_limit: 0 (never) to 255");
  }
}

TEST(CardsimSettingsTest, ANewCardMayBeYoungerThanSecured) {
  CardsimFlags flags;
  ASSERT_OK_AND_ASSIGN(CardsimSettings settings, CheckFlags(flags));
  EXPECT_EQ(settings.card.life_cycle, 0x0F);
  flags.life_cycle = "op_ready";
  ASSERT_OK_AND_ASSIGN(settings, CheckFlags(flags));
  EXPECT_EQ(settings.card.life_cycle, 0x01);
  flags.life_cycle = "initialized";
  ASSERT_OK_AND_ASSIGN(settings, CheckFlags(flags));
  EXPECT_EQ(settings.card.life_cycle, 0x07);
}

TEST(CardsimSettingsTest, TakesSeveralFaults) {
  CardsimFlags flags;
  flags.faults = {"slow=48ms/LOAD", "tear@12"};
  ASSERT_OK_AND_ASSIGN(const CardsimSettings settings, CheckFlags(flags));
  ASSERT_EQ(settings.faults.size(), 2u);
  EXPECT_EQ(settings.faults[0].kind, FaultKind::kSlow);
  EXPECT_EQ(settings.faults[1].kind, FaultKind::kTear);
}

TEST(CardsimSettingsTest, AFileOrientedCardHasKeysAndNoChannel) {
  for (const auto& [name, type, size] :
       {std::tuple<const char*, KeyType, size_t>{"files", KeyType::kDes, 16},
        {"files-aes", KeyType::kAes, 16},
        {"files-aes256", KeyType::kAes, 32}}) {
    CardsimFlags flags;
    flags.card = name;
    flags.failure_limit = 3;
    flags.eeprom = 4096;
    flags.password_file = "card.password";
    ASSERT_OK_AND_ASSIGN(const CardsimSettings settings, CheckFlags(flags));
    EXPECT_TRUE(settings.file_oriented);
    EXPECT_EQ(settings.files.failure_limit, 3);
    EXPECT_EQ(settings.files.eeprom_bytes, 4096u);
    EXPECT_EQ(settings.key_type, type);
    EXPECT_EQ(settings.key_size, size);
    flags.i = "55";
    EXPECT_THAT(
        CheckFlags(flags),
        StatusIs(absl::StatusCode::kInvalidArgument,
                 std::string("--i: a file-oriented card has no secure channel "
                             "protocol")));
  }
  CardsimFlags t0;
  t0.card = "files";
  t0.protocol = "t0";
  EXPECT_THAT(
      CheckFlags(t0),
      StatusIs(absl::StatusCode::kInvalidArgument,
               std::string("--protocol: file-oriented cards speak t1 alone")));
  CardsimFlags flags;
  flags.password_file = "card.password";
  EXPECT_THAT(
      CheckFlags(flags),
      StatusIs(absl::StatusCode::kInvalidArgument,
               std::string("--password_file: only file-oriented cards have a "
                           "password")));
}

TEST(CardsimSettingsTest, NamesTheFlagThatIsWrong) {
  const auto refusal = [](const CardsimFlags& flags) {
    const auto settings = CheckFlags(flags);
    EXPECT_THAT(settings, StatusIs(absl::StatusCode::kInvalidArgument));
    return std::string(settings.status().message());
  };
  CardsimFlags flags;
  flags.vpcd = "localhost";
  EXPECT_EQ(refusal(flags), "--vpcd: \"localhost\" is not HOST:PORT");
  flags = {};
  flags.card = "scp99";
  EXPECT_EQ(
      refusal(flags),
      "--card: \"scp99\" is not one of scp01, scp01-i15, scp02, scp02-i15, "
      "scp02-rmac, scp02-implicit, scp03, scp03-aes192, scp03-aes256, "
      "scp03-s16, scp03-s16-aes256, files, files-aes, files-aes256");
  for (const char* atr : {"3B", "3C00", "3B8", "3BXX"}) {
    flags = {};
    flags.atr = atr;
    EXPECT_EQ(refusal(flags),
              "--atr: 2 to 33 bytes in hexadecimal, the first 3B or 3F");
  }
  flags = {};
  flags.life_cycle = "locked";
  EXPECT_EQ(refusal(flags),
            "--life_cycle: \"locked\" is not op_ready, initialized or "
            "secured");
  flags = {};
  flags.protocol = "t2";
  EXPECT_EQ(refusal(flags), "--protocol: \"t2\" is not t0 or t1");
  flags = {};
  flags.faults = {"tare@12"};
  EXPECT_EQ(refusal(flags).substr(0, 55),
            "--fault tare@12: no fault is called \"tare\"; for example");
  flags.faults = {"swap@12"};
  EXPECT_EQ(refusal(flags),
            "--fault swap@12: the keys of the other card are missing; add "
            "--swap_keys_file");
  for (const size_t eeprom : {size_t{0}, size_t{15728641}, size_t{1} << 30}) {
    flags = {};
    flags.eeprom = eeprom;
    EXPECT_EQ(refusal(flags), "--eeprom: 1 to 15728640 bytes");
  }
}

TEST(CardsimSettingsTest, SecurityDomainsAndTheirKeysAreNamedByAid) {
  CardsimFlags flags;
  flags.domains = {"A00000015100000001=E0", "A00000015100000002=80C000"};
  flags.dap_keys = {"A00000015100000001=dap.pem"};
  flags.token_key = "token.pem";
  ASSERT_OK_AND_ASSIGN(const CardsimSettings settings, CheckFlags(flags));
  ASSERT_EQ(settings.card.domains.size(), 2u);
  EXPECT_EQ(settings.card.domains[0].aid.ToHex(), "A00000015100000001");
  EXPECT_EQ(ToHex(settings.card.domains[0].privileges), "E00000");
  EXPECT_EQ(ToHex(settings.card.domains[1].privileges), "80C000");
  ASSERT_EQ(settings.dap_keys.size(), 1u);
  EXPECT_EQ(settings.dap_keys[0].second, "dap.pem");
  EXPECT_EQ(settings.token_key, "token.pem");
  for (const char* wrong :
       {"A00000015100000001", "A00000015100000001=", "A0=80",
        "A00000015100000001=8000", "A00000015100000001=xx"}) {
    flags.domains = {wrong};
    EXPECT_FALSE(CheckFlags(flags).ok()) << wrong;
  }
}

TEST(CardsimSettingsTest, RefusesKeysForContentThatNothingWouldUse) {
  CardsimFlags flags;
  flags.dap_keys = {"A00000015100000001=one.pem", "A00000015100000001=two.pem"};
  EXPECT_THAT(CheckFlags(flags),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "--dap_key: two of them for A00000015100000001"));
  const auto no_domains = StatusIs(
      absl::StatusCode::kInvalidArgument,
      "--domain, --dap_key and --token_key: a file-oriented card has no "
      "security domains");
  flags = {};
  flags.card = "files-aes";
  flags.token_key = "token.pem";
  EXPECT_THAT(CheckFlags(flags), no_domains);
  flags.token_key.clear();
  flags.domains = {"A00000015100000001=E0"};
  EXPECT_THAT(CheckFlags(flags), no_domains);
}

}  // namespace
}  // namespace cardferry::cardsim
