#include "services/keyvault/opening_ticket.h"

#include "absl/status/status.h"
#include "lib/base/status_macros.h"
#include "services/keyvault/encoding.h"

namespace cardferry::keyvault {
namespace {

constexpr uint8_t kVersion = 2;

}  // namespace

Bytes HostChallengeFor(const Opening& opening,
                       const scp::ChannelProtocol& protocol) {
  const auto begin = opening.host_challenge.begin();
  return Bytes(begin,
               begin + static_cast<ptrdiff_t>(scp::ChallengeLength(protocol)));
}

Bytes EncodeOpening(const Opening& opening) {
  return FieldWriter()
      .Byte(kVersion)
      .Fixed(opening.serial)
      .Fixed(opening.host_challenge)
      .Time(opening.expires_at)
      .Text(opening.place.agent)
      .Text(opening.place.reader)
      .bytes();
}

absl::StatusOr<Opening> DecodeOpening(ByteSpan encoded) {
  FieldReader reader(encoded);
  const uint8_t version = reader.Byte();
  Opening opening;
  opening.serial = reader.Fixed<16>();
  opening.host_challenge = reader.Fixed<16>();
  opening.expires_at = reader.Time();
  opening.place.agent = reader.Text();
  opening.place.reader = reader.Text();
  RETURN_IF_ERROR(Annotate(reader.Finish(), "opening ticket"));
  if (version != kVersion) {
    return absl::InvalidArgumentError("opening ticket of an unknown version");
  }
  return opening;
}

}  // namespace cardferry::keyvault
