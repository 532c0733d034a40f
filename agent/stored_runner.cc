#include "agent/stored_runner.h"

#include <algorithm>
#include <utility>

#include "lib/base/log.h"

namespace cardferry::agent {

using card::RunEnd;
using card::Transcript;

bool WasBegun(const StoredPacket& packet, const Outbox& outbox) {
  return std::any_of(packet.attempts.begin(), packet.attempts.end(),
                     [&outbox](const StoredAttempt& attempt) {
                       return outbox.WasBegun(attempt.packet_id);
                     });
}

std::vector<StoredPacket> StoredRunner::Runnable(absl::Time now) {
  std::vector<StoredPacket> runnable;
  for (StoredPacket& packet : store_->Waiting(now)) {
    if (WasBegun(packet, outbox_)) {
      store_->Wipe(packet.id);
    } else {
      runnable.push_back(std::move(packet));
    }
  }
  return runnable;
}

bool StoredRunner::Run(absl::Time now) {
  put_off_ = false;
  if (store_ == nullptr || store_->Ids().empty()) return false;
  const std::vector<StoredPacket> waiting = Runnable(now);
  if (waiting.empty()) return false;
  meter_.Start();
  const absl::Status connected = card_.Connect();
  if (!connected.ok()) {
    put_off_ = true;
    LogWarning("no stored packet is tried yet",
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
        return RunAttempt(attempt);
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

StoredRunner::Fit StoredRunner::RunAttempt(const StoredAttempt& attempt) {
  absl::StatusOr<std::unique_ptr<PacketRecord>> record =
      outbox_.Begin(attempt.packet_id, reader_, attempt.Commands());
  if (!record.ok()) {
    LogError("stored packet is not run",
             {{"reader", reader_}, {"status", record.status()}});
    // The card was not authenticated to: when there is room again, this
    // attempt (SCP02) or a later one (SCP03) is still right.
    if (absl::IsResourceExhausted(record.status())) return Fit::kNoRoom;
    Report refused;
    refused.packet_id = attempt.packet_id;
    refused.transcript.end = RunEnd::kNotStarted;
    refused.trouble = std::string(record.status().message());
    outbox_.Add(std::move(refused), nullptr);
    return Fit::kRun;
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
  return Fit::kRun;
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
