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
  EXPECT_EQ(settings.card.i, 0x70);
  EXPECT_EQ(settings.card.eeprom_bytes, 256u * 1024u);
  EXPECT_EQ(settings.key_size, 16u);
}

TEST(CardsimSettingsTest, KnowsACardWithLongKeys) {
  CardsimFlags flags;
  flags.card = "scp03-aes256";
  ASSERT_OK_AND_ASSIGN(const CardsimSettings settings, CheckFlags(flags));
  EXPECT_EQ(settings.card.i, 0x70);
  EXPECT_OK(CheckKeys(settings, TestKeys(32)));
  EXPECT_THAT(
      CheckKeys(settings, TestKeys(16)),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               std::string("--card wants keys of 32 bytes, --keys_file has "
                           "16")));
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
  for (const char* atr : {"", "3B", "3C00", "3B8", "3BXX"}) {
    flags = {};
    flags.atr = atr;
    EXPECT_EQ(refusal(flags),
              "--atr: 2 to 33 bytes in hexadecimal, the first 3B or 3F");
  }
  for (const size_t eeprom : {size_t{0}, size_t{1} << 30}) {
    flags = {};
    flags.eeprom = eeprom;
    EXPECT_EQ(refusal(flags), "--eeprom: 1 to 16777216 bytes");
  }
}

}  // namespace
}  // namespace cardferry::cardsim
