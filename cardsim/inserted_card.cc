#include "cardsim/inserted_card.h"

#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "cardsim/channel/key_set.h"
#include "cardsim/keys/keys_file.h"
#include "lib/base/status_macros.h"

namespace cardferry::cardsim {

namespace {

absl::Status CheckSameCard(const KeySet& keys, const Card& card) {
  const KeySet& kept = card.security_domain().keys().channels()[0].keys();
  if (kept.diversification_data == keys.diversification_data) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "it is the card with key diversification data ",
      ToHex(kept.diversification_data), ", and the keys file is that of ",
      ToHex(keys.diversification_data),
      "; give the keys file of this card, or another state file"));
}

absl::StatusOr<std::unique_ptr<Card>> RestoreOrCreate(
    const StateFile& file, KeySet keys, const CardOptions& options,
    RandomSource& random) {
  ASSIGN_OR_RETURN(const std::optional<CardState> state, file.Load());
  if (!state.has_value()) return Card::Create(std::move(keys), options, random);
  absl::StatusOr<std::unique_ptr<Card>> card =
      Card::Restore(*state, options, random);
  if (!card.ok()) return Annotate(card.status(), file.path());
  RETURN_IF_ERROR(Annotate(CheckSameCard(keys, **card), file.path()));
  return card;
}

}  // namespace

absl::StatusOr<std::unique_ptr<InsertedCard>> InsertedCard::Create(
    const CardsimSettings& settings, const CardFiles& files,
    RandomSource& random) {
  ASSIGN_OR_RETURN(KeySet keys, ReadKeysFile(files.keys));
  RETURN_IF_ERROR(CheckKeys(settings, keys));
  if (files.state.empty()) {
    ASSIGN_OR_RETURN(std::unique_ptr<Card> card,
                     Card::Create(std::move(keys), settings.card, random));
    return absl::WrapUnique(
        new InsertedCard(nullptr, std::move(card), settings));
  }
  ASSIGN_OR_RETURN(std::unique_ptr<StateFile> state,
                   StateFile::Open(files.state));
  ASSIGN_OR_RETURN(
      std::unique_ptr<Card> card,
      RestoreOrCreate(*state, std::move(keys), settings.card, random));
  RETURN_IF_ERROR(card->KeepIn(*state));
  return absl::WrapUnique(
      new InsertedCard(std::move(state), std::move(card), settings));
}

InsertedCard::InsertedCard(std::unique_ptr<StateFile> state,
                           std::unique_ptr<Card> card,
                           const CardsimSettings& settings)
    : state_(std::move(state)),
      card_(std::move(card)),
      contacts_(*card_, settings.atr) {
  if (settings.t0) t0_.emplace(contacts_);
}

CardPort& InsertedCard::port() {
  if (t0_.has_value()) return *t0_;
  return contacts_;
}

}  // namespace cardferry::cardsim
