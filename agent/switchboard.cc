#include "agent/switchboard.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "lib/base/log.h"

namespace cardferry::agent {
namespace {

// An unplugged reader's worker may be busy still: looked at again so often.
constexpr absl::Duration kLookAgain = absl::Seconds(5);

}  // namespace

Switchboard::Switchboard(Uplink& uplink, Outbox& outbox, MakeSlot make_slot,
                         ReaderWorker::Options options)
    : uplink_(uplink),
      outbox_(outbox),
      make_slot_(std::move(make_slot)),
      options_(options) {
  thread_ = std::thread([this] { Run(); });
}

Switchboard::~Switchboard() { Finish(absl::ZeroDuration()); }

void Switchboard::Post(AddressedEvent event) {
  absl::MutexLock lock(&mutex_);
  items_.emplace_back(std::move(event));
}

void Switchboard::Post(Sighting sighting) {
  absl::MutexLock lock(&mutex_);
  items_.emplace_back(std::move(sighting));
}

void Switchboard::Finish(absl::Duration patience) {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
  const absl::Time end = absl::Now() + patience;
  for (auto& [name, reader] : readers_) reader.worker->AskToFinish();
  for (auto& [name, reader] : readers_) {
    reader.worker->Finish(std::max(end - absl::Now(), absl::ZeroDuration()));
  }
}

bool Switchboard::Ready() const { return stopping_ || !items_.empty(); }

std::optional<Switchboard::Item> Switchboard::Next() {
  const bool look_again =
      std::any_of(readers_.begin(), readers_.end(),
                  [](const auto& named) { return named.second.gone; });
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(this, &Switchboard::Ready),
                          look_again ? kLookAgain : absl::InfiniteDuration());
  if (stopping_ || items_.empty()) return std::nullopt;
  Item item = std::move(items_.front());
  items_.pop_front();
  return item;
}

void Switchboard::Run() {
  while (true) {
    const std::optional<Item> item = Next();
    if (item) {
      std::visit([this](const auto& one) { Handle(one); }, *item);
    } else {
      absl::MutexLock lock(&mutex_);
      if (stopping_) return;
    }
    DropIdleOnes();
  }
}

bool Switchboard::Tell(const std::string& reader, const Event& event) {
  const auto found = readers_.find(reader);
  if (found == readers_.end()) return false;
  found->second.worker->Post(event);
  return true;
}

// A packet for a reader that is not there any more.
void Switchboard::RefusePacket(const Event& event) {
  const auto* part = std::get_if<PartReceived>(&event);
  if (part == nullptr || !part->part.last) return;
  Report report;
  report.packet_id = part->part.packet_id;
  report.transcript.end = card::RunEnd::kNotStarted;
  report.trouble = "The reader was unplugged.";
  outbox_.Add(std::move(report), nullptr);
}

void Switchboard::HandleStored(const Event& event) {
  PacketStore* const store = options_.store;
  if (store == nullptr) return;
  if (const auto* request = std::get_if<StoreRequested>(&event)) {
    const absl::Status kept = store->Keep(request->packet);
    if (!kept.ok()) {
      LogError("packet is not stored",
               {{"packet", request->packet.id}, {"status", kept}});
    }
    for (const auto& [name, reader] : readers_) {
      reader.worker->Post(StoredArrived{});
    }
  } else if (const auto* forget = std::get_if<ForgetRequested>(&event)) {
    for (const std::string& id : forget->ids) store->Wipe(id);
  } else if (!std::holds_alternative<Connected>(event) ||
             store->Ids().empty()) {
    return;
  }
  uplink_.ShowStored(store->Ids());
}

void Switchboard::Handle(const AddressedEvent& event) {
  HandleStored(event.event);
  if (std::holds_alternative<Connected>(event.event)) outbox_.SendAll();
  if (const auto* verdict = std::get_if<VerdictReceived>(&event.event)) {
    outbox_.Acknowledge(verdict->verdict.packet_id);
  }
  if (!event.reader.empty()) {
    if (!Tell(event.reader, event.event)) RefusePacket(event.event);
    return;
  }
  for (const auto& [name, reader] : readers_) reader.worker->Post(event.event);
}

void Switchboard::Handle(const Sighting& sighting) {
  const std::string& reader = sighting.reader;
  switch (sighting.kind) {
    case Sighting::Kind::kReaderFound:
      return Find(reader);
    case Sighting::Kind::kReaderGone:
      return Lose(reader);
    case Sighting::Kind::kCardIn:
      LogInfo("card in", {{"reader", reader}, {"atr", ToHex(sighting.atr)}});
      uplink_.Show({reader, true, sighting.atr});
      Tell(reader, CardArrived{});
      return;
    case Sighting::Kind::kCardMute:
      LogWarning("card does not answer the reset; turn it round or clean it",
                 {{"reader", reader}});
      uplink_.Show({reader,
                    false,
                    {},
                    false,
                    "The card does not answer. Turn it round, or clean it."});
      return;
    case Sighting::Kind::kCardOut:
      LogInfo("card out", {{"reader", reader}});
      uplink_.Show({reader, false});
      Tell(reader, CardRemoved{});
      return;
  }
}

void Switchboard::Find(const std::string& name) {
  LogInfo("reader found", {{"reader", name}});
  uplink_.Show({name, false});
  Reader& reader = readers_[name];
  reader.gone = false;
  if (reader.worker != nullptr) return;  // it was away for a moment
  reader.worker = std::make_unique<ReaderWorker>(name, make_slot_(name),
                                                 uplink_, outbox_, options_);
}

void Switchboard::Lose(const std::string& name) {
  LogWarning("reader gone", {{"reader", name}});
  uplink_.Show({name, false, {}, true});
  Tell(name, CardRemoved{});
  const auto found = readers_.find(name);
  if (found != readers_.end()) found->second.gone = true;
}

// One whose card is stuck stays until that call comes back: a reader that is
// plugged in again and again never leaves more than one thread behind.
void Switchboard::DropIdleOnes() {
  for (auto reader = readers_.begin(); reader != readers_.end();) {
    const bool over = reader->second.gone && reader->second.worker->IsIdle();
    reader = over ? readers_.erase(reader) : std::next(reader);
  }
}

}  // namespace cardferry::agent
