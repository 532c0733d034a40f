#include "services/sequencer/state_proto.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "services/sequencer/application_state_proto.h"
#include "services/sequencer/state.pb.h"

namespace cardferry::sequencer {
namespace {

namespace pb = state::v1;

// Written; older ones are read too.
constexpr uint32_t kVersion = 4;
constexpr size_t kMaxTokenBytes = 4096;
constexpr size_t kHashBytes = 32;
constexpr size_t kMaxCplcBytes = 64;
constexpr size_t kMaxNumberBytes = 64;
constexpr size_t kMaxPageBytes = 256;
constexpr int kMaxItems = 1024;

absl::Status Refuse(absl::string_view reason) {
  return absl::InvalidArgumentError(reason);
}

Bytes ToBytes(const std::string& text) {
  const ByteSpan bytes = AsBytes(text);
  return Bytes(bytes.begin(), bytes.end());
}

absl::StatusOr<Bytes> ToHash(const std::string& text) {
  if (text.size() != kHashBytes) return Refuse("a hash has 32 bytes");
  return ToBytes(text);
}

absl::StatusOr<uint8_t> ToByte(uint32_t value) {
  if (value > 0xFF) return Refuse("a version number has one byte");
  return static_cast<uint8_t>(value);
}

bool IsKnownVersion(uint32_t version) {
  return version >= 1 && version <= kVersion;
}

// No bytes for none.
std::string BytesOf(const std::optional<card::Aid>& aid) {
  return aid.has_value() ? AsString(aid->bytes()) : "";
}

template <typename PbAids>
void WriteAids(const std::vector<card::Aid>& aids, PbAids& out) {
  for (const card::Aid& aid : aids) *out.Add() = AsString(aid.bytes());
}

template <typename PbAids>
absl::StatusOr<std::vector<card::Aid>> ReadAids(const PbAids& aids) {
  if (aids.size() > kMaxItems) return Refuse("too many AIDs");
  std::vector<card::Aid> read;
  for (const std::string& bytes : aids) {
    ASSIGN_OR_RETURN(card::Aid aid, card::Aid::Create(AsBytes(bytes)));
    read.push_back(std::move(aid));
  }
  return read;
}

template <typename PbPages>
void WritePages(const std::vector<card::ResponseApdu>& pages, PbPages& out) {
  for (const card::ResponseApdu& page : pages) {
    pb::Page& written = *out.Add();
    written.set_data(AsString(page.data));
    written.set_sw(page.sw.value());
  }
}

template <typename PbPages>
absl::StatusOr<std::vector<card::ResponseApdu>> ReadPages(
    const PbPages& pages) {
  std::vector<card::ResponseApdu> read;
  for (const pb::Page& page : pages) {
    if (page.sw() > 0xFFFF || page.data().size() > kMaxPageBytes) {
      return Refuse("a page of GET STATUS is none");
    }
    read.push_back({ToBytes(page.data()),
                    card::StatusWord(static_cast<uint16_t>(page.sw()))});
  }
  return read;
}

void Write(const StatusSnapshot& snapshot, pb::Snapshot& out) {
  WritePages(snapshot.load_files, *out.mutable_load_files());
  WritePages(snapshot.applications, *out.mutable_applications());
  WritePages(snapshot.modules, *out.mutable_modules());
}

absl::StatusOr<StatusSnapshot> Read(const pb::Snapshot& snapshot) {
  StatusSnapshot read;
  ASSIGN_OR_RETURN(read.load_files, ReadPages(snapshot.load_files()));
  ASSIGN_OR_RETURN(read.applications, ReadPages(snapshot.applications()));
  if (snapshot.modules_size() > static_cast<int>(card::kMaxStatusPages)) {
    return Refuse("too many pages of GET STATUS");
  }
  ASSIGN_OR_RETURN(read.modules, ReadPages(snapshot.modules()));
  const absl::Status content = ReadContent(read).status();
  if (!content.ok()) return Refuse(content.message());
  return read;
}

void Write(const CardRecord& record, pb::CardRecord& out) {
  out.set_version(kVersion);
  out.set_card_id(record.card_id);
  if (record.snapshot.has_value()) {
    Write(*record.snapshot, *out.mutable_snapshot());
  }
  for (const auto& [aid, origin] : record.origins) {
    pb::Origin& written = *out.add_origins();
    written.set_package_aid(AsString(aid.bytes()));
    written.set_content_hash(AsString(origin.content_hash));
    WriteAids(origin.imports, *written.mutable_imports());
  }
  out.set_cplc(AsString(record.cplc));
  out.set_cplc_bare(record.cplc_bare);
  if (record.sequence_counter.has_value()) {
    out.set_sequence_counter(*record.sequence_counter);
  }
  if (record.confirmation_counter.has_value()) {
    out.set_confirmation_counter(*record.confirmation_counter);
  }
  out.set_security_domain(AsString(record.security_domain));
  out.set_issuer_number(AsString(record.issuer_number));
  out.set_card_number(AsString(record.card_number));
  out.set_identity_proven(record.identity_proven);
  if (record.read_at != absl::InfinitePast()) {
    out.set_read_at_us(absl::ToUnixMicros(record.read_at));
  }
  for (const auto& [application, fingerprints] : record.stored) {
    pb::StoredData& written = *out.add_stored();
    written.set_application_aid(AsString(application.bytes()));
    for (const Bytes& fingerprint : fingerprints) {
      written.add_fingerprints(AsString(fingerprint));
    }
  }
}

absl::Status ReadStored(const pb::CardRecord& record, CardRecord& read) {
  if (record.stored_size() > kMaxItems) return Refuse("too many applications");
  for (const pb::StoredData& stored : record.stored()) {
    ASSIGN_OR_RETURN(const card::Aid application,
                     card::Aid::Create(AsBytes(stored.application_aid())));
    if (stored.fingerprints_size() > kMaxItems) {
      return Refuse("too many fingerprints");
    }
    // Also without fingerprints: it may have been given something.
    std::vector<Bytes>& given = read.stored[application];
    for (const std::string& bytes : stored.fingerprints()) {
      ASSIGN_OR_RETURN(Bytes fingerprint, ToHash(bytes));
      given.push_back(std::move(fingerprint));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<CardRecord> Read(const pb::CardRecord& record) {
  if (!IsKnownVersion(record.version())) {
    return Refuse(absl::StrCat("a card record of version ", record.version()));
  }
  if (record.origins_size() > kMaxItems || record.card_id().empty() ||
      record.card_id().size() > 256 || record.cplc().size() > kMaxCplcBytes ||
      record.issuer_number().size() > kMaxNumberBytes ||
      record.card_number().size() > kMaxNumberBytes ||
      record.security_domain().size() > card::CommandApdu::kMaxShortLe) {
    return Refuse("a card record beyond its limits");
  }
  CardRecord read;
  read.card_id = record.card_id();
  read.cplc = ToBytes(record.cplc());
  read.cplc_bare = record.cplc_bare();
  read.security_domain = ToBytes(record.security_domain());
  read.issuer_number = ToBytes(record.issuer_number());
  read.card_number = ToBytes(record.card_number());
  read.identity_proven = record.identity_proven();
  if (record.has_sequence_counter()) {
    read.sequence_counter = record.sequence_counter();
  }
  if (record.has_confirmation_counter()) {
    read.confirmation_counter = record.confirmation_counter();
  }
  if (record.read_at_us() != 0) {
    read.read_at = absl::FromUnixMicros(record.read_at_us());
  }
  RETURN_IF_ERROR(ReadStored(record, read));
  if (record.has_snapshot()) {
    ASSIGN_OR_RETURN(read.snapshot, Read(record.snapshot()));
  }
  for (const pb::Origin& origin : record.origins()) {
    ASSIGN_OR_RETURN(card::Aid aid,
                     card::Aid::Create(AsBytes(origin.package_aid())));
    Origin known;
    ASSIGN_OR_RETURN(known.content_hash, ToHash(origin.content_hash()));
    ASSIGN_OR_RETURN(known.imports, ReadAids(origin.imports()));
    read.origins.emplace(std::move(aid), std::move(known));
  }
  return read;
}

absl::StatusOr<CommandRun> Read(const pb::CommandRun& run) {
  if (run.kind() < static_cast<uint32_t>(CommandKind::kAuthenticate) ||
      run.kind() > static_cast<uint32_t>(kLastCommandKind) ||
      run.count() == 0 || run.count() > kMaxBundleCommands) {
    return Refuse("a command run that is none");
  }
  CommandRun read{static_cast<CommandKind>(run.kind()), std::nullopt,
                  run.count()};
  if (!run.subject().empty()) {
    ASSIGN_OR_RETURN(read.subject, card::Aid::Create(AsBytes(run.subject())));
  }
  if (IsChange(read.kind) != read.subject.has_value()) {
    return Refuse("a change without a subject, or a read with one");
  }
  return read;
}

void Write(const WantedPackage& wanted, pb::WantedPackage& out) {
  out.set_aid(AsString(wanted.package.aid.bytes()));
  out.set_version_major(wanted.package.major);
  out.set_version_minor(wanted.package.minor);
  out.set_content_hash(AsString(wanted.content_hash));
  WriteAids(wanted.instances, *out.mutable_instance_aids());
  WriteAids(wanted.imports, *out.mutable_imports());
  out.set_security_domain(BytesOf(wanted.security_domain));
  WriteAids(wanted.modules, *out.mutable_modules());
}

// No bytes for none.
absl::StatusOr<std::optional<card::Aid>> ReadOptionalAid(
    const std::string& bytes) {
  if (bytes.empty()) return std::optional<card::Aid>();
  ASSIGN_OR_RETURN(card::Aid aid, card::Aid::Create(AsBytes(bytes)));
  return std::optional<card::Aid>(std::move(aid));
}

absl::StatusOr<WantedPackage> Read(const pb::WantedPackage& wanted) {
  ASSIGN_OR_RETURN(card::Aid aid, card::Aid::Create(AsBytes(wanted.aid())));
  ASSIGN_OR_RETURN(const uint8_t major, ToByte(wanted.version_major()));
  ASSIGN_OR_RETURN(const uint8_t minor, ToByte(wanted.version_minor()));
  WantedPackage read{{std::move(aid), major, minor}, {}, {}, {}};
  ASSIGN_OR_RETURN(read.content_hash, ToHash(wanted.content_hash()));
  ASSIGN_OR_RETURN(read.instances, ReadAids(wanted.instance_aids()));
  ASSIGN_OR_RETURN(read.imports, ReadAids(wanted.imports()));
  ASSIGN_OR_RETURN(read.modules, ReadAids(wanted.modules()));
  ASSIGN_OR_RETURN(read.security_domain,
                   ReadOptionalAid(wanted.security_domain()));
  return read;
}

absl::Status ReadPacket(const pb::BundleState& message, BundleState& state) {
  if (message.verify_token().size() > kMaxTokenBytes) {
    return Refuse("a verify token that is none");
  }
  state.verify_token = ToBytes(message.verify_token());
  state.reads_first = message.reads_first();
  if (message.wrong_mac() > 0xFFFF) return Refuse("a status word that is none");
  if (message.wrong_mac() != 0) {
    state.wrong_mac =
        card::StatusWord(static_cast<uint16_t>(message.wrong_mac()));
  }
  if (message.prepared_at_us() != 0) {
    state.prepared_at = absl::FromUnixMicros(message.prepared_at_us());
  }
  for (const std::string& bytes : message.commands()) {
    ASSIGN_OR_RETURN(card::CommandApdu command,
                     card::CommandApdu::Parse(AsBytes(bytes)));
    state.packet.push_back(std::move(command));
  }
  const size_t wanted = state.MacsAnswers() ? state.Commands() : 0;
  if (state.packet.size() == wanted) return absl::OkStatus();
  return Refuse("a bundle state with another packet than its own");
}

// EXTERNAL AUTHENTICATE comes first and once, or, with implicit initiation,
// never.
absl::Status CheckRuns(const BundleState& state) {
  bool right =
      !state.runs.empty() && state.Commands() <= kMaxBundleCommands + 1;
  for (size_t i = 0; i < state.runs.size(); ++i) {
    if (state.runs[i].kind != CommandKind::kAuthenticate) continue;
    right = right && i == 0 && state.runs[i].count == 1;
  }
  if (right) return absl::OkStatus();
  return Refuse("a bundle state without its commands");
}

}  // namespace

std::string EncodeCardRecord(const CardRecord& record) {
  pb::CardRecord message;
  Write(record, message);
  return message.SerializeAsString();
}

absl::StatusOr<CardRecord> DecodeCardRecord(const std::string& bytes) {
  pb::CardRecord message;
  if (bytes.size() > kMaxRecordBytes || !message.ParseFromString(bytes)) {
    return Refuse("not a card record");
  }
  return Read(message);
}

std::string EncodeBundleState(const BundleState& state) {
  pb::BundleState message;
  message.set_version(kVersion);
  Write(state.record, *message.mutable_record());
  Write(state.expected, *message.mutable_expected());
  for (const CommandRun& run : state.runs) {
    pb::CommandRun& written = *message.add_runs();
    written.set_kind(static_cast<uint32_t>(run.kind));
    if (run.subject.has_value()) {
      written.set_subject(AsString(run.subject->bytes()));
    }
    written.set_count(run.count);
  }
  for (const WantedPackage& wanted : state.wanted) {
    Write(wanted, *message.add_wanted());
  }
  WriteAids(state.absent_packages, *message.mutable_absent_packages());
  WriteAids(state.absent_applications, *message.mutable_absent_applications());
  WriteApplications(state, message);
  message.set_verify_token(AsString(state.verify_token));
  message.set_reads_first(state.reads_first);
  message.set_confirming_domain(BytesOf(state.confirming_domain));
  if (state.wrong_mac != kWrongMac) {
    message.set_wrong_mac(state.wrong_mac.value());
  }
  if (state.prepared_at != absl::InfinitePast()) {
    message.set_prepared_at_us(absl::ToUnixMicros(state.prepared_at));
  }
  for (const card::CommandApdu& command : state.packet) {
    message.add_commands(AsString(command.Encode()));
  }
  return message.SerializeAsString();
}

absl::StatusOr<BundleState> DecodeBundleState(const std::string& bytes) {
  pb::BundleState message;
  if (bytes.size() > kMaxBundleStateBytes || !message.ParseFromString(bytes) ||
      message.runs_size() > kMaxItems || message.wanted_size() > kMaxItems) {
    return Refuse("not a bundle state");
  }
  if (!IsKnownVersion(message.version())) {
    return Refuse(
        absl::StrCat("a bundle state of version ", message.version()));
  }
  BundleState state;
  ASSIGN_OR_RETURN(state.record, Read(message.record()));
  ASSIGN_OR_RETURN(state.expected, Read(message.expected()));
  for (const pb::CommandRun& run : message.runs()) {
    ASSIGN_OR_RETURN(CommandRun read, Read(run));
    state.runs.push_back(std::move(read));
  }
  for (const pb::WantedPackage& wanted : message.wanted()) {
    ASSIGN_OR_RETURN(WantedPackage read, Read(wanted));
    state.wanted.push_back(std::move(read));
  }
  ASSIGN_OR_RETURN(state.absent_packages, ReadAids(message.absent_packages()));
  ASSIGN_OR_RETURN(state.absent_applications,
                   ReadAids(message.absent_applications()));
  ASSIGN_OR_RETURN(state.confirming_domain,
                   ReadOptionalAid(message.confirming_domain()));
  RETURN_IF_ERROR(CheckRuns(state));
  RETURN_IF_ERROR(ReadApplications(message, state));
  RETURN_IF_ERROR(ReadPacket(message, state));
  return state;
}

}  // namespace cardferry::sequencer
