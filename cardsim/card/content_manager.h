#ifndef CARDFERRY_CARDSIM_CARD_CONTENT_MANAGER_H_
#define CARDFERRY_CARDSIM_CARD_CONTENT_MANAGER_H_

#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cardsim/card/dap.h"
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
  // For the security domain `domain`, whose STORE DATA goes into `objects`.
  // These two live longer.
  ContentManager(card::Aid domain, StoredObjects& objects, Registry& registry)
      : domain_(std::move(domain)), objects_(objects), registry_(registry) {}

  // P1 02 for load, 04 for install, 08 for make selectable, 0C both, 10 for
  // extradition, 20 for personalization, 40 for registry update; P2 00.
  // 6A86 for others, 6A80 for data that is none, for a hash that is not as long
  // as one of SHA-1, SHA-256, SHA-384 or SHA-512, and for privileges that are
  // not there (CheckPrivileges), 6985 for an AID that is on the card and for
  // what is another domain's, 6A88 for a package, module or security domain
  // that is not there, 6A84 for too little memory.
  // Security domains come from a package that every card has and does not list.
  // All but personalization: errors of ContentSecurity::CheckToken.
  absl::Status Install(const card::CommandApdu& command);

  // P1 00, or 80 for the last block; P2 the block's number. 6985 without a
  // load; else as LoadSession and ParseLoadFile, and 6A80 for another package
  // or hash than INSTALL [for load] announced; errors of CheckDaps.
  absl::Status Load(const card::CommandApdu& command);

  // P1 00; P2 00, or 80 with all that came of it. Data: 4F AID. Errors of
  // Registry::Delete; 6A86, 6A80; 6985 for what is another domain's, and the
  // security domain itself; errors of ContentSecurity::CheckToken.
  absl::Status Delete(const card::CommandApdu& command);

  // What is answered to one of these three that succeeded: 00, or the
  // confirmation of what a domain with Delegated Management did.
  absl::StatusOr<Bytes> Confirm();

  // STORE DATA: to the application of INSTALL [for personalization] up to the
  // last block (P1 80), and its answer; else into the security domain, as
  // StoredObjects, which also is what another security domain does with it.
  absl::StatusOr<card::ResponseApdu> StoreData(
      const card::CommandApdu& command);

  // Forgets what the command `ins` does not go on with: a load but for LOAD, a
  // row of STORE DATA but for another one.
  void InterruptFor(uint8_t ins);
  // Forgets all that is under way.
  void Interrupt() { InterruptFor(0); }

 private:
  // Whether the domain manages content, but not of its own right.
  bool IsDelegated() const;
  absl::Status InstallPlain(uint8_t p1, ByteSpan data);
  absl::Status ExtraditePlain(ByteSpan data);
  absl::Status DeletePlain(const card::CommandApdu& command);
  std::vector<DapVerifier> Verifiers() const;
  absl::Status BeginLoad(ByteSpan data);
  absl::Status FinishLoad();
  absl::Status InstallApplication(ByteSpan data, bool make_selectable);
  absl::Status MakeSelectable(ByteSpan data);
  // A new instance without what only applets, or only security domains, have.
  absl::StatusOr<Application> NewInstance(
      const InstallForInstall& install) const;
  absl::Status BeginPersonalization(ByteSpan data);

  card::Aid domain_;
  StoredObjects& objects_;
  Registry& registry_;
  std::optional<LoadSession> load_;
  std::optional<card::Aid> personalized_;
  std::vector<card::Aid> done_;  // what a confirmation names; may be none
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CARD_CONTENT_MANAGER_H_
