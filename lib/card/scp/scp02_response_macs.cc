#include "lib/card/scp/scp02_response_macs.h"

#include <utility>

#include "lib/base/status_macros.h"
#include "lib/card/scp/command_framing.h"
#include "lib/card/scp/response_verification.h"

namespace cardferry::scp {
namespace {

constexpr uint8_t kRMacOption = 0x20;  // in `i`
constexpr size_t kMacLength = 8;
constexpr uint8_t kBeginRMacSession = 0x7A;
constexpr uint8_t kEndRMacSession = 0x78;
constexpr uint8_t kWithRMac = 0x10;      // P1 of BEGIN
constexpr uint8_t kEndOfSession = 0x02;  // P2 of END: else only asks for it

// The answers that are chained with each other, and the requests for the last
// R-MAC between them.
struct Chain {
  Bytes start;  // the chaining value; empty after BEGIN R-MAC SESSION
  std::vector<size_t> answers;
  struct Request {
    size_t answer = 0;
    size_t after = 0;  // how many of `answers` came before
  };
  std::vector<Request> requests;
};

// An answer as the chain has it.
struct Shown {
  bool well_formed = true;
  Bytes data;
  Bytes mac;  // empty where there is none, and need not be
};

Shown Split(const VerifiedResponse& answer) {
  if (answer.data.empty() && !MustHaveRMac(answer.sw)) return {};
  if (answer.data.size() < kMacLength) return {false, {}, {}};
  const ByteSpan data =
      ByteSpan(answer.data).first(answer.data.size() - kMacLength);
  const ByteSpan mac = ByteSpan(answer.data).last(kMacLength);
  return {data.empty() || MustHaveRMac(answer.sw),
          Bytes(data.begin(), data.end()), Bytes(mac.begin(), mac.end())};
}

// What an R-MAC is computed over, after the one before (GPCS 2.3.1, E.4.5):
//   CLA without secure messaging and channel | INS P1 P2 | Lc | command data |
//   Li | response data | SW
// Lc (1, or 3 when extended) is 00 for a command without data. Li is the length
// of the response data, its low byte.
Bytes RMacInput(const SentCommand& command, ByteSpan data,
                card::StatusWord sw) {
  const card::CommandHeader& header = command.header;
  const size_t lc = command.data.size();
  Bytes input = {WithoutChannel(WithoutSecureMessaging(header.cla)), header.ins,
                 header.p1, header.p2};
  if (command.extended) {
    input.push_back(0);
    input.push_back(static_cast<uint8_t>(lc >> 8));
  }
  input.push_back(static_cast<uint8_t>(lc));
  Append(input, command.data);
  input.push_back(static_cast<uint8_t>(data.size()));
  Append(input, data);
  Append(input, Encode(sw));
  return input;
}

void Judge(const Shown& shown, ByteSpan mac, bool& intact,
           VerifiedResponse& result) {
  if (!shown.well_formed ||
      (!shown.mac.empty() && !ConstantTimeEqual(shown.mac, mac))) {
    intact = false;
  }
  if (!intact) {
    result.assurance = Assurance::kForged;
    result.data.clear();
  } else if (!shown.mac.empty()) {
    result.assurance = Assurance::kProven;
    result.data = shown.data;
  }
}

// The answer to END R-MAC SESSION, whose data is the chain's last R-MAC.
void JudgeRequest(ByteSpan mac, bool intact, VerifiedResponse& result) {
  if (!MustHaveRMac(result.sw) && result.data.empty()) return;
  if (intact && ConstantTimeEqual(result.data, mac)) {
    result.assurance = Assurance::kProven;
    return;
  }
  result.assurance = Assurance::kForged;
  result.data.clear();
}

absl::Status JudgeChain(SessionCipher& cipher, const Chain& chain,
                        absl::Span<const SentCommand> packet,
                        std::vector<VerifiedResponse>& results) {
  const bool has_begin = chain.start.empty();
  std::vector<Shown> shown;
  std::vector<Bytes> messages;
  for (size_t i = 0; i < chain.answers.size(); ++i) {
    const VerifiedResponse& answer = results[chain.answers[i]];
    shown.push_back(has_begin && i == 0 ? Shown{true, answer.data, {}}
                                        : Split(answer));
    messages.push_back(
        RMacInput(packet[chain.answers[i]], shown.back().data, answer.sw));
  }
  std::vector<Bytes> macs;
  if (!messages.empty()) {
    ASSIGN_OR_RETURN(macs, ResponseMacs(cipher, chain.start, messages));
  }
  bool intact = true;
  auto request = chain.requests.begin();
  for (size_t i = 0; i <= chain.answers.size(); ++i) {
    const ByteSpan last = i == 0 ? chain.start : macs[i - 1];
    for (; request != chain.requests.end() && request->after == i; ++request) {
      JudgeRequest(last, intact, results[request->answer]);
    }
    if (i < chain.answers.size()) {
      Judge(shown[i], macs[i], intact, results[chain.answers[i]]);
    }
  }
  return absl::OkStatus();
}

bool IsBegin(const card::CommandHeader& header) {
  return header.ins == kBeginRMacSession && header.p1 == kWithRMac;
}

// Adds a command to the chain that it belongs to; true when it ends it.
bool Extend(Chain& chain, size_t answer, const card::CommandHeader& header) {
  if (header.ins != kEndRMacSession) {
    chain.answers.push_back(answer);
    return false;
  }
  chain.requests.push_back({answer, chain.answers.size()});
  return (header.p2 & kEndOfSession) != 0;
}

std::vector<Chain> FindChains(const SessionCipher& cipher, SecurityLevel level,
                              absl::Span<const SentCommand> packet,
                              absl::Span<const VerifiedResponse> results) {
  std::vector<Chain> chains;
  bool open = HasRMac(level);
  if (open) {
    const bool zeros = cipher.quirks().rmac_starts_with_zeros;
    chains.push_back({zeros ? Bytes(kMacLength) : packet[0].mac, {}, {}});
  }
  const size_t first = IsImplicit(cipher.protocol()) ? 0 : 1;
  for (size_t i = first; i < results.size(); ++i) {
    const card::CommandHeader& header = packet[i].header;
    if (open) {
      open = !Extend(chains.back(), i, header);
    } else if (IsBegin(header) && results[i].sw == card::kSuccess) {
      chains.push_back({{}, {i}, {}});
      open = true;
    }
  }
  return chains;
}

}  // namespace

bool OffersRMacSession(const ChannelProtocol& protocol) {
  return protocol.scp == kScp02 && (protocol.i & kRMacOption) != 0;
}

bool BeginsRMacSession(const card::CommandApdu& command) {
  return IsBegin(command.header());
}

absl::Status VerifyScp02(SessionCipher& cipher, SecurityLevel level,
                         absl::Span<const SentCommand> packet,
                         std::vector<VerifiedResponse>& results) {
  for (const Chain& chain : FindChains(cipher, level, packet, results)) {
    RETURN_IF_ERROR(JudgeChain(cipher, chain, packet, results));
  }
  return absl::OkStatus();
}

}  // namespace cardferry::scp
