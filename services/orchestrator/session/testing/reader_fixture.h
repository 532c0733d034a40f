#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_TESTING_READER_FIXTURE_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_TESTING_READER_FIXTURE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "services/orchestrator/session/reader_session.h"
#include "services/orchestrator/session/testing/session_fixture.h"

namespace cardferry::orchestrator {

inline const ReaderAddress kHere = {"kiosk-7", "Reader 0"};
inline constexpr char kCard[] = "issuer/A";

inline Bytes Text(absl::string_view text) {
  const ByteSpan span = AsBytes(text);
  return Bytes(span.begin(), span.end());
}

// One reader's session with a recorded connection; timers run when told.
class ReaderFixture : public SessionFixture {
 protected:
  ReaderFixture() { Connect(kHere); }

  void Connect(const ReaderAddress& at) {
    link_ = std::make_unique<RecordingLink>();
    later_.clear();
    session_ = std::make_unique<ReaderSession>(
        at, context_, *link_, [this](absl::Duration delay, ReaderEvent event) {
          later_.emplace_back(delay, std::move(event));
        });
  }
  void Start() { session_->Handle(Started{true}); }

  void Answer(const std::string& card) {
    session_->OnAnswer({link_->last_opening(),
                        {Text("identified"), Text(card)},
                        clock_.Now()});
  }
  void Report() { Report(link_->last_packet()); }
  void Report(const std::string& packet) {
    PacketReport report;
    report.packet_id = packet;
    report.transcript = Text("answers");
    report.measurements.round_trips = 1;
    session_->OnReport(report);
  }
  // Lets the retry come that was asked for last.
  void Retry() {
    for (auto it = later_.rbegin(); it != later_.rend(); ++it) {
      if (const auto* due = std::get_if<RetryDue>(&it->second)) {
        session_->Handle(RetryDue(*due));
        return;
      }
    }
    FAIL() << "no retry was asked for";
  }

  std::unique_ptr<RecordingLink> link_;
  std::vector<std::pair<absl::Duration, ReaderEvent>> later_;
  std::unique_ptr<ReaderSession> session_;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_TESTING_READER_FIXTURE_H_
