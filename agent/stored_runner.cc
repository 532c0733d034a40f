#include "agent/stored_runner.h"

#include <utility>

#include "lib/base/log.h"

namespace cardferry::agent {

using card::RunEnd;
using card::Transcript;

bool StoredRunner::Run(absl::Time now) {
  if (store_ == nullptr || store_->Ids().empty()) return false;
  const std::vector<StoredPacket> waiting = store_->Waiting(now);
  if (waiting.empty()) return false;
  meter_.Start();
  const absl::Status connected = card_.Connect();
  if (!connected.ok()) {
    LogWarning("no stored packet is tried",
               {{"reader", reader_}, {"status", connected}});
    return false;
  }
  card_.ResetAtEnd();  // no session is left behind
  Fit fit = Fit::kOtherCard;
  for (const StoredPacket& packet : waiting) {
    fit = Try(packet);
    if (fit == Fit::kRun) store_->Wipe(packet.id);
    if (fit != Fit::kOtherCard) break;
  }
  card_.Release();
  return fit == Fit::kRun;
}

StoredRunner::Fit StoredRunner::Try(const StoredPacket& packet) {
  for (const StoredAttempt& attempt : packet.attempts) {
    const Transcript probe =
        RunScript(attempt.probe, [](size_t, const auto&) {}).transcript;
    switch (probe.end) {
      case RunEnd::kDone:
        RunAttempt(attempt);
        return Fit::kRun;
      case RunEnd::kStopped:
        // Only the last answer depends on the attempt.
        if (probe.answers.size() < attempt.probe.size()) {
          return Fit::kOtherCard;
        }
        break;
      case RunEnd::kUnknown:
      case RunEnd::kNotStarted:
        return Fit::kGone;
    }
  }
  return Fit::kOtherCard;
}

void StoredRunner::RunAttempt(const StoredAttempt& attempt) {
  absl::StatusOr<std::unique_ptr<PacketRecord>> record =
      outbox_.Begin(attempt.packet_id, reader_, attempt.Commands());
  if (!record.ok()) {
    LogError("stored packet is not run",
             {{"reader", reader_}, {"status", record.status()}});
    Report refused;
    refused.packet_id = attempt.packet_id;
    refused.transcript.end = RunEnd::kNotStarted;
    refused.trouble = std::string(record.status().message());
    outbox_.Add(std::move(refused), nullptr);
    return;
  }
  Report report;
  report.packet_id = attempt.packet_id;
  report.transcript = RunParts(attempt, **record);
  report.measurements = meter_.Read();
  report.trouble = trouble_;
  LogInfo(
      "stored packet was run",
      {{"reader", reader_},
       {"packet", attempt.packet_id},
       {"answers", static_cast<uint64_t>(report.transcript.answers.size())}});
  outbox_.Add(std::move(report), *std::move(record));
}

Transcript StoredRunner::RunParts(const StoredAttempt& attempt,
                                  PacketRecord& record) {
  Transcript whole;
  for (const card::Script& part : attempt.parts) {
    const Transcript ran =
        RunScript(part, [&record](size_t, const card::ResponseApdu& answer) {
          // An error comes up again with the end.
          record.AddAnswer(answer).IgnoreError();
        }).transcript;
    whole.answers.insert(whole.answers.end(), ran.answers.begin(),
                         ran.answers.end());
    whole.end = ran.end;
    if (whole.end != RunEnd::kDone) break;
  }
  if (whole.end == RunEnd::kNotStarted && !whole.answers.empty()) {
    whole.end = RunEnd::kUnknown;  // an earlier part did start
  }
  return whole;
}

CardRun StoredRunner::RunScript(const card::Script& script,
                                const GuardedCard::OnAnswer& on_answer) {
  CardRun run = card_.Run(script, on_answer);
  meter_.CountExchanges(run.exchanges, run.bytes, run.card_time);
  trouble_ = std::string(run.trouble.message());
  return run;
}

}  // namespace cardferry::agent
