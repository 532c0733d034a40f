// A load from the operator's command to the applet's answer, with everything as
// it ships; for every kind of card.
#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "tests/e2e/test_stage.h"
#include "tests/stage/opensc_tool.h"

namespace cardferry::e2e {
namespace {

namespace pb = ::cardferry::orchestrator::v1;

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kAccountNumber[] = "CH93 0076 2011 6238 5295 7";

struct Des {
  static constexpr char kCard[] = "scp02";
  static constexpr char kKeySet[] = "demo-des";
  // The security level, as EXTERNAL AUTHENTICATE says it; whether answers have
  // MACs then.
  static constexpr char kAuthenticate[] = "84820300";
  static constexpr bool kProves = false;
};
struct Aes128 {
  static constexpr char kCard[] = "scp03";
  static constexpr char kKeySet[] = "demo-aes128";
  static constexpr char kAuthenticate[] = "84823300";
  static constexpr bool kProves = true;
};
struct Aes256 {
  static constexpr char kCard[] = "scp03-aes256";
  static constexpr char kKeySet[] = "demo-aes256";
  static constexpr char kAuthenticate[] = "84823300";
  static constexpr bool kProves = true;
};

// What one load left: shared by the cases, which only look at it.
struct Loaded {
  std::unique_ptr<TestStage> stage;
  pb::Job first;
  pb::Job second;
  std::vector<Exchange> first_exchanges;
  std::vector<Exchange> second_exchanges;
};

absl::StatusOr<Loaded> LoadTwice(const std::string& card) {
  Loaded loaded;
  stage::StageOptions options;
  options.card.kind = card;
  ASSIGN_OR_RETURN(loaded.stage, TestStage::Raise(options));
  const TestStage& stage = *loaded.stage;
  const stage::Outcome added = stage.AddApplet("brokerage");
  if (added.exit_code != 0) return absl::InternalError(added.errors);
  ASSIGN_OR_RETURN(const auto before, stage.CardLog());
  ASSIGN_OR_RETURN(loaded.first, stage.RunJob("brokerage", kAccountNumber));
  ASSIGN_OR_RETURN(loaded.first_exchanges, stage.CardLogFrom(before.size()));
  ASSIGN_OR_RETURN(loaded.second, stage.RunJob("brokerage", kAccountNumber));
  ASSIGN_OR_RETURN(
      loaded.second_exchanges,
      stage.CardLogFrom(before.size() + loaded.first_exchanges.size()));
  return loaded;
}

template <typename Kind>
class LoadTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    absl::StatusOr<Loaded> loaded = LoadTwice(Kind::kCard);
    ASSERT_OK(loaded);
    loaded_ = new Loaded(*std::move(loaded));
  }
  static void TearDownTestSuite() {
    delete loaded_;
    loaded_ = nullptr;
  }
  void SetUp() override { ASSERT_NE(loaded_, nullptr); }
  void TearDown() override {
    if (HasFailure() && loaded_ != nullptr) stage().ShowLogs();
  }

  static const Loaded& loaded() { return *loaded_; }
  static const TestStage& stage() { return *loaded_->stage; }
  static std::string CardKeys() {
    return absl::StrCat("cards/", Kind::kCard, "-1.keys");
  }
  static std::string CardId() {
    return absl::StrCat(Kind::kKeySet, "/00000000002026110001");
  }

 private:
  static inline Loaded* loaded_ = nullptr;
};

class KindNames {
 public:
  template <typename Kind>
  static std::string GetName(int) {
    return absl::StrReplaceAll(Kind::kCard, {{"-", "_"}});
  }
};

using Kinds = ::testing::Types<Des, Aes128, Aes256>;
TYPED_TEST_SUITE(LoadTest, Kinds, KindNames);

MATCHER_P2(IsFact, text, proven, "") {
  return arg.text() == text && arg.proven() == proven;
}

TYPED_TEST(LoadTest, TheJobIsDoneAfterOneRoundTrip) {
  const pb::Job& job = this->loaded().first;
  EXPECT_EQ(job.state(), pb::JOB_STATE_DONE);
  EXPECT_EQ(job.message(), "The card holds brokerage.");
  EXPECT_EQ(job.card_id(), this->CardId());
  EXPECT_EQ(job.measurements().round_trips(), 1u);
  // INSTALL [for load], three LOAD of 675 bytes in blocks of 239, INSTALL.
  EXPECT_EQ(job.changes(), 5u);
  EXPECT_EQ(job.commands_done(), job.commands_total());
}

TYPED_TEST(LoadTest, FactsAreProvenWhereAnswersHaveMacs) {
  const auto facts = ElementsAre(
      IsFact(absl::StrCat("package ", kBrokeragePackage, " 1.0 is on the card"),
             TypeParam::kProves),
      IsFact(absl::StrCat("applet ", kBrokerageApplet, " is installed"),
             TypeParam::kProves));
  EXPECT_THAT(this->loaded().first.facts(), facts);
  EXPECT_THAT(this->loaded().second.facts(), facts);
  ASSERT_OK_AND_ASSIGN(const std::vector<pb::Card> cards,
                       this->stage().Cards());
  ASSERT_EQ(cards.size(), 1u);
  EXPECT_EQ(cards[0].id(), this->CardId());
  EXPECT_EQ(cards[0].content_proven(), TypeParam::kProves);
  EXPECT_FALSE(cards[0].stopped());
}

TYPED_TEST(LoadTest, TheSessionEncryptsAndEveryCommandAfterItIsProtected) {
  const std::vector<Exchange>& exchanges = this->loaded().first_exchanges;
  EXPECT_THAT(HeadersOf(exchanges, {"50"}), ElementsAre("80500000"));
  EXPECT_THAT(HeadersOf(exchanges, {"82"}),
              ElementsAre(TypeParam::kAuthenticate));
  EXPECT_THAT(
      HeadersOf(exchanges, {"E6", "E8"}),
      ElementsAre("84E60200", "84E80000", "84E80001", "84E88002", "84E60C00"));
  bool open = false;
  for (const Exchange& exchange : exchanges) {
    if (open) {
      EXPECT_EQ(exchange.header.substr(0, 2), "84") << exchange;
    }
    open = open || exchange.ins() == "82";
  }
  EXPECT_TRUE(open);
}

TYPED_TEST(LoadTest, TheCardsContentShowsPackageAndApplet) {
  const stage::Outcome shown = this->stage().Cardferry({"card", "content"});
  EXPECT_EQ(shown.exit_code, 0) << shown.errors;
  EXPECT_THAT(shown.output,
              AllOf(HasSubstr(this->CardId()), HasSubstr(kBrokeragePackage),
                    HasSubstr(kBrokerageApplet)));
  ASSERT_OK_AND_ASSIGN(const std::vector<pb::Card> cards,
                       this->stage().Cards());
  ASSERT_EQ(cards.size(), 1u);
  ASSERT_EQ(cards[0].packages_size(), 1);
  EXPECT_EQ(ToHex(AsBytes(cards[0].packages(0).aid())), kBrokeragePackage);
  EXPECT_EQ(cards[0].packages(0).version(), "1.0");
  std::vector<std::string> applications;
  for (const pb::InstalledApplication& one : cards[0].applications()) {
    applications.push_back(
        absl::StrCat(ToHex(AsBytes(one.aid())), " ", one.life_cycle()));
  }
  EXPECT_THAT(applications,
              ElementsAre(absl::StrCat(kBrokerageApplet, " SELECTABLE")));
}

TYPED_TEST(LoadTest, ASecondLoadHasNothingToDo) {
  const pb::Job& job = this->loaded().second;
  EXPECT_EQ(job.state(), pb::JOB_STATE_DONE);
  EXPECT_EQ(job.message(),
            "The card held brokerage already; nothing was changed.");
  EXPECT_EQ(job.changes(), 0u);
  EXPECT_EQ(job.card_id(), this->CardId());
  const std::vector<Exchange>& exchanges = this->loaded().second_exchanges;
  EXPECT_THAT(HeadersOf(exchanges, {"E2", "E4", "E6", "E8"}), IsEmpty());
  // It did look.
  EXPECT_THAT(HeadersOf(exchanges, {"82"}),
              ElementsAre(TypeParam::kAuthenticate));
  EXPECT_THAT(HeadersOf(exchanges, {"F2"}), Not(IsEmpty()));
}

TYPED_TEST(LoadTest, AnyPcscClientReadsTheAccountNumberFromTheApplet) {
  const Bytes aid = FromHexOrDie(kBrokerageApplet);
  const Bytes select = {0x00, 0xA4, 0x04, 0x00,
                        static_cast<uint8_t>(aid.size())};
  ASSERT_OK_AND_ASSIGN(
      const std::vector<card::ResponseApdu> answers,
      stage::SendWithOpenscTool(
          {Concat({select, aid, Bytes{0}}), {0x80, 0x10, 0x00, 0x00, 0x00}}));
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0].sw, card::kSuccess);
  EXPECT_EQ(answers[1].sw, card::kSuccess);
  EXPECT_EQ(AsString(answers[1].data), kAccountNumber);
}

// --- Secrets. ---

std::string Read(const std::string& path) {
  absl::StatusOr<std::string> text = ReadFile(path, 1 << 20);
  EXPECT_OK(text) << path;
  return text.value_or("");
}

// "enc=..." of a keys file: the value.
std::string KeyNamed(absl::string_view name, const std::string& keys_file) {
  for (absl::string_view line : absl::StrSplit(keys_file, '\n')) {
    if (absl::ConsumePrefix(&line, absl::StrCat(name, "="))) {
      return std::string(line);
    }
  }
  ADD_FAILURE() << "no key " << name;
  return "";
}

// `hex` whole and in pieces of `digits`.
void AddWithPieces(const std::string& hex, size_t digits,
                   std::vector<std::string>& words) {
  words.push_back(hex);
  for (size_t at = 0; at + digits <= hex.size(); at += digits) {
    words.push_back(hex.substr(at, digits));
  }
}

// What no log may hold: as text, and in hexadecimal.
std::vector<std::string> SecretWords(const TestStage& stage,
                                     const std::string& card_keys) {
  const std::string account = kAccountNumber;
  std::vector<std::string> words = {account, ToHex(AsBytes(account)),
                                    account.substr(0, 12)};
  AddWithPieces(Read(stage.Path("keyvault/pin")), 16, words);
  const std::string keys = Read(stage.Path(card_keys));
  for (const char* name : {"enc", "mac", "dek"}) {
    const std::string key = KeyNamed(name, keys);
    AddWithPieces(key, 8, words);  // four bytes are a word of AES
    words.push_back(AsString(FromHexOrDie(key)));
  }
  for (const char* name :
       {"pki/ca.key", "pki/agent-kiosk-1.key", "pki/operator-demo.key",
        "pki/sequencer-sequencer.key", "pki/orchestrator-orchestrator.key",
        "keyvault/pki/keyvault-vault.key"}) {
    for (absl::string_view line :
         absl::StrSplit(Read(stage.Path(name)), '\n', absl::SkipEmpty())) {
      if (!absl::StartsWith(line, "-----")) words.emplace_back(line);
    }
  }
  for (const std::string& word : words) {
    EXPECT_GE(word.size(), 8u) << "too short to be looked for";
  }
  return words;
}

TYPED_TEST(LoadTest, NoLogHoldsASecret) {
  std::vector<std::string> words = SecretWords(this->stage(), this->CardKeys());
  for (std::string& word : words) absl::AsciiStrToLower(&word);
  for (const char* program :
       {"pcscd", "keyvault", "sequencer", "orchestrator", "agent", "cardsim"}) {
    const std::string log = absl::AsciiStrToLower(this->stage().Log(program));
    if (program != std::string("pcscd")) {
      EXPECT_NE(log, "") << program;
    }
    for (size_t i = 0; i < words.size(); ++i) {
      // Not HasSubstr: its message would show the secret.
      EXPECT_FALSE(absl::StrContains(log, words[i]))
          << program << " has logged secret " << i;
    }
  }
}

mode_t ModeOf(const std::string& path) {
  struct stat status = {};
  EXPECT_EQ(stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777;
}

TYPED_TEST(LoadTest, SecretFilesAreTheirOwnersAlone) {
  const std::vector<std::string> names = {"keyvault/pin",
                                          this->CardKeys(),
                                          "install-parameters",
                                          "pki/ca.key",
                                          "pki/agent-kiosk-1.key",
                                          "pki/operator-demo.key",
                                          "keyvault/pki/keyvault-vault.key"};
  for (const std::string& name : names) {
    EXPECT_EQ(ModeOf(this->stage().Path(name)), mode_t{0400}) << name;
  }
  const std::string token = this->stage().Path("keyvault/token");
  EXPECT_EQ(ModeOf(token), mode_t{0550});
  int files = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(token)) {
    const mode_t expected = entry.is_directory() ? 0550 : 0440;
    EXPECT_EQ(ModeOf(entry.path()), expected) << entry.path();
    files += entry.is_directory() ? 0 : 1;
  }
  EXPECT_GT(files, 0);
  for (const char* name : {"orchestrator.db", "keyvault/ledger/ledger.db"}) {
    EXPECT_EQ(ModeOf(this->stage().Path(name)) & 0077, mode_t{0}) << name;
  }
}

}  // namespace
}  // namespace cardferry::e2e
