#include "agent/testing/faulty_slot.h"

#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "agent/testing/fake_card.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::agent {
namespace {

card::CommandApdu Command() {
  return *card::CommandApdu::Create({0x84, 0xE8, 0, 0}, Bytes{0xAA, 0xBB});
}

TEST(FaultySlotTest, TurnsTheLastBitOfOneCommandOfEachConnection) {
  FakeCard card;
  Faults faults;
  faults.flip_mac_at = 2;
  FaultySlot slot(card.slot(), faults);
  for (int i = 0; i < 2; ++i) {
    ASSERT_OK_AND_ASSIGN(const auto connection, slot.Connect());
    for (int k = 0; k < 3; ++k) ASSERT_OK(connection->Transmit(Command()));
  }
  EXPECT_EQ(card.sent(),
            (std::vector<std::string>{"84E8000002AABB", "84E8000002AABA",
                                      "84E8000002AABB", "84E8000002AABB",
                                      "84E8000002AABA", "84E8000002AABB"}));
}

TEST(FaultySlotTest, HoldsACommandBackUntilTheFileIsRemoved) {
  FakeCard card;
  Faults faults;
  faults.pause_at = 1;
  faults.pause_file = testing::TempDir() + "/pause";
  FaultySlot slot(card.slot(), faults);
  ASSERT_OK_AND_ASSIGN(const auto connection, slot.Connect());
  std::thread person([&] {
    while (access(faults.pause_file.c_str(), F_OK) != 0) {
      std::this_thread::yield();
    }
    EXPECT_TRUE(card.sent().empty());
    unlink(faults.pause_file.c_str());
  });
  ASSERT_OK(connection->Transmit(Command()));
  person.join();
  EXPECT_EQ(card.sent().size(), 1u);
}

TEST(FaultySlotTest, WithoutFaultsChangesNothing) {
  FakeCard card;
  FaultySlot slot(card.slot(), Faults());
  ASSERT_OK_AND_ASSIGN(const auto connection, slot.Connect());
  ASSERT_OK(connection->Transmit(Command()));
  connection->ResetAtEnd();
  EXPECT_TRUE(connection->TakesExtendedLength());
  EXPECT_EQ(card.sent(), (std::vector<std::string>{"84E8000002AABB"}));
}

}  // namespace
}  // namespace cardferry::agent
