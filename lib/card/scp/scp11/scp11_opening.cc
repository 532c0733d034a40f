#include "lib/card/scp/scp11/scp11_opening.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "lib/base/status_macros.h"

namespace cardferry::scp {
namespace {

absl::Status CheckSessionProtocol(const ChannelProtocol& protocol,
                                  SecurityLevel level) {
  if (protocol.scp == kScp03 && IsLegal(protocol, level)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrFormat("SCP%02X with i %02X cannot go on at level %02X",
                      protocol.scp, protocol.i, static_cast<uint8_t>(level)));
}

}  // namespace

absl::StatusOr<Scp11Session> OpenScp11Session(
    KeyAgreement& keys, const Scp11Terms& terms,
    const ChannelProtocol& protocol, const card::CommandApdu& authenticate,
    ByteSpan card_static, ByteSpan answer) {
  RETURN_IF_ERROR(CheckTerms(terms));
  RETURN_IF_ERROR(CheckSessionProtocol(protocol, terms.level));
  ASSIGN_OR_RETURN(AuthenticateAnswer parsed,
                   AuthenticateAnswer::Parse(answer));
  Agreement agreement;
  agreement.variant = terms.variant;
  agreement.card_static.assign(card_static.begin(), card_static.end());
  agreement.card_ephemeral = parsed.point;
  agreement.shared_info = SharedInfo(terms);
  agreement.key_length = terms.key_length;
  agreement.receipt_message = ReceiptMessage(authenticate, parsed);
  agreement.receipt = parsed.receipt;
  agreement.protocol = protocol;
  agreement.quirks = terms.quirks;
  agreement.level = terms.level;
  Scp11Session session;
  ASSIGN_OR_RETURN(session.cipher, keys.Agree(agreement));
  session.state = {terms.level, std::move(parsed.receipt), 0};
  return session;
}

}  // namespace cardferry::scp
