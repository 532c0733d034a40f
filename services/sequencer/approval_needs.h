#ifndef CARDFERRY_SERVICES_SEQUENCER_APPROVAL_NEEDS_H_
#define CARDFERRY_SERVICES_SEQUENCER_APPROVAL_NEEDS_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/gp/content_commands.h"
#include "lib/card/gp/dap.h"
#include "services/sequencer/card_profile.h"
#include "services/sequencer/load_file_cache.h"
#include "services/sequencer/signed_content.h"

namespace cardferry::sequencer {

// A signature that a card asks for, and for people: what it is for, and what an
// approver does.
struct ApprovalNeed {
  WantedSignature wanted;
  std::string what;
};

// Signatures that were found.
using Signatures = std::map<WantedSignature, Bytes>;

// The hash that INSTALL [for load] says; empty when the profile wants none.
Bytes LoadFileHash(const CardProfile& profile, ByteSpan load_file_data_block);

// What has to stand before this load file. INVALID_ARGUMENT as
// CapFile::LoadFileDataBlock.
absl::StatusOr<std::vector<ApprovalNeed>> DapNeeds(const CardProfile& profile,
                                                   const LoadFile& file);

// The blocks that stand before a load file with this hash, of the signatures
// that are there.
std::vector<card::DapBlock> DapBlocks(const CardProfile& profile, ByteSpan hash,
                                      const Signatures& signatures);

// The token that a plain command needs; nullopt for one that the profile's
// cards take without.
absl::StatusOr<std::optional<ApprovalNeed>> TokenNeed(
    const CardProfile& profile, const card::CommandApdu& command);

// The command with its token, or as it is when it needs none or its signature
// is not there. RESOURCE_EXHAUSTED, with the numbers, when there is no room for
// it at this protection.
absl::StatusOr<card::CommandApdu> WithToken(const CardProfile& profile,
                                            const card::CommandApdu& command,
                                            card::Protection protection,
                                            const Signatures& signatures);

// Asks for all of them. INVALID_ARGUMENT that says what is missing and what an
// approver does about it; `source` null: every need is missing.
absl::StatusOr<Signatures> FindSignatures(absl::Span<const ApprovalNeed> needs,
                                          SignedContent* source);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_APPROVAL_NEEDS_H_
