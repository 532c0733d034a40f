#include "agent/gateway_stream.h"

#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "proto/cardferry/agent/v1/agent.grpc.pb.h"

namespace cardferry::agent {
namespace {

// A real gateway on loopback that keeps what it gets; the first stream can be
// broken to see the agent come back.
class FakeGateway final : public v1::AgentGateway::Service {
 public:
  FakeGateway() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                             &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~FakeGateway() override {
    server_->Shutdown(absl::ToChronoTime(absl::Now()));
  }

  std::shared_ptr<grpc::Channel> Channel() const {
    return grpc::CreateChannel("127.0.0.1:" + std::to_string(port_),
                               grpc::InsecureChannelCredentials());
  }

  grpc::Status Connect(
      grpc::ServerContext*,
      grpc::ServerReaderWriter<v1::GatewayMessage, v1::AgentMessage>* stream)
      override {
    v1::AgentMessage message;
    while (stream->Read(&message)) {
      const bool hello = message.has_hello();
      absl::MutexLock lock(&mutex_);
      received_.push_back(message);
      if (hello && streams_++ == 0 && break_first_) {
        return grpc::Status(grpc::StatusCode::UNAVAILABLE, "broken");
      }
      if (hello) {
        v1::GatewayMessage verdict;
        verdict.mutable_verdict()->set_opening_id("O1");
        stream->Write(verdict);
        v1::GatewayMessage part;
        part.mutable_packet_part()->set_packet_id("P" +
                                                  std::to_string(streams_));
        part.mutable_packet_part()->set_script(
            AsString(card::EncodeScript({})));
        stream->Write(part);
      }
    }
    return grpc::Status::OK;
  }

  void BreakFirst() {
    absl::MutexLock lock(&mutex_);
    break_first_ = true;
  }

  // The messages up to and including the `count`th.
  std::deque<v1::AgentMessage> Await(size_t count) {
    absl::MutexLock lock(&mutex_);
    wanted_ = count;
    mutex_.Await(absl::Condition(
        +[](FakeGateway* g) ABSL_NO_THREAD_SAFETY_ANALYSIS {
          return g->received_.size() >= g->wanted_;
        },
        this));
    return received_;
  }

 private:
  int port_ = 0;
  absl::Mutex mutex_;
  std::deque<v1::AgentMessage> received_ ABSL_GUARDED_BY(mutex_);
  size_t wanted_ ABSL_GUARDED_BY(mutex_) = 0;
  int streams_ ABSL_GUARDED_BY(mutex_) = 0;
  bool break_first_ ABSL_GUARDED_BY(mutex_) = false;
  std::unique_ptr<grpc::Server> server_;
};

// Gathers events and waits for one of a kind.
class EventLog {
 public:
  void Add(const AddressedEvent& event) {
    absl::MutexLock lock(&mutex_);
    connected_ += std::holds_alternative<Connected>(event.event);
    disconnected_ += std::holds_alternative<Disconnected>(event.event);
    verdicts_ += std::holds_alternative<VerdictReceived>(event.event);
    parts_ += std::holds_alternative<PartReceived>(event.event);
  }
  void AwaitVerdict() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](int* count) { return *count > 0; }, &verdicts_));
  }
  void AwaitConnected() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](int* count) { return *count > 0; }, &connected_));
  }
  void AwaitPart() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](int* count) { return *count > 0; }, &parts_));
  }
  int connected() {
    absl::MutexLock lock(&mutex_);
    return connected_;
  }
  int disconnected() {
    absl::MutexLock lock(&mutex_);
    return disconnected_;
  }

 private:
  absl::Mutex mutex_;
  int connected_ ABSL_GUARDED_BY(mutex_) = 0;
  int disconnected_ ABSL_GUARDED_BY(mutex_) = 0;
  int verdicts_ ABSL_GUARDED_BY(mutex_) = 0;
  int parts_ ABSL_GUARDED_BY(mutex_) = 0;
};

TEST(GatewayStreamTest, SaysHelloWithItsReadersFirst) {
  FakeGateway gateway;
  SystemRandom random;
  EventLog log;
  GatewayStream stream(gateway.Channel(), random);
  stream.Show({"R", true, Bytes{0x3B}});
  stream.Start([&log](const AddressedEvent& event) { log.Add(event); });
  const auto received = gateway.Await(1);
  ASSERT_TRUE(received[0].has_hello());
  ASSERT_EQ(received[0].hello().readers_size(), 1);
  EXPECT_EQ(received[0].hello().readers(0).reader(), "R");
  EXPECT_TRUE(received[0].hello().readers(0).card_present());
}

TEST(GatewayStreamTest, SaysOfEachReaderWhatWasLastShown) {
  FakeGateway gateway;
  SystemRandom random;
  EventLog log;
  GatewayStream stream(gateway.Channel(), random);
  stream.Show({"gone", true});
  stream.Show({"gone", false, {}, true});
  stream.Show({"stuck", true});
  stream.ShowTrouble("stuck", "Take it out.");
  stream.ShowTrouble("gone", "Take it out.");
  stream.Start([&log](const AddressedEvent& event) { log.Add(event); });
  const auto hello = gateway.Await(1)[0].hello();
  ASSERT_EQ(hello.readers_size(), 1);
  EXPECT_EQ(hello.readers(0).reader(), "stuck");
  EXPECT_TRUE(hello.readers(0).card_present());
  EXPECT_EQ(hello.readers(0).trouble(), "Take it out.");
  stream.Show({"stuck", false});
  EXPECT_EQ(gateway.Await(2)[1].reader_changed().trouble(), "");
}

// Large, so that threads meet while they make their messages of it.
ReaderPresence NumberedState(uint8_t number) {
  return {"R", true, Bytes(16384, number)};
}

TEST(GatewayStreamTest, NoReaderStateOvertakesALaterOne) {
  constexpr int kStates = 200;  // few enough never to fill the queue
  FakeGateway gateway;
  SystemRandom random;
  EventLog log;
  GatewayStream stream(gateway.Channel(), random);
  stream.Show(NumberedState(0));
  stream.Start([&log](const AddressedEvent& event) { log.Add(event); });
  log.AwaitVerdict();
  std::vector<std::thread> troubles;
  for (int thread = 0; thread < 3; ++thread) {
    troubles.emplace_back([&stream] {
      for (int i = 0; i < kStates; ++i) stream.ShowTrouble("R", "Take it out.");
    });
  }
  for (int i = 1; i <= kStates; ++i) {
    stream.Show(NumberedState(static_cast<uint8_t>(i)));
  }
  for (std::thread& thread : troubles) thread.join();
  const auto received = gateway.Await(1 + 4 * kStates);
  uint8_t last = 0;
  for (size_t i = 1; i < received.size(); ++i) {
    const auto state =
        static_cast<uint8_t>(received[i].reader_changed().atr().front());
    ASSERT_GE(state, last) << "message " << i;
    last = state;
  }
}

TEST(GatewayStreamTest, HandsOnWhatTheServerSays) {
  FakeGateway gateway;
  SystemRandom random;
  EventLog log;
  GatewayStream stream(gateway.Channel(), random);
  stream.Start([&log](const AddressedEvent& event) { log.Add(event); });
  log.AwaitVerdict();
  EXPECT_EQ(log.connected(), 1);
}

TEST(GatewayStreamTest, ComesBackAfterABrokenStreamAndSaysSo) {
  FakeGateway gateway;
  gateway.BreakFirst();
  SystemRandom random;
  EventLog log;
  GatewayStream stream(gateway.Channel(), random);
  stream.Start([&log](const AddressedEvent& event) { log.Add(event); });
  log.AwaitVerdict();
  EXPECT_EQ(log.disconnected(), 1);
  // The broken one may end before it counts as connected.
  EXPECT_THAT(log.connected(), testing::AnyOf(1, 2));
}

TEST(GatewayStreamTest, ProgressGoesUpOnTheStreamThatBroughtThePacketOnly) {
  FakeGateway gateway;
  gateway.BreakFirst();
  SystemRandom random;
  EventLog log;
  GatewayStream stream(gateway.Channel(), random);
  stream.Start([&log](const AddressedEvent& event) { log.Add(event); });
  log.AwaitPart();  // "P2": on the second stream
  stream.Send(Progress{"P1", 1, 2, ""});
  stream.Send(Progress{"P2", 1, 2, ""});
  stream.Send(Report{"P2", {}, {}, ""});
  stream.Send(Progress{"P2", 2, 2, ""});
  stream.Send(Report{"P1", {}, {}, ""});
  const auto received = gateway.Await(5);
  EXPECT_EQ(received[2].progress().packet_id(), "P2");
  EXPECT_EQ(received[3].packet_report().packet_id(), "P2");
  EXPECT_EQ(received[4].packet_report().packet_id(), "P1");
}

TEST(GatewayStreamTest, WhatIsQueuedGoesOutBeforeItStops) {
  FakeGateway gateway;
  SystemRandom random;
  EventLog log;
  GatewayStream stream(gateway.Channel(), random);
  stream.Start([&log](const AddressedEvent& event) { log.Add(event); });
  log.AwaitVerdict();
  for (int i = 0; i < 20; ++i) {
    stream.Send(Report{"P" + std::to_string(i), {}, {}, ""});
  }
  stream.Stop(absl::Seconds(30));
  const auto received = gateway.Await(21);
  EXPECT_EQ(received[20].packet_report().packet_id(), "P19");
}

TEST(GatewayStreamTest, StopsWhileTheServerCannotBeReached) {
  SystemRandom random;
  EventLog log;  // outlives the stream
  GatewayStream stream(
      grpc::CreateChannel("127.0.0.1:1", grpc::InsecureChannelCredentials()),
      random);
  stream.Start([&log](const AddressedEvent& event) { log.Add(event); });
  log.AwaitConnected();
  stream.Stop(absl::ZeroDuration());
  // Whatever was begun has ended, and nothing begins any more.
  const int begun = log.connected();
  EXPECT_EQ(log.disconnected(), begun);
  stream.Send(Report{"P1", {}, {}, ""});
  EXPECT_EQ(log.connected(), begun);
}

}  // namespace
}  // namespace cardferry::agent
