#ifndef CARDFERRY_SERVICES_SEQUENCER_CARD_RECORD_H_
#define CARDFERRY_SERVICES_SEQUENCER_CARD_RECORD_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"
#include "lib/card/apdu/response_apdu.h"
#include "lib/card/gp/get_status.h"

namespace cardferry::sequencer {

// GET STATUS answers, page by page, as a card gave them.
struct StatusSnapshot {
  // At least one page each. What the next load compares with, byte for byte.
  std::vector<card::ResponseApdu> load_files;
  std::vector<card::ResponseApdu> applications;
  // The load files again, with their modules. Not every card lists them: may be
  // empty, and nothing is decided by it.
  std::vector<card::ResponseApdu> modules = {};

  bool operator==(const StatusSnapshot& o) const {
    return load_files == o.load_files && applications == o.applications &&
           modules == o.modules;
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
// lists are not well formed. Modules that it did not list well are left out.
absl::StatusOr<CardContent> ReadContent(const StatusSnapshot& snapshot);

// Where a package on a card came from.
struct Origin {
  // SHA-256 of the CAP file; UnknownContent() when that is not known any more.
  Bytes content_hash;
  // The packages that it needs; empty too when nobody noted them.
  std::vector<card::Aid> imports = {};

  bool operator==(const Origin& o) const {
    return content_hash == o.content_hash && imports == o.imports;
  }
};
using Origins = std::map<card::Aid, Origin>;

// What stands for a hash, and no CAP file has.
Bytes UnknownContent();

// The fingerprints of what applications were given (PersonalData); none of one
// of which only that much is known that it may have been given something.
using StoredData = std::map<card::Aid, std::vector<Bytes>>;

// What is remembered of a card. The orchestrator keeps it, without reading it.
struct CardRecord {
  std::string card_id;
  // As last read; nothing for a card that was never read.
  std::optional<StatusSnapshot> snapshot = std::nullopt;
  // Also of packages of which it is not certain that the load went through.
  // Counts only while the card lists the package.
  Origins origins = {};
  // Card production life cycle data at the first session; may be empty.
  Bytes cplc = {};
  // SCP02's, of the last session whose cryptogram was right: the cryptogram
  // covers it. Never SCP03's, which nothing covers. It falls only with a notice
  // (Sequencer::Prepared).
  std::optional<uint32_t> sequence_counter = std::nullopt;
  // Of the last receipt that was verified (GPCS 2.3.1, 11.1.6): it only rises.
  std::optional<uint32_t> confirmation_counter = std::nullopt;
  // What the card last proved of the security domain that it was opened with,
  // the answer to GET STATUS; empty when it never did.
  Bytes security_domain = {};
  // When the snapshot came from the card; never, for older records.
  absl::Time read_at = absl::InfinitePast();
  // Counts only while the card lists the application. No card shows what it was
  // given: this is all that is known.
  StoredData stored = {};
  // Issuer identification and card image number as the production data above.
  Bytes issuer_number = {};
  Bytes card_number = {};
  // The card has proven all three of them, as far as they are not empty.
  bool identity_proven = false;
  // The card gives its production data without their tag.
  bool cplc_bare = false;

  bool operator==(const CardRecord& o) const {
    return card_id == o.card_id && snapshot == o.snapshot &&
           origins == o.origins && cplc == o.cplc &&
           issuer_number == o.issuer_number && card_number == o.card_number &&
           identity_proven == o.identity_proven &&
           sequence_counter == o.sequence_counter &&
           confirmation_counter == o.confirmation_counter &&
           security_domain == o.security_domain && read_at == o.read_at &&
           stored == o.stored && cplc_bare == o.cplc_bare;
  }
};

// The security domain as the card last proved it; nullopt when it never
// did, or said something else than one entry.
std::optional<card::StatusEntry> SecurityDomainOf(const CardRecord& record);

// Takes what the card now says, up to the end of its lists; forgets the origin
// of packages, and what applications were given, that it does not list any
// more. Same errors as ReadContent, and then nothing is changed. Modules that
// cannot be read are not kept.
absl::Status UpdateSnapshot(CardRecord& record, StatusSnapshot snapshot);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_CARD_RECORD_H_
