#include "cardsim/card/card_memory.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "cardsim/card/stored_objects.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_macros.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::cardsim {
namespace {

constexpr uint32_t kParameters = 0xE0;
constexpr uint32_t kNumbers = 0xE3;
constexpr uint32_t kObjects = 0xE4;
constexpr uint32_t kRegistry = 0xE5;
constexpr uint32_t kContentKeys = 0xE6;
constexpr uint32_t kDapKey = 0xE1;
constexpr uint32_t kAid = 0x4F;
constexpr uint32_t kPem = 0x53;

constexpr uint32_t kIssuerIdentification = 0x42;
constexpr uint32_t kCardImage = 0x45;
constexpr uint32_t kProduction = 0x9F7F;

constexpr size_t kKddSize = 10;
constexpr size_t kKeyHeaderSize = 1 + 1 + kKddSize + 4 + 4 + 1;
constexpr size_t kLongestKey = 32;
constexpr uint8_t kDomainMark = 0x4F;  // no type of a key
// Likewise: keys for content that are secret.
constexpr uint8_t kReceiptMark = 0x71;
constexpr uint8_t kTokenMark = 0x72;
constexpr uint8_t kDapMark = 0x73;  // of the domain whose AID follows the key

absl::Status Damaged(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("the card's memory: ", what));
}

Bytes ToBytes(ByteSpan span) { return Bytes(span.begin(), span.end()); }

void AppendU32(Bytes& out, uint32_t value) {
  for (const int shift : {24, 16, 8, 0}) {
    out.push_back(static_cast<uint8_t>(value >> shift));
  }
}

uint32_t ReadU32(ByteSpan bytes) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8 | bytes[i];
  return value;
}

Bytes EncodeNumbers(const CardNumbers& numbers) {
  Bytes out =
      card::EncodeTlv(kIssuerIdentification, numbers.issuer_identification);
  card::AppendTlv(out, kCardImage, numbers.card_image);
  card::AppendTlv(out, kProduction, numbers.production);
  return out;
}

// The objects in `bytes`, which have to be those with `tags`, in this order.
absl::StatusOr<std::vector<card::Tlv>> Expect(ByteSpan bytes,
                                              absl::Span<const uint32_t> tags) {
  absl::StatusOr<std::vector<card::Tlv>> tlvs = card::ParseTlvs(bytes);
  if (!tlvs.ok() || tlvs->size() != tags.size()) {
    return Damaged("other objects than expected");
  }
  for (size_t i = 0; i < tags.size(); ++i) {
    if ((*tlvs)[i].tag != tags[i]) return Damaged("an object is another one");
  }
  return tlvs;
}

absl::StatusOr<CardNumbers> ParseNumbers(ByteSpan bytes) {
  ASSIGN_OR_RETURN(
      const std::vector<card::Tlv> tlvs,
      Expect(bytes, {kIssuerIdentification, kCardImage, kProduction}));
  return CardNumbers{ToBytes(tlvs[0].value), ToBytes(tlvs[1].value),
                     ToBytes(tlvs[2].value)};
}

absl::StatusOr<std::map<uint16_t, Bytes>> ParseObjects(ByteSpan bytes) {
  StoredObjects objects;
  const absl::Status status = objects.Decode(bytes);
  if (!status.ok()) return Damaged("stored objects are none");
  return objects.all();
}

// Bytes for keys never move, so that no copy of a key is left behind.
void AppendKeySets(Bytes& out, const std::vector<KeyRingEntry>& entries) {
  for (const KeyRingEntry& entry : entries) {
    const KeySet& keys = entry.keys;
    out.push_back(static_cast<uint8_t>(keys.type));
    out.push_back(keys.version);
    Append(out, keys.diversification_data);
    AppendU32(out, entry.counters.sequence);
    AppendU32(out, static_cast<uint32_t>(entry.counters.failures));
    out.push_back(static_cast<uint8_t>(keys.enc.size()));
    for (const SecretBytes* key : {&keys.enc, &keys.mac, &keys.dek}) {
      Append(out, key->Read(GrantSecretAccess()));
    }
  }
}

void AppendContentKey(Bytes& out, uint8_t mark, const ContentKey& key) {
  Append(out, Bytes{mark, static_cast<uint8_t>(key.type()),
                    static_cast<uint8_t>(key.value().size())});
  Append(out, key.value().Read(GrantSecretAccess()));
}

void AppendContentKeys(Bytes& out, const ContentKeys& keys) {
  if (keys.receipt.has_value()) {
    AppendContentKey(out, kReceiptMark, *keys.receipt);
  }
  if (keys.token.has_value() && keys.token->is_secret()) {
    AppendContentKey(out, kTokenMark, *keys.token);
  }
  for (const auto& [domain, key] : keys.dap) {
    if (!key.is_secret()) continue;
    AppendContentKey(out, kDapMark, key);
    out.push_back(static_cast<uint8_t>(domain.bytes().size()));
    Append(out, domain.bytes());
  }
}

SecretBytes EncodeKeys(const CardMemory& memory) {
  constexpr size_t kDomainHeader = 2 + 16;
  constexpr size_t kContentHeader = 3 + 1 + 16;
  const size_t content_keys =
      memory.content_keys == nullptr ? 0 : 2 + memory.content_keys->dap.size();
  size_t sets = memory.key_sets.size();
  for (const DomainKeys& domain : memory.further_key_sets) {
    sets += domain.key_sets.size();
  }
  Bytes out;
  out.reserve(sets * (kKeyHeaderSize + 3 * kLongestKey) +
              memory.further_key_sets.size() * kDomainHeader +
              content_keys * (kContentHeader + kLongestKey));
  AppendKeySets(out, memory.key_sets);
  for (const DomainKeys& domain : memory.further_key_sets) {
    const Bytes& aid = domain.domain.bytes();
    Append(out, Bytes{kDomainMark, static_cast<uint8_t>(aid.size())});
    Append(out, aid);
    AppendKeySets(out, domain.key_sets);
  }
  if (memory.content_keys != nullptr) {
    AppendContentKeys(out, *memory.content_keys);
  }
  SecretBytes secret = SecretBytes::CopyOf(out);
  WipeBytes(absl::MakeSpan(out));
  return secret;
}

// The public ones.
Bytes EncodeContentKeys(const ContentKeys& keys) {
  Bytes out;
  for (const auto& [domain, key] : keys.dap) {
    if (key.is_secret()) continue;
    Bytes dap = card::EncodeTlv(kAid, domain.bytes());
    card::AppendTlv(dap, kPem, AsBytes(key.ToPem().value_or("")));
    card::AppendTlv(out, kDapKey, dap);
  }
  if (keys.token.has_value() && !keys.token->is_secret()) {
    card::AppendTlv(out, kPem, AsBytes(keys.token->ToPem().value_or("")));
  }
  return out;
}

absl::StatusOr<ContentKey> ParsePublicKey(ByteSpan pem) {
  absl::StatusOr<crypto::VerificationKey> key =
      crypto::VerificationKey::FromPem(AsString(pem));
  if (!key.ok()) return Damaged(key.status().message());
  return ContentKey(*std::move(key));
}

absl::Status ParseContentKeys(ByteSpan bytes, ContentKeys& keys) {
  const absl::StatusOr<std::vector<card::Tlv>> all = card::ParseTlvs(bytes);
  if (!all.ok()) return Damaged("keys for content are none");
  for (const card::Tlv& one : *all) {
    if (one.tag == kPem) {
      ASSIGN_OR_RETURN(keys.token, ParsePublicKey(one.value));
      continue;
    }
    if (one.tag != kDapKey) return Damaged("another key for content");
    ASSIGN_OR_RETURN(const std::vector<card::Tlv> dap,
                     Expect(one.value, {kAid, kPem}));
    absl::StatusOr<card::Aid> aid = card::Aid::Create(dap[0].value);
    if (!aid.ok()) return Damaged(aid.status().message());
    ASSIGN_OR_RETURN(ContentKey key, ParsePublicKey(dap[1].value));
    keys.dap.emplace(*std::move(aid), std::move(key));
  }
  return absl::OkStatus();
}

// What follows the mark of a secret key for content.
absl::StatusOr<ContentKey> TakeContentKey(ByteSpan& rest) {
  if (rest.size() < 3 || rest.size() - 3 < rest[2] ||
      (rest[1] != static_cast<uint8_t>(KeyType::kDes) &&
       rest[1] != static_cast<uint8_t>(KeyType::kAes))) {
    return Damaged("a key for content is none");
  }
  const size_t size = rest[2];
  absl::StatusOr<ContentKey> key =
      ContentKey::Symmetric(static_cast<KeyType>(rest[1]),
                            SecretBytes::CopyOf(rest.subspan(3, size)));
  rest.remove_prefix(3 + size);
  if (!key.ok()) return Damaged(key.status().message());
  return key;
}

bool IsContentMark(uint8_t mark) {
  return mark == kReceiptMark || mark == kTokenMark || mark == kDapMark;
}

absl::Status TakeSecretContentKey(ByteSpan& rest, ContentKeys& keys) {
  const uint8_t mark = rest[0];
  ASSIGN_OR_RETURN(ContentKey key, TakeContentKey(rest));
  if (mark == kReceiptMark) {
    keys.receipt = std::move(key);
  } else if (mark == kTokenMark) {
    keys.token = std::move(key);
  } else {
    if (rest.empty() || rest.size() - 1 < rest[0]) {
      return Damaged("a key for content has no domain");
    }
    absl::StatusOr<card::Aid> aid = card::Aid::Create(rest.subspan(1, rest[0]));
    if (!aid.ok()) return Damaged(aid.status().message());
    rest.remove_prefix(1 + size_t{rest[0]});
    keys.dap.emplace(*std::move(aid), std::move(key));
  }
  return absl::OkStatus();
}

absl::StatusOr<KeyRingEntry> TakeKeySet(ByteSpan& rest) {
  if (rest.size() < kKeyHeaderSize) return Damaged("a key set is cut short");
  const size_t key_size = rest[kKeyHeaderSize - 1];
  if (rest.size() < kKeyHeaderSize + 3 * key_size) {
    return Damaged("a key is cut short");
  }
  KeyRingEntry entry;
  if (rest[0] != static_cast<uint8_t>(KeyType::kDes) &&
      rest[0] != static_cast<uint8_t>(KeyType::kAes)) {
    return Damaged("a key set of another type");
  }
  entry.keys.type = static_cast<KeyType>(rest[0]);
  entry.keys.version = rest[1];
  std::copy_n(rest.begin() + 2, kKddSize,
              entry.keys.diversification_data.begin());
  entry.counters.sequence = ReadU32(rest.subspan(2 + kKddSize));
  entry.counters.failures =
      static_cast<int>(ReadU32(rest.subspan(2 + kKddSize + 4)) & 0x7FFFFFFF);
  rest.remove_prefix(kKeyHeaderSize);
  for (SecretBytes* key : {&entry.keys.enc, &entry.keys.mac, &entry.keys.dek}) {
    *key = SecretBytes::CopyOf(rest.first(key_size));
    rest.remove_prefix(key_size);
  }
  return entry;
}

// The mark of a security domain whose key sets follow.
absl::StatusOr<card::Aid> TakeDomain(ByteSpan& rest) {
  if (rest.size() < 2 || rest.size() - 2 < rest[1]) {
    return Damaged("a security domain is cut short");
  }
  absl::StatusOr<card::Aid> aid = card::Aid::Create(rest.subspan(2, rest[1]));
  if (!aid.ok()) return Damaged(aid.status().message());
  rest.remove_prefix(2 + aid->bytes().size());
  return aid;
}

// With keys for signed content, or without.
absl::StatusOr<std::vector<card::Tlv>> ParseContent(ByteSpan content) {
  absl::StatusOr<std::vector<card::Tlv>> without =
      Expect(content, {kParameters, kNumbers, kObjects, kRegistry});
  if (without.ok()) return without;
  return Expect(content,
                {kParameters, kNumbers, kObjects, kRegistry, kContentKeys});
}

}  // namespace

CardState EncodeCardMemory(const CardMemory& memory) {
  StoredObjects objects;
  objects.Restore(memory.objects);
  CardState state;
  Bytes parameters = {memory.scp02_i, memory.scp03_i};
  if (memory.scp01_i.has_value()) parameters.push_back(*memory.scp01_i);
  card::AppendTlv(state.content, kParameters, parameters);
  card::AppendTlv(state.content, kNumbers, EncodeNumbers(memory.numbers));
  card::AppendTlv(state.content, kObjects, objects.Encode());
  card::AppendTlv(state.content, kRegistry, memory.registry);
  if (memory.content_keys != nullptr) {
    card::AppendTlv(state.content, kContentKeys,
                    EncodeContentKeys(*memory.content_keys));
  }
  state.keys = EncodeKeys(memory);
  return state;
}

absl::StatusOr<CardMemory> ParseCardMemory(const CardState& state) {
  ASSIGN_OR_RETURN(const std::vector<card::Tlv> tlvs,
                   ParseContent(state.content));
  const ByteSpan parameters = tlvs[0].value;
  if (parameters.size() != 2 && parameters.size() != 3) {
    return Damaged("parameters are not two or three");
  }
  CardMemory memory;
  memory.scp02_i = parameters[0];
  memory.scp03_i = parameters[1];
  if (parameters.size() == 3) memory.scp01_i = parameters[2];
  ASSIGN_OR_RETURN(memory.numbers, ParseNumbers(tlvs[1].value));
  ASSIGN_OR_RETURN(memory.objects, ParseObjects(tlvs[2].value));
  memory.registry = ToBytes(tlvs[3].value);
  std::shared_ptr<ContentKeys> content_keys;
  if (tlvs.size() > 4) {
    content_keys = std::make_shared<ContentKeys>();
    RETURN_IF_ERROR(ParseContentKeys(tlvs[4].value, *content_keys));
  }
  ByteSpan rest = state.keys.Read(GrantSecretAccess());
  std::vector<KeyRingEntry>* sets = &memory.key_sets;
  while (!rest.empty()) {
    if (rest[0] == kDomainMark) {
      ASSIGN_OR_RETURN(card::Aid domain, TakeDomain(rest));
      memory.further_key_sets.push_back({std::move(domain), {}});
      sets = &memory.further_key_sets.back().key_sets;
      continue;
    }
    if (IsContentMark(rest[0]) && content_keys != nullptr) {
      RETURN_IF_ERROR(TakeSecretContentKey(rest, *content_keys));
      continue;
    }
    ASSIGN_OR_RETURN(KeyRingEntry entry, TakeKeySet(rest));
    sets->push_back(std::move(entry));
  }
  memory.content_keys = std::move(content_keys);
  return memory;
}

}  // namespace cardferry::cardsim
