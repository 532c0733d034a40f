#include "services/orchestrator/repository/card_repository.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "services/orchestrator/repository/testing/database_fixture.h"

namespace cardferry::orchestrator {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kId[] = "issuer/00010203040506070809";

CardContent Content() {
  CardContent content;
  content.packages = {
      {FromHexOrDie("F000000001"), "1.0", {FromHexOrDie("F00000000101")}},
      {FromHexOrDie("A0000001515350"), "2.3", {}}};
  content.applications = {{FromHexOrDie("F00000000101"), "SELECTABLE",
                           FromHexOrDie("00"), FromHexOrDie("F000000001")}};
  return content;
}

class CardRepositoryTest : public ::testing::Test {
 protected:
  absl::Status Saw(int seconds) {
    return db_.Do([&](store::Transaction& tx) {
      return CardRepository(tx).Saw(kId, "generic", At(seconds));
    });
  }
  absl::Status SetContent(const Bytes& record, const CardContent& content,
                          bool proven) {
    return db_.Do([&](store::Transaction& tx) {
      return CardRepository(tx).SetContent(kId, record, content, proven);
    });
  }
  absl::StatusOr<Card> Get() {
    return db_.Do(
        [](store::Transaction& tx) { return CardRepository(tx).Get(kId); });
  }
  absl::Status Stop(const std::string& agent) {
    return db_.Do([&](store::Transaction& tx) {
      return CardRepository(tx).Stop(kId, "claimed", agent, At());
    });
  }
  absl::StatusOr<bool> IsStopped(const std::string& agent) {
    return db_.Do([&](store::Transaction& tx) {
      return CardRepository(tx).IsStopped(kId, agent);
    });
  }

  DatabaseFixture db_;
};

TEST_F(CardRepositoryTest, RemembersWhenItWasSeenFirstAndLast) {
  ASSERT_OK(Saw(1));
  ASSERT_OK(Saw(9));
  ASSERT_OK_AND_ASSIGN(const Card card, Get());
  EXPECT_EQ(card.first_seen, At(1));
  EXPECT_EQ(card.last_seen, At(9));
  EXPECT_EQ(card.profile, "generic");
  EXPECT_FALSE(card.content_proven);
  EXPECT_FALSE(card.stopped);
}

TEST_F(CardRepositoryTest, ItsContentReplacesTheOldOneWhole) {
  ASSERT_OK(Saw(1));
  ASSERT_OK(SetContent({1, 2, 3}, Content(), true));
  ASSERT_OK_AND_ASSIGN(Card card, Get());
  EXPECT_TRUE(card.content_proven);
  ASSERT_EQ(card.content.packages.size(), 2u);
  EXPECT_EQ(ToHex(card.content.packages[0].aid), "F000000001");
  EXPECT_EQ(card.content.packages[0].version, "1.0");
  EXPECT_THAT(card.content.packages[0].module_aids,
              ElementsAre(FromHexOrDie("F00000000101")));
  EXPECT_EQ(card.content.packages[1].version, "2.3");
  ASSERT_EQ(card.content.applications.size(), 1u);
  EXPECT_EQ(card.content.applications[0].life_cycle, "SELECTABLE");
  EXPECT_EQ(ToHex(card.content.applications[0].privileges), "00");
  EXPECT_EQ(ToHex(card.content.applications[0].package_aid), "F000000001");

  ASSERT_OK(SetContent({4}, {}, false));
  ASSERT_OK_AND_ASSIGN(card, Get());
  EXPECT_FALSE(card.content_proven);
  EXPECT_THAT(card.content.packages, IsEmpty());
  EXPECT_THAT(card.content.applications, IsEmpty());
}

TEST_F(CardRepositoryTest, KeepsTheRecordAndGivesNoneForANewCard) {
  const auto record = [this] {
    return db_.Do(
        [](store::Transaction& tx) { return CardRepository(tx).Record(kId); });
  };
  EXPECT_THAT(record(), IsOkAndHolds(IsEmpty()));
  ASSERT_OK(Saw(1));
  EXPECT_THAT(record(), IsOkAndHolds(IsEmpty()));
  ASSERT_OK(SetContent({0, 0xFF}, Content(), false));
  db_.Reopen();
  EXPECT_THAT(record(), IsOkAndHolds(Bytes({0, 0xFF})));
}

TEST_F(CardRepositoryTest, ACardThatWasNeverSeenHasNoContent) {
  EXPECT_THAT(SetContent({1}, Content(), true),
              StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(Get(), StatusIs(StatusCode::kNotFound,
                              "there is no card issuer/00010203040506070809"));
}

TEST_F(CardRepositoryTest, ListsCardsWithTheirContent) {
  ASSERT_OK(Saw(1));
  ASSERT_OK(SetContent({1}, Content(), true));
  const auto list = db_.Do([](store::Transaction& tx) {
    return CardRepository(tx).List({}, "", 9);
  });
  ASSERT_OK(list);
  ASSERT_EQ(list->size(), 1u);
  EXPECT_EQ((*list)[0].content.packages.size(), 2u);
}

TEST_F(CardRepositoryTest, ListsTheCardsThatPassTheFilter) {
  ASSERT_OK(Saw(1));
  ASSERT_OK(SetContent({1}, Content(), true));
  ASSERT_OK(db_.Do([](store::Transaction& tx) {
    return CardRepository(tx).Stop("issuer/B", "another", "kiosk-7", At());
  }));
  const auto list = [this](const CardFilter& filter) {
    std::string ids;
    const auto cards = db_.Do([&](store::Transaction& tx) {
      return CardRepository(tx).List(filter, "", 9);
    });
    EXPECT_OK(cards);
    for (const Card& card : cards.value()) ids += card.id.substr(7, 2) + " ";
    return ids;
  };
  EXPECT_EQ(list({}), "00 B ");
  EXPECT_EQ(list({"another", false, {}}), "B ");
  EXPECT_EQ(list({"", true, {}}), "B ");
  EXPECT_EQ(list({"", false, Content().packages[1].aid}), "00 ");
  EXPECT_EQ(list({"", true, Content().packages[1].aid}), "");
  EXPECT_EQ(list({"", false, FromHexOrDie("A0000001")}), "");
}

TEST_F(CardRepositoryTest, WhatWasProvenIsInDoubtUntilItIsSetAgain) {
  const auto in_doubt = [this] {
    return db_.Do([](store::Transaction& tx) {
      return CardRepository(tx).IsInDoubt("issuer/00010203040506070809");
    });
  };
  EXPECT_THAT(in_doubt(), IsOkAndHolds(false));
  ASSERT_OK(Saw(1));
  ASSERT_OK(SetContent({1}, Content(), true));
  EXPECT_THAT(in_doubt(), IsOkAndHolds(false));
  ASSERT_OK(db_.Do([](store::Transaction& tx) {
    return CardRepository(tx).Doubt("issuer/00010203040506070809");
  }));
  ASSERT_OK_AND_ASSIGN(const Card card, Get());
  EXPECT_FALSE(card.content_proven);
  EXPECT_EQ(card.content.packages.size(), 2u);
  ASSERT_OK(Saw(2));
  EXPECT_THAT(in_doubt(), IsOkAndHolds(true));
  ASSERT_OK(SetContent({2}, Content(), true));
  EXPECT_THAT(in_doubt(), IsOkAndHolds(false));
}

TEST_F(CardRepositoryTest, OneAgentStopsACardForItselfTwoStopItForAll) {
  EXPECT_THAT(IsStopped("kiosk-7"), IsOkAndHolds(false));
  ASSERT_OK(Stop("kiosk-7"));
  ASSERT_OK(Stop("kiosk-7"));
  EXPECT_THAT(IsStopped("kiosk-7"), IsOkAndHolds(true));
  EXPECT_THAT(IsStopped("kiosk-8"), IsOkAndHolds(false));
  ASSERT_OK(Stop("kiosk-9"));
  EXPECT_THAT(IsStopped("kiosk-8"), IsOkAndHolds(true));
}

TEST_F(CardRepositoryTest, ACardThatWasNeverProvenIsListedOnceItIsStopped) {
  ASSERT_OK(Stop("kiosk-7"));
  ASSERT_OK_AND_ASSIGN(Card card, Get());
  EXPECT_TRUE(card.stopped);
  EXPECT_EQ(card.profile, "claimed");
  EXPECT_EQ(card.first_seen, At());
  EXPECT_FALSE(card.content_proven);
  // What a false card claims changes nothing of the true one.
  ASSERT_OK(Saw(5));
  ASSERT_OK(Stop("kiosk-8"));
  ASSERT_OK_AND_ASSIGN(card, Get());
  EXPECT_EQ(card.profile, "generic");
  EXPECT_EQ(card.last_seen, At(5));
}

TEST_F(CardRepositoryTest, WorkOnAStoppedCardCanGoOn) {
  const auto resume = [this] {
    return db_.Do(
        [](store::Transaction& tx) { return CardRepository(tx).Resume(kId); });
  };
  EXPECT_THAT(resume(), StatusIs(StatusCode::kNotFound));
  ASSERT_OK(Stop("kiosk-7"));
  ASSERT_OK(Stop("kiosk-8"));
  ASSERT_OK(resume());
  EXPECT_THAT(IsStopped("kiosk-7"), IsOkAndHolds(false));
  EXPECT_THAT(IsStopped("kiosk-9"), IsOkAndHolds(false));
  EXPECT_THAT(resume(),
              StatusIs(StatusCode::kFailedPrecondition,
                       "card issuer/00010203040506070809 is not stopped"));
}

TEST_F(CardRepositoryTest, ListsSayThatACardIsStoppedSomewhere) {
  ASSERT_OK(Saw(1));
  ASSERT_OK(Stop("kiosk-7"));
  ASSERT_OK_AND_ASSIGN(const Card card, Get());
  EXPECT_TRUE(card.stopped);
}

TEST_F(CardRepositoryTest, KeepsReceiptsOfACardTheNewestFirst) {
  const auto receipts = [this](int most) {
    return db_.Do([&](store::Transaction& tx) {
      return CardRepository(tx).Receipts(kId, most);
    });
  };
  EXPECT_THAT(receipts(9), StatusIs(StatusCode::kNotFound));
  ASSERT_OK(Saw(1));
  EXPECT_THAT(receipts(9), IsOkAndHolds(IsEmpty()));
  const auto add = [this](const std::string& job, uint32_t counter, bool good) {
    return db_.Do([&](store::Transaction& tx) {
      return CardRepository(tx).AddReceipts(
          kId, job, {{"loaded", counter, Bytes(16, 0xAA), {0xC1, 0x00}, good}},
          At(9));
    });
  };
  ASSERT_OK(add("12", 7, true));
  ASSERT_OK(add("13", 0xFFFFFFFF, false));
  ASSERT_OK_AND_ASSIGN(const std::vector<CardReceipt> kept, receipts(9));
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_EQ(kept[0].counter, 0xFFFFFFFFu);
  EXPECT_FALSE(kept[0].verified);
  EXPECT_EQ(kept[0].job_id, "13");
  EXPECT_EQ(kept[1].text, "loaded");
  EXPECT_EQ(kept[1].counter, 7u);
  EXPECT_EQ(kept[1].receipt, Bytes(16, 0xAA));
  EXPECT_EQ(kept[1].confirmation_data, Bytes({0xC1, 0x00}));
  EXPECT_TRUE(kept[1].verified);
  EXPECT_EQ(kept[1].at, At(9));
  ASSERT_OK_AND_ASSIGN(const std::vector<CardReceipt> newest, receipts(1));
  EXPECT_EQ(newest.size(), 1u);
}

}  // namespace
}  // namespace cardferry::orchestrator
