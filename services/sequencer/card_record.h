#ifndef CARDFERRY_SERVICES_SEQUENCER_CARD_RECORD_H_
#define CARDFERRY_SERVICES_SEQUENCER_CARD_RECORD_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"
#include "lib/card/apdu/response_apdu.h"
#include "lib/card/gp/get_status.h"

namespace cardferry::sequencer {

// GET STATUS answers, page by page, as a card gave them: at least one page
// each. What the next load compares with, byte for byte.
struct StatusSnapshot {
  std::vector<card::ResponseApdu> load_files;
  std::vector<card::ResponseApdu> applications;

  bool operator==(const StatusSnapshot& o) const {
    return load_files == o.load_files && applications == o.applications;
  }
};

// What is on a card, read from a snapshot.
struct CardContent {
  std::vector<card::StatusEntry> load_files;
  std::vector<card::StatusEntry> applications;
  // False when the card has more than was asked for.
  bool complete = true;

  // The entry with this AID, or nullptr.
  const card::StatusEntry* FindLoadFile(const card::Aid& aid) const;
  const card::StatusEntry* FindApplication(const card::Aid& aid) const;
};

// FAILED_PRECONDITION when the card refused to list, INVALID_ARGUMENT when its
// lists are not well formed.
absl::StatusOr<CardContent> ReadContent(const StatusSnapshot& snapshot);

// What is remembered of a card. The orchestrator keeps it, without reading it.
struct CardRecord {
  std::string card_id;
  // As last read; nothing for a card that was never read.
  std::optional<StatusSnapshot> snapshot;
  // Which CAP file (SHA-256) a package was loaded from; also when it is not
  // certain that the load went through. Counts only while the card lists the
  // package.
  std::map<card::Aid, Bytes> origins;
  // Card production life cycle data at the first session; may be empty.
  Bytes cplc;

  bool operator==(const CardRecord& o) const {
    return card_id == o.card_id && snapshot == o.snapshot &&
           origins == o.origins && cplc == o.cplc;
  }
};

// Takes what the card now says, up to the end of its lists; forgets the origin
// of packages that it does not list any more. Same errors as ReadContent, and
// then nothing is changed.
absl::Status UpdateSnapshot(CardRecord& record, StatusSnapshot snapshot);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_CARD_RECORD_H_
