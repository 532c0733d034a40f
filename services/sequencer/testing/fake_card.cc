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

}  // namespace

absl::StatusOr<ResponseApdu> FakeCard::Transmit(
    const card::CommandApdu& command) {
  if (dies_after.has_value() && commands >= *dies_after) {
    return absl::UnavailableError("the card is gone");
  }
  ++commands;
  const auto fault = faults.find(command.header().ins);
  if (fault != faults.end()) return Sw(fault->second);
  ByteSpan data = command.data();
  if ((command.header().cla & 0x04) != 0) data.remove_suffix(8);
  return Answer(command, data);
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
    case 0x82:
      return Sw(0x9000);
    case 0xF2:
      return GetStatus(header.p1, (header.p2 & 0x01) != 0);
    case 0xE6:
      return Install(header.p1, data);
    case 0xE8:
      return Load((header.p1 & 0x80) != 0, data);
    default:
      return Sw(0x6A88);
  }
}

// SCP03, i 70; challenge, cryptogram and counter are of no interest.
ResponseApdu FakeCard::InitializeUpdate() const {
  return {Concat({key_diversification_data,
                  {key_version_number, 0x03, 0x70},
                  Bytes(16, 0xCC),
                  Bytes(3, 0x00)}),
          card::kSuccess};
}

std::vector<Bytes> FakeCard::Entries(uint8_t p1) const {
  std::vector<Bytes> entries;
  const auto add = [&entries](const card::Aid& aid, ByteSpan rest) {
    entries.push_back(card::EncodeTlv(
        0xE3, Concat({card::EncodeTlv(0x4F, aid.bytes()), rest})));
  };
  if (p1 == 0x20) {
    for (const auto& [aid, version] : packages) {
      const Bytes value = {static_cast<uint8_t>(version >> 8),
                           static_cast<uint8_t>(version)};
      add(aid, says_versions ? card::EncodeTlv(0xCE, value) : Bytes());
    }
    return entries;
  }
  for (const auto& [aid, package] : applications) {
    add(aid, Concat({FromHexOrDie("9F700107C50100"),
                     card::EncodeTlv(0xC4, package.bytes())}));
  }
  return entries;
}

ResponseApdu FakeCard::GetStatus(uint8_t p1, bool next) {
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
    loading_ = *card::Aid::Create(fields[0]);
    loaded_.clear();
    if (packages.count(*loading_) > 0) return Sw(0x6985);
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

// The package is there when its last block is: minor and major version are
// bytes 10 and 11 of the Header component.
ResponseApdu FakeCard::Load(bool last, ByteSpan data) {
  if (!loading_.has_value()) return Sw(0x6985);
  ++changes;
  Append(loaded_, data);
  if (!last) return Done();
  const auto block = card::ParseSingleTlv(loaded_);
  if (!block.ok() || block->tag != 0xC4) return Sw(0x6A80);
  const uint16_t version =
      static_cast<uint16_t>(block->value[11] << 8 | block->value[10]);
  packages[*loading_] = version;
  loading_.reset();
  return Done();
}

}  // namespace cardferry::sequencer
