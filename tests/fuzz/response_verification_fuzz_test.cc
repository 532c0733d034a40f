// Judges any answers to a packet with R-MAC: of each exactly one thing is said,
// and what is proven had its R-MAC. The cipher's R-MACs are known, so that
// there is a way past them.
//
// Input: which protocol and level (1) | answers, each after its length (1)
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "lib/card/scp/secure_channel.h"
#include "lib/card/scp/testing/recording_cipher.h"

namespace cardferry::scp {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

struct Way {
  ChannelProtocol protocol;
  SecurityLevel level;
};

constexpr Way kWays[] = {
    {{kScp02, 0x35}, SecurityLevel::kCMacRMac},
    {{kScp02, 0x35}, SecurityLevel::kCDecCMacRMac},
    {{kScp02, 0x3A}, SecurityLevel::kCMac},
    {{kScp03, 0x30}, SecurityLevel::kCMacRMac},
    {{kScp03, 0x70}, SecurityLevel::kCDecCMacRMacREnc},
    {{kScp03, 0x71}, SecurityLevel::kCDecCMacRMacREnc},
};

// With a BEGIN and an END R-MAC SESSION, which are like others where an R-MAC
// session is there.
std::vector<card::CommandApdu> PlainCommands() {
  std::vector<card::CommandApdu> commands;
  for (const char* hex :
       {"80CA006600", "807A100100", "80F28002024F0000", "8078000100",
        "81CA00E000", "80E2800003010203", "8078000300", "80CA006600"}) {
    commands.push_back(*card::CommandApdu::Parse(FromHexOrDie(hex)));
  }
  return commands;
}

std::vector<card::CommandApdu> MakePacket(RecordingCipher& cipher,
                                          const Way& way) {
  std::vector<card::CommandApdu> packet;
  ChannelState state;
  if (IsImplicit(way.protocol)) {
    state = *BeginImplicitSession(cipher);
  } else {
    const Authentication first = *AuthenticateHost(cipher, way.level);
    packet.push_back(first.external_authenticate);
    state = first.state;
  }
  const auto rest = ProtectCommands(cipher, state, PlainCommands());
  packet.insert(packet.end(), rest->begin(), rest->end());
  cipher.mac_number = 0;
  return packet;
}

std::vector<card::ResponseApdu> ReadAnswers(ByteSpan input, size_t most) {
  std::vector<card::ResponseApdu> answers;
  while (!input.empty() && answers.size() < most) {
    const size_t length = std::min<size_t>(input[0], input.size() - 1);
    const auto answer = card::ResponseApdu::Parse(input.subspan(1, length));
    if (!answer.ok()) return answers;
    answers.push_back(*answer);
    input.remove_prefix(1 + length);
  }
  return answers;
}

void CheckOne(const VerifiedResponse& result, const card::ResponseApdu& answer,
              size_t mac_length) {
  Check(result.sw == answer.sw);
  switch (result.assurance) {
    case Assurance::kReported:
      Check(result.data == answer.data);
      break;
    case Assurance::kForged:
      Check(result.data.empty());
      break;
    case Assurance::kProven: {
      Check(answer.data.size() >= mac_length);
      const ByteSpan mac = ByteSpan(answer.data).last(mac_length);
      Check(mac[0] > 0xA0 && mac == ByteSpan(Bytes(mac_length, mac[0])));
      break;
    }
  }
}

void Fuzz(ByteSpan input) {
  if (input.empty()) return;
  const Way& way = kWays[input[0] % std::size(kWays)];
  RecordingCipher cipher;
  cipher.channel = way.protocol;
  cipher.block = cipher.mac_length = BlockLength(way.protocol);
  cipher.host_cryptogram = Bytes(ChallengeLength(way.protocol));
  const std::vector<card::CommandApdu> packet = MakePacket(cipher, way);
  const auto answers = ReadAnswers(input.subspan(1), packet.size());
  const auto results = VerifyResponses(cipher, way.level, packet, answers);
  Check(results.ok());
  Check(results->size() == answers.size());
  for (size_t i = 0; i < answers.size(); ++i) {
    CheckOne(results->at(i), answers[i], SentMacLength(way.protocol));
  }
  if (!IsImplicit(way.protocol) && !answers.empty()) {
    Check(results->at(0).assurance == Assurance::kReported);
  }
}

}  // namespace
}  // namespace cardferry::scp

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  cardferry::scp::Fuzz({data, size});
  return 0;
}
