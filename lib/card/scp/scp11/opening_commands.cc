#include "lib/card/scp/scp11/opening_commands.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/base/status_macros.h"
#include "lib/card/scp/scp11/certificate.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::scp {
namespace {

using card::CommandApdu;
using card::CommandHeader;
using card::Tlv;

constexpr uint8_t kScp11 = 0x11;
constexpr uint8_t kKeyTypeAes = 0x88;
constexpr uint8_t kMoreBlocks = 0x10;        // in CLA
constexpr uint8_t kMoreBlocksP1 = 0x80;      // in P1
constexpr uint8_t kMoreCertificates = 0x80;  // in P2
constexpr uint32_t kLe00 = 256;
constexpr uint32_t kTagControlReference = 0xA6;
constexpr uint32_t kTagPoint = 0x5F49;
constexpr uint32_t kTagReceipt = 0x86;
constexpr size_t kReceiptLength = 16;

// Bits of the parameters: 01 the host is authenticated, 02 the card has no
// ephemeral key.
uint8_t Parameters(Scp11Variant variant) {
  switch (variant) {
    case Scp11Variant::kA:
      return 0x01;
    case Scp11Variant::kB:
      return 0x00;
    case Scp11Variant::kC:
      return 0x03;
  }
  return 0x00;
}

// GPCS 2.3.1, table 11-16: secure messaging both ways (30), cryptographic
// checksums (04), confidentiality (08).
uint8_t KeyUsage(SecurityLevel level) {
  return level == SecurityLevel::kCMacRMac ? 0x34 : 0x3C;
}

constexpr uint8_t Or(uint8_t a, uint8_t b) {
  return static_cast<uint8_t>(a | b);
}

absl::Status AppendBlocks(CommandHeader header, ByteSpan certificate,
                          BlockMark mark, std::vector<CommandApdu>& commands) {
  while (!certificate.empty()) {
    const ByteSpan block = certificate.first(
        std::min(certificate.size(), CommandApdu::kMaxShortData));
    certificate.remove_prefix(block.size());
    CommandHeader now = header;
    if (!certificate.empty()) {
      now.cla = Or(now.cla, kMoreBlocks);
      if (mark == BlockMark::kClaAndP1) now.p1 = Or(now.p1, kMoreBlocksP1);
    }
    ASSIGN_OR_RETURN(CommandApdu command,
                     CommandApdu::Create(now, block, kLe00));
    commands.push_back(std::move(command));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckTerms(const Scp11Terms& terms) {
  if (terms.level != SecurityLevel::kCDecCMacRMacREnc &&
      terms.level != SecurityLevel::kCMacRMac) {
    return absl::InvalidArgumentError(
        absl::StrFormat("SCP11 has no security level %02X, it has 11 and 33",
                        static_cast<uint8_t>(terms.level)));
  }
  if (terms.key_length != 16 && terms.key_length != 24 &&
      terms.key_length != 32) {
    return absl::InvalidArgumentError(absl::StrCat(
        "session keys of ", terms.key_length, " bytes, AES has 16, 24 or 32"));
  }
  return absl::OkStatus();
}

CommandApdu CertificateStoreCommand(KeyReference card_key) {
  const Bytes data = card::EncodeTlv(
      kTagControlReference,
      card::EncodeTlv(
          0x83, Bytes{card_key.key_identifier, card_key.key_version_number}));
  return *CommandApdu::Create({0x00, 0xCA, 0xBF, 0x21}, data, kLe00);
}

absl::StatusOr<std::vector<CommandApdu>> PresentCertificates(
    KeyReference ca_key, absl::Span<const Bytes> chain, BlockMark mark) {
  if (chain.empty() || chain.size() > kMaxChainLength) {
    return absl::InvalidArgumentError(
        absl::StrCat("a chain of ", chain.size(), " certificates, must have 1 ",
                     "to ", kMaxChainLength));
  }
  std::vector<CommandApdu> commands;
  for (size_t i = 0; i < chain.size(); ++i) {
    if (chain[i].empty() || chain[i].size() > kMaxCertificateLength) {
      return absl::InvalidArgumentError(
          absl::StrCat("certificate ", i, " has ", chain[i].size(),
                       " bytes, must have 1 to ", kMaxCertificateLength));
    }
    CommandHeader header{0x80, 0x2A, ca_key.key_version_number,
                         ca_key.key_identifier};
    if (i + 1 < chain.size()) header.p2 = Or(header.p2, kMoreCertificates);
    RETURN_IF_ERROR(AppendBlocks(header, chain[i], mark, commands));
  }
  return commands;
}

absl::StatusOr<CommandApdu> AuthenticateCommand(const Scp11Terms& terms,
                                                ByteSpan ephemeral_point) {
  RETURN_IF_ERROR(CheckTerms(terms));
  Bytes reference;
  card::AppendTlv(reference, 0x90, Bytes{kScp11, Parameters(terms.variant)});
  card::AppendTlv(reference, 0x95, Bytes{KeyUsage(terms.level)});
  card::AppendTlv(reference, 0x80, Bytes{kKeyTypeAes});
  card::AppendTlv(reference, 0x81,
                  Bytes{static_cast<uint8_t>(terms.key_length)});
  Bytes data = card::EncodeTlv(kTagControlReference, reference);
  card::AppendTlv(data, kTagPoint, ephemeral_point);
  if (data.size() > CommandApdu::kMaxShortData) {
    return absl::InvalidArgumentError("a point that is too long");
  }
  const bool mutual = terms.variant != Scp11Variant::kB;
  const uint8_t ins = mutual ? 0x82 : 0x88;
  return CommandApdu::Create({0x80, ins, terms.card_key.key_version_number,
                              terms.card_key.key_identifier},
                             data, kLe00);
}

absl::StatusOr<AuthenticateAnswer> AuthenticateAnswer::Parse(ByteSpan answer) {
  ASSIGN_OR_RETURN(const std::vector<Tlv> tlvs, card::ParseTlvs(answer));
  if (tlvs.size() != 2 || tlvs[0].tag != kTagPoint ||
      tlvs[1].tag != kTagReceipt) {
    return absl::InvalidArgumentError("not a point (5F49) and a receipt (86)");
  }
  if (tlvs[1].value.size() != kReceiptLength) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a receipt of ", tlvs[1].value.size(), " bytes, must have 16"));
  }
  AuthenticateAnswer parsed;
  parsed.point.assign(tlvs[0].value.begin(), tlvs[0].value.end());
  parsed.encoded_point.assign(answer.data(),
                              tlvs[0].value.data() + tlvs[0].value.size());
  parsed.receipt.assign(tlvs[1].value.begin(), tlvs[1].value.end());
  return parsed;
}

Bytes ReceiptMessage(const CommandApdu& authenticate,
                     const AuthenticateAnswer& answer) {
  return Concat({authenticate.data(), answer.encoded_point});
}

Bytes SharedInfo(const Scp11Terms& terms) {
  return {KeyUsage(terms.level), kKeyTypeAes,
          static_cast<uint8_t>(terms.key_length)};
}

}  // namespace cardferry::scp
