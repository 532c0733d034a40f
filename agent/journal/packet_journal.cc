#include "agent/journal/packet_journal.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"

namespace cardferry::agent {
namespace {

// The packet's id is the server's: as hexadecimal it is a file's name whatever
// it holds.
std::string FileName(const std::string& packet_id) {
  return ToHex(AsBytes(packet_id));
}

}  // namespace

absl::Status PacketRecord::Append(ByteSpan bytes) {
  if (status_.ok()) status_ = file_->Append(bytes);
  return status_;
}

absl::Status PacketRecord::AddAnswer(const card::ResponseApdu& answer) {
  return Append(EncodeAnswer(answer));
}

absl::Status PacketRecord::AddEnd(const PacketEnd& end) {
  return Append(EncodeEnd(end));
}

absl::Status PacketRecord::Sync() {
  if (status_.ok()) status_ = file_->Sync();
  return status_;
}

absl::StatusOr<std::unique_ptr<PacketRecord>> PacketJournal::Begin(
    const std::string& packet_id, const std::string& reader, size_t reserve) {
  if (packet_id.empty() || packet_id.size() > kMaxPacketIdBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("packet id of ", packet_id.size(), " bytes; want 1 to ",
                     kMaxPacketIdBytes));
  }
  const std::string name = FileName(packet_id);
  const Bytes begun = EncodeBegun(packet_id, reader);
  ASSIGN_OR_RETURN(std::unique_ptr<JournalFile> file,
                   folder_.Create(name, begun.size() + reserve));
  absl::Status status = file->Append(begun);
  if (status.ok()) status = file->Sync();
  if (!status.ok()) {
    // Not run: a file that stays is one of a packet whose outcome is unknown,
    // which is wrong but does no harm.
    const absl::Status removed = folder_.Remove(name);
    if (!removed.ok()) LogError("journal file stays", {{"status", removed}});
    return status;
  }
  return std::make_unique<PacketRecord>(std::move(file));
}

absl::Status PacketJournal::Forget(const std::string& packet_id) {
  return folder_.Remove(FileName(packet_id));
}

std::vector<JournaledPacket> PacketJournal::Recover() {
  std::vector<JournaledPacket> packets;
  const absl::StatusOr<std::vector<std::string>> names = folder_.List();
  if (!names.ok()) {
    LogError("journal cannot be read", {{"status", names.status()}});
    return packets;
  }
  for (const std::string& name : *names) {
    const absl::StatusOr<Bytes> file = folder_.Read(name);
    absl::StatusOr<JournaledPacket> packet =
        file.ok() ? ParseJournal(*file) : file.status();
    if (packet.ok() && FileName(packet->packet_id) == name) {
      packets.push_back(*std::move(packet));
    } else if (file.ok() && absl::IsNotFound(packet.status())) {
      LogInfo("packet was never begun; its journal is removed");
      const absl::Status removed = folder_.Remove(name);
      if (!removed.ok()) LogError("journal file stays", {{"status", removed}});
    } else {
      SetAside(name, packet.ok() ? absl::DataLossError(
                                       "journal file: of another packet")
                                 : packet.status());
    }
  }
  return packets;
}

void PacketJournal::SetAside(const std::string& name, const absl::Status& why) {
  LogError(
      "journal file cannot be read and is set aside; what its packet did to "
      "the card is not known",
      {{"file", name}, {"status", why}});
  const absl::Status aside = folder_.SetAside(name);
  if (!aside.ok()) LogError("journal file stays", {{"status", aside}});
}

}  // namespace cardferry::agent
