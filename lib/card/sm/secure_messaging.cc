#include "lib/card/sm/secure_messaging.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/base/secret_bytes.h"
#include "lib/base/status_macros.h"
#include "lib/card/sm/padding.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::sm {
namespace {

using card::AppendTlv;
using card::CommandApdu;
using card::CommandHeader;
using card::ResponseApdu;
using card::Tlv;

// Secure messaging, the command header authenticated (ISO/IEC 7816-4, table 2).
constexpr uint8_t kClaBits = 0x0C;
constexpr uint32_t kTagPlain = 0x81;
constexpr uint32_t kTagOddCryptogram = 0x85;
constexpr uint32_t kTagCryptogram = 0x87;
constexpr uint32_t kTagLe = 0x97;
constexpr uint32_t kTagStatus = 0x99;
constexpr uint32_t kTagMac = 0x8E;
constexpr uint8_t kPadded = 0x01;
constexpr size_t kMacSize = 8;

std::string NameOf(size_t index) { return absl::StrCat("command ", index + 1); }

absl::Status AboutAnswer(const absl::Status& status, size_t index) {
  return Annotate(status, absl::StrCat("the answer to ", NameOf(index)));
}

absl::Status CheckCounter(const SmCipher& cipher,
                          const SendSequenceCounter& counter) {
  if (counter.bytes().size() == cipher.block_size()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrFormat(
      "a send sequence counter of %d bytes for a cipher with blocks of %d",
      counter.bytes().size(), cipher.block_size()));
}

// Of the command with this index, and of its answer.
Bytes CommandCounter(const SendSequenceCounter& start, size_t index) {
  return start.After(2 * index + 1).bytes();
}
Bytes AnswerCounter(const SendSequenceCounter& start, size_t index) {
  return start.After(2 * index + 2).bytes();
}

CommandHeader ProtectedHeader(const CommandHeader& plain) {
  return {static_cast<uint8_t>(plain.cla | kClaBits), plain.ins, plain.p1,
          plain.p2};
}

bool IsOdd(const CommandApdu& command) {
  return (command.header().ins & 1) != 0;
}

// Le in as many bytes as the command has it in; the largest value is zeros.
Bytes LeValue(const CommandApdu& command) {
  const uint32_t le = *command.le();
  if (!command.IsExtended()) return {static_cast<uint8_t>(le)};
  return {static_cast<uint8_t>(le >> 8), static_cast<uint8_t>(le)};
}

void AppendCryptogram(Bytes& out, bool odd, ByteSpan ciphertext) {
  if (odd) return AppendTlv(out, kTagOddCryptogram, ciphertext);
  AppendTlv(out, kTagCryptogram, Concat({{kPadded}, ciphertext}));
}

absl::Status CheckPlain(const CommandApdu& command) {
  if (command.header().cla == 0x00) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrFormat(
      "class %02X; secure messaging is for plain commands of class 00",
      command.header().cla));
}

// What of each command has to be encrypted, in the order of the commands.
absl::StatusOr<std::vector<Bytes>> EncryptAll(
    SmCipher& cipher, const SendSequenceCounter& start,
    absl::Span<const CommandApdu> commands) {
  std::vector<SmCipher::Blocks> plaintexts;
  for (size_t i = 0; i < commands.size(); ++i) {
    if (commands[i].data().empty()) continue;
    plaintexts.push_back({CommandCounter(start, i),
                          Padded(commands[i].data(), cipher.block_size())});
  }
  if (plaintexts.empty()) return std::vector<Bytes>();
  absl::StatusOr<std::vector<Bytes>> all = cipher.Encrypt(plaintexts);
  for (SmCipher::Blocks& one : plaintexts) {
    WipeBytes(absl::MakeSpan(one.data));
  }
  if (!all.ok() || all->size() == plaintexts.size()) return all;
  return absl::InternalError("the cipher has lost a message");
}

// 87, 85 or 81, and 97, of each command.
absl::StatusOr<std::vector<Bytes>> MakeObjects(
    SmCipher& cipher, Confidentiality confidentiality,
    const SendSequenceCounter& start, absl::Span<const CommandApdu> commands) {
  std::vector<Bytes> ciphertexts;
  if (confidentiality == Confidentiality::kEncrypted) {
    ASSIGN_OR_RETURN(ciphertexts, EncryptAll(cipher, start, commands));
  }
  std::vector<Bytes> objects(commands.size());
  size_t next = 0;
  for (size_t i = 0; i < commands.size(); ++i) {
    const CommandApdu& command = commands[i];
    if (!command.data().empty()) {
      if (confidentiality == Confidentiality::kEncrypted) {
        AppendCryptogram(objects[i], IsOdd(command), ciphertexts[next++]);
      } else {
        AppendTlv(objects[i], kTagPlain, command.data());
      }
    }
    if (command.le().has_value()) {
      AppendTlv(objects[i], kTagLe, LeValue(command));
    }
  }
  return objects;
}

// The message of a MAC: counter | padded header | padded objects. What is empty
// is not padded (ICAO Doc 9303-11, 9.8.4).
Bytes MacInput(const SmCipher& cipher, ByteSpan counter, ByteSpan header,
               ByteSpan objects) {
  Bytes input(counter.begin(), counter.end());
  for (const ByteSpan part : {header, objects}) {
    if (!part.empty()) Append(input, Padded(part, cipher.block_size()));
  }
  return input;
}

absl::StatusOr<std::vector<Bytes>> ComputeMacs(
    SmCipher& cipher, const std::vector<Bytes>& messages) {
  if (messages.empty()) return std::vector<Bytes>();
  ASSIGN_OR_RETURN(std::vector<Bytes> macs, cipher.Macs(messages));
  for (const Bytes& mac : macs) {
    if (mac.size() != kMacSize) macs.clear();
  }
  if (macs.size() == messages.size()) return macs;
  return absl::InternalError("the cipher has lost a MAC");
}

absl::StatusOr<CommandApdu> Assemble(const CommandApdu& plain, Bytes objects,
                                     const Bytes& mac) {
  AppendTlv(objects, kTagMac, mac);
  const uint32_t le = plain.IsExtended() ? CommandApdu::kMaxExtendedLe
                                         : CommandApdu::kMaxShortLe;
  const size_t most = plain.IsExtended() ? CommandApdu::kMaxExtendedData
                                         : CommandApdu::kMaxShortData;
  if (objects.size() > most) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "%d bytes of data are %d with secure messaging, and %d fit",
        plain.data().size(), objects.size(), most));
  }
  return CommandApdu::Create(ProtectedHeader(plain.header()), objects, le);
}

// The data objects of an answer; `authenticated` are those before the MAC.
struct Answer {
  ByteSpan authenticated;
  std::optional<Tlv> data;
  ByteSpan mac;
};

bool IsData(const Tlv& tlv) {
  return tlv.tag == kTagCryptogram || tlv.tag == kTagOddCryptogram ||
         tlv.tag == kTagPlain;
}

absl::StatusOr<Answer> ReadAnswer(const ResponseApdu& response) {
  const auto tlvs = card::ParseTlvs(response.data);
  if (!tlvs.ok()) return absl::DataLossError("its data objects are damaged");
  Answer answer;
  size_t at = 0;
  if (at < tlvs->size() && IsData((*tlvs)[at])) answer.data = (*tlvs)[at++];
  if (tlvs->size() != at + 2 || (*tlvs)[at].tag != kTagStatus ||
      (*tlvs)[at + 1].tag != kTagMac ||
      (*tlvs)[at + 1].value.size() != kMacSize) {
    return absl::DataLossError("it has other data objects than 99 and 8E");
  }
  const Bytes trailer = {response.sw.sw1(), response.sw.sw2()};
  if ((*tlvs)[at].value != ByteSpan(trailer)) {
    return absl::DataLossError("it has another status word than its 99");
  }
  answer.mac = (*tlvs)[at + 1].value;
  const auto mac_header = answer.mac.data() - response.data.data() - 2;
  answer.authenticated =
      ByteSpan(response.data).first(static_cast<size_t>(mac_header));
  return answer;
}

// The answers up to the first bare status word.
absl::StatusOr<std::vector<Answer>> ReadAnswers(
    absl::Span<const ResponseApdu> responses) {
  std::vector<Answer> answers;
  for (size_t i = 0; i < responses.size(); ++i) {
    if (responses[i].data.empty()) break;
    absl::StatusOr<Answer> answer = ReadAnswer(responses[i]);
    if (!answer.ok()) return AboutAnswer(answer.status(), i);
    answers.push_back(*answer);
  }
  return answers;
}

absl::Status CheckMacs(SmCipher& cipher, const SendSequenceCounter& start,
                       const std::vector<Answer>& answers) {
  std::vector<Bytes> messages;
  for (size_t i = 0; i < answers.size(); ++i) {
    messages.push_back(MacInput(cipher, AnswerCounter(start, i), {},
                                answers[i].authenticated));
  }
  ASSIGN_OR_RETURN(const std::vector<Bytes> macs,
                   ComputeMacs(cipher, messages));
  for (size_t i = 0; i < answers.size(); ++i) {
    if (!ConstantTimeEqual(macs[i], answers[i].mac)) {
      return AboutAnswer(absl::DataLossError("its MAC does not fit"), i);
    }
  }
  return absl::OkStatus();
}

// The ciphertext in a data object; whole blocks.
absl::StatusOr<ByteSpan> CiphertextOf(const Tlv& tlv, size_t block) {
  ByteSpan ciphertext = tlv.value;
  if (tlv.tag == kTagCryptogram) {
    if (ciphertext.empty() || ciphertext[0] != kPadded) {
      return absl::DataLossError("its cryptogram has no padding indicator 01");
    }
    ciphertext.remove_prefix(1);
  }
  if (ciphertext.empty() || ciphertext.size() % block != 0) {
    return absl::DataLossError("its cryptogram is not whole blocks");
  }
  return ciphertext;
}

// Plain data of each answer whose MAC is known to be right.
absl::StatusOr<std::vector<Bytes>> DecryptAll(
    SmCipher& cipher, const SendSequenceCounter& start,
    const std::vector<Answer>& answers) {
  std::vector<Bytes> plain(answers.size());
  std::vector<SmCipher::Blocks> ciphertexts;
  std::vector<size_t> places;
  for (size_t i = 0; i < answers.size(); ++i) {
    if (!answers[i].data.has_value()) continue;
    const Tlv& tlv = *answers[i].data;
    if (tlv.tag == kTagPlain) {
      plain[i].assign(tlv.value.begin(), tlv.value.end());
      continue;
    }
    const absl::StatusOr<ByteSpan> ciphertext =
        CiphertextOf(tlv, cipher.block_size());
    if (!ciphertext.ok()) return AboutAnswer(ciphertext.status(), i);
    ciphertexts.push_back({AnswerCounter(start, i),
                           Bytes(ciphertext->begin(), ciphertext->end())});
    places.push_back(i);
  }
  if (ciphertexts.empty()) return plain;
  ASSIGN_OR_RETURN(const std::vector<Bytes> decrypted,
                   cipher.Decrypt(ciphertexts));
  if (decrypted.size() != places.size()) {
    return absl::InternalError("the cipher has lost an answer");
  }
  for (size_t i = 0; i < places.size(); ++i) {
    absl::StatusOr<Bytes> data = Unpadded(decrypted[i], cipher.block_size());
    if (!data.ok()) return AboutAnswer(data.status(), places[i]);
    plain[places[i]] = *std::move(data);
  }
  return plain;
}

}  // namespace

absl::StatusOr<std::vector<CommandApdu>> ProtectCommands(
    SmCipher& cipher, Confidentiality confidentiality,
    SendSequenceCounter& counter, absl::Span<const CommandApdu> commands) {
  RETURN_IF_ERROR(CheckCounter(cipher, counter));
  for (size_t i = 0; i < commands.size(); ++i) {
    RETURN_IF_ERROR(Annotate(CheckPlain(commands[i]), NameOf(i)));
  }
  ASSIGN_OR_RETURN(std::vector<Bytes> objects,
                   MakeObjects(cipher, confidentiality, counter, commands));
  std::vector<Bytes> messages;
  for (size_t i = 0; i < commands.size(); ++i) {
    const CommandHeader header = ProtectedHeader(commands[i].header());
    messages.push_back(MacInput(
        cipher, CommandCounter(counter, i),
        Bytes{header.cla, header.ins, header.p1, header.p2}, objects[i]));
  }
  ASSIGN_OR_RETURN(const std::vector<Bytes> macs,
                   ComputeMacs(cipher, messages));
  std::vector<CommandApdu> protected_commands;
  for (size_t i = 0; i < commands.size(); ++i) {
    absl::StatusOr<CommandApdu> command =
        Assemble(commands[i], std::move(objects[i]), macs[i]);
    if (!command.ok()) return Annotate(command.status(), NameOf(i));
    protected_commands.push_back(*std::move(command));
  }
  counter = counter.After(2 * commands.size());
  return protected_commands;
}

absl::StatusOr<std::vector<VerifiedResponse>> VerifyResponses(
    SmCipher& cipher, const SendSequenceCounter& counter,
    absl::Span<const ResponseApdu> responses) {
  RETURN_IF_ERROR(CheckCounter(cipher, counter));
  ASSIGN_OR_RETURN(const std::vector<Answer> answers, ReadAnswers(responses));
  RETURN_IF_ERROR(CheckMacs(cipher, counter, answers));
  ASSIGN_OR_RETURN(std::vector<Bytes> plain,
                   DecryptAll(cipher, counter, answers));
  std::vector<VerifiedResponse> verified;
  for (size_t i = 0; i < responses.size(); ++i) {
    const bool proven = i < answers.size();
    if (!proven && !responses[i].data.empty()) {
      return AboutAnswer(absl::DataLossError("it has data after the card has "
                                             "ended the session"),
                         i);
    }
    verified.push_back(
        {{proven ? std::move(plain[i]) : Bytes(), responses[i].sw}, proven});
  }
  return verified;
}

}  // namespace cardferry::sm
