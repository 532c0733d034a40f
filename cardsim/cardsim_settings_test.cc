#include "cardsim/cardsim_settings.h"

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
               std::string("--card wants keys of 32 bytes, --keys_file has "
                           "16")));
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

TEST(CardsimSettingsTest, TakesSeveralFaults) {
  CardsimFlags flags;
  flags.faults = {"slow=48ms/LOAD", "tear@12"};
  ASSERT_OK_AND_ASSIGN(const CardsimSettings settings, CheckFlags(flags));
  ASSERT_EQ(settings.faults.size(), 2u);
  EXPECT_EQ(settings.faults[0].kind, FaultKind::kSlow);
  EXPECT_EQ(settings.faults[1].kind, FaultKind::kTear);
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
  EXPECT_EQ(refusal(flags), "--card: \"scp99\" is not scp03 or scp03-aes256");
  for (const char* atr : {"3B", "3C00", "3B8", "3BXX"}) {
    flags = {};
    flags.atr = atr;
    EXPECT_EQ(refusal(flags),
              "--atr: 2 to 33 bytes in hexadecimal, the first 3B or 3F");
  }
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
  for (const size_t eeprom : {size_t{0}, size_t{1} << 30}) {
    flags = {};
    flags.eeprom = eeprom;
    EXPECT_EQ(refusal(flags), "--eeprom: 1 to 16777216 bytes");
  }
}

}  // namespace
}  // namespace cardferry::cardsim
