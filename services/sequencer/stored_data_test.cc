#include "services/sequencer/stored_data.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardferry::sequencer {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

const card::Aid kApplet = *card::Aid::FromHex("F04346455201");
const card::Aid kOther = *card::Aid::FromHex("F04346455202");
const Bytes kFirst(32, 0x01);
const Bytes kSecond(32, 0x02);

// Two personalizations of one application: 1 and 2 STORE DATA, each after its
// INSTALL; with EXTERNAL AUTHENTICATE six commands.
BundleState State() {
  BundleState state{{"demo/00"},
                    {},
                    {{CommandKind::kAuthenticate},
                     {CommandKind::kBeginPersonalization, kApplet, 1},
                     {CommandKind::kStoreData, kApplet, 1},
                     {CommandKind::kBeginPersonalization, kApplet, 1},
                     {CommandKind::kStoreData, kApplet, 2}}};
  state.personalizations = {{kApplet, kFirst}, {kApplet, kSecond}};
  return state;
}

std::vector<card::ResponseApdu> Successes(size_t count) {
  return std::vector<card::ResponseApdu>(count, {{}, card::kSuccess});
}

TEST(StoredDataTest, IsRememberedWhenAllItsCommandsWentThrough) {
  for (size_t answered = 0; answered <= 6; ++answered) {
    CardRecord record{"demo/00"};
    const auto whole = NoteStoredData(State(), Successes(answered), {}, record);
    const std::vector<Bytes> wanted = answered < 3 ? std::vector<Bytes>{}
                                      : answered < 6
                                          ? std::vector<Bytes>{kFirst}
                                          : std::vector<Bytes>{kFirst, kSecond};
    EXPECT_EQ(record.stored[kApplet], wanted) << answered;
    EXPECT_EQ(whole.count(kApplet), answered == 6 ? 1u : 0u) << answered;
  }
}

TEST(StoredDataTest, IsNotRememberedWhenACommandWasRefused) {
  for (size_t refused = 1; refused < 6; ++refused) {
    CardRecord record{"demo/00"};
    auto answers = Successes(6);
    answers[refused].sw = card::StatusWord(0x6A80);
    EXPECT_THAT(NoteStoredData(State(), answers, {}, record), IsEmpty());
    EXPECT_THAT(record.stored[kApplet],
                ElementsAre(refused < 3 ? kSecond : kFirst))
        << refused;
  }
}

TEST(StoredDataTest, IsProvenWhenEachAnswerIs) {
  CardRecord record{"demo/00"};
  std::vector<Assurance> assurances(6, Assurance::kProven);
  assurances[0] = Assurance::kReported;  // EXTERNAL AUTHENTICATE has no MAC
  EXPECT_THAT(NoteStoredData(State(), Successes(6), assurances, record),
              ElementsAre(Pair(kApplet, true)));
  for (size_t i = 1; i < 6; ++i) {
    std::vector<Assurance> one_less = assurances;
    one_less[i] = Assurance::kReported;
    EXPECT_THAT(NoteStoredData(State(), Successes(6), one_less, record),
                ElementsAre(Pair(kApplet, false)))
        << i;
  }
  EXPECT_THAT(NoteStoredData(State(), Successes(6), {}, record),
              ElementsAre(Pair(kApplet, false)));
}

TEST(StoredDataTest, IsForgottenOfWhatTheBundleInstalls) {
  BundleState state{
      {"demo/00"},
      {},
      {{CommandKind::kAuthenticate}, {CommandKind::kInstall, kApplet, 1}}};
  for (size_t answered = 0; answered <= 2; ++answered) {
    CardRecord record{"demo/00"};
    record.stored = {{kApplet, {kFirst}}, {kOther, {kSecond}}};
    NoteStoredData(state, Successes(answered), {}, record);
    EXPECT_THAT(record.stored[kApplet], IsEmpty()) << answered;
    EXPECT_THAT(record.stored[kOther], ElementsAre(kSecond)) << answered;
  }
}

// Who has data is not deleted unasked.
TEST(StoredDataTest, OnlyAnInstallationMakesSureThatThereIsNone) {
  const BundleState state{
      {"demo/00"},
      {},
      {{CommandKind::kAuthenticate}, {CommandKind::kInstall, kApplet, 1}}};
  for (size_t answered = 0; answered <= 2; ++answered) {
    CardRecord record{"demo/00"};
    record.stored = {{kApplet, {kFirst}}};
    NoteStoredData(state, Successes(answered), {}, record);
    EXPECT_EQ(record.stored.count(kApplet), answered < 2 ? 1u : 0u) << answered;
    record.stored.clear();
    NoteStoredData(state, Successes(answered), {}, record);
    EXPECT_EQ(record.stored.count(kApplet), 0u) << answered;
  }
}

// Else the same job, when it goes on, would be held to replace it.
TEST(StoredDataTest, WhatIsInstalledWithItsDataHasThemWhenTheCardSaysSo) {
  BundleState state = State();
  state.runs.insert(state.runs.begin() + 1,
                    {CommandKind::kInstall, kApplet, 1});
  for (size_t answered = 0; answered <= 7; ++answered) {
    CardRecord record{"demo/00"};
    NoteStoredData(state, Successes(answered), {}, record);
    EXPECT_EQ(record.stored.count(kApplet), answered < 4 ? 0u : 1u) << answered;
  }
}

TEST(StoredDataTest, WhatMayHaveBeenGivenSomethingIsNoted) {
  for (size_t answered = 0; answered <= 6; ++answered) {
    CardRecord record{"demo/00"};
    NoteStoredData(State(), Successes(answered), {}, record);
    EXPECT_EQ(record.stored.count(kApplet), 1u) << answered;
  }
  auto answers = Successes(2);
  answers[1].sw = card::StatusWord(0x6A80);  // and so nothing was sent
  CardRecord record{"demo/00"};
  NoteStoredData(State(), answers, {}, record);
  EXPECT_EQ(record.stored.count(kApplet), 0u);
}

TEST(StoredDataTest, IsRememberedOnce) {
  CardRecord record{"demo/00"};
  NoteStoredData(State(), Successes(6), {}, record);
  NoteStoredData(State(), Successes(6), {}, record);
  EXPECT_THAT(record.stored[kApplet], ElementsAre(kFirst, kSecond));
}

}  // namespace
}  // namespace cardferry::sequencer
