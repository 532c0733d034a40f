// VerifyResponses (secure_channel.h), and R-MACs of SCP03.
#include "lib/card/scp/response_verification.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/card/scp/scp02_response_macs.h"

namespace cardferry::scp {
namespace {

using card::CommandApdu;
using card::ResponseApdu;

void Forge(VerifiedResponse& result) {
  result.assurance = Assurance::kForged;
  result.data.clear();
}

// Answers that must have an R-MAC, and what it is computed over (GPC Amendment
// D, 6.2.5):
//   whole C-MAC of the command (16) | data, encrypted if it is | SW
struct MacedAnswers {
  std::vector<size_t> answers;  // whose
  std::vector<Bytes> messages;
};

MacedAnswers FindMacedAnswers(const SessionCipher& cipher,
                              absl::Span<const SentCommand> packet,
                              std::vector<VerifiedResponse>& results) {
  const size_t mac_length = SentMacLength(cipher.protocol());
  MacedAnswers maced;
  for (size_t i = FirstCommand(cipher); i < results.size(); ++i) {
    VerifiedResponse& result = results[i];
    if (!MustHaveRMac(result.sw)) {
      if (!result.data.empty()) Forge(result);
      continue;
    }
    if (result.data.size() < mac_length) {
      Forge(result);
      continue;
    }
    const ByteSpan data =
        ByteSpan(result.data).first(result.data.size() - mac_length);
    maced.answers.push_back(i);
    maced.messages.push_back(Concat({packet[i].mac, data, Encode(result.sw)}));
  }
  return maced;
}

absl::Status CheckMacs(SessionCipher& cipher, const MacedAnswers& maced,
                       std::vector<VerifiedResponse>& results) {
  if (maced.messages.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<Bytes> macs,
                   ResponseMacs(cipher, {}, maced.messages));
  const size_t mac_length = SentMacLength(cipher.protocol());
  for (size_t i = 0; i < macs.size(); ++i) {
    VerifiedResponse& result = results[maced.answers[i]];
    if (ConstantTimeEqual(ByteSpan(macs[i]).first(mac_length),
                          ByteSpan(result.data).last(mac_length))) {
      result.assurance = Assurance::kProven;
      result.data.resize(result.data.size() - mac_length);
    } else {
      Forge(result);
    }
  }
  return absl::OkStatus();
}

// Of proven answers only: they are the card's own, so wrong padding is its
// fault, and no oracle.
absl::Status Decrypt(SessionCipher& cipher,
                     absl::Span<const SentCommand> packet,
                     std::vector<VerifiedResponse>& results) {
  std::vector<SessionCipher::Ciphertext> ciphertexts;
  std::vector<size_t> whose;
  for (size_t i = 0; i < results.size(); ++i) {
    if (results[i].assurance != Assurance::kProven || results[i].data.empty()) {
      continue;
    }
    ciphertexts.push_back({packet[i].counter, results[i].data});
    whose.push_back(i);
  }
  if (ciphertexts.empty()) return absl::OkStatus();
  absl::StatusOr<std::vector<Bytes>> plaintexts =
      cipher.DecryptResponses(ciphertexts);
  if (absl::IsInvalidArgument(plaintexts.status())) {
    return absl::DataLossError(
        "the card's answer has its R-MAC, and does not decrypt");
  }
  RETURN_IF_ERROR(plaintexts.status());
  if (plaintexts->size() != whose.size()) {
    return absl::InternalError("cipher lost a plaintext");
  }
  for (size_t i = 0; i < whose.size(); ++i) {
    results[whose[i]].data = std::move((*plaintexts)[i]);
  }
  return absl::OkStatus();
}

absl::Status VerifyScp03(SessionCipher& cipher, SecurityLevel level,
                         absl::Span<const SentCommand> packet,
                         std::vector<VerifiedResponse>& results) {
  const MacedAnswers maced = FindMacedAnswers(cipher, packet, results);
  RETURN_IF_ERROR(CheckMacs(cipher, maced, results));
  if (!HasREnc(level)) return absl::OkStatus();
  return Decrypt(cipher, packet, results);
}

bool CanHaveRMac(const ChannelProtocol& protocol, SecurityLevel level,
                 absl::Span<const CommandApdu> commands) {
  if (HasRMac(level)) return true;
  return HasCMac(level) && OffersRMacSession(protocol) &&
         std::any_of(commands.begin(), commands.end(), BeginsRMacSession);
}

}  // namespace

bool MustHaveRMac(card::StatusWord sw) {
  return sw == card::kSuccess || sw.sw1() == 0x62 || sw.sw1() == 0x63;
}

Bytes Encode(card::StatusWord sw) { return {sw.sw1(), sw.sw2()}; }

absl::StatusOr<std::vector<Bytes>> ResponseMacs(
    SessionCipher& cipher, ByteSpan chaining_value,
    absl::Span<const Bytes> messages) {
  ASSIGN_OR_RETURN(std::vector<Bytes> macs,
                   cipher.ResponseMacs(chaining_value, messages));
  if (macs.size() != messages.size()) {
    return absl::InternalError("cipher lost an R-MAC");
  }
  for (const Bytes& mac : macs) {
    if (mac.size() != BlockLength(cipher.protocol())) {
      return absl::InternalError("cipher gave an R-MAC of a wrong length");
    }
  }
  return macs;
}

absl::StatusOr<std::vector<VerifiedResponse>> VerifyResponses(
    SessionCipher& cipher, SecurityLevel level,
    absl::Span<const CommandApdu> commands,
    absl::Span<const ResponseApdu> answers) {
  if (answers.size() > commands.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        answers.size(), " answers to ", commands.size(), " commands"));
  }
  RETURN_IF_ERROR(CheckBeginning(cipher, level, commands));
  std::vector<VerifiedResponse> results;
  for (const ResponseApdu& answer : answers) {
    results.push_back({Assurance::kReported, answer.data, answer.sw});
  }
  const ChannelProtocol protocol = cipher.protocol();
  if (!CanHaveRMac(protocol, level, commands)) return results;
  ASSIGN_OR_RETURN(const std::vector<SentCommand> packet,
                   ReadSentPacket(cipher, level, commands));
  RETURN_IF_ERROR(protocol.scp == kScp03
                      ? VerifyScp03(cipher, level, packet, results)
                      : VerifyScp02(cipher, level, packet, results));
  return results;
}

}  // namespace cardferry::scp
