#include "cardsim/inserted_card.h"

#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "cardsim/channel/key_set.h"
#include "cardsim/files/file_card_port.h"
#include "cardsim/keys/keys_file.h"
#include "cardsim/vpcd/simulated_card_port.h"
#include "lib/base/file.h"
#include "lib/base/status_macros.h"

namespace cardferry::cardsim {

namespace {

absl::Status CheckSameCard(const KeySet& keys, const KeySet& kept) {
  if (kept.diversification_data == keys.diversification_data) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "it is the card with key diversification data ",
      ToHex(kept.diversification_data), ", and the keys file is that of ",
      ToHex(keys.diversification_data),
      "; give the keys file of this card, or another state file"));
}

const KeySet& KeysOf(const Card& card) {
  return card.security_domain().keys().channels()[0].keys();
}

const KeySet& KeysOf(const FileCard& card) { return card.keys(); }

// The card of `state`, which has to be the one with these keys.
template <typename CardType, typename Options>
absl::StatusOr<std::unique_ptr<CardType>> RestoreSame(const CardState& state,
                                                      const KeySet& keys,
                                                      const Options& options,
                                                      RandomSource& random) {
  ASSIGN_OR_RETURN(std::unique_ptr<CardType> card,
                   CardType::Restore(state, options, random));
  RETURN_IF_ERROR(CheckSameCard(keys, KeysOf(*card)));
  return card;
}

absl::StatusOr<ContentKey> ReadPublicKey(const std::string& path) {
  constexpr size_t kLargest = 16384;
  ASSIGN_OR_RETURN(const std::string pem, ReadFile(path, kLargest));
  absl::StatusOr<crypto::VerificationKey> key =
      crypto::VerificationKey::FromPem(pem);
  if (!key.ok()) return Annotate(key.status(), path);
  return ContentKey(*std::move(key));
}

// The keys of a new card for signed content; null when it has none.
absl::StatusOr<std::shared_ptr<const ContentKeys>> ReadContentKeys(
    const CardsimSettings& settings, const std::string& keys_file) {
  auto keys = std::make_shared<ContentKeys>();
  for (const auto& [domain, file] : settings.dap_keys) {
    ASSIGN_OR_RETURN(ContentKey key, ReadPublicKey(file));
    keys->dap.emplace(domain, std::move(key));
  }
  if (!settings.token_key.empty()) {
    ASSIGN_OR_RETURN(keys->token, ReadPublicKey(settings.token_key));
  }
  ASSIGN_OR_RETURN(std::optional<SecretBytes> receipt,
                   ReadReceiptKey(keys_file));
  if (receipt.has_value()) {
    ASSIGN_OR_RETURN(keys->receipt, ContentKey::Symmetric(settings.key_type,
                                                          *std::move(receipt)));
  }
  const bool none = keys->dap.empty() && !keys->token.has_value() &&
                    !keys->receipt.has_value();
  return none ? nullptr : std::shared_ptr<const ContentKeys>(std::move(keys));
}

absl::StatusOr<std::unique_ptr<Card>> NewOrKept(
    const std::optional<CardState>& kept, KeySet keys,
    const CardsimSettings& settings, RandomSource& random) {
  if (kept.has_value()) {
    return RestoreSame<Card>(*kept, keys, settings.card, random);
  }
  return Card::Create(std::move(keys), settings.card, random);
}

absl::StatusOr<std::unique_ptr<FileCard>> NewOrKeptFileCard(
    const std::optional<CardState>& kept, KeySet keys,
    const std::string& password_file, const CardsimSettings& settings,
    RandomSource& random) {
  if (kept.has_value()) {
    return RestoreSame<FileCard>(*kept, keys, settings.files, random);
  }
  SecretBytes password;
  if (!password_file.empty()) {
    ASSIGN_OR_RETURN(password, ReadSecretFile(password_file));
  }
  return FileCard::Create(std::move(keys), std::move(password), settings.files,
                          random);
}

}  // namespace

absl::StatusOr<std::unique_ptr<InsertedCard>> InsertedCard::Create(
    const CardsimSettings& settings, const CardFiles& files,
    RandomSource& random) {
  ASSIGN_OR_RETURN(KeySet keys, ReadKeysFile(files.keys));
  RETURN_IF_ERROR(CheckKeys(settings, keys));
  auto inserted = absl::WrapUnique(new InsertedCard);
  std::optional<CardState> kept;
  if (!files.state.empty()) {
    ASSIGN_OR_RETURN(inserted->state_, StateFile::Open(files.state));
    ASSIGN_OR_RETURN(kept, inserted->state_->Load());
  }
  const absl::Status status =
      inserted->Insert(kept, std::move(keys), files, settings, random);
  if (!status.ok()) {
    return kept.has_value() ? Annotate(status, files.state) : status;
  }
  if (settings.t0) inserted->t0_.emplace(*inserted->contacts_);
  return inserted;
}

absl::Status InsertedCard::Insert(const std::optional<CardState>& kept,
                                  KeySet keys, const CardFiles& files,
                                  const CardsimSettings& settings,
                                  RandomSource& random) {
  if (settings.file_oriented) {
    auto card = NewOrKeptFileCard(kept, std::move(keys), files.password,
                                  settings, random);
    if (!card.ok()) return card.status();
    file_card_ = *std::move(card);
    contacts_ = std::make_unique<FileCardPort>(*file_card_, settings.atr);
    return state_ == nullptr ? absl::OkStatus() : file_card_->KeepIn(*state_);
  }
  CardsimSettings with_keys = settings;
  if (!kept.has_value()) {
    ASSIGN_OR_RETURN(with_keys.card.content_keys,
                     ReadContentKeys(settings, files.keys));
  }
  auto card = NewOrKept(kept, std::move(keys), with_keys, random);
  if (!card.ok()) return card.status();
  card_ = *std::move(card);
  contacts_ = std::make_unique<SimulatedCardPort>(*card_, settings.atr);
  return state_ == nullptr ? absl::OkStatus() : card_->KeepIn(*state_);
}

CardPort& InsertedCard::port() {
  if (t0_.has_value()) return *t0_;
  return *contacts_;
}

}  // namespace cardferry::cardsim
