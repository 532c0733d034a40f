#include "agent/stored/packet_store.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"

namespace cardferry::agent {
namespace {

// The id is the server's: as hexadecimal it is a file's name whatever it holds.
std::string FileName(const std::string& id) { return ToHex(AsBytes(id)); }

}  // namespace

absl::StatusOr<StoredPacket> PacketStore::Read(const std::string& id) {
  ASSIGN_OR_RETURN(const Bytes sealed, folder_.Read(FileName(id)));
  ASSIGN_OR_RETURN(const Bytes text, seal_.Open(id, sealed));
  return ParseStored(text);
}

void PacketStore::Recover() {
  const absl::StatusOr<std::vector<std::string>> names = folder_.List();
  if (!names.ok()) {
    LogError("stored packets cannot be read", {{"status", names.status()}});
    return;
  }
  for (const std::string& name : *names) {
    const absl::StatusOr<Bytes> id = FromHex(name);
    const absl::Status read =
        id.ok() ? Read(AsString(*id)).status() : id.status();
    if (read.ok()) {
      absl::MutexLock lock(&mutex_);
      ids_.insert(AsString(*id));
      continue;
    }
    LogError("stored packet cannot be opened and is set aside",
             {{"file", name}, {"status", read}});
    const absl::Status aside = folder_.SetAside(name);
    if (!aside.ok()) LogError("stored packet stays", {{"status", aside}});
  }
}

absl::Status PacketStore::Keep(const StoredPacket& packet) {
  RETURN_IF_ERROR(CheckStored(packet));
  {
    absl::MutexLock lock(&mutex_);
    if (ids_.count(packet.id) > 0) return absl::OkStatus();
    if (ids_.size() >= kMostPackets) {
      return absl::ResourceExhaustedError(
          absl::StrCat(ids_.size(), " packets wait here for their cards"));
    }
  }
  ASSIGN_OR_RETURN(const Bytes sealed,
                   seal_.Seal(packet.id, EncodeStored(packet)));
  const std::string name = FileName(packet.id);
  ASSIGN_OR_RETURN(const std::unique_ptr<JournalFile> file,
                   folder_.Create(name, sealed.size()));
  absl::Status written = file->Append(sealed);
  if (written.ok()) written = file->Sync();
  if (!written.ok()) {
    const absl::Status removed = folder_.Remove(name);
    if (!removed.ok()) LogError("stored packet stays", {{"status", removed}});
    return written;
  }
  absl::MutexLock lock(&mutex_);
  ids_.insert(packet.id);
  return absl::OkStatus();
}

std::vector<StoredPacket> PacketStore::Waiting(absl::Time now) {
  std::vector<StoredPacket> waiting;
  for (const std::string& id : Ids()) {
    absl::StatusOr<StoredPacket> packet = Read(id);
    if (!packet.ok()) {
      LogError("stored packet cannot be opened",
               {{"packet", id}, {"status", packet.status()}});
    } else if (packet->expires_at <= now) {
      LogInfo("stored packet has expired", {{"packet", id}});
      Wipe(id);
    } else {
      waiting.push_back(*std::move(packet));
    }
  }
  return waiting;
}

std::vector<std::string> PacketStore::Ids() const {
  absl::MutexLock lock(&mutex_);
  return {ids_.begin(), ids_.end()};
}

void PacketStore::Wipe(const std::string& id) {
  {
    absl::MutexLock lock(&mutex_);
    if (ids_.erase(id) == 0) return;
  }
  const absl::Status wiped = folder_.Wipe(FileName(id));
  if (!wiped.ok()) {
    LogError("stored packet stays on the disk", {{"status", wiped}});
  }
}

}  // namespace cardferry::agent
