#include "services/keyvault/opening_desk.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "lib/base/status_macros.h"

namespace cardferry::keyvault {
namespace {

constexpr size_t kMacSize = 32;

absl::Status CheckName(absl::string_view what, const std::string& name) {
  if (!name.empty() && name.size() <= OpeningDesk::kLongestName) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("the ", what, "'s name has ", name.size(),
                   " bytes, must have 1 to ", OpeningDesk::kLongestName));
}

}  // namespace

absl::StatusOr<std::vector<IssuedOpening>> OpeningDesk::Issue(
    const Place& place, uint32_t count) {
  if (count < 1 || count > kMostAtOnce) {
    return absl::InvalidArgumentError(
        absl::StrCat(count, " openings wanted, must be 1 to ", kMostAtOnce));
  }
  RETURN_IF_ERROR(CheckName("agent", place.agent));
  RETURN_IF_ERROR(CheckName("reader", place.reader));
  const absl::Time expires_at = clock_.Now() + lifetime_;
  std::vector<IssuedOpening> issued(count);
  for (IssuedOpening& one : issued) {
    random_.Fill(absl::MakeSpan(one.opening.serial));
    random_.Fill(absl::MakeSpan(one.opening.host_challenge));
    one.opening.place = place;
    one.opening.expires_at = expires_at;
    one.ticket = EncodeOpening(one.opening);
    ASSIGN_OR_RETURN(const Bytes mac, keys_.TicketMac(one.ticket));
    Append(one.ticket, mac);
  }
  return issued;
}

absl::StatusOr<Opening> OpeningDesk::Admit(ByteSpan ticket,
                                           const Place& place) {
  const absl::Status not_ours =
      absl::PermissionDeniedError("the opening ticket is not one of ours");
  if (ticket.size() < kMacSize) return not_ours;
  const ByteSpan body = ticket.subspan(0, ticket.size() - kMacSize);
  ASSIGN_OR_RETURN(const Bytes mac, keys_.TicketMac(body));
  if (!ConstantTimeEqual(mac, ticket.subspan(body.size()))) return not_ours;
  absl::StatusOr<Opening> opening = DecodeOpening(body);
  if (!opening.ok()) return not_ours;  // of another version of this program
  if (!(opening->place == place)) {
    return absl::PermissionDeniedError(
        "the opening ticket was issued for another agent or reader");
  }
  if (clock_.Now() >= opening->expires_at) {
    return absl::FailedPreconditionError("the opening has expired");
  }
  return *std::move(opening);
}

}  // namespace cardferry::keyvault
