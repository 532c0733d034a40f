#ifndef CARDFERRY_CARDSIM_CARD_CONTENT_MANAGER_H_
#define CARDFERRY_CARDSIM_CARD_CONTENT_MANAGER_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cardsim/card/load_session.h"
#include "cardsim/card/registry.h"
#include "cardsim/card/stored_objects.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"

namespace cardferry::cardsim {

// Changes what is on the card: INSTALL, LOAD, DELETE and STORE DATA (GPCS
// 2.3.1, chapter 9.3), as plain commands of a host that has authenticated
// itself. What fails changes nothing, and ends a load that was under way.
class ContentManager {
 public:
  // `registry` lives longer.
  explicit ContentManager(Registry& registry) : registry_(registry) {}

  // The privilege that applications may have is to be selected by default, one
  // of them at a time (6985); others are 6A80.
  // P1 02 for load, 04 for install, 08 for make selectable, 0C both, 20 for
  // personalization; P2 00.
  // 6A86 for others, 6A80 for data that is none and for a hash that is not as
  // long as one of SHA-1 or SHA-256, 6985 for an AID that is on the
  // card, 6A88 for a package, module or security domain that is not, 6A84 for
  // too little memory.
  absl::Status Install(const card::CommandApdu& command);

  // P1 00, or 80 for the last block; P2 the block's number. 6985 without a
  // load; else as LoadSession and ParseLoadFile, and 6A80 for another package
  // or hash than INSTALL [for load] announced.
  absl::Status Load(const card::CommandApdu& command);

  // P1 00; P2 00, or 80 with all that came of it. Data: 4F AID. Errors of
  // Registry::Delete; 6A86, 6A80.
  absl::Status Delete(const card::CommandApdu& command);

  // STORE DATA: to the application of INSTALL [for personalization] up to the
  // last block (P1 80), and its answer; else into the issuer security domain,
  // as StoredObjects.
  absl::StatusOr<card::ResponseApdu> StoreData(
      const card::CommandApdu& command);

  // What STORE DATA has put into the issuer security domain.
  const StoredObjects& objects() const { return objects_; }
  StoredObjects& objects() { return objects_; }

  // Forgets what the command `ins` does not go on with: a load but for LOAD, a
  // row of STORE DATA but for another one.
  void InterruptFor(uint8_t ins);
  // Forgets all that is under way.
  void Interrupt() { InterruptFor(0); }

 private:
  absl::Status BeginLoad(ByteSpan data);
  absl::Status FinishLoad();
  absl::Status InstallApplication(ByteSpan data, bool make_selectable);
  absl::Status MakeSelectable(ByteSpan data);
  absl::Status CheckPrivileges(const InstallForInstall& install) const;
  absl::Status BeginPersonalization(ByteSpan data);

  Registry& registry_;
  StoredObjects objects_;
  std::optional<LoadSession> load_;
  std::optional<card::Aid> personalized_;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CARD_CONTENT_MANAGER_H_
