#include "cardsim/card/install_command.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "cardsim/card/byte_reader.h"
#include "cardsim/card_error.h"
#include "lib/base/status_macros.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::cardsim {
namespace {

constexpr uint32_t kApplicationParameters = 0xC9;
constexpr uint32_t kSystemParameters = 0xEF;
constexpr uint32_t kCodeMemory = 0xC6;
constexpr uint32_t kVolatileMemory = 0xC7;
constexpr uint32_t kNonVolatileMemory = 0xC8;

absl::StatusOr<std::optional<card::Aid>> TakeOptionalAid(ByteReader& reader) {
  ASSIGN_OR_RETURN(const ByteSpan bytes, reader.TakeLengthPrefixed());
  if (bytes.empty()) return std::optional<card::Aid>();
  absl::StatusOr<card::Aid> aid = card::Aid::Create(bytes);
  if (!aid.ok()) return CardError(kWrongData, "an AID is not one");
  return std::optional<card::Aid>(*std::move(aid));
}

absl::StatusOr<card::Aid> TakeAid(ByteReader& reader) {
  ASSIGN_OR_RETURN(std::optional<card::Aid> aid, TakeOptionalAid(reader));
  if (!aid.has_value()) return CardError(kWrongData, "an AID is missing");
  return *std::move(aid);
}

// The parameters and the token have lengths like those of BER-TLV: one byte up
// to 7F, else 81 and one or 82 and two.
absl::StatusOr<ByteSpan> TakeLong(ByteReader& reader) {
  ASSIGN_OR_RETURN(const uint8_t first, reader.TakeU8());
  if (first < 0x80) return reader.Take(first);
  if (first == 0x81) return reader.TakeLengthPrefixed();
  if (first != 0x82) return CardError(kWrongData, "no such length");
  ASSIGN_OR_RETURN(const uint16_t length, reader.TakeU16());
  return reader.Take(length);
}

absl::Status TakeNoToken(ByteReader& reader) {
  ASSIGN_OR_RETURN(const ByteSpan token, TakeLong(reader));
  if (!token.empty()) return CardError(kWrongData, "a token for nobody");
  if (!reader.AtEnd()) return CardError(kWrongData, "bytes are left over");
  return absl::OkStatus();
}

absl::StatusOr<std::vector<card::Tlv>> Tlvs(ByteSpan bytes) {
  absl::StatusOr<std::vector<card::Tlv>> tlvs = card::ParseTlvs(bytes);
  if (!tlvs.ok()) return CardError(kWrongData, "parameters are not BER-TLV");
  return tlvs;
}

absl::StatusOr<std::optional<size_t>> Size(absl::Span<const card::Tlv> tlvs,
                                           uint32_t tag) {
  const std::optional<ByteSpan> value = card::FindTag(tlvs, tag);
  if (!value.has_value()) return std::optional<size_t>();
  if (value->size() != 2 && value->size() != 4) {
    return CardError(kWrongData, "a memory size has another length");
  }
  size_t bytes = 0;
  for (const uint8_t byte : *value) bytes = bytes << 8 | byte;
  return std::optional<size_t>(bytes);
}

absl::StatusOr<MemoryNeeds> ReadMemory(absl::Span<const card::Tlv> parameters) {
  MemoryNeeds memory;
  const auto system = card::FindTag(parameters, kSystemParameters);
  if (!system.has_value()) return memory;
  ASSIGN_OR_RETURN(const std::vector<card::Tlv> tlvs, Tlvs(*system));
  ASSIGN_OR_RETURN(memory.code, Size(tlvs, kCodeMemory));
  ASSIGN_OR_RETURN(memory.volatile_data, Size(tlvs, kVolatileMemory));
  ASSIGN_OR_RETURN(memory.non_volatile_data, Size(tlvs, kNonVolatileMemory));
  return memory;
}

// A field that this kind of INSTALL has not.
absl::Status TakeEmpty(ByteReader& reader) {
  ASSIGN_OR_RETURN(const ByteSpan empty, reader.TakeLengthPrefixed());
  if (empty.empty()) return absl::OkStatus();
  return CardError(kWrongData, "a field that is empty here has something");
}

absl::StatusOr<std::array<uint8_t, 3>> ReadPrivileges(ByteSpan given) {
  if (given.size() != 1 && given.size() != 3) {
    return CardError(kWrongData, "privileges have one or three bytes");
  }
  std::array<uint8_t, 3> privileges = {};
  std::copy(given.begin(), given.end(), privileges.begin());
  return privileges;
}

Bytes ToBytes(ByteSpan span) { return Bytes(span.begin(), span.end()); }

}  // namespace

absl::StatusOr<InstallForLoad> ParseInstallForLoad(ByteSpan data) {
  ByteReader reader(data);
  ASSIGN_OR_RETURN(card::Aid package, TakeAid(reader));
  ASSIGN_OR_RETURN(std::optional<card::Aid> domain, TakeOptionalAid(reader));
  ASSIGN_OR_RETURN(const ByteSpan hash, reader.TakeLengthPrefixed());
  ASSIGN_OR_RETURN(const ByteSpan parameters, TakeLong(reader));
  RETURN_IF_ERROR(TakeNoToken(reader));
  ASSIGN_OR_RETURN(const std::vector<card::Tlv> tlvs, Tlvs(parameters));
  ASSIGN_OR_RETURN(const MemoryNeeds memory, ReadMemory(tlvs));
  return InstallForLoad{std::move(package), std::move(domain), ToBytes(hash),
                        memory};
}

absl::StatusOr<InstallForInstall> ParseInstallForInstall(ByteSpan data) {
  ByteReader reader(data);
  ASSIGN_OR_RETURN(std::optional<card::Aid> package, TakeOptionalAid(reader));
  ASSIGN_OR_RETURN(std::optional<card::Aid> module, TakeOptionalAid(reader));
  ASSIGN_OR_RETURN(card::Aid application, TakeAid(reader));
  InstallForInstall install{std::move(package),
                            std::move(module),
                            std::move(application),
                            {},
                            {},
                            {}};
  ASSIGN_OR_RETURN(const ByteSpan privileges, reader.TakeLengthPrefixed());
  ASSIGN_OR_RETURN(install.privileges, ReadPrivileges(privileges));
  ASSIGN_OR_RETURN(const ByteSpan parameters, TakeLong(reader));
  RETURN_IF_ERROR(TakeNoToken(reader));
  ASSIGN_OR_RETURN(const std::vector<card::Tlv> tlvs, Tlvs(parameters));
  if (const auto c9 = card::FindTag(tlvs, kApplicationParameters)) {
    install.application_parameters = ToBytes(*c9);
  }
  ASSIGN_OR_RETURN(install.memory, ReadMemory(tlvs));
  return install;
}

absl::StatusOr<card::Aid> ParseInstallForPersonalization(ByteSpan data) {
  ByteReader reader(data);
  for (int i = 0; i < 2; ++i) RETURN_IF_ERROR(TakeEmpty(reader));
  ASSIGN_OR_RETURN(card::Aid application, TakeAid(reader));
  for (int i = 0; i < 2; ++i) RETURN_IF_ERROR(TakeEmpty(reader));
  RETURN_IF_ERROR(TakeNoToken(reader));
  return application;
}

absl::StatusOr<InstallForExtradition> ParseInstallForExtradition(
    ByteSpan data) {
  ByteReader reader(data);
  ASSIGN_OR_RETURN(card::Aid domain, TakeAid(reader));
  RETURN_IF_ERROR(TakeEmpty(reader));
  ASSIGN_OR_RETURN(card::Aid object, TakeAid(reader));
  RETURN_IF_ERROR(TakeEmpty(reader));
  RETURN_IF_ERROR(TakeLong(reader).status());
  RETURN_IF_ERROR(TakeNoToken(reader));
  return InstallForExtradition{std::move(domain), std::move(object)};
}

absl::StatusOr<InstallForRegistryUpdate> ParseInstallForRegistryUpdate(
    ByteSpan data) {
  ByteReader reader(data);
  ASSIGN_OR_RETURN(std::optional<card::Aid> domain, TakeOptionalAid(reader));
  RETURN_IF_ERROR(TakeEmpty(reader));
  ASSIGN_OR_RETURN(card::Aid application, TakeAid(reader));
  InstallForRegistryUpdate update{std::move(domain), std::move(application),
                                  std::nullopt};
  ASSIGN_OR_RETURN(const ByteSpan privileges, reader.TakeLengthPrefixed());
  if (!privileges.empty()) {
    ASSIGN_OR_RETURN(update.privileges, ReadPrivileges(privileges));
  }
  RETURN_IF_ERROR(TakeLong(reader).status());
  RETURN_IF_ERROR(TakeNoToken(reader));
  return update;
}

}  // namespace cardferry::cardsim
