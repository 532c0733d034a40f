#include "tests/stage/part_queue.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "tests/stage/testing/packet_messages.h"

namespace cardferry::stage {
namespace {

using agent::v1::AgentMessage;
using agent::v1::GatewayMessage;

// The message that goes now, or nothing, in the form that comparing needs.
std::string Next(PartQueue& queue) {
  const auto message = queue.Next();
  return message ? message->DebugString() : "";
}

TEST(PartQueueTest, SendsACommandOnlyWhenTheOneBeforeItWasAnswered) {
  PartQueue queue;
  ASSERT_OK(queue.Take(Part("p", {0x01, 0x02}, false)));
  ASSERT_OK(queue.Take(Part("p", {0x03}, true)));
  EXPECT_EQ(Next(queue), Part("p", {0x01}, false).DebugString());
  EXPECT_EQ(Next(queue), "");
  queue.Hear(Done("p", 1));
  EXPECT_EQ(Next(queue), Part("p", {0x02}, false).DebugString());
  EXPECT_EQ(Next(queue), "");
  queue.Hear(Done("another", 2));
  EXPECT_EQ(Next(queue), "");
  queue.Hear(Done("p", 2));
  EXPECT_EQ(Next(queue), Part("p", {0x03}, true).DebugString());
  queue.Hear(Done("p", 3));
  EXPECT_EQ(Next(queue), "");
}

TEST(PartQueueTest, SaysThatACommandIsTheLastOfThePacketOnlyOnce) {
  PartQueue queue;
  ASSERT_OK(queue.Take(Part("p", {0x01, 0x02}, true)));
  EXPECT_EQ(Next(queue), Part("p", {0x01}, false).DebugString());
  queue.Hear(Done("p", 1));
  EXPECT_EQ(Next(queue), Part("p", {0x02}, true).DebugString());
}

TEST(PartQueueTest, PassesOtherMessagesOnAtOnceAndInOrder) {
  PartQueue queue;
  ASSERT_OK(queue.Take(Verdict()));
  EXPECT_EQ(Next(queue), Verdict().DebugString());
  ASSERT_OK(queue.Take(Part("p", {0x01, 0x02}, true)));
  ASSERT_OK(queue.Take(Verdict()));
  EXPECT_EQ(Next(queue), Part("p", {0x01}, false).DebugString());
  EXPECT_EQ(Next(queue), "");
  queue.Hear(Done("p", 1));
  EXPECT_EQ(Next(queue), Part("p", {0x02}, true).DebugString());
  EXPECT_EQ(Next(queue), Verdict().DebugString());
}

TEST(PartQueueTest, DropsTheRestOfAPacketThatTheAgentHasReported) {
  PartQueue queue;
  ASSERT_OK(queue.Take(Part("p", {0x01, 0x02, 0x03}, true)));
  ASSERT_OK(queue.Take(Verdict()));
  EXPECT_EQ(Next(queue), Part("p", {0x01}, false).DebugString());
  queue.Hear(Report("p"));
  EXPECT_EQ(Next(queue), Verdict().DebugString());
}

TEST(PartQueueTest, DropsWhatComesOfAPacketAfterItsReport) {
  PartQueue queue;
  ASSERT_OK(queue.Take(Part("p", {0x01}, false)));
  EXPECT_EQ(Next(queue), Part("p", {0x01}, false).DebugString());
  queue.Hear(Report("p"));
  ASSERT_OK(queue.Take(Part("p", {0x02}, true)));
  ASSERT_OK(queue.Take(Verdict()));
  EXPECT_EQ(Next(queue), Verdict().DebugString());
}

TEST(PartQueueTest, DropsTheRestOfAPacketThatAnotherFollows) {
  PartQueue queue;
  ASSERT_OK(queue.Take(Part("p", {0x01, 0x02}, true)));
  EXPECT_EQ(Next(queue), Part("p", {0x01}, false).DebugString());
  ASSERT_OK(queue.Take(Part("q", {0x03}, true)));
  EXPECT_EQ(Next(queue), Part("q", {0x03}, true).DebugString());
}

TEST(PartQueueTest, DropsTheRestOfAPacketThatWillNotBeComplete) {
  PartQueue queue;
  ASSERT_OK(queue.Take(Part("p", {0x01, 0x02}, false)));
  EXPECT_EQ(Next(queue), Part("p", {0x01}, false).DebugString());
  ASSERT_OK(queue.Take(Verdict()));
  EXPECT_EQ(Next(queue), Verdict().DebugString());
}

TEST(PartQueueTest, DropsTheRestOfAPacketWhoseCardIsNotThereAnyMore) {
  PartQueue queue;
  ASSERT_OK(queue.Take(Part("p", {0x01, 0x02}, true)));
  EXPECT_EQ(Next(queue), Part("p", {0x01}, false).DebugString());
  AgentMessage another_card;
  another_card.mutable_opening_answer()->set_opening_id("o2");
  queue.Hear(another_card);
  ASSERT_OK(queue.Take(Verdict()));
  EXPECT_EQ(Next(queue), Verdict().DebugString());
}

TEST(PartQueueTest, CountsEachPacketAnew) {
  PartQueue queue;
  ASSERT_OK(queue.Take(Part("p", {0x01}, true)));
  EXPECT_EQ(Next(queue), Part("p", {0x01}, true).DebugString());
  queue.Hear(Report("p"));
  ASSERT_OK(queue.Take(Part("q", {0x02, 0x03}, true)));
  EXPECT_EQ(Next(queue), Part("q", {0x02}, false).DebugString());
  EXPECT_EQ(Next(queue), "");
}

TEST(PartQueueTest, RefusesAPartWhoseScriptCannotBeRead) {
  PartQueue queue;
  GatewayMessage part = Part("p", {0x01}, true);
  part.mutable_packet_part()->set_script("E0");
  EXPECT_EQ(queue.Take(part).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Next(queue), "");
}

}  // namespace
}  // namespace cardferry::stage
