#include "agent/pcsc/reader_table.h"

#include <algorithm>

namespace cardferry::agent {

using Kind = Sighting::Kind;

std::vector<Sighting> ReaderTable::SetReaders(
    const std::vector<std::string>& readers) {
  std::vector<Sighting> sightings;
  for (auto known = readers_.begin(); known != readers_.end();) {
    if (std::find(readers.begin(), readers.end(), known->first) !=
        readers.end()) {
      ++known;
      continue;
    }
    if (known->second.content != Content::kNothing) {
      sightings.push_back({Kind::kCardOut, known->first});
    }
    sightings.push_back({Kind::kReaderGone, known->first});
    known = readers_.erase(known);
  }
  for (const std::string& reader : readers) {
    if (!readers_.emplace(reader, Reader()).second) continue;
    sightings.push_back({Kind::kReaderFound, reader});
  }
  return sightings;
}

std::vector<Sighting> ReaderTable::Look(const ReaderLook& look) {
  const auto found = readers_.find(look.reader);
  if (found == readers_.end()) return {};
  Reader& reader = found->second;
  const Content now = !look.present ? Content::kNothing
                      : look.mute   ? Content::kMute
                                    : Content::kCard;
  const bool another = reader.counted && reader.events != look.events;
  const Content before = reader.content;
  reader = {now, true, look.events};
  if (before == now && (now == Content::kNothing || !another)) return {};
  std::vector<Sighting> sightings;
  if (before != Content::kNothing) {
    sightings.push_back({Kind::kCardOut, look.reader});
  }
  if (now == Content::kCard) {
    sightings.push_back({Kind::kCardIn, look.reader, look.atr});
  } else if (now == Content::kMute) {
    sightings.push_back({Kind::kCardMute, look.reader});
  }
  return sightings;
}

std::vector<Sighting> ReaderTable::LoseService() {
  std::vector<Sighting> sightings;
  for (auto& [name, reader] : readers_) {
    if (reader.content != Content::kNothing) {
      sightings.push_back({Kind::kCardOut, name});
    }
    reader = Reader();
  }
  return sightings;
}

}  // namespace cardferry::agent
