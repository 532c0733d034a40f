#include "lib/card/gp/extradition.h"

#include "lib/base/bytes.h"

namespace cardferry::card {
namespace {

// One byte of length: an AID has 16 at most.
void AppendAid(Bytes& data, const Aid& aid) {
  data.push_back(static_cast<uint8_t>(aid.bytes().size()));
  Append(data, aid.bytes());
}

}  // namespace

// security domain | 00 | content | 00 | parameters: 00 | token: 00
absl::StatusOr<CommandApdu> InstallForExtradition(const Aid& security_domain,
                                                  const Aid& content) {
  Bytes data;
  AppendAid(data, security_domain);
  data.push_back(0x00);
  AppendAid(data, content);
  Append(data, Bytes(3));
  return CommandApdu::Create({0x80, 0xE6, 0x10, 0x00}, data,
                             CommandApdu::kMaxShortLe);
}

}  // namespace cardferry::card
