#include "services/sequencer/testing/fake_card.h"

#include <algorithm>

#include "absl/status/status.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::sequencer {
namespace {

using card::ResponseApdu;
using card::StatusWord;

ResponseApdu Sw(uint16_t sw) { return {{}, StatusWord(sw)}; }
ResponseApdu Done() { return {{0x00}, card::kSuccess}; }

// The length-value fields of INSTALL.
std::vector<ByteSpan> Fields(ByteSpan data) {
  std::vector<ByteSpan> fields;
  while (!data.empty() && data[0] < data.size()) {
    fields.push_back(data.subspan(1, data[0]));
    data.remove_prefix(1u + data[0]);
  }
  return fields;
}

// What a load file data block imports. Each component is tag (1) | size (2) |
// content; of Import (tag 4), content is count (1), then for each package
// minor (1), major (1), AID length (1), AID.
std::map<card::Aid, uint16_t> ImportsOf(ByteSpan block) {
  std::map<card::Aid, uint16_t> imports;
  while (block.size() >= 3) {
    const size_t size = static_cast<size_t>(block[1] << 8 | block[2]);
    ByteSpan rest = block.subspan(3, size);
    if (block[0] == 0x04) {
      for (rest.remove_prefix(1); rest.size() >= 3;) {
        imports[*card::Aid::Create(rest.subspan(3, rest[2]))] =
            static_cast<uint16_t>(rest[1] << 8 | rest[0]);
        rest.remove_prefix(3u + rest[2]);
      }
    }
    block.remove_prefix(3 + size);
  }
  return imports;
}

}  // namespace

absl::StatusOr<ResponseApdu> FakeCard::Transmit(
    const card::CommandApdu& command) {
  if (dies_after.has_value() && commands >= *dies_after) {
    return absl::UnavailableError("the card is gone");
  }
  if (refused.count(commands++) > 0) return Sw(0x6985);
  const auto fault = faults.find(command.header().ins);
  if (fault != faults.end()) return Sw(fault->second);
  ByteSpan data = command.data();
  const bool secured = (command.header().cla & 0x04) != 0;
  if (secured) data.remove_suffix(8);
  if (command.header().ins == 0x82) {
    level_ = command.header().p1;
    return Sw(0x9000);
  }
  ResponseApdu answer = Answer(command, data);
  return secured ? Protect(std::move(answer)) : answer;
}

// Errors stay as they are.
ResponseApdu FakeCard::Protect(ResponseApdu answer) const {
  const uint8_t sw1 = answer.sw.sw1();
  const bool error = sw1 != 0x90 && sw1 != 0x62 && sw1 != 0x63;
  if ((level_ & 0x10) == 0 || error) return answer;
  if ((level_ & 0x20) != 0 && !answer.data.empty()) {
    answer.data.push_back(0x80);
    while (answer.data.size() % 16 != 0) answer.data.push_back(0x00);
    for (uint8_t& byte : answer.data) byte = static_cast<uint8_t>(~byte);
  }
  answer.data.insert(answer.data.end(), 8, 0xC1);
  return answer;
}

card::Transcript FakeCard::Run(const card::Script& script) {
  return card::RunScript(
      script, [this](const card::CommandApdu& c) { return Transmit(c); },
      [](size_t) {});
}

ResponseApdu FakeCard::Answer(const card::CommandApdu& command, ByteSpan data) {
  const card::CommandHeader& header = command.header();
  switch (header.ins) {
    case 0xA4:
      return {Concat({FromHexOrDie("6F0A8408"), data}), card::kSuccess};
    case 0x50:
      return InitializeUpdate();
    case 0xF2:
      return GetStatus(header.p1, (header.p2 & 0x01) != 0);
    case 0xCA:
      return GetData(static_cast<uint16_t>(header.p1 << 8 | header.p2));
    case 0xE4:
      return Delete((header.p2 & 0x80) != 0, data);
    case 0xE6:
      return Install(header.p1, data);
    case 0xE8:
      return Load((header.p1 & 0x80) != 0, header.p2, data);
    default:
      return Sw(0x6A88);
  }
}

// SCP03 has i 70, SCP02 says none; challenge and cryptogram are of no interest.
ResponseApdu FakeCard::InitializeUpdate() const {
  const Bytes counter = {static_cast<uint8_t>(sequence_counter >> 8),
                         static_cast<uint8_t>(sequence_counter)};
  if (scp == 2) {
    return {Concat({key_diversification_data,
                    {key_version_number, 0x02},
                    counter,
                    Bytes(14, 0xCC)}),
            card::kSuccess};
  }
  return {Concat({key_diversification_data,
                  {key_version_number, 0x03, 0x70},
                  Bytes(16, 0xCC),
                  {uint8_t{0x00}},
                  counter}),
          card::kSuccess};
}

std::vector<Bytes> FakeCard::Entries(uint8_t p1) const {
  std::vector<Bytes> entries;
  const auto add = [&entries](const card::Aid& aid, ByteSpan rest) {
    entries.push_back(card::EncodeTlv(
        0xE3, Concat({card::EncodeTlv(0x4F, aid.bytes()), rest})));
  };
  if (p1 == 0x10) {
    for (const auto& [aid, version] : packages) {
      add(aid, card::EncodeTlv(0x84, Concat({aid.bytes(), {uint8_t{0x01}}})));
    }
    return entries;
  }
  if (p1 == 0x20) {
    for (const auto& [aid, version] : packages) {
      const Bytes value = {static_cast<uint8_t>(version >> 8),
                           static_cast<uint8_t>(version)};
      add(aid, says_versions ? card::EncodeTlv(0xCE, value) : Bytes());
    }
    return entries;
  }
  if (p1 == 0x80) {
    add(*card::Aid::FromHex("A000000151000000"),
        FromHexOrDie("9F70010FC5039EFE80"));
    return entries;
  }
  for (const auto& [aid, package] : applications) {
    const Bytes from = card::EncodeTlv(0xC4, package.bytes());
    add(aid, Concat({FromHexOrDie("9F700107C50100"),
                     says_packages ? from : Bytes()}));
  }
  return entries;
}

ResponseApdu FakeCard::GetData(uint16_t tag) const {
  const auto object = objects.find(tag);
  if (object != objects.end()) return {object->second, card::kSuccess};
  if (tag == 0x0066 && !card_recognition_data.empty()) {
    return {card_recognition_data, card::kSuccess};
  }
  if (tag != 0xFF21 || !free_memory.has_value()) return Sw(0x6A88);
  const Bytes number = {static_cast<uint8_t>(*free_memory >> 24),
                        static_cast<uint8_t>(*free_memory >> 16),
                        static_cast<uint8_t>(*free_memory >> 8),
                        static_cast<uint8_t>(*free_memory)};
  return {card::EncodeTlv(0xFF21, card::EncodeTlv(0x82, number)),
          card::kSuccess};
}

ResponseApdu FakeCard::GetStatus(uint8_t p1, bool next) {
  if (p1 == 0x10 && !lists_modules) return Sw(0x6A86);
  const std::vector<Bytes> entries = Entries(p1);
  if (!next) next_entry_ = 0;
  if (next_entry_ >= entries.size()) return Sw(0x6A88);
  Bytes data;
  for (size_t i = 0; i < entries_per_page && next_entry_ < entries.size();
       ++i, ++next_entry_) {
    Append(data, entries[next_entry_]);
  }
  const bool more = next_entry_ < entries.size();
  return {data, more ? card::StatusWord(0x6310) : card::kSuccess};
}

ResponseApdu FakeCard::Install(uint8_t p1, ByteSpan data) {
  const std::vector<ByteSpan> fields = Fields(data);
  if (fields.size() < 5) return Sw(0x6A80);
  if (p1 == 0x02) {
    loading_.reset();
    const card::Aid aid = *card::Aid::Create(fields[0]);
    if (packages.count(aid) > 0) return Sw(0x6985);
    loading_ = aid;
    loaded_.clear();
    next_block_ = 0;
    ++changes;
    return Done();
  }
  const card::Aid package = *card::Aid::Create(fields[0]);
  const card::Aid instance = *card::Aid::Create(fields[2]);
  if (packages.count(package) == 0) return Sw(0x6A88);
  if (applications.count(instance) > 0) return Sw(0x6A80);
  applications.emplace(instance, package);
  ++changes;
  return Done();
}

bool FakeCard::IsImported(const card::Aid& package) const {
  return std::any_of(imports.begin(), imports.end(), [&](const auto& importer) {
    return importer.second.count(package) > 0;
  });
}

ResponseApdu FakeCard::Delete(bool related, ByteSpan data) {
  const auto object = card::ParseSingleTlv(data);
  if (!object.ok() || object->tag != 0x4F) return Sw(0x6A80);
  const card::Aid aid = *card::Aid::Create(object->value);
  if (applications.erase(aid) > 0) {
    ++changes;
    return Done();
  }
  if (packages.count(aid) == 0) return Sw(0x6A88);
  const auto is_of_it = [&aid](const auto& a) { return a.second == aid; };
  const bool in_use =
      std::any_of(applications.begin(), applications.end(), is_of_it);
  if (IsImported(aid) || (in_use && !related)) return Sw(0x6985);
  for (auto it = applications.begin(); it != applications.end();) {
    it = is_of_it(*it) ? applications.erase(it) : std::next(it);
  }
  packages.erase(aid);
  blocks.erase(aid);
  imports.erase(aid);
  ++changes;
  return Done();
}

// A package that is listed has to have the same major version, and at least the
// minor one. Others are taken for packages of the mask.
bool FakeCard::Links(const std::map<card::Aid, uint16_t>& imported) const {
  return std::all_of(imported.begin(), imported.end(), [&](const auto& import) {
    const auto there = packages.find(import.first);
    return there == packages.end() ||
           (there->second >> 8 == import.second >> 8 &&
            there->second >= import.second);
  });
}

// The package is there when its last block is. In the Header component, which
// comes first, are its minor and major version (offsets 10 and 11) and its AID
// (length at 12).
ResponseApdu FakeCard::Load(bool last, uint8_t number, ByteSpan data) {
  if (!loading_.has_value() || number != next_block_) return Sw(0x6985);
  ++next_block_;
  ++changes;
  Append(loaded_, data);
  if (!last) return Done();
  const card::Aid aid = *loading_;
  loading_.reset();
  const auto block = card::ParseSingleTlv(loaded_);
  if (!block.ok() || block->tag != 0xC4) return Sw(0x6A80);
  const ByteSpan value = block->value;
  if (value.subspan(13, value[12]) != ByteSpan(aid.bytes())) return Sw(0x6A80);
  const std::map<card::Aid, uint16_t> imported = ImportsOf(value);
  if (!Links(imported)) return Sw(0x6A80);
  packages[aid] = static_cast<uint16_t>(value[11] << 8 | value[10]);
  blocks[aid] = Bytes(value.begin(), value.end());
  for (const auto& [package, version] : imported) imports[aid].insert(package);
  return Done();
}

}  // namespace cardferry::sequencer
