#include "cardsim/files/file_card.h"

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "cardsim/card_error.h"
#include "cardsim/files/file_content.h"
#include "cardsim/files/file_keys.h"
#include "cardsim/files/file_status_words.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_macros.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::cardsim {
namespace {

constexpr uint8_t kProtectedCla = 0x0C;
constexpr uint8_t kPasswordNumber = 1;
constexpr size_t kShortestPassword = 4;
constexpr size_t kLongestPassword = 16;

// 63CX: X tries are left.
card::StatusWord TriesLeft(uint8_t tries) {
  return card::StatusWord(static_cast<uint16_t>(0x63C0 | tries));
}

absl::Status CheckClass(uint8_t cla) {
  if (cla == 0x00 || cla == kProtectedCla) return absl::OkStatus();
  if ((cla & ~0x0F) == 0 && (cla & 0x03) != 0) {
    return CardError(kChannelNotSupported, "only the basic logical channel");
  }
  return CardError(kClaNotSupported, "no such class");
}

absl::StatusOr<card::ResponseApdu> WithoutData(const absl::Status& status) {
  if (!status.ok()) return status;
  return card::ResponseApdu{{}, card::kSuccess};
}

std::unique_ptr<File> SerialNumberFile(ByteSpan serial_number) {
  auto file = std::make_unique<File>();
  file->type = FileType::kTransparent;
  file->id = 0x2F02;
  file->short_id = 2;
  file->content = card::EncodeTlv(0x5A, serial_number);
  // Delete, terminate, activate, deactivate, append, update, read.
  file->compact_rules = {0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00};
  return file;
}

}  // namespace

absl::StatusOr<std::unique_ptr<FileCard>> FileCard::Create(
    KeySet keys, SecretBytes password, FileCardOptions options,
    RandomSource& random) {
  RETURN_IF_ERROR(CheckFileKeys(keys));
  if (!password.empty() && (password.size() < kShortestPassword ||
                            password.size() > kLongestPassword)) {
    return absl::InvalidArgumentError(
        "the card's password does not have 4 to 16 bytes");
  }
  FileCardMemory memory;
  memory.keys = std::move(keys);
  memory.password.value = std::move(password);
  memory.mf = std::make_unique<File>();
  memory.mf->compact_rules = options.mf_rules;
  if (options.has_serial_number) {
    memory.mf->Adopt(SerialNumberFile(memory.keys.diversification_data));
  }
  return absl::WrapUnique(new FileCard(std::move(memory), options, random));
}

absl::StatusOr<std::unique_ptr<FileCard>> FileCard::Restore(
    const CardState& state, FileCardOptions options, RandomSource& random) {
  ASSIGN_OR_RETURN(FileCardMemory memory, ParseFileCardMemory(state));
  if (!CheckFileKeys(memory.keys).ok()) {
    return absl::DataLossError("the card's memory: keys that it cannot have");
  }
  if (memory.mf->Footprint() > options.eeprom_bytes) {
    return absl::ResourceExhaustedError(
        "the card holds more than its memory is to have");
  }
  return absl::WrapUnique(new FileCard(std::move(memory), options, random));
}

FileCard::FileCard(FileCardMemory memory, const FileCardOptions& options,
                   RandomSource& random)
    : options_(options),
      random_(random),
      keys_(std::move(memory.keys)),
      key_failures_(memory.key_failures),
      password_(std::move(memory.password)),
      files_(std::move(memory.mf), options.eeprom_bytes) {}

CardState FileCard::ToState() const {
  return EncodeFileCardMemory(keys_, key_failures_, password_, files_.mf());
}

absl::Status FileCard::KeepIn(CardStateStore& store) {
  return kept_.Begin(store, ToState());
}

absl::Status FileCard::Keep() {
  return kept_.begun() ? kept_.Update(ToState()) : absl::OkStatus();
}

void FileCard::Reset() {
  files_.Reset();
  verified_ = false;
  challenge_.clear();
  session_.reset();
  refusal_.reset();
}

Bytes FileCard::Transmit(ByteSpan command) {
  if (memory_failed_) return card::ResponseApdu{{}, kMemoryFailure}.Encode();
  if (const auto refusal = std::exchange(refusal_, std::nullopt)) {
    session_.reset();
    return card::ResponseApdu{{}, *refusal}.Encode();
  }
  const auto apdu = card::CommandApdu::Parse(command);
  if (!apdu.ok()) return card::ResponseApdu{{}, kWrongLength}.Encode();
  card::ResponseApdu response = Process(*apdu);
  memory_failed_ = !Keep().ok();
  if (memory_failed_) response = {{}, kMemoryFailure};
  return response.Encode();
}

card::ResponseApdu FileCard::Process(const card::CommandApdu& command) {
  const uint8_t cla = command.header().cla;
  const absl::Status status = CheckClass(cla);
  if (cla == kProtectedCla) return ProcessProtected(command);
  session_.reset();
  if (!status.ok()) return {{}, StatusWordOf(status)};
  return Answer(command, {verified_, false, false});
}

card::ResponseApdu FileCard::ProcessProtected(
    const card::CommandApdu& command) {
  if (!session_.has_value()) return {{}, kConditionsNotSatisfied};
  // A new session is opened inside the old one's answer.
  FileMessaging session = *std::exchange(session_, std::nullopt);
  const auto plain = session.Unwrap(command);
  if (!plain.ok()) return {{}, StatusWordOf(plain.status())};
  const card::ResponseApdu answer = Answer(*plain, {verified_, true, true});
  const auto wrapped = session.Wrap(answer);
  if (!wrapped.ok()) return {{}, kInternalError};
  if (!session_.has_value()) session_ = std::move(session);
  return *wrapped;
}

card::ResponseApdu FileCard::Answer(const card::CommandApdu& command,
                                    const SecurityStatus& status) {
  auto response = Dispatch(command, status);
  if (!response.ok()) return {{}, StatusWordOf(response.status())};
  const size_t size = response->data.size();
  if (command.le().has_value() && size > *command.le()) {
    return {{},
            card::StatusWord(static_cast<uint16_t>(0x6C00 | (size & 0xFF)))};
  }
  return *std::move(response);
}

absl::StatusOr<card::ResponseApdu> FileCard::Dispatch(
    const card::CommandApdu& command, const SecurityStatus& status) {
  switch (command.header().ins) {
    case 0xA4:
      return files_.Select(command);
    case 0xE0:
      return WithoutData(files_.Create(command, status));
    case 0xE4:
      return WithoutData(files_.Delete(command, status));
    case 0x04:
    case 0x44:
    case 0xE6:
    case 0xE8:
      return WithoutData(files_.ChangeLifeCycle(command, status));
    case 0xB0:
    case 0xB1:
      return ReadBinary(files_, command, status);
    case 0xD6:
    case 0xD7:
      return WithoutData(UpdateBinary(files_, command, status));
    case 0xB2:
      return ReadRecord(files_, command, status);
    case 0xDC:
      return WithoutData(UpdateRecord(files_, command, status));
    case 0xE2:
      return WithoutData(AppendRecord(files_, command, status));
    case 0x20:
      return Verify(command);
    case 0x84:
      return GetChallenge(command);
    case 0x82:
      return MutualAuthenticate(command);
    default:
      return CardError(kInsNotSupported, "no such instruction");
  }
}

absl::StatusOr<card::ResponseApdu> FileCard::GetChallenge(
    const card::CommandApdu& command) {
  if (command.header().p1 != 0 || command.header().p2 != 0) {
    return CardError(kWrongP1P2, "P1 P2 is not 0000");
  }
  const uint32_t le = command.le().value_or(0);
  if (!command.data().empty() ||
      (le != kFileChallengeSize && le != card::CommandApdu::kMaxShortLe)) {
    return CardError(kWrongLength, "a challenge has 8 bytes");
  }
  challenge_ = random_.Draw(kFileChallengeSize);
  return card::ResponseApdu{challenge_, card::kSuccess};
}

absl::StatusOr<card::ResponseApdu> FileCard::MutualAuthenticate(
    const card::CommandApdu& command) {
  const Bytes challenge = std::exchange(challenge_, Bytes());
  if (command.header().p1 != 0 || command.header().p2 != 0) {
    return CardError(kWrongP1P2, "the card has one key");
  }
  if (challenge.empty()) {
    return CardError(kConditionsNotSatisfied, "no challenge");
  }
  if (options_.failure_limit != 0 && key_failures_ >= options_.failure_limit) {
    return CardError(kAuthenticationBlocked, "too many failures");
  }
  if (command.le().has_value() && *command.le() < command.data().size()) {
    return CardError(kWrongLength, "no room for the answer");
  }
  auto done = AnswerAuthentication(keys_, challenge, command.data(), random_);
  if (!done.ok()) {
    if (StatusWordOf(done.status()) == kAuthenticationFailed &&
        key_failures_ < 0xFF) {
      ++key_failures_;
    }
    return done.status();
  }
  key_failures_ = 0;
  session_ = std::move(done->session);
  return card::ResponseApdu{std::move(done->answer), card::kSuccess};
}

absl::StatusOr<card::ResponseApdu> FileCard::Verify(
    const card::CommandApdu& command) {
  if (command.header().p1 != 0) return CardError(kWrongP1P2, "P1 is not 00");
  if (command.header().p2 != kPasswordNumber || password_.value.empty()) {
    return CardError(kReferencedDataNotFound, "no such password");
  }
  if (command.data().empty()) {
    if (verified_) return card::ResponseApdu{{}, card::kSuccess};
    if (password_.tries == 0) {
      return CardError(kAuthenticationBlocked, "no tries are left");
    }
    return card::ResponseApdu{{}, TriesLeft(password_.tries)};
  }
  if (password_.tries == 0) {
    return CardError(kAuthenticationBlocked, "no tries are left");
  }
  verified_ = ConstantTimeEqual(password_.value.Read(GrantSecretAccess()),
                                command.data());
  password_.tries =
      verified_ ? kPasswordTries : static_cast<uint8_t>(password_.tries - 1);
  return card::ResponseApdu{
      {}, verified_ ? card::kSuccess : TriesLeft(password_.tries)};
}

}  // namespace cardferry::cardsim
