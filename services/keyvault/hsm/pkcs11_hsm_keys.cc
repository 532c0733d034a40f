#include "services/keyvault/hsm/pkcs11_hsm_keys.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "hsm-config/profile_recipes.h"
#include "lib/base/status_macros.h"
#include "lib/pkcs11/ck_status.h"
#include "lib/pkcs11/cmac_batch.h"
#include "lib/pkcs11/known_answers.h"
#include "services/keyvault/hsm/card_key.h"
#include "services/keyvault/hsm/hsm_cipher.h"
#include "services/keyvault/hsm/predicted_challenge.h"
#include "services/keyvault/hsm/read_only_token.h"

namespace cardferry::keyvault {
namespace {

using pkcs11::Access;
using pkcs11::Mechanism;
using pkcs11::Session;

// A sealed text: version 01 | nonce (12) | ciphertext | tag (16).
// Authenticated with it: version | purpose. The nonce is random: under one key
// 2^32 texts are safe (SP 800-38D, 8.3), which is years of loads.
constexpr uint8_t kSealVersion = 1;
constexpr size_t kNonceSize = 12;
constexpr size_t kTagSize = 16;

Bytes SealContext(absl::string_view purpose) {
  return Concat({Bytes{kSealVersion}, AsBytes(purpose)});
}

ModuleWays WaysOf(pkcs11::Token& token,
                  const pkcs11::Capabilities& capabilities) {
  return {pkcs11::TemplateBuilder(
              pkcs11::TemplateRulesFor(token.module().manufacturer())),
          capabilities.Has(pkcs11::kRecipeKdfNative)
              ? pkcs11::KdfRecipe::kNative
              : pkcs11::KdfRecipe::kAesData};
}

// For operations whose only keys are the ring's.
void ForgetNothing() {}

}  // namespace

Pkcs11HsmKeys::Pkcs11HsmKeys(HsmOptions options,
                             std::unique_ptr<pkcs11::Token> token,
                             pkcs11::Capabilities capabilities)
    : options_(std::move(options)),
      token_(std::move(token)),
      capabilities_(std::move(capabilities)),
      pool_([this] { return token_->OpenSession(Access::kReadOnly); },
            options_.pool) {}

absl::StatusOr<std::unique_ptr<Pkcs11HsmKeys>> Pkcs11HsmKeys::Open(
    HsmOptions options) {
  if (!options.token_dir.empty() && !options.allow_writable_token) {
    RETURN_IF_ERROR(CheckTokenIsReadOnly(options.token_dir));
  }
  ASSIGN_OR_RETURN(std::unique_ptr<pkcs11::Token> token,
                   pkcs11::Token::Open(options.token));
  const pkcs11::TemplateBuilder builder(
      pkcs11::TemplateRulesFor(token->module().manufacturer()));
  ASSIGN_OR_RETURN(
      pkcs11::Capabilities capabilities,
      pkcs11::Probe([&] { return token->OpenSession(Access::kReadOnly); },
                    hsm::RecipesFor(options.profile, builder)));
  std::unique_ptr<Pkcs11HsmKeys> keys(new Pkcs11HsmKeys(
      std::move(options), std::move(token), std::move(capabilities)));
  const ModuleWays ways = WaysOf(*keys->token_, keys->capabilities_);
  ASSIGN_OR_RETURN(
      keys->ring_,
      KeyRing::Load(*keys->token_, keys->options_.profile, ways,
                    keys->options_.allow_test_keys ? TestKeys::kAllowed
                                                   : TestKeys::kRefused));
  const bool by_cbc = keys->options_.mac_by_cbc &&
                      keys->capabilities_.Has(pkcs11::kRecipeMacByCbc);
  keys->hsm_.reset(new HsmContext{keys->pool_, *keys->ring_, ways, by_cbc,
                                  keys->options_.most_bytes_a_call});
  return keys;
}

std::vector<KeySetDescription> Pkcs11HsmKeys::KeySets() const {
  std::vector<KeySetDescription> descriptions;
  for (const hsm::KeySet& set : options_.profile.key_sets) {
    descriptions.push_back(
        {set.name, set.master_version, set.key_version_number,
         hsm::SchemeName(set.scheme), static_cast<int>(set.scheme.key_bits),
         hsm::BytesThatCount(set.scheme),
         hsm::IsMadeInMemory(set.scheme) || set.scp == hsm::kFileCards,
         set.scp});
  }
  return descriptions;
}

absl::StatusOr<std::unique_ptr<scp::SessionCipher>> Pkcs11HsmKeys::OpenSession(
    const CardKeySelection& card, const scp::SessionSeed& seed) {
  return CreateHsmCipher(*hsm_, card, seed);
}

absl::StatusOr<Bytes> Pkcs11HsmKeys::PredictChallenge(
    const CardKeySelection& card, const ChallengeSource& source) {
  return PredictHsmChallenge(*hsm_, card, source);
}

absl::StatusOr<Bytes> Pkcs11HsmKeys::Seal(absl::string_view purpose,
                                          ByteSpan plaintext) {
  const Bytes nonce = random_.Draw(kNonceSize);
  ASSIGN_OR_RETURN(const Bytes ciphertext,
                   hsm_->Run(
                       [&](Session& session, const KeyHandles& keys) {
                         return session.Encrypt(
                             Mechanism::AesGcm(nonce, SealContext(purpose)),
                             keys.token_seal(), plaintext);
                       },
                       &ForgetNothing));
  if (ciphertext.size() != plaintext.size() + kTagSize) {
    return absl::UnavailableError("AES-GCM gave a text of another length");
  }
  return Concat({Bytes{kSealVersion}, nonce, ciphertext});
}

absl::StatusOr<Bytes> Pkcs11HsmKeys::Unseal(absl::string_view purpose,
                                            ByteSpan sealed) {
  const absl::Status changed =
      absl::DataLossError("a sealed text was changed, or is not ours");
  if (sealed.size() < 1 + kNonceSize + kTagSize || sealed[0] != kSealVersion) {
    return changed;
  }
  const ByteSpan nonce = sealed.subspan(1, kNonceSize);
  const ByteSpan ciphertext = sealed.subspan(1 + kNonceSize);
  absl::StatusOr<Bytes> opened = hsm_->Run(
      [&](Session& session, const KeyHandles& keys) {
        return session.Decrypt(Mechanism::AesGcm(nonce, SealContext(purpose)),
                               keys.token_seal(), ciphertext);
      },
      &ForgetNothing);
  if (opened.ok()) return opened;
  if (absl::IsDataLoss(opened.status())) return changed;
  // SoftHSM says CKR_GENERAL_ERROR for a wrong tag, which is also what it says
  // when it is broken. Whoever can still open another text is not.
  const auto rv = pkcs11::CkRvOf(opened.status());
  if (rv == CKR_GENERAL_ERROR && SealWorks()) return changed;
  return opened;
}

bool Pkcs11HsmKeys::SealWorks() {
  const Bytes nonce = random_.Draw(kNonceSize);
  const Bytes context = SealContext("control");
  const Bytes plaintext(kTagSize, 0x5A);
  const auto opened = hsm_->Run(
      [&](Session& session, const KeyHandles& keys) -> absl::StatusOr<Bytes> {
        ASSIGN_OR_RETURN(const Bytes sealed,
                         session.Encrypt(Mechanism::AesGcm(nonce, context),
                                         keys.token_seal(), plaintext));
        return session.Decrypt(Mechanism::AesGcm(nonce, context),
                               keys.token_seal(), sealed);
      },
      &ForgetNothing);
  return opened.ok() && *opened == plaintext;
}

absl::StatusOr<Bytes> Pkcs11HsmKeys::TicketMac(ByteSpan ticket) {
  return hsm_->Run(
      [&](Session& session, const KeyHandles& keys) {
        return session.Sign(Mechanism::Plain(CKM_SHA256_HMAC),
                            keys.ticket_mac(), ticket);
      },
      &ForgetNothing);
}

absl::StatusOr<Bytes> Pkcs11HsmKeys::ReceiptMac(const CardKeySelection& card,
                                                ByteSpan message) {
  // It makes CMACs, as AES-ECB and AES-CBC do, and nothing else.
  const pkcs11::KeySpec receipt_key = {
      CKK_AES,
      0,
      static_cast<unsigned>(pkcs11::Usage::kEncrypt),
      {CKM_AES_ECB, CKM_AES_CBC}};
  const Bytes copy(message.begin(), message.end());
  return hsm_->Run(
      [&](Session& session, const KeyHandles& keys) -> absl::StatusOr<Bytes> {
        ASSIGN_OR_RETURN(const Masters masters,
                         keys.FindMasters(card.key_set, card.master_version));
        if (!masters.receipt.has_value()) {
          return absl::NotFoundError(absl::StrCat(
              "key set ", card.key_set, " has no master for receipts"));
        }
        ASSIGN_OR_RETURN(
            const pkcs11::Object key,
            MakeCardKeyFor(session, hsm_->ways, masters,
                           CardKeyNumber::kReceipt,
                           card.key_diversification_data, receipt_key));
        ASSIGN_OR_RETURN(pkcs11::CmacBatch batch,
                         pkcs11::ComputeCmacs(session, key.handle(), {copy},
                                              hsm_->most_bytes_a_call));
        return std::move(batch.macs.at(0));
      },
      &ForgetNothing);
}

absl::Status Pkcs11HsmKeys::Health() {
  return TicketMac(AsBytes("health")).status();
}

}  // namespace cardferry::keyvault
