#include "services/sequencer/files/file_claim.h"

#include <algorithm>
#include <utility>

#include "lib/card/iso7816/security_commands.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::sequencer {
namespace {

constexpr size_t kChallenge = 8;
constexpr uint32_t kSerialNumberTag = 0x5A;  // ISO/IEC 7816-4, 8.2.1.1
// READ BINARY of the EF with short identifier 2 (11.3.3): EF.GDO of the MF.
constexpr card::CommandHeader kReadGdo = {0x00, 0xB0, 0x82, 0x00};
constexpr uint32_t kGdoBytes = 12;
// Of INITIALIZE UPDATE: what is not expected ends the script.
constexpr card::StatusWordPattern kAnyError{0x6000, 0xF000};

card::ScriptCommand Ask(card::CommandApdu command, const char* label) {
  return {std::move(command),
          {card::StatusWordPattern{0, 0}},
          card::AnyData{},
          card::OnMismatch::kContinue,
          label};
}

std::optional<SerialNumber> SerialNumberIn(const card::ResponseApdu& answer) {
  if (answer.sw != card::kSuccess) return std::nullopt;
  const auto tlvs = card::ParseTlvs(answer.data);
  SerialNumber number;
  if (!tlvs.ok() || tlvs->empty() || (*tlvs)[0].tag != kSerialNumberTag ||
      (*tlvs)[0].value.size() != number.size()) {
    return std::nullopt;
  }
  std::copy((*tlvs)[0].value.begin(), (*tlvs)[0].value.end(), number.begin());
  return number;
}

}  // namespace

void AskForFiles(card::Script& identify, card::Script& challenge) {
  identify.push_back(
      Ask(*card::CommandApdu::Create(kReadGdo, {}, kGdoBytes), "read EF.GDO"));
  for (card::ScriptCommand& command : challenge) {
    const bool begins = command.on_mismatch == card::OnMismatch::kStop;
    if (begins) command.accepted = {kAnyError};
  }
  challenge.push_back(Ask(*card::GetChallenge(kChallenge), "GET CHALLENGE"));
}

std::optional<FileClaim> TakeFileAnswers(size_t challenge_commands,
                                         card::Transcript& identify,
                                         card::Transcript* challenge) {
  if (identify.answers.empty()) return std::nullopt;
  const card::ResponseApdu gdo = std::move(identify.answers.back());
  identify.answers.pop_back();
  Bytes random;
  if (challenge != nullptr &&
      challenge->answers.size() == challenge_commands + 1) {
    const card::ResponseApdu answer = std::move(challenge->answers.back());
    challenge->answers.pop_back();
    const bool is_one =
        answer.sw == card::kSuccess && answer.data.size() == kChallenge;
    if (is_one) random = answer.data;
  }
  const auto serial_number = SerialNumberIn(gdo);
  if (!serial_number.has_value()) return std::nullopt;
  return FileClaim{*serial_number, std::move(random)};
}

}  // namespace cardferry::sequencer
