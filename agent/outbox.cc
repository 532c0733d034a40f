#include "agent/outbox.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"

namespace cardferry::agent {
namespace {

using card::RunEnd;
using card::Transcript;

// The gateway takes transcripts of 1 MB. Honest cards stay far below: 1024
// answers of at most 258 bytes.
constexpr size_t kMaxReportedBytes = 768 << 10;
// Of an answer: status word, tag, length; and its head in the journal.
constexpr size_t kBytesBesideData = 8;
constexpr size_t kJournalBytesAnAnswer = 258 + 16;
constexpr size_t kJournalBytesOfTheEnd = 512;
// A packet that comes again does so soon.
constexpr size_t kRememberedPackets = 256;

constexpr char kInterrupted[] =
    "The agent's process ended while it ran the packet.";

size_t BytesOf(const Transcript& transcript) {
  size_t bytes = 0;
  for (const card::ResponseApdu& answer : transcript.answers) {
    bytes += answer.data.size() + kBytesBesideData;
  }
  return bytes;
}

// Without the answers for which there is no room. A card that says so much must
// not keep its report, and with it the agent, from getting through.
void MakeReportable(Transcript& transcript) {
  size_t bytes = 0;
  for (size_t i = 0; i < transcript.answers.size(); ++i) {
    bytes += transcript.answers[i].data.size() + kBytesBesideData;
    if (bytes <= kMaxReportedBytes) continue;
    transcript.answers.resize(i);
    transcript.end = RunEnd::kUnknown;
    return;
  }
}

Report ToReport(JournaledPacket packet) {
  Report report;
  report.packet_id = std::move(packet.packet_id);
  report.transcript.answers = std::move(packet.answers);
  if (packet.end) {
    report.transcript.end = packet.end->end;
    report.measurements = packet.end->measurements;
    report.trouble = std::move(packet.end->trouble);
  } else {
    report.transcript.end = RunEnd::kUnknown;
    report.measurements.apdus =
        static_cast<uint32_t>(report.transcript.answers.size());
    report.trouble = kInterrupted;
  }
  MakeReportable(report.transcript);
  return report;
}

}  // namespace

void Outbox::Recover() {
  for (JournaledPacket& packet : journal_.Recover()) {
    LogInfo(packet.end ? "report of an earlier run waits for the server"
                       : "packet was interrupted; its outcome is unknown",
            {{"reader", packet.reader},
             {"packet", packet.packet_id},
             {"answers", static_cast<uint64_t>(packet.answers.size())}});
    Report report = ToReport(std::move(packet));
    Keep(report, true);
  }
}

absl::Status Outbox::CheckRoom(const std::string& packet_id) const {
  if (packets_.count(packet_id) != 0 || WasAcknowledged(packet_id)) {
    return absl::AlreadyExistsError(
        "this packet was begun before; none is run twice");
  }
  if (packets_.size() >= kMostReports || bytes_ >= kMostBytes) {
    return absl::ResourceExhaustedError(absl::StrCat(
        packets_.size(), " reports wait for the server to acknowledge them"));
  }
  return absl::OkStatus();
}

bool Outbox::WasBegun(const std::string& packet_id) const {
  absl::MutexLock lock(&mutex_);
  return packets_.count(packet_id) != 0 || WasAcknowledged(packet_id);
}

absl::StatusOr<std::unique_ptr<PacketRecord>> Outbox::Begin(
    const std::string& packet_id, const std::string& reader, size_t commands) {
  {
    absl::MutexLock lock(&mutex_);
    RETURN_IF_ERROR(CheckRoom(packet_id));
    packets_[packet_id].journaled = true;  // nobody else may begin it
  }
  absl::StatusOr<std::unique_ptr<PacketRecord>> record = journal_.Begin(
      packet_id, reader,
      std::min(commands, card::kMaxScriptCommands) * kJournalBytesAnAnswer +
          kJournalBytesOfTheEnd);
  if (!record.ok()) {
    absl::MutexLock lock(&mutex_);
    packets_.erase(packet_id);
    return Annotate(record.status(), "the packet cannot be journaled");
  }
  return record;
}

bool Outbox::IsNoNews(const std::string& packet_id) const {
  absl::MutexLock lock(&mutex_);
  const auto found = packets_.find(packet_id);
  const bool running = found != packets_.end() && !found->second.reported;
  return running || WasAcknowledged(packet_id);
}

bool Outbox::WasAcknowledged(const std::string& packet_id) const {
  return std::find(acknowledged_.begin(), acknowledged_.end(), packet_id) !=
         acknowledged_.end();
}

bool Outbox::Keep(Report& report, bool journaled) {
  absl::MutexLock lock(&mutex_);
  const bool known = packets_.count(report.packet_id) != 0;
  // Refusals alone may not fill the memory.
  if (!journaled && !known && packets_.size() >= kMostReports) return true;
  Packet& packet = packets_[report.packet_id];
  if (packet.reported) {
    report = packet.report;
    return false;
  }
  packet.journaled = journaled;
  packet.reported = true;
  packet.bytes = BytesOf(report.transcript);
  packet.report = report;
  bytes_ += packet.bytes;
  return true;
}

void Outbox::Add(Report report, std::unique_ptr<PacketRecord> record) {
  MakeReportable(report.transcript);
  const bool journaled = record != nullptr;
  if (journaled) {
    const absl::Status written = record->AddEnd(
        {report.transcript.end, report.measurements, report.trouble});
    if (!written.ok()) {
      LogError("report is kept in memory only; free space on the disk",
               {{"packet", report.packet_id}, {"status", written}});
    }
  }
  if (!journaled && IsNoNews(report.packet_id)) return;
  const bool first = Keep(report, journaled);
  uplink_.Send(report);
  // After sending: only a power failure before the server's acknowledgement
  // loses what is not on the disk by then, and then the packet's beginning is.
  if (first && journaled) record->Sync().IgnoreError();
}

void Outbox::SendAll() {
  std::vector<Report> waiting;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [id, packet] : packets_) {
      if (packet.reported) waiting.push_back(packet.report);
    }
  }
  for (const Report& report : waiting) uplink_.Send(report);
}

void Outbox::Acknowledge(const std::string& packet_id) {
  bool journaled = false;
  {
    absl::MutexLock lock(&mutex_);
    const auto found = packets_.find(packet_id);
    if (found == packets_.end() || !found->second.reported) return;
    journaled = found->second.journaled;
    bytes_ -= found->second.bytes;
    packets_.erase(found);
    acknowledged_.push_back(packet_id);
    if (acknowledged_.size() > kRememberedPackets) acknowledged_.pop_front();
  }
  if (!journaled) return;
  const absl::Status forgotten = journal_.Forget(packet_id);
  if (!forgotten.ok()) {
    LogError("journal file stays", {{"status", forgotten}});
  }
}

}  // namespace cardferry::agent
