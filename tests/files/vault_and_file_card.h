#ifndef CARDFERRY_TESTS_FILES_VAULT_AND_FILE_CARD_H_
#define CARDFERRY_TESTS_FILES_VAULT_AND_FILE_CARD_H_

#include <array>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "cardsim/files/file_card.h"
#include "lib/base/random.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/testing/fake_clock.h"
#include "services/keyvault/files/file_vault.h"
#include "services/keyvault/testing/fake_ledger.h"
#include "services/keyvault/testing/known_card.h"
#include "services/keyvault/testing/openssl_file_keys.h"

namespace cardferry {

inline constexpr std::array<uint8_t, 10> kFileCardNumber = {8, 0, 4, 9, 1,
                                                            2, 3, 4, 5, 6};

// A type of file-oriented cards, by its keys.
struct FileCardKind {
  const char* name;
  int key_bits;
  const char* diversification;
  size_t block;
};
inline std::ostream& operator<<(std::ostream& out, const FileCardKind& kind) {
  return out << kind.name;
}
inline std::vector<FileCardKind> FileCardKinds() {
  return {{"TripleDes", 112, "visa2", 8},
          {"Aes128", 128, "kdf3", 16},
          {"Aes256", 256, "kdf3", 16}};
}

// The keyvault's domain with known keys instead of an HSM, and a simulated card
// that has been given its keys, and a password of 8 digits, by them.
class VaultAndFileCard {
 public:
  explicit VaultAndFileCard(const FileCardKind& kind)
      : kind_(kind), key_set_(MakeKeySet(kind)) {
    policy_.key_sets["files"].allow_keys_in_memory = true;
    NewVault();
    NewCard(kFileCardNumber);
  }

  // Another replica, or another policy.
  void NewVault() {
    vault_ = std::make_unique<keyvault::FileVault>(
        keyvault::FileVaultParts{keys_, file_keys_, ledger_, clock_, random_},
        policy_);
  }

  void NewCard(const std::array<uint8_t, 10>& number) {
    cardsim::KeySet keys;
    keys.type =
        kind_.key_bits == 112 ? cardsim::KeyType::kDes : cardsim::KeyType::kAes;
    keys.enc = *DeriveCardKey(key_set_, 1, number);
    keys.mac = *DeriveCardKey(key_set_, 2, number);
    keys.dek = *DeriveCardKey(key_set_, 3, number);
    keys.version = 1;
    keys.diversification_data = number;
    cardsim::FileCardOptions options;
    options.has_serial_number = true;
    card_ = *cardsim::FileCard::Create(std::move(keys),
                                       SecretBytes::CopyOf(Password(number)),
                                       options, random_);
  }

  Bytes Password(const std::array<uint8_t, 10>& number) {
    const SecretBytes password =
        *file_keys_.CardPassword({"files", 1, number}, 1, 8);
    const ByteSpan digits = password.Read(GrantSecretAccess());
    return Bytes(digits.begin(), digits.end());
  }

  keyvault::IssuedOpening NewOpening(const keyvault::Place& place) {
    keyvault::OpeningDesk desk(keys_, clock_, random_,
                               policy_.opening_lifetime);
    return (*desk.Issue(place, 1))[0];
  }

  card::ResponseApdu Send(const card::CommandApdu& command) {
    sent_ += ToHex(command.Encode());
    return *card::ResponseApdu::Parse(card_->Transmit(command.Encode()));
  }

  keyvault::FileVault& vault() { return *vault_; }
  cardsim::FileCard& card() { return *card_; }
  keyvault::FakeLedger& ledger() { return ledger_; }
  keyvault::VaultPolicy& policy() { return policy_; }
  FakeClock& clock() { return clock_; }
  const std::string& sent() const { return sent_; }  // all, in hexadecimal

 private:
  static keyvault::KnownKeySet MakeKeySet(const FileCardKind& kind) {
    keyvault::KnownKeySet set =
        keyvault::TestKeySet(kind.key_bits, kind.diversification);
    set.description.name = "files";
    set.description.protocol = keyvault::kFileCards;
    return set;
  }

  const FileCardKind kind_;
  const keyvault::KnownKeySet key_set_;
  keyvault::OpensslHsmKeys keys_{{key_set_, keyvault::TestKeySet()}};
  keyvault::OpensslFileKeys file_keys_{key_set_};
  keyvault::FakeLedger ledger_;
  FakeClock clock_;
  SystemRandom random_;
  keyvault::VaultPolicy policy_;
  std::unique_ptr<keyvault::FileVault> vault_;
  std::unique_ptr<cardsim::FileCard> card_;
  std::string sent_;
};

}  // namespace cardferry

#endif  // CARDFERRY_TESTS_FILES_VAULT_AND_FILE_CARD_H_
