#include "hsm-config/token_tool.h"

#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "hsm-config/card_keys.h"
#include "hsm-config/ceremony.h"
#include "hsm-config/key_profile_proto.h"
#include "hsm-config/master_facts.h"
#include "hsm-config/softhsm_conf.h"
#include "hsm-config/token_folder.h"
#include "hsm-config/token_keys.h"
#include "lib/base/file.h"
#include "lib/base/random.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/secret_bytes.h"
#include "lib/base/status_macros.h"
#include "lib/pkcs11/token.h"
#include "lib/pkcs11/token_admin.h"

namespace cardferry::hsm {
namespace {

using pkcs11::Access;
using pkcs11::Token;
using pkcs11::Usage;

// Points SoftHSM to a folder that is the tool's own.
absl::Status PointSoftHsmTo(const TokenFolder& folder, SoftHsmUse use,
                            const KeyProfile& profile) {
  const std::string conf = SoftHsmConf(folder.path(), use, profile);
  RETURN_IF_ERROR(WriteFileAtomically(folder.conf_path(), AsBytes(conf), 0600));
  setenv("SOFTHSM2_CONF", folder.conf_path().c_str(), 1);
  return absl::OkStatus();
}

SecretBytes RandomPin() {
  SystemRandom random;
  Bytes bytes = random.Draw(16);
  std::string text = ToHex(bytes);
  SecretBytes pin = SecretBytes::CopyOf(AsBytes(text));
  WipeBytes(absl::MakeSpan(bytes));
  WipeBytes(absl::MakeSpan(reinterpret_cast<uint8_t*>(&text[0]), text.size()));
  return pin;
}

absl::StatusOr<std::unique_ptr<Token>> OpenToken(
    const TokenToolOptions& options, Access access) {
  pkcs11::TokenOptions token;
  token.module.path = options.module;
  token.label = options.token_label;
  ASSIGN_OR_RETURN(token.pin, ReadSecretFile(options.pin_file));
  token.access = access;
  return Token::Open(token);
}

absl::Status MakeEmptyToken(const TokenToolOptions& options) {
  ASSIGN_OR_RETURN(const SecretBytes pin, ReadSecretFile(options.pin_file));
  ASSIGN_OR_RETURN(const std::unique_ptr<pkcs11::Module> module,
                   pkcs11::Module::Load({options.module, ""}));
  return pkcs11::InitializeToken(*module, options.token_label, RandomPin(),
                                 pin);
}

absl::Status FillToken(const TokenToolOptions& options,
                       const KeyProfile& profile) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Token> token,
                   OpenToken(options, Access::kReadWrite));
  const pkcs11::TemplateBuilder builder(
      pkcs11::TemplateRulesFor(token->module().manufacturer()));
  ASSIGN_OR_RETURN(const pkcs11::KdfRecipe recipe,
                   ChooseKdf(*token, builder, profile));
  RETURN_IF_ERROR(
      GenerateKeys({token->keep_alive(), builder, recipe}, profile));
  return CheckToken(token->keep_alive(), builder.rules(), profile);
}

// A published token, copied, open, and as the profile says.
struct OpenCopy {
  KeyProfile profile;
  std::unique_ptr<TokenFolder> folder;  // ends after the token
  std::unique_ptr<Token> token;
};

absl::StatusOr<OpenCopy> OpenPublished(const TokenToolOptions& options) {
  OpenCopy open;
  ASSIGN_OR_RETURN(open.profile, ReadKeyProfile(options.profile));
  std::string token_dir = options.token_dir;
  if (token_dir.empty()) {
    ASSIGN_OR_RETURN(token_dir, TokenDirOfSoftHsmConf(options.softhsm_conf));
  }
  ASSIGN_OR_RETURN(TokenFolder folder, TokenFolder::CopyOf(token_dir));
  open.folder = std::make_unique<TokenFolder>(std::move(folder));
  RETURN_IF_ERROR(
      PointSoftHsmTo(*open.folder, SoftHsmUse::kServing, open.profile));
  ASSIGN_OR_RETURN(open.token, OpenToken(options, Access::kReadOnly));
  RETURN_IF_ERROR(
      CheckToken(open.token->keep_alive(),
                 pkcs11::TemplateRulesFor(open.token->module().manufacturer()),
                 open.profile));
  return open;
}

// The key check value of a master: asked, where it may encrypt; else as noted
// at its ceremony.
absl::StatusOr<KeyCheckValue> MasterCheckValue(pkcs11::Session& session,
                                               const KeyEntry& entry) {
  if ((entry.spec.usages & static_cast<unsigned>(Usage::kEncrypt)) == 0) {
    ASSIGN_OR_RETURN(const MasterFacts facts, ReadMasterFacts(session, entry));
    return facts.check_value;
  }
  ASSIGN_OR_RETURN(const pkcs11::ObjectHandle key, FindKey(session, entry));
  const std::vector<CK_MECHANISM_TYPE>& may = entry.spec.mechanisms;
  if (std::find(may.begin(), may.end(), CKM_AES_ECB) != may.end()) {
    return CheckValueOf(session, key);
  }
  ASSIGN_OR_RETURN(
      const Bytes block,
      session.Encrypt(pkcs11::Mechanism::AesCbc(Bytes(pkcs11::kAesBlock)), key,
                      Bytes(pkcs11::kAesBlock, 0x01)));
  return KeyCheckValue{block[0], block[1], block[2]};
}

absl::StatusOr<std::string> ShowKeySet(pkcs11::Session& session,
                                       const KeySet& set) {
  ASSIGN_OR_RETURN(const KeyCheckValue enc, MasterCheckValue(session, set.enc));
  ASSIGN_OR_RETURN(const KeyCheckValue mac, MasterCheckValue(session, set.mac));
  ASSIGN_OR_RETURN(const KeyCheckValue dek, MasterCheckValue(session, set.dek));
  const std::string type = absl::StrCat(
      IsTripleDes(set.scheme.key_bits) ? "3DES-" : "AES-", set.scheme.key_bits);
  return absl::StrFormat("%-20s %7u  %02X  %-8s %-7s  %s  %s  %s\n", set.name,
                         set.master_version, set.key_version_number, type,
                         SchemeName(set.scheme), ToHex(enc), ToHex(mac),
                         ToHex(dek));
}

}  // namespace

absl::Status InitToken(const TokenToolOptions& options) {
  ASSIGN_OR_RETURN(const KeyProfile profile, ReadKeyProfile(options.profile));
  if (std::filesystem::exists(options.token_dir)) {
    return absl::AlreadyExistsError(absl::StrCat(
        options.token_dir, " is there: publish a new token beside it"));
  }
  ASSIGN_OR_RETURN(TokenFolder folder,
                   TokenFolder::CreateFor(options.token_dir));
  RETURN_IF_ERROR(PointSoftHsmTo(folder, SoftHsmUse::kCeremony, profile));
  RETURN_IF_ERROR(MakeEmptyToken(options));
  RETURN_IF_ERROR(FillToken(options, profile));
  RETURN_IF_ERROR(folder.Publish(options.token_dir));
  if (options.softhsm_conf.empty()) return absl::OkStatus();
  const std::string conf =
      SoftHsmConf(std::filesystem::absolute(options.token_dir).string(),
                  SoftHsmUse::kServing, profile);
  return WriteFileAtomically(options.softhsm_conf, AsBytes(conf), 0444);
}

absl::Status WriteCardKeys(const TokenToolOptions& options,
                           const CardKeysOptions& card) {
  if (!card.development_only) {
    return absl::FailedPreconditionError(
        "this writes a card's keys in plaintext, for a simulated card: say "
        "--development_only");
  }
  ASSIGN_OR_RETURN(const Bytes data, FromHex(card.key_diversification_data));
  ASSIGN_OR_RETURN(const OpenCopy open, OpenPublished(options));
  const KeySet* set =
      FindKeySet(open.profile, card.key_set, card.master_version);
  if (set == nullptr) {
    return absl::NotFoundError(absl::StrCat("no key set ", card.key_set,
                                            " version ", card.master_version));
  }
  ASSIGN_OR_RETURN(const SecretBytes text,
                   SimulatedCardKeys(open.token->keep_alive(), *set, data));
  return WriteFileAtomically(card.out, text.Read(GrantSecretAccess()), 0400);
}

absl::StatusOr<std::string> ShowToken(const TokenToolOptions& options) {
  ASSIGN_OR_RETURN(const OpenCopy open, OpenPublished(options));
  std::string text =
      "key set              version KVN  type     div.     ENC     MAC     "
      "DEK\n";
  for (const KeySet& set : open.profile.key_sets) {
    ASSIGN_OR_RETURN(const std::string line,
                     ShowKeySet(open.token->keep_alive(), set));
    text += line;
  }
  return text;
}

}  // namespace cardferry::hsm
