#include "cardsim/files/file_card_memory.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_macros.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::cardsim {
namespace {

constexpr uint32_t kCard = 0xE1;
constexpr uint32_t kFile = 0xE2;
constexpr uint32_t kKeyFailures = 0x80;
constexpr uint32_t kTries = 0x81;
constexpr uint32_t kDescriptor = 0x82;
constexpr uint32_t kId = 0x83;
constexpr uint32_t kName = 0x84;
constexpr uint32_t kShortId = 0x88;
constexpr uint32_t kLifeCycle = 0x8A;
constexpr uint32_t kCompact = 0x8C;
constexpr uint32_t kExpanded = 0xAB;
constexpr uint32_t kContent = 0x53;
constexpr uint32_t kRecord = 0x54;
constexpr size_t kDescriptorSize = 5;
constexpr size_t kKeyHeader = 1 + 1 + 10 + 1;
constexpr int kMaxDepth = 16;

absl::Status Damaged(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("the card's memory: ", what));
}

Bytes ToBytes(ByteSpan span) { return Bytes(span.begin(), span.end()); }

Bytes EncodeFile(const File& file) {
  const auto byte = [](int value) { return static_cast<uint8_t>(value); };
  Bytes out = card::EncodeTlv(
      kDescriptor, {static_cast<uint8_t>(file.type),
                    byte(file.record_size >> 8), byte(file.record_size),
                    byte(file.record_count >> 8), byte(file.record_count)});
  card::AppendTlv(out, kId, {byte(file.id >> 8), byte(file.id)});
  card::AppendTlv(out, kName, file.name);
  card::AppendTlv(out, kShortId, {file.short_id});
  card::AppendTlv(out, kLifeCycle, {file.life_cycle});
  card::AppendTlv(out, kCompact, file.compact_rules);
  card::AppendTlv(out, kExpanded, file.expanded_rules);
  card::AppendTlv(out, kContent, file.content);
  for (const Bytes& record : file.records) {
    card::AppendTlv(out, kRecord, record);
  }
  for (const auto& child : file.children) {
    card::AppendTlv(out, kFile, EncodeFile(*child));
  }
  return out;
}

bool IsType(uint8_t byte) {
  for (const FileType type :
       {FileType::kDf, FileType::kTransparent, FileType::kLinearFixed,
        FileType::kLinearVariable, FileType::kCyclic}) {
    if (byte == static_cast<uint8_t>(type)) return true;
  }
  return false;
}

absl::Status ReadHeader(const std::vector<card::Tlv>& tlvs, File& file) {
  const uint32_t tags[] = {kDescriptor, kId,      kName,     kShortId,
                           kLifeCycle,  kCompact, kExpanded, kContent};
  const size_t sizes[] = {kDescriptorSize, 2, 0, 1, 1, 0, 0, 0};
  if (tlvs.size() < std::size(tags)) return Damaged("a file is cut short");
  for (size_t i = 0; i < std::size(tags); ++i) {
    if (tlvs[i].tag != tags[i] ||
        (sizes[i] != 0 && tlvs[i].value.size() != sizes[i])) {
      return Damaged("a file has other objects");
    }
  }
  const ByteSpan descriptor = tlvs[0].value;
  if (!IsType(descriptor[0])) return Damaged("a file of no type");
  file.type = static_cast<FileType>(descriptor[0]);
  file.record_size = static_cast<uint16_t>(descriptor[1] << 8 | descriptor[2]);
  file.record_count = static_cast<uint16_t>(descriptor[3] << 8 | descriptor[4]);
  file.id = static_cast<uint16_t>(tlvs[1].value[0] << 8 | tlvs[1].value[1]);
  file.name = ToBytes(tlvs[2].value);
  file.short_id = tlvs[3].value[0];
  file.life_cycle = tlvs[4].value[0];
  file.compact_rules = ToBytes(tlvs[5].value);
  file.expanded_rules = ToBytes(tlvs[6].value);
  file.content = ToBytes(tlvs[7].value);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<File>> ParseFile(ByteSpan bytes, int depth) {
  if (depth > kMaxDepth) return Damaged("files are too deep");
  const auto tlvs = card::ParseTlvs(bytes);
  if (!tlvs.ok()) return Damaged("a file is no data objects");
  auto file = std::make_unique<File>();
  RETURN_IF_ERROR(ReadHeader(*tlvs, *file));
  for (size_t i = 8; i < tlvs->size(); ++i) {
    const card::Tlv& tlv = (*tlvs)[i];
    if (tlv.tag == kRecord && file->has_records() &&
        file->records.size() < file->record_count) {
      file->records.push_back(ToBytes(tlv.value));
    } else if (tlv.tag == kFile && file->is_df()) {
      ASSIGN_OR_RETURN(std::unique_ptr<File> child,
                       ParseFile(tlv.value, depth + 1));
      file->Adopt(std::move(child));
    } else {
      return Damaged("a file has an object that it cannot have");
    }
  }
  return file;
}

SecretBytes EncodeKeys(const KeySet& keys, const SecretBytes& password) {
  Bytes out;
  out.reserve(kKeyHeader + 3 * keys.enc.size() + password.size());
  out.push_back(static_cast<uint8_t>(keys.type));
  out.push_back(keys.version);
  Append(out, keys.diversification_data);
  out.push_back(static_cast<uint8_t>(keys.enc.size()));
  for (const SecretBytes* key : {&keys.enc, &keys.mac, &keys.dek, &password}) {
    Append(out, key->Read(GrantSecretAccess()));
  }
  SecretBytes secret = SecretBytes::CopyOf(out);
  WipeBytes(absl::MakeSpan(out));
  return secret;
}

absl::Status ParseKeys(ByteSpan bytes, KeySet& keys, SecretBytes& password) {
  if (bytes.size() < kKeyHeader ||
      bytes.size() < kKeyHeader + size_t{3} * bytes[kKeyHeader - 1] ||
      (bytes[0] != static_cast<uint8_t>(KeyType::kDes) &&
       bytes[0] != static_cast<uint8_t>(KeyType::kAes))) {
    return Damaged("its keys are cut short");
  }
  keys.type = static_cast<KeyType>(bytes[0]);
  keys.version = bytes[1];
  std::copy_n(bytes.begin() + 2, keys.diversification_data.size(),
              keys.diversification_data.begin());
  const size_t size = bytes[kKeyHeader - 1];
  bytes.remove_prefix(kKeyHeader);
  for (SecretBytes* const key : {&keys.enc, &keys.mac, &keys.dek}) {
    *key = SecretBytes::CopyOf(bytes.first(size));
    bytes.remove_prefix(size);
  }
  password = SecretBytes::CopyOf(bytes);
  return absl::OkStatus();
}

}  // namespace

CardState EncodeFileCardMemory(const KeySet& keys, uint8_t key_failures,
                               const Password& password, const File& mf) {
  Bytes card = card::EncodeTlv(kKeyFailures, {key_failures});
  card::AppendTlv(card, kTries, {password.tries});
  card::AppendTlv(card, kFile, EncodeFile(mf));
  return CardState{card::EncodeTlv(kCard, card),
                   EncodeKeys(keys, password.value)};
}

absl::StatusOr<FileCardMemory> ParseFileCardMemory(const CardState& state) {
  const auto outer = card::ParseSingleTlv(state.content);
  if (!outer.ok() || outer->tag != kCard) {
    return Damaged("it is that of another kind of card");
  }
  const auto tlvs = card::ParseTlvs(outer->value);
  if (!tlvs.ok() || tlvs->size() != 3 || (*tlvs)[0].tag != kKeyFailures ||
      (*tlvs)[0].value.size() != 1 || (*tlvs)[1].tag != kTries ||
      (*tlvs)[1].value.size() != 1 || (*tlvs)[2].tag != kFile) {
    return Damaged("other objects than expected");
  }
  FileCardMemory memory;
  memory.key_failures = (*tlvs)[0].value[0];
  memory.password.tries = (*tlvs)[1].value[0];
  if (memory.password.tries > kPasswordTries) return Damaged("too many tries");
  ASSIGN_OR_RETURN(memory.mf, ParseFile((*tlvs)[2].value, 0));
  if (!memory.mf->is_df()) return Damaged("its MF is no DF");
  RETURN_IF_ERROR(ParseKeys(state.keys.Read(GrantSecretAccess()), memory.keys,
                            memory.password.value));
  return memory;
}

}  // namespace cardferry::cardsim
