#include "services/sequencer/approval_needs.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/base/status_macros.h"
#include "lib/card/gp/token.h"
#include "lib/card/tlv/tlv.h"
#include "lib/crypto/digest.h"
#include "lib/crypto/hash_algorithm.h"

namespace cardferry::sequencer {
namespace {

constexpr uint8_t kDelete = 0xE4;
constexpr uint8_t kInstall = 0xE6;
constexpr uint8_t kForLoad = 0x02;
constexpr uint8_t kForInstall = 0x04;
constexpr uint8_t kForMakeSelectable = 0x08;
constexpr uint8_t kForExtradition = 0x10;
constexpr uint8_t kRelated = 0x80;
constexpr uint32_t kAidTag = 0x4F;

std::optional<TokenFor> KindOf(const card::CommandHeader& header) {
  if (header.ins == kDelete) return TokenFor::kDelete;
  if (header.ins != kInstall) return std::nullopt;
  switch (header.p1) {
    case kForLoad:
      return TokenFor::kLoad;
    case kForInstall:
    case kForMakeSelectable:
    case kForInstall | kForMakeSelectable:
      return TokenFor::kInstall;
    case kForExtradition:
      return TokenFor::kExtradition;
    default:
      return std::nullopt;
  }
}

// INSTALL's fields, each with its length before it, in hexadecimal.
std::vector<std::string> FieldsOf(const card::CommandApdu& command) {
  std::vector<std::string> fields;
  ByteSpan rest = command.data();
  while (!rest.empty()) {
    const size_t size = std::min<size_t>(rest[0], rest.size() - 1);
    fields.push_back(ToHex(rest.subspan(1, size)));
    rest.remove_prefix(1 + size);
  }
  fields.resize(std::max<size_t>(fields.size(), 5));
  return fields;
}

std::string DeleteHint(const card::CommandApdu& command) {
  const auto objects = card::ParseTlvs(command.data());
  const std::optional<ByteSpan> aid =
      objects.ok() ? card::FindTag(*objects, kAidTag) : std::nullopt;
  return absl::StrCat(
      "`cardferry approval delete ", ToHex(aid.value_or(ByteSpan())),
      (command.header().p2 & kRelated) != 0 ? " --related`" : "`");
}

// What follows --hash and the like, so that the approver signs the same bytes.
std::string HashFlags(const CardProfile& profile) {
  std::string flags;
  if (profile.rules.load_file_hash.has_value() &&
      profile.rules.load_file_hash != crypto::HashAlgorithm::kSha256) {
    absl::StrAppend(&flags, " --hash ",
                    crypto::NameOf(*profile.rules.load_file_hash));
  }
  if (profile.descriptor == card::Descriptor::kSend) {
    absl::StrAppend(&flags, " --with-descriptor");
  }
  return flags;
}

// The words of the command that approves it, but for key and reason.
std::string TokenHint(TokenFor kind, const CardProfile& profile,
                      const card::CommandApdu& command) {
  if (kind == TokenFor::kDelete) return DeleteHint(command);
  const std::vector<std::string> fields = FieldsOf(command);
  switch (kind) {
    case TokenFor::kLoad:
      return absl::StrCat("`cardferry approval load FILE --domain ", fields[1],
                          HashFlags(profile), "` with the CAP file of ",
                          fields[0]);
    case TokenFor::kExtradition:
      // The domain, an empty field, what goes there.
      return absl::StrCat("`cardferry approval extradite ", fields[2],
                          " --domain ", fields[0], "`");
    default:
      return absl::StrCat("`cardferry approval install --package ", fields[0],
                          " --applet ", fields[1], " --instance ", fields[2],
                          " --privileges ", fields[3],
                          "` with the job's install parameters");
  }
}

// Before the second of the hint's back quotes.
std::string WithKey(std::string hint, const std::string& key) {
  return hint.insert(hint.rfind('`'),
                     absl::StrCat(" --key ", key, " --reason ..."));
}

WantedSignature WantedFor(const std::string& key, ByteSpan message) {
  return {key, crypto::Sha256(message)};
}

}  // namespace

Bytes LoadFileHash(const CardProfile& profile, ByteSpan load_file_data_block) {
  if (!profile.rules.load_file_hash.has_value()) return {};
  return crypto::Digest(*profile.rules.load_file_hash, load_file_data_block);
}

absl::StatusOr<std::vector<ApprovalNeed>> DapNeeds(const CardProfile& profile,
                                                   const LoadFile& file) {
  std::vector<ApprovalNeed> needs;
  if (profile.rules.daps.empty()) return needs;
  ASSIGN_OR_RETURN(const Bytes block,
                   file.cap.LoadFileDataBlock(profile.descriptor));
  const Bytes hash = LoadFileHash(profile, block);
  for (const DapRule& rule : profile.rules.daps) {
    needs.push_back(
        {WantedFor(rule.signing_key, hash),
         absl::StrCat("the load file of package ",
                      file.cap.package().ToString(), " for security domain ",
                      rule.security_domain.ToHex(), ": ",
                      WithKey(absl::StrCat("`cardferry approval dap FILE",
                                           HashFlags(profile), "`"),
                              rule.signing_key))});
  }
  return needs;
}

std::vector<card::DapBlock> DapBlocks(const CardProfile& profile, ByteSpan hash,
                                      const Signatures& signatures) {
  std::vector<card::DapBlock> blocks;
  for (const DapRule& rule : profile.rules.daps) {
    const auto found = signatures.find(WantedFor(rule.signing_key, hash));
    if (found == signatures.end()) continue;
    blocks.push_back({rule.security_domain, found->second});
  }
  return blocks;
}

absl::StatusOr<std::optional<ApprovalNeed>> TokenNeed(
    const CardProfile& profile, const card::CommandApdu& command) {
  const std::optional<TokenFor> kind = KindOf(command.header());
  if (!kind.has_value() || !profile.rules.Wants(*kind)) return std::nullopt;
  ASSIGN_OR_RETURN(const Bytes message, card::TokenMessage(command));
  const std::string& key = profile.rules.token_key;
  return ApprovalNeed{
      WantedFor(key, message),
      absl::StrCat("a token: ",
                   WithKey(TokenHint(*kind, profile, command), key))};
}

absl::StatusOr<card::CommandApdu> WithToken(const CardProfile& profile,
                                            const card::CommandApdu& command,
                                            card::Protection protection,
                                            const Signatures& signatures) {
  ASSIGN_OR_RETURN(const std::optional<ApprovalNeed> need,
                   TokenNeed(profile, command));
  if (!need.has_value()) return command;
  const auto found = signatures.find(need->wanted);
  if (found == signatures.end()) return command;
  ASSIGN_OR_RETURN(card::CommandApdu with,
                   card::WithToken(command, found->second));
  ASSIGN_OR_RETURN(const size_t most, card::MaxCommandData(protection));
  if (with.data().size() <= most) return with;
  return absl::ResourceExhaustedError(absl::StrCat(
      "a command has ", with.data().size(), " bytes with its token of ",
      found->second.size(), "; in this session a short one carries at most ",
      most, ": tokens by an ECDSA key are shorter"));
}

absl::StatusOr<Signatures> FindSignatures(absl::Span<const ApprovalNeed> needs,
                                          SignedContent* source) {
  std::vector<std::optional<Bytes>> found(needs.size());
  if (source != nullptr && !needs.empty()) {
    std::vector<WantedSignature> wanted;
    for (const ApprovalNeed& need : needs) wanted.push_back(need.wanted);
    ASSIGN_OR_RETURN(found, source->FindApprovals(wanted));
  }
  Signatures signatures;
  std::vector<std::string> missing;
  for (size_t i = 0; i < needs.size(); ++i) {
    if (found[i].has_value()) {
      signatures[needs[i].wanted] = *std::move(found[i]);
    } else {
      missing.push_back(needs[i].what);
    }
  }
  if (missing.empty()) return signatures;
  return absl::InvalidArgumentError(absl::StrCat(
      "the card asks for what nobody has approved, or not for now; an approver "
      "signs ",
      absl::StrJoin(missing, "; and "), ". Then add the job again"));
}

}  // namespace cardferry::sequencer
