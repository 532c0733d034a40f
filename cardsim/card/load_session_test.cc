#include "cardsim/card/load_session.h"

#include "cardsim/card_error.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

LoadSession Begin(size_t free_bytes = 1000,
                  std::optional<size_t> code_memory = std::nullopt) {
  return LoadSession(InstallForLoad{*card::Aid::FromHex("F043464552"),
                                    std::nullopt,
                                    {},
                                    {code_memory, {}, {}}},
                     free_bytes);
}

card::StatusWord Add(LoadSession& load, size_t number, bool last,
                     absl::string_view hex) {
  return StatusWordOf(load.AddBlock(number, last, FromHexOrDie(hex)));
}

TEST(LoadSessionTest, JoinsBlocksOfAnySize) {
  const Bytes file = FromHexOrDie("C48106112233445566");
  for (size_t block = 1; block <= file.size(); ++block) {
    LoadSession load = Begin();
    size_t number = 0;
    for (size_t at = 0; at < file.size(); at += block) {
      const bool last = at + block >= file.size();
      ASSERT_OK(
          load.AddBlock(number++, last, ByteSpan(file).subspan(at, block)));
    }
    EXPECT_EQ(ToHex(load.data_block()), "112233445566") << block;
  }
}

TEST(LoadSessionTest, ReadsAllFormsOfLength) {
  for (const char* file :
       {"C40155", "C4810155", "C482000155", "C48300000155"}) {
    LoadSession load = Begin();
    EXPECT_EQ(Add(load, 0, true, file), card::kSuccess) << file;
    EXPECT_EQ(ToHex(load.data_block()), "55");
  }
  for (const char* file : {"C48055", "C4840000000155", "C4FF55"}) {
    LoadSession load = Begin();
    EXPECT_EQ(Add(load, 0, true, file), kWrongData) << file;
  }
}

TEST(LoadSessionTest, RefusesABlockThatIsNotTheNext) {
  LoadSession load = Begin();
  EXPECT_EQ(Add(load, 1, false, "C403"), kWrongP1P2);
  EXPECT_EQ(Add(load, 0, false, "C403"), card::kSuccess);
  EXPECT_EQ(Add(load, 0, false, "55"), kWrongP1P2);
  EXPECT_EQ(Add(load, 2, false, "55"), kWrongP1P2);
}

TEST(LoadSessionTest, RefusesAWrongCountOfBlocks) {
  LoadSession early = Begin();
  EXPECT_EQ(Add(early, 0, true, "C40355"), kWrongData);
  LoadSession before_its_length = Begin();
  EXPECT_EQ(Add(before_its_length, 0, true, "C4"), kWrongData);
  LoadSession more = Begin();
  EXPECT_EQ(Add(more, 0, false, "C40355"), card::kSuccess);
  EXPECT_EQ(Add(more, 1, false, "5555"), card::kSuccess);
  EXPECT_EQ(Add(more, 2, true, "55"), kWrongData);
}

TEST(LoadSessionTest, RefusesAnEmptyBlock) {
  LoadSession load = Begin();
  EXPECT_EQ(Add(load, 0, false, ""), kWrongLength);
}

TEST(LoadSessionTest, RefusesWhatIsNoLoadFile) {
  LoadSession load = Begin();
  EXPECT_EQ(Add(load, 0, true, "C50155"), kWrongData);
  LoadSession no_dap = Begin();
  EXPECT_EQ(Add(no_dap, 0, true, "E20155"), kWrongData);
  LoadSession long_dap = Begin();
  EXPECT_EQ(Add(long_dap, 0, false, "E2820401"), kWrongData);
}

TEST(LoadSessionTest, KeepsDapBlocksApartWhateverTheBlocks) {
  const Bytes file = FromHexOrDie(
      "E20B4F05A000000151C302ABCD"
      "E2810A4F05F043464552C301EE"
      "C403112233");
  for (size_t block = 1; block <= file.size(); ++block) {
    LoadSession load = Begin();
    size_t number = 0;
    for (size_t at = 0; at < file.size(); at += block) {
      const bool last = at + block >= file.size();
      ASSERT_OK(
          load.AddBlock(number++, last, ByteSpan(file).subspan(at, block)))
          << block;
    }
    ASSERT_EQ(load.daps().size(), 2u);
    EXPECT_EQ(load.daps()[0].domain.ToHex(), "A000000151");
    EXPECT_EQ(ToHex(load.daps()[0].signature), "ABCD");
    EXPECT_EQ(load.daps()[1].domain.ToHex(), "F043464552");
    EXPECT_EQ(ToHex(load.daps()[1].signature), "EE");
    EXPECT_EQ(ToHex(load.data_block()), "112233");
  }
}

TEST(LoadSessionTest, EndsNowhereInsideADapBlock) {
  const std::string file = "E20B4F05A000000151C302ABCDC403112233";
  for (size_t size = 1; 2 * size < file.size(); ++size) {
    LoadSession load = Begin();
    EXPECT_EQ(Add(load, 0, true, file.substr(0, 2 * size)), kWrongData) << size;
  }
}

TEST(LoadSessionTest, WhatIsRequiredAtLeastIsNoLimit) {
  LoadSession load = Begin(/*free_bytes=*/6, /*code_memory=*/5);
  EXPECT_EQ(Add(load, 0, false, "C40655"), card::kSuccess);
}

TEST(LoadSessionTest, RefusesAtTheFirstBlockWhatDoesNotFit) {
  LoadSession card = Begin(/*free_bytes=*/5);
  EXPECT_EQ(Add(card, 0, false, "C40655"), kNoSpace);
  LoadSession huge = Begin();
  EXPECT_EQ(Add(huge, 0, false, "C483FFFFFF55"), kNoSpace);
  LoadSession fits = Begin(/*free_bytes=*/6);
  EXPECT_EQ(Add(fits, 0, false, "C40655"), card::kSuccess);
}

}  // namespace
}  // namespace cardferry::cardsim
