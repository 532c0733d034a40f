#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_SEQUENCING_TESTING_FAKE_SEQUENCER_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_SEQUENCING_TESTING_FAKE_SEQUENCER_H_

#include <deque>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/orchestrator/sequencing/sequencer.h"
#include "services/orchestrator/sequencing/sequencer_proto.h"

namespace cardferry::orchestrator {

// A sequencer that knows no cards: an answer's challenge half is, as text, the
// card's id, "bad" when nobody knows it, "mute" when it did not answer. Bundles
// are one part, "<package hash>". Errors can be put in its way, one a call.
// Safe from any thread.
class FakeSequencer final : public Sequencer {
 public:
  // The next calls of that name fail with these, in order.
  void FailOpen(absl::Status status) { Queue(open_errors_, std::move(status)); }
  void FailPrepare(absl::Status status) {
    Queue(prepare_errors_, std::move(status));
  }
  void FailConclude(absl::Status status) {
    Queue(conclude_errors_, std::move(status));
  }
  // A stream that breaks after its first part.
  void BreakNextPrepare() {
    absl::MutexLock lock(&mutex_);
    break_next_ = true;
  }
  // Runs within the next Prepare, before anything else.
  void OnNextPrepare(std::function<void()> work) {
    absl::MutexLock lock(&mutex_);
    on_prepare_ = std::move(work);
  }
  // What the next Conclude says; done by default.
  void ConcludeWith(Conclusion conclusion) {
    absl::MutexLock lock(&mutex_);
    conclusions_.push_back(std::move(conclusion));
  }
  // Forgets load files, as a new replica would.
  void ForgetLoadFiles() {
    absl::MutexLock lock(&mutex_);
    load_files_.clear();
  }
  void SetExpiry(absl::Time expires_at) {
    absl::MutexLock lock(&mutex_);
    expires_at_ = expires_at;
  }
  // Bundles after which the card is held.
  void AskServer() {
    absl::MutexLock lock(&mutex_);
    asks_server_ = true;
  }
  // The first bundle of a session asks the card for its keys.
  void ProveLater() {
    absl::MutexLock lock(&mutex_);
    card_unproven_ = true;
  }
  void SetCommands(uint32_t commands, uint32_t changes) {
    absl::MutexLock lock(&mutex_);
    commands_ = commands;
    changes_ = changes;
  }

  // What it was asked.
  std::vector<Preparation> preparations() const {
    absl::MutexLock lock(&mutex_);
    return preparations_;
  }
  std::vector<OfflinePreparation> offline() const {
    absl::MutexLock lock(&mutex_);
    return offline_;
  }
  // The next packets are made beside so many that may still be run.
  void SetLivePackets(uint32_t packets) {
    absl::MutexLock lock(&mutex_);
    live_packets_ = packets;
  }
  std::vector<PlanQuestion> questions() const {
    absl::MutexLock lock(&mutex_);
    return questions_;
  }
  std::vector<Bytes> continuations() const {
    absl::MutexLock lock(&mutex_);
    return continuations_;
  }
  std::vector<Bytes> transcripts() const {
    absl::MutexLock lock(&mutex_);
    return transcripts_;
  }
  int load_files_put() const {
    absl::MutexLock lock(&mutex_);
    return load_files_put_;
  }

  absl::StatusOr<OpeningScripts> Open(const ReaderAddress&) override {
    absl::MutexLock lock(&mutex_);
    const absl::Status error = Take(open_errors_);
    if (!error.ok()) return error;
    return OpeningScripts{AsVector("ticket"), AsVector("identify"),
                          AsVector("challenge"), expires_at_};
  }

  absl::StatusOr<ClaimedCard> Identify(const OpeningAnswer& answer) override {
    const std::string id = AsString(answer.challenge);
    if (id == "bad") return absl::InvalidArgumentError("no profile matches");
    if (id == "mute") return absl::FailedPreconditionError("no answer");
    return ClaimedCard{id, "generic"};
  }

  absl::Status Prepare(const Preparation& preparation,
                       BundleSink& sink) override {
    std::function<void()> work;
    {
      absl::MutexLock lock(&mutex_);
      std::swap(work, on_prepare_);
    }
    if (work != nullptr) work();
    bool broken = false;
    BundleHeader header;
    {
      absl::MutexLock lock(&mutex_);
      preparations_.push_back(preparation);
      const absl::Status error = Take(prepare_errors_);
      if (!error.ok()) return error;
      for (const Bytes& hash : LoadFilesOf(preparation.desired)) {
        if (load_files_.count(hash) == 0) {
          return absl::NotFoundError("no such load file here");
        }
      }
      broken = std::exchange(break_next_, false);
      header = {preparation.card_id,
                commands_,
                changes_,
                AsVector("bundle state"),
                "load it",
                live_packets_,
                asks_server_,
                card_unproven_};
    }
    const absl::Status started = sink.OnHeader(header);
    if (!started.ok()) return started;
    const absl::Status sent = sink.OnPart(AsVector("script"), !broken);
    if (!sent.ok()) return sent;
    return broken ? absl::UnavailableError("broke off") : absl::OkStatus();
  }

  absl::Status Continue(const Bytes& continuation, BundleSink& sink) override {
    BundleHeader header;
    {
      absl::MutexLock lock(&mutex_);
      continuations_.push_back(continuation);
      const absl::Status error = Take(prepare_errors_);
      if (!error.ok()) return error;
      header = {preparations_.back().card_id,
                commands_,
                changes_,
                AsVector("bundle state"),
                "go on",
                0,
                asks_server_};
    }
    const absl::Status started = sink.OnHeader(header);
    if (!started.ok()) return started;
    return sink.OnPart(AsVector("next script"), true);
  }

  // As many attempts as asked for.
  absl::StatusOr<std::vector<OfflineBundle>> PrepareOffline(
      const OfflinePreparation& preparation) override {
    absl::MutexLock lock(&mutex_);
    offline_.push_back(preparation);
    const absl::Status error = Take(prepare_errors_);
    if (!error.ok()) return error;
    for (const Bytes& hash : LoadFilesOf(preparation.desired)) {
      if (load_files_.count(hash) == 0) {
        return absl::NotFoundError("no such load file here");
      }
    }
    return std::vector<OfflineBundle>(
        preparation.attempts, {{preparation.card_id, commands_, changes_,
                                AsVector("bundle state"), "load it"},
                               AsVector("probe"),
                               {AsVector("script")}});
  }

  // One step, as long as the load files are here.
  absl::StatusOr<std::vector<PlannedStep>> Plan(
      const PlanQuestion& question) override {
    absl::MutexLock lock(&mutex_);
    questions_.push_back(question);
    for (const Bytes& hash : LoadFilesOf(question.desired)) {
      if (load_files_.count(hash) == 0) {
        return absl::NotFoundError("no such load file here");
      }
    }
    return std::vector<PlannedStep>{
        {PlannedStep::Sign::kAdd, "package F000000001 1.0", 3}};
  }

  absl::StatusOr<Conclusion> Conclude(const Bytes& bundle_state,
                                      const Bytes& transcript) override {
    absl::MutexLock lock(&mutex_);
    transcripts_.push_back(transcript);
    const absl::Status error = Take(conclude_errors_);
    if (!error.ok()) return error;
    if (bundle_state != AsVector("bundle state")) {
      return absl::InvalidArgumentError("another bundle state");
    }
    if (!conclusions_.empty()) {
      Conclusion conclusion = std::move(conclusions_.front());
      conclusions_.pop_front();
      return conclusion;
    }
    return Done();
  }

  absl::StatusOr<LoadFile> PutLoadFile(ByteSpan cap_file) override {
    absl::MutexLock lock(&mutex_);
    if (cap_file.empty()) return absl::InvalidArgumentError("not a zip file");
    ++load_files_put_;
    LoadFile file;
    // Not a hash: the file itself names it.
    file.content_hash = Bytes(cap_file.begin(), cap_file.end());
    file.package_aid = FromHexOrDie("F000000001");
    file.version = "1.0";
    file.applet_aids = {FromHexOrDie("F00000000101")};
    file.load_file_bytes = 300;
    load_files_.insert(file.content_hash);
    return file;
  }

  absl::StatusOr<std::vector<CardProfile>> ListProfiles() override {
    return std::vector<CardProfile>{
        {"generic", "issuer", 3, {0x70}, 0x33, FromHexOrDie("A0"), "text"}};
  }

  static Conclusion Done() {
    Conclusion done;
    done.outcome = Outcome::kDone;
    done.card_record = AsVector("record");
    done.content.packages = {{FromHexOrDie("F000000001"), "1.0", {}}};
    done.facts = {{"package F000000001 1.0 loaded", false}};
    return done;
  }
  static Conclusion GoesOn() {
    Conclusion conclusion;
    conclusion.outcome = Outcome::kContinues;
    conclusion.continuation = AsVector("continuation");
    return conclusion;
  }
  static Conclusion WrongKeys() {
    Conclusion conclusion;
    conclusion.outcome = Outcome::kWrongKeys;
    conclusion.reason = "the card has not shown its keys";
    return conclusion;
  }
  static Conclusion Ended(Outcome outcome, std::string reason) {
    Conclusion conclusion = Done();
    conclusion.outcome = outcome;
    conclusion.reason = std::move(reason);
    conclusion.facts.clear();
    return conclusion;
  }

 private:
  static Bytes AsVector(absl::string_view text) {
    const ByteSpan span = AsBytes(text);
    return Bytes(span.begin(), span.end());
  }
  void Queue(std::deque<absl::Status>& queue, absl::Status status) {
    absl::MutexLock lock(&mutex_);
    queue.push_back(std::move(status));
  }
  absl::Status Take(std::deque<absl::Status>& queue) {
    if (queue.empty()) return absl::OkStatus();
    absl::Status status = std::move(queue.front());
    queue.pop_front();
    return status;
  }

  mutable absl::Mutex mutex_;
  std::deque<absl::Status> open_errors_;
  std::deque<absl::Status> prepare_errors_;
  std::deque<absl::Status> conclude_errors_;
  std::deque<Conclusion> conclusions_;
  std::vector<Preparation> preparations_;
  std::vector<OfflinePreparation> offline_;
  uint32_t live_packets_ = 0;
  std::vector<PlanQuestion> questions_;
  std::vector<Bytes> transcripts_;
  std::vector<Bytes> continuations_;
  std::set<Bytes> load_files_;
  int load_files_put_ = 0;
  std::function<void()> on_prepare_;
  bool break_next_ = false;
  bool asks_server_ = false;
  bool card_unproven_ = false;
  uint32_t commands_ = 3;
  uint32_t changes_ = 2;
  absl::Time expires_at_ = absl::FromUnixSeconds(1'800'000'300);
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_SEQUENCING_TESTING_FAKE_SEQUENCER_H_
