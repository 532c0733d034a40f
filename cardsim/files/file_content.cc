#include "cardsim/files/file_content.h"

#include <algorithm>

#include "cardsim/card_error.h"
#include "cardsim/files/file_status_words.h"
#include "lib/base/status_macros.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::cardsim {
namespace {

constexpr uint8_t kOdd = 0x01;
constexpr uint8_t kShortIdInP1 = 0x80;
constexpr uint8_t kNumberInP1 = 0x04;
constexpr uint32_t kTagOffset = 0x54;
constexpr uint32_t kTagData = 0x53;

// Which bytes of which EF a binary command is about.
struct Place {
  uint8_t short_id = 0;
  size_t offset = 0;
  ByteSpan data;
};

absl::StatusOr<Place> ReadOddPlace(const card::CommandApdu& command) {
  const auto tlvs = card::ParseTlvs(command.data());
  const auto offset =
      tlvs.ok() ? card::FindTag(*tlvs, kTagOffset) : std::optional<ByteSpan>();
  if (!offset.has_value() || offset->empty() || offset->size() > 3) {
    return CardError(kWrongData, "no offset data object");
  }
  if (command.header().p1 != 0 || command.header().p2 > 30) {
    return CardError(kWrongP1P2, "not the current EF or a short identifier");
  }
  Place place;
  place.short_id = command.header().p2;
  for (const uint8_t byte : *offset) place.offset = place.offset << 8 | byte;
  place.data = card::FindTag(*tlvs, kTagData).value_or(ByteSpan());
  return place;
}

absl::StatusOr<Place> ReadPlace(const card::CommandApdu& command) {
  const card::CommandHeader& header = command.header();
  if ((header.ins & kOdd) != 0) return ReadOddPlace(command);
  Place place;
  place.data = command.data();
  if ((header.p1 & kShortIdInP1) == 0) {
    place.offset = static_cast<size_t>(header.p1 << 8 | header.p2);
    return place;
  }
  place.short_id = header.p1 & 0x1F;
  place.offset = header.p2;
  if ((header.p1 & 0x60) != 0 || place.short_id == 0 || place.short_id > 30) {
    return CardError(kWrongP1P2, "P1 is no short identifier");
  }
  return place;
}

absl::StatusOr<File*> FindTransparent(FileSystem& files, const Place& place) {
  ASSIGN_OR_RETURN(File* const file, files.FindEf(place.short_id));
  if (file->type == FileType::kTransparent) return file;
  return CardError(kWrongFileStructure, "the EF has records");
}

// The EF with records that P2 names; bits 3 to 1 are 100 where P1 is a number.
absl::StatusOr<File*> FindRecords(FileSystem& files, uint8_t p2, uint8_t how) {
  if ((p2 & 0x07) != how || p2 >> 3 == 31) {
    return CardError(kWrongP1P2, "P2 is no record by its number");
  }
  ASSIGN_OR_RETURN(File* const file,
                   files.FindEf(static_cast<uint8_t>(p2 >> 3)));
  if (file->has_records()) return file;
  return CardError(kWrongFileStructure, "the EF has no records");
}

absl::StatusOr<Bytes*> FindRecord(File& file, uint8_t number) {
  if (number == 0 || number == 255) {
    return CardError(kWrongP1P2, "no record has this number");
  }
  if (number > file.records.size()) {
    return CardError(kRecordNotFound, "no such record");
  }
  return &file.records[number - 1];
}

absl::Status CheckRecordSize(const File& file, ByteSpan record) {
  const bool fits = file.type == FileType::kLinearVariable
                        ? record.size() <= file.record_size
                        : record.size() == file.record_size;
  if (fits && !record.empty()) return absl::OkStatus();
  return CardError(kWrongLength, "no record of this EF has this length");
}

}  // namespace

absl::StatusOr<card::ResponseApdu> ReadBinary(FileSystem& files,
                                              const card::CommandApdu& command,
                                              const SecurityStatus& status) {
  const bool odd = (command.header().ins & kOdd) != 0;
  if (!command.le().has_value() || odd == command.data().empty()) {
    return CardError(kWrongLength, "READ BINARY without Le, or with data");
  }
  ASSIGN_OR_RETURN(const Place place, ReadPlace(command));
  ASSIGN_OR_RETURN(const File* const file, FindTransparent(files, place));
  RETURN_IF_ERROR(CheckAccess(*file, kAccessRead, status));
  if (place.offset >= file->content.size()) {
    return CardError(kWrongOffset, "the offset is past the end");
  }
  // The data object of an odd instruction has two to four bytes before its
  // value.
  const size_t header = !odd                   ? 0
                        : *command.le() <= 129 ? 2
                        : *command.le() <= 258 ? 3
                                               : 4;
  if (*command.le() <= header) {
    return CardError(kWrongLength, "Le has no room for a data object");
  }
  const ByteSpan part =
      ByteSpan(file->content).subspan(place.offset, *command.le() - header);
  card::ResponseApdu response{Bytes(part.begin(), part.end()), card::kSuccess};
  if (odd) response.data = card::EncodeTlv(kTagData, part);
  // Le 00, and 0000, ask for all there is.
  const bool all = *command.le() == card::CommandApdu::kMaxShortLe ||
                   *command.le() == card::CommandApdu::kMaxExtendedLe;
  if (part.size() < *command.le() - header && !all) response.sw = kEndOfFile;
  return response;
}

absl::Status UpdateBinary(FileSystem& files, const card::CommandApdu& command,
                          const SecurityStatus& status) {
  ASSIGN_OR_RETURN(const Place place, ReadPlace(command));
  if (place.data.empty()) return CardError(kWrongLength, "nothing to write");
  ASSIGN_OR_RETURN(File* const file, FindTransparent(files, place));
  RETURN_IF_ERROR(CheckAccess(*file, kAccessUpdate, status));
  if (place.offset >= file->content.size()) {
    return CardError(kWrongOffset, "the offset is past the end");
  }
  if (place.data.size() > file->content.size() - place.offset) {
    return CardError(kNoSpace, "the data goes past the end");
  }
  std::copy(place.data.begin(), place.data.end(),
            file->content.begin() + static_cast<std::ptrdiff_t>(place.offset));
  return absl::OkStatus();
}

absl::StatusOr<card::ResponseApdu> ReadRecord(FileSystem& files,
                                              const card::CommandApdu& command,
                                              const SecurityStatus& status) {
  if (!command.data().empty()) {
    return CardError(kWrongLength, "READ RECORD with data");
  }
  ASSIGN_OR_RETURN(File* const file,
                   FindRecords(files, command.header().p2, kNumberInP1));
  RETURN_IF_ERROR(CheckAccess(*file, kAccessRead, status));
  ASSIGN_OR_RETURN(const Bytes* const record,
                   FindRecord(*file, command.header().p1));
  return card::ResponseApdu{*record, card::kSuccess};
}

absl::Status UpdateRecord(FileSystem& files, const card::CommandApdu& command,
                          const SecurityStatus& status) {
  ASSIGN_OR_RETURN(File* const file,
                   FindRecords(files, command.header().p2, kNumberInP1));
  if (file->type == FileType::kCyclic) {
    return CardError(kWrongFileStructure, "a cyclic EF takes new records only");
  }
  RETURN_IF_ERROR(CheckAccess(*file, kAccessUpdate, status));
  RETURN_IF_ERROR(CheckRecordSize(*file, command.data()));
  ASSIGN_OR_RETURN(Bytes* const record, FindRecord(*file, command.header().p1));
  *record = command.data();
  return absl::OkStatus();
}

absl::Status AppendRecord(FileSystem& files, const card::CommandApdu& command,
                          const SecurityStatus& status) {
  if (command.header().p1 != 0) {
    return CardError(kWrongP1P2, "a new record has no number");
  }
  ASSIGN_OR_RETURN(File* const file,
                   FindRecords(files, command.header().p2, 0));
  RETURN_IF_ERROR(CheckAccess(*file, kAccessAppend, status));
  RETURN_IF_ERROR(CheckRecordSize(*file, command.data()));
  if (file->type == FileType::kCyclic) {
    file->records.insert(file->records.begin(), command.data());
    if (file->records.size() > file->record_count) file->records.pop_back();
    return absl::OkStatus();
  }
  if (file->records.size() == file->record_count) {
    return CardError(kNoSpace, "the EF has all its records");
  }
  file->records.push_back(command.data());
  return absl::OkStatus();
}

}  // namespace cardferry::cardsim
