#include "services/keyvault/files/file_vault.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/base/log.h"
#include "lib/base/secret_bytes.h"
#include "lib/base/status_macros.h"
#include "lib/card/iso7816/security_commands.h"
#include "lib/card/sm/secure_messaging.h"
#include "lib/card/sm/send_sequence_counter.h"
#include "lib/crypto/digest.h"
#include "services/keyvault/card_checks.h"
#include "services/keyvault/counted_card.h"
#include "services/keyvault/encoding.h"
#include "services/keyvault/files/file_command_policy.h"
#include "services/keyvault/files/verify_command.h"
#include "services/keyvault/hsm_fault.h"

namespace cardferry::keyvault {
namespace {

using card::CommandApdu;

constexpr size_t kChallenge = 8;
constexpr uint8_t kOfCurrentDf = 0x80;
constexpr uint8_t kMostPasswords = 31;
constexpr card::StatusWord kAuthenticationBlocked{0x6983};

size_t KeyLength(const KeySetDescription& key_set) {
  return key_set.key_bits == 256 ? 32 : 16;
}

Use UseOfOpening(const Opening& opening, const FileArrival& arrival) {
  FieldWriter purpose;
  purpose.Text("file card")
      .Text(arrival.key_set)
      .Fixed(arrival.serial_number)
      .Byte(static_cast<uint8_t>(arrival.operation_class))
      .Counted(arrival.card_challenge);
  return {absl::StrCat("opening ", ToHex(opening.serial)),
          crypto::Sha256(purpose.bytes()), opening.expires_at + kClockSkew};
}

// The last four bytes of RND.IC and of RND.IFD (ICAO Doc 9303-11, 9.8.2), or
// for AES all eight of each.
absl::StatusOr<sm::SendSequenceCounter> FirstCounter(
    const FileSessionOrigin& origin, size_t block) {
  return sm::SendSequenceCounter::Create(
      Concat({ByteSpan(origin.card_challenge).last(block / 2),
              ByteSpan(origin.host_challenge).last(block / 2)}));
}

absl::Status CheckCount(size_t commands) {
  if (commands >= 1 && commands <= FileVault::kMostCommands) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      commands, " commands, must be 1 to ", FileVault::kMostCommands));
}

uint8_t ReferenceOf(const PasswordCommand& password) {
  return static_cast<uint8_t>(password.number |
                              (password.of_current_df ? kOfCurrentDf : 0));
}

// A wrong one uses up a try: in a batch each is tried once.
absl::Status CheckPassword(const PasswordCommand& password,
                           std::set<uint8_t>& before) {
  if (password.number < 1 || password.number > kMostPasswords) {
    return absl::InvalidArgumentError(
        absl::StrCat("no password ", static_cast<int>(password.number),
                     ": 1 to ", static_cast<int>(kMostPasswords)));
  }
  if (before.insert(ReferenceOf(password)).second) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("password ", static_cast<int>(password.number),
                   " is there before: a batch verifies each once"));
}

absl::Status CheckCommands(OperationClass granted,
                           absl::Span<const FileCommand> commands) {
  RETURN_IF_ERROR(CheckCount(commands.size()));
  std::set<uint8_t> passwords;
  for (size_t i = 0; i < commands.size(); ++i) {
    const CommandApdu* apdu = std::get_if<CommandApdu>(&commands[i]);
    const absl::Status status =
        apdu != nullptr
            ? CheckFileCommand(granted, *apdu)
            : CheckPassword(std::get<PasswordCommand>(commands[i]), passwords);
    RETURN_IF_ERROR(Annotate(status, absl::StrCat("command ", i)));
  }
  return absl::OkStatus();
}

}  // namespace

// A batch before it is protected. What has a password in it is wiped.
class FileVault::PlainCommands {
 public:
  // Of `count` commands: none is moved, and leaves a copy, when others come.
  explicit PlainCommands(size_t count) { commands_.reserve(count); }
  PlainCommands(const PlainCommands&) = delete;
  PlainCommands& operator=(const PlainCommands&) = delete;
  ~PlainCommands() {
    for (const size_t i : secret_) commands_[i].WipeData();
  }

  void Add(CommandApdu command) { commands_.push_back(std::move(command)); }
  void AddSecret(CommandApdu command) {
    secret_.push_back(commands_.size());
    Add(std::move(command));
  }
  const std::vector<CommandApdu>& commands() const { return commands_; }

 private:
  std::vector<CommandApdu> commands_;
  std::vector<size_t> secret_;
};

FileVault::FileVault(const FileVaultParts& parts, const VaultPolicy& policy)
    : keys_(parts.keys),
      file_keys_(parts.file_keys),
      ledger_(parts.ledger),
      clock_(parts.clock),
      policy_(policy),
      desk_(parts.keys, parts.clock, parts.random, policy.opening_lifetime),
      gate_(parts.ledger, parts.clock, policy) {}

KeySetRules FileVault::RulesOf(const std::string& key_set) const {
  const auto rules = policy_.key_sets.find(key_set);
  return rules == policy_.key_sets.end() ? KeySetRules() : rules->second;
}

absl::StatusOr<KeySetDescription> FileVault::FindKeySet(
    const std::string& name) const {
  ASSIGN_OR_RETURN(const std::vector<KeySetDescription> versions,
                   KeySetsNamed(name, keys_.KeySets()));
  const auto newest = std::max_element(
      versions.begin(), versions.end(), [](const auto& a, const auto& b) {
        return a.master_version < b.master_version;
      });
  if (newest->scp() == kFileCards) return *newest;
  return absl::InvalidArgumentError(
      absl::StrCat("key set ", name, " is not of file-oriented cards"));
}

// An HMAC in the HSM. What is MACed begins with 00, an opening ticket does not.
absl::StatusOr<Bytes> FileVault::HostsDraw(absl::string_view what,
                                           const FileSessionOrigin& origin) {
  FieldWriter purpose;
  purpose.Text(what)
      .Fixed(origin.serial)
      .Text(origin.card.key_set)
      .Fixed(origin.card.key_diversification_data)
      .Counted(origin.card_challenge);
  return OfHsm(keys_.TicketMac(purpose.bytes()));
}

absl::StatusOr<FileHandshake> FileVault::HandshakeOf(
    const FileSessionOrigin& origin) {
  ASSIGN_OR_RETURN(const KeySetDescription key_set,
                   FindKeySet(origin.card.key_set));
  ASSIGN_OR_RETURN(Bytes mac, HostsDraw("host key of a file card", origin));
  FileHandshake handshake{
      origin.card, origin.host_challenge, origin.card_challenge,
      SecretBytes::CopyOf(ByteSpan(mac).first(KeyLength(key_set)))};
  WipeBytes(absl::MakeSpan(mac));
  return handshake;
}

absl::StatusOr<std::unique_ptr<sm::SmCipher>> FileVault::CipherOf(
    const FileSessionOrigin& origin) {
  ASSIGN_OR_RETURN(FileHandshake handshake, HandshakeOf(origin));
  return file_keys_.OpenFileSession(std::move(handshake), origin.card_answer);
}

absl::StatusOr<FileAuthentication> FileVault::Begin(
    const FileArrival& arrival) {
  ASSIGN_OR_RETURN(const Opening opening,
                   desk_.Admit(arrival.ticket, arrival.place));
  RETURN_IF_ERROR(CheckGrantable(arrival.operation_class));
  if (arrival.card_challenge.size() != kChallenge) {
    return absl::InvalidArgumentError(
        absl::StrCat("a card's challenge has ", kChallenge, " bytes, not ",
                     arrival.card_challenge.size()));
  }
  ASSIGN_OR_RETURN(const KeySetDescription key_set,
                   FindKeySet(arrival.key_set));
  if (!RulesOf(arrival.key_set).allow_keys_in_memory) {
    return absl::PermissionDeniedError(absl::StrCat(
        "session keys of key set ", arrival.key_set,
        " would pass through the vault's memory, which its policy does not "
        "allow (allow_keys_in_memory)"));
  }
  RETURN_IF_ERROR(
      gate_.ClaimOnce(UseOfOpening(opening, arrival), opening.place.agent));
  RETURN_IF_ERROR(
      gate_.CheckStops(CountedCard(key_set, arrival.serial_number), opening));
  FileHandshakeToken token{
      {opening.serial,
       {key_set.name, key_set.master_version, arrival.serial_number},
       {},
       arrival.card_challenge,
       {},
       opening.place.agent},
      arrival.operation_class,
      opening.expires_at};
  // Not the opening's challenge, which the agent has: with two openings, each
  // one's challenge for the other's RND.IC, the token for one would be a card's
  // answer to the other.
  ASSIGN_OR_RETURN(token.origin.host_challenge,
                   HostsDraw("host challenge of a file card", token.origin));
  token.origin.host_challenge.resize(kChallenge);
  ASSIGN_OR_RETURN(const FileHandshake handshake, HandshakeOf(token.origin));
  ASSIGN_OR_RETURN(const Bytes data,
                   OfHsm(file_keys_.AuthenticationToken(handshake)));
  ASSIGN_OR_RETURN(CommandApdu command, card::MutualAuthenticate(data));
  ASSIGN_OR_RETURN(Bytes sealed, OfHsm(SealToken(keys_, token)));
  return FileAuthentication{std::move(command), std::move(sealed),
                            token.origin.card};
}

absl::Status FileVault::RecordFailure(const FileSessionOrigin& origin) {
  ASSIGN_OR_RETURN(const KeySetDescription key_set,
                   FindKeySet(origin.card.key_set));
  LogWarning("a file-oriented card has not authenticated",
             {{"agent", origin.agent},
              {"key_set", origin.card.key_set},
              {"card", ToHex(origin.card.key_diversification_data)}});
  return ledger_.RecordFailure(
      {ToHex(origin.serial),
       CountedCard(key_set, origin.card.key_diversification_data), origin.agent,
       clock_.Now()});
}

absl::StatusOr<FileSession> FileVault::Finish(
    ByteSpan handshake_token, const card::ResponseApdu& answer) {
  ASSIGN_OR_RETURN(FileHandshakeToken token,
                   OpenFileHandshakeToken(keys_, handshake_token));
  if (clock_.Now() >= token.expires_at) {
    return absl::FailedPreconditionError(
        "the handshake has expired: insert the card again");
  }
  FileSessionOrigin& origin = token.origin;
  const bool refused =
      answer.sw.sw1() == 0x63 || answer.sw == kAuthenticationBlocked;
  if (!refused && answer.sw != card::kSuccess) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "MUTUAL AUTHENTICATE was answered with %04X: insert the "
        "card again",
        answer.sw.value()));
  }
  if (refused) {
    RETURN_IF_ERROR(RecordFailure(origin));
    return absl::DataLossError("the card finds the host's keys wrong");
  }
  origin.card_answer = answer.data;
  const std::string card =
      absl::StrCat("card ", origin.card.key_set, "/",
                   ToHex(origin.card.key_diversification_data));
  RETURN_IF_ERROR(ledger_.RecordAlarm(
      {clock_.Now(), "session keys made in memory", card, origin.agent}));
  const auto cipher = CipherOf(origin);
  if (absl::IsDataLoss(cipher.status())) {
    RETURN_IF_ERROR(RecordFailure(origin));
    return cipher.status();
  }
  RETURN_IF_ERROR(cipher.status());
  const size_t block = (*cipher)->block_size();
  ASSIGN_OR_RETURN(const sm::SendSequenceCounter counter,
                   FirstCounter(origin, block));
  const FileCommandToken command{std::move(origin), 0, token.operation_class,
                                 counter.bytes(), token.expires_at};
  ASSIGN_OR_RETURN(Bytes sealed, OfHsm(SealToken(keys_, command)));
  return FileSession{std::move(sealed), block};
}

// Keyed, so that no guess of the commands can be confirmed by who reads the
// ledger.
absl::StatusOr<Use> FileVault::UseOfToken(
    const FileCommandToken& token, absl::Span<const FileCommand> commands) {
  FieldWriter batch;
  for (const FileCommand& command : commands) {
    if (const auto* apdu = std::get_if<CommandApdu>(&command)) {
      batch.Counted(apdu->Encode());
    } else {
      const auto& password = std::get<PasswordCommand>(command);
      batch.Counted({}).Byte(password.number).Byte(password.of_current_df);
      batch.Uint32(static_cast<uint32_t>(password.digits));
    }
  }
  FieldWriter purpose;
  purpose.Text("commands of a file token").Fixed(crypto::Sha256(batch.bytes()));
  ASSIGN_OR_RETURN(Bytes digest, OfHsm(keys_.TicketMac(purpose.bytes())));
  return Use{
      absl::StrCat("file token ", ToHex(token.origin.serial), "/", token.step),
      std::move(digest),
      token.opening_expires_at + policy_.command_token_lifetime + kClockSkew};
}

absl::Status FileVault::AddPlain(const CardKeySelection& card,
                                 absl::Span<const FileCommand> commands,
                                 PlainCommands& plain) {
  for (const FileCommand& command : commands) {
    if (const auto* apdu = std::get_if<CommandApdu>(&command)) {
      plain.Add(*apdu);
      continue;
    }
    const auto& wanted = std::get<PasswordCommand>(command);
    ASSIGN_OR_RETURN(
        const SecretBytes password,
        OfHsm(file_keys_.CardPassword(card, wanted.number, wanted.digits)));
    ASSIGN_OR_RETURN(CommandApdu verify,
                     VerifyCommand(ReferenceOf(wanted), password));
    plain.AddSecret(std::move(verify));
  }
  return absl::OkStatus();
}

absl::StatusOr<ProtectedFileCommands> FileVault::Protect(
    ByteSpan command_token, absl::Span<const FileCommand> commands) {
  ASSIGN_OR_RETURN(FileCommandToken token,
                   OpenFileCommandToken(keys_, command_token));
  if (clock_.Now() >=
      token.opening_expires_at + policy_.command_token_lifetime) {
    return absl::FailedPreconditionError(
        "the command token has expired: start again from an opening");
  }
  RETURN_IF_ERROR(CheckCommands(token.operation_class, commands));
  ASSIGN_OR_RETURN(const Use use, UseOfToken(token, commands));
  RETURN_IF_ERROR(gate_.ClaimOnce(use, token.origin.agent));
  PlainCommands plain(commands.size());
  RETURN_IF_ERROR(AddPlain(token.origin.card, commands, plain));
  ASSIGN_OR_RETURN(const std::unique_ptr<sm::SmCipher> cipher,
                   OfHsm(CipherOf(token.origin)));
  ASSIGN_OR_RETURN(sm::SendSequenceCounter counter,
                   sm::SendSequenceCounter::Create(token.counter));
  ASSIGN_OR_RETURN(
      std::vector<CommandApdu> done,
      OfHsm(sm::ProtectCommands(*cipher, sm::Confidentiality::kEncrypted,
                                counter, plain.commands())));
  const FileVerifyToken verify{token.origin, token.counter,
                               static_cast<uint32_t>(commands.size()),
                               token.opening_expires_at};
  ++token.step;
  token.counter = counter.bytes();
  ASSIGN_OR_RETURN(Bytes sealed, OfHsm(SealToken(keys_, token)));
  ASSIGN_OR_RETURN(Bytes sealed_verify, OfHsm(SealToken(keys_, verify)));
  return ProtectedFileCommands{std::move(done), std::move(sealed),
                               std::move(sealed_verify)};
}

absl::StatusOr<std::vector<VerifiedFileAnswer>> FileVault::VerifyAnswers(
    ByteSpan verify_token, absl::Span<const card::ResponseApdu> answers) {
  ASSIGN_OR_RETURN(const FileVerifyToken token,
                   OpenFileVerifyToken(keys_, verify_token));
  if (clock_.Now() >=
      token.opening_expires_at + policy_.verify_token_lifetime) {
    return absl::FailedPreconditionError(
        "the verify token has expired: what the card holds now, a new session "
        "has to read");
  }
  if (answers.size() > token.commands) {
    return absl::InvalidArgumentError(absl::StrCat(
        answers.size(), " answers to ", token.commands, " commands"));
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<sm::SmCipher> cipher,
                   OfHsm(CipherOf(token.origin)));
  ASSIGN_OR_RETURN(const sm::SendSequenceCounter counter,
                   sm::SendSequenceCounter::Create(token.counter));
  ASSIGN_OR_RETURN(std::vector<sm::VerifiedResponse> verified,
                   sm::VerifyResponses(*cipher, counter, answers));
  std::vector<VerifiedFileAnswer> plain;
  plain.reserve(verified.size());
  for (sm::VerifiedResponse& one : verified) {
    plain.push_back({std::move(one.response), one.proven});
  }
  return plain;
}

}  // namespace cardferry::keyvault
