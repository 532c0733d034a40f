#include "services/keyvault/testing/hsm_keys_contract.h"

#include <atomic>
#include <thread>
#include <utility>

#include "lib/base/random.h"
#include "lib/base/status_matchers.h"
#include "services/keyvault/testing/known_card.h"

namespace cardferry::keyvault {
namespace {

using scp::SessionCipher;

KnownKeySet Named(const std::string& prefix, int key_bits,
                  const std::string& diversification) {
  KnownKeySet key_set = TestKeySet(key_bits, diversification);
  key_set.description.name =
      prefix + diversification + "-" + std::to_string(key_bits);
  return key_set;
}

CardKeySelection CardOf(const std::string& key_set) {
  return {key_set, 1, {0xD0, 0xD1, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 7, 8, 9}};
}

bool IsScp02(const std::string& key_set) {
  return key_set.rfind("des-", 0) == 0;
}

// A session that a card of the key set may have.
scp::SessionSeed SeedFor(const std::string& key_set, ByteSpan host_challenge,
                         ByteSpan card_challenge) {
  const scp::ChannelProtocol protocol =
      IsScp02(key_set) ? scp::ChannelProtocol{scp::kScp02, 0x55}
                       : scp::ChannelProtocol{scp::kScp03, 0x70};
  return scp::SessionSeed::Create(protocol, host_challenge, card_challenge)
      .value();
}
scp::SessionSeed SeedFor(const std::string& key_set) {
  return SeedFor(key_set, Bytes(8, 1), Bytes(8, 2));
}

// A chaining value that such a session may have.
Bytes ChainFor(const std::string& key_set) {
  return Bytes(IsScp02(key_set) ? 8 : 16, 0x77);
}

const std::vector<std::string>& Names() {
  static const auto* const names = new std::vector<std::string>{
      "default",       "kdf3-128",        "kdf3-192",
      "kdf3-256",      "des-none-112",    "des-visa2-112",
      "des-visa2-168", "des-emv-cps-112", "des-emv-cps-168"};
  return *names;
}

}  // namespace

bool HasReceipts(const KnownKeySet& key_set) {
  return key_set.description.name.rfind("kdf3-", 0) == 0;
}

TEST_P(HsmKeysContract, AReceiptIsMacedByTheCardsOwnKey) {
  const std::vector<Bytes> messages = {Bytes(1, 0x5C), Bytes(48, 0x5C),
                                       Bytes(48, 0x5D)};
  for (const KnownKeySet& key_set : ContractKeySets()) {
    SCOPED_TRACE(key_set.description.name);
    const CardKeySelection card = CardOf(key_set.description.name);
    if (!HasReceipts(key_set)) {
      EXPECT_THAT(keys_->ReceiptMacs(card, messages),
                  StatusIs(absl::StatusCode::kNotFound));
      continue;
    }
    ASSERT_OK_AND_ASSIGN(const std::vector<Bytes> macs,
                         keys_->ReceiptMacs(card, messages));
    EXPECT_THAT(reference_.ReceiptMacs(card, messages), IsOkAndHolds(macs));
    ASSERT_EQ(macs.size(), messages.size());
    EXPECT_NE(macs[1], macs[2]);
    CardKeySelection other = card;
    other.key_diversification_data[9] ^= 0x01;
    ASSERT_OK_AND_ASSIGN(const std::vector<Bytes> others,
                         keys_->ReceiptMacs(other, messages));
    for (size_t i = 0; i < macs.size(); ++i) EXPECT_NE(others[i], macs[i]);
  }
  EXPECT_THAT(keys_->ReceiptMacs(CardOf("nobody"), messages),
              StatusIs(absl::StatusCode::kNotFound));
}

std::vector<KnownKeySet> ContractKeySets() {
  const Bytes key = FromHexOrDie("404142434445464748494A4B4C4D4E4F");
  return {{{"default", 1, 0x01, "none", 128}, key, key},
          Named("", 128, "kdf3"),
          Named("", 192, "kdf3"),
          Named("", 256, "kdf3"),
          {{"des-none-112", 1, 0x01, "none", 112}, key, key},
          Named("des-", 112, "visa2"),
          Named("des-", 168, "visa2"),
          Named("des-", 112, "emv-cps"),
          Named("des-", 168, "emv-cps")};
}

namespace {

TEST_P(HsmKeysContract, KnowsItsKeySets) {
  const std::vector<KeySetDescription> key_sets = keys_->KeySets();
  const std::vector<KnownKeySet> expected = ContractKeySets();
  ASSERT_EQ(key_sets.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    const KeySetDescription& wanted = expected[i].description;
    EXPECT_EQ(key_sets[i].name, wanted.name);
    EXPECT_EQ(key_sets[i].master_version, wanted.master_version);
    EXPECT_EQ(key_sets[i].key_version_number, wanted.key_version_number);
    EXPECT_EQ(key_sets[i].diversification, wanted.diversification);
    EXPECT_EQ(key_sets[i].key_bits, wanted.key_bits);
    EXPECT_EQ(key_sets[i].bytes_that_count, wanted.bytes_that_count);
    EXPECT_FALSE(key_sets[i].made_in_memory);
  }
}

// A session of a real card: github.com/OpenPhysical/Gp4Net, commit
// 843c07a6c3148adce15ac9742a6f9b27a44384b3, gp_pro_scp03_enc.log.
TEST_P(HsmKeysContract, GivesWhatARealCardAccepted) {
  CardKeySelection card;
  card.key_set = "default";
  ASSERT_OK_AND_ASSIGN(
      const std::unique_ptr<SessionCipher> cipher,
      keys_->OpenSession(card,
                         SeedFor("default", FromHexOrDie("F5E88C6C30039A53"),
                                 FromHexOrDie("0D607A25D729A20F"))));
  EXPECT_THAT(cipher->CardCryptogram(),
              IsOkAndHolds(FromHexOrDie("7E793686DEE77FAF")));
  EXPECT_THAT(cipher->HostCryptogram(),
              IsOkAndHolds(FromHexOrDie("3B50EF3764CCDD83")));
  ASSERT_OK_AND_ASSIGN(
      const std::vector<Bytes> first,
      cipher->MacChain(Bytes(16),
                       {FromHexOrDie("84820300103B50EF3764CCDD83")}));
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(ToHex(first[0]).substr(0, 16), "AF26B8D11ED70340");
  ASSERT_OK_AND_ASSIGN(
      const std::vector<Bytes> data,
      cipher->EncryptCommands(
          std::vector<SessionCipher::Plaintext>{{1, FromHexOrDie("4F00")}}));
  ASSERT_EQ(data.size(), 1u);
  EXPECT_EQ(ToHex(data[0]), "47D799BDC908166D61B7CEAFD6205F73");
  ASSERT_OK_AND_ASSIGN(
      const std::vector<Bytes> second,
      cipher->MacChain(first[0],
                       {Concat({FromHexOrDie("84F2800218"), data[0]})}));
  EXPECT_EQ(ToHex(second[0]).substr(0, 16), "1A7B8648F31BC580");
}

// A session of a real card: the same place, gp_pro_scp02_enc.log, i 55.
TEST_P(HsmKeysContract, GivesWhatARealScp02CardAccepted) {
  CardKeySelection card;
  card.key_set = "des-none-112";
  ASSERT_OK_AND_ASSIGN(
      const std::unique_ptr<SessionCipher> cipher,
      keys_->OpenSession(card,
                         SeedFor(card.key_set, FromHexOrDie("CE410ED7FACD71A1"),
                                 FromHexOrDie("0013884AB6A84A18"))));
  EXPECT_THAT(cipher->CardCryptogram(),
              IsOkAndHolds(FromHexOrDie("19A72830637708FB")));
  EXPECT_THAT(cipher->HostCryptogram(),
              IsOkAndHolds(FromHexOrDie("E214362A48999E2A")));
  // The MAC is over the plain command, so the two can go in one call.
  ASSERT_OK_AND_ASSIGN(
      const std::vector<Bytes> macs,
      cipher->MacChain({}, {FromHexOrDie("8482030010E214362A48999E2A"),
                            FromHexOrDie("84F280020A4F00")}));
  ASSERT_EQ(macs.size(), 2u);
  EXPECT_EQ(ToHex(macs[0]), "D0C159C17E6D3F9A");
  EXPECT_EQ(ToHex(macs[1]), "B2037DBFF3A4A091");
  ASSERT_OK_AND_ASSIGN(
      const std::vector<Bytes> data,
      cipher->EncryptCommands(
          std::vector<SessionCipher::Plaintext>{{1, FromHexOrDie("4F00")}}));
  ASSERT_EQ(data.size(), 1u);
  EXPECT_EQ(ToHex(data[0]), "13A84162D6CF3D3E");
}

TEST_P(HsmKeysContract, ChainsScp02MacsByItsOptions) {
  const CardKeySelection card = CardOf("des-visa2-112");
  for (const uint8_t i :
       Bytes{0x04, 0x05, 0x14, 0x15, 0x44, 0x45, 0x54, 0x55}) {
    const scp::SessionSeed seed = {{scp::kScp02, i}, Bytes(8, 1), Bytes(8, 2)};
    ASSERT_OK_AND_ASSIGN(const std::unique_ptr<SessionCipher> cipher,
                         keys_->OpenSession(card, seed));
    ASSERT_OK_AND_ASSIGN(const std::unique_ptr<SessionCipher> reference,
                         reference_.OpenSession(card, seed));
    EXPECT_EQ(cipher->protocol(), seed.protocol);
    const std::vector<Bytes> messages(3, Bytes(30, i));
    // From the start of a session, and within one.
    for (const Bytes& chain : {Bytes(), Bytes(8, 0x77)}) {
      EXPECT_EQ(cipher->MacChain(chain, messages).value(),
                reference->MacChain(chain, messages).value())
          << int{i};
    }
  }
}

TEST_P(HsmKeysContract, GivesNoKeySetToTheOtherProtocol) {
  EXPECT_THAT(
      keys_->OpenSession(CardOf("kdf3-128"), SeedFor("des-none-112")).status(),
      StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(
      keys_->OpenSession(CardOf("des-none-112"), SeedFor("default")).status(),
      StatusIs(absl::StatusCode::kInvalidArgument));
}

// Each bit of what a session is made from makes it another one.
TEST_P(HsmKeysContract, EveryBitOfCardAndChallengesMatters) {
  for (const std::string name :
       {"kdf3-128", "des-visa2-112", "des-emv-cps-168"}) {
    const scp::SessionSeed seed = SeedFor(name);
    const auto cryptogram = [&](const CardKeySelection& card,
                                const scp::SessionSeed& of) {
      return keys_->OpenSession(card, of).value()->CardCryptogram().value();
    };
    const Bytes right = cryptogram(CardOf(name), seed);
    for (size_t bit = 0; bit < 64; bit += 9) {
      const uint8_t mask = static_cast<uint8_t>(1 << bit % 8);
      scp::SessionSeed other = seed;
      other.host_challenge[bit / 8] ^= mask;
      EXPECT_NE(cryptogram(CardOf(name), other), right) << name << bit;
      other = seed;
      other.card_challenge[bit / 8] ^= mask;
      EXPECT_NE(cryptogram(CardOf(name), other), right) << name << bit;
    }
    // Bytes 4 to 7 are in every scheme.
    for (size_t bit = 32; bit < 64; bit += 5) {
      CardKeySelection other = CardOf(name);
      other.key_diversification_data[bit / 8] ^=
          static_cast<uint8_t>(1 << bit % 8);
      EXPECT_NE(cryptogram(other, seed), right) << name << bit;
    }
  }
}

// Diversification itself is held to published values in
// openssl_hsm_keys_test.cc; here every implementation is held to the reference.
TEST_P(HsmKeysContract, EveryKeySetGivesTheReferencesSessions) {
  SystemRandom random;
  for (const std::string& name : Names()) {
    for (int round = 0; round < 5; ++round) {
      CardKeySelection card;
      card.key_set = name;
      random.Fill(absl::MakeSpan(card.key_diversification_data));
      const Bytes host = random.Draw(8);
      const Bytes challenge = random.Draw(8);
      ASSERT_OK_AND_ASSIGN(
          const std::unique_ptr<SessionCipher> cipher,
          keys_->OpenSession(card, SeedFor(name, host, challenge)));
      ASSERT_OK_AND_ASSIGN(
          const std::unique_ptr<SessionCipher> reference,
          reference_.OpenSession(card, SeedFor(name, host, challenge)));
      EXPECT_EQ(cipher->CardCryptogram().value(),
                reference->CardCryptogram().value())
          << name;
      EXPECT_EQ(cipher->HostCryptogram().value(),
                reference->HostCryptogram().value())
          << name;
    }
  }
}

TEST_P(HsmKeysContract, ChainsMessagesOfEveryLength) {
  for (const std::string& name : Names()) {
    ASSERT_OK_AND_ASSIGN(const std::unique_ptr<SessionCipher> cipher,
                         keys_->OpenSession(CardOf(name), SeedFor(name)));
    ASSERT_OK_AND_ASSIGN(const std::unique_ptr<SessionCipher> reference,
                         reference_.OpenSession(CardOf(name), SeedFor(name)));
    std::vector<Bytes> messages;
    for (size_t size = 0; size <= 70; ++size) {
      messages.push_back(Bytes(size, static_cast<uint8_t>(size)));
    }
    messages.push_back(Bytes(253, 0xAB));
    messages.push_back(Bytes(5000, 0xCD));
    ASSERT_OK_AND_ASSIGN(const std::vector<Bytes> macs,
                         cipher->MacChain(ChainFor(name), messages));
    EXPECT_EQ(macs, reference->MacChain(ChainFor(name), messages).value())
        << name;
    // In two calls the same chain.
    ASSERT_OK_AND_ASSIGN(
        const std::vector<Bytes> head,
        cipher->MacChain(ChainFor(name),
                         absl::MakeConstSpan(messages).first(40)));
    ASSERT_OK_AND_ASSIGN(
        const std::vector<Bytes> tail,
        cipher->MacChain(head.back(),
                         absl::MakeConstSpan(messages).subspan(40)));
    EXPECT_EQ(head.back(), macs[39]);
    EXPECT_EQ(tail.back(), macs.back());
  }
}

TEST_P(HsmKeysContract, ChainsALongLoad) {
  ASSERT_OK_AND_ASSIGN(
      const std::unique_ptr<SessionCipher> cipher,
      keys_->OpenSession(CardOf("kdf3-128"), SeedFor("kdf3-128")));
  ASSERT_OK_AND_ASSIGN(
      const std::unique_ptr<SessionCipher> reference,
      reference_.OpenSession(CardOf("kdf3-128"), SeedFor("kdf3-128")));
  const std::vector<Bytes> messages(512, Bytes(252, 0x5A));
  EXPECT_EQ(cipher->MacChain(Bytes(16), messages).value(),
            reference->MacChain(Bytes(16), messages).value());
}

TEST_P(HsmKeysContract, EncryptsDataOfEveryLengthByItsCounter) {
  for (const std::string& name : Names()) {
    ASSERT_OK_AND_ASSIGN(const std::unique_ptr<SessionCipher> cipher,
                         keys_->OpenSession(CardOf(name), SeedFor(name)));
    ASSERT_OK_AND_ASSIGN(const std::unique_ptr<SessionCipher> reference,
                         reference_.OpenSession(CardOf(name), SeedFor(name)));
    std::vector<SessionCipher::Plaintext> plaintexts;
    for (uint32_t size = 1; size <= 50; ++size) {
      plaintexts.push_back({3 * size, Bytes(size, static_cast<uint8_t>(size))});
    }
    plaintexts.push_back({0x01020304, Bytes(239, 0xEE)});
    ASSERT_OK_AND_ASSIGN(const std::vector<Bytes> ciphertexts,
                         cipher->EncryptCommands(plaintexts));
    EXPECT_EQ(ciphertexts, reference->EncryptCommands(plaintexts).value())
        << name;
  }
}

TEST_P(HsmKeysContract, NothingToDoGivesNothing) {
  ASSERT_OK_AND_ASSIGN(
      const std::unique_ptr<SessionCipher> cipher,
      keys_->OpenSession(CardOf("default"), SeedFor("default")));
  EXPECT_THAT(cipher->MacChain(Bytes(16), {}),
              IsOkAndHolds(testing::IsEmpty()));
  EXPECT_THAT(cipher->EncryptCommands({}), IsOkAndHolds(testing::IsEmpty()));
}

TEST_P(HsmKeysContract, RefusesAKeySetOrVersionThatIsNotThere) {
  CardKeySelection card = CardOf("other");
  EXPECT_THAT(keys_->OpenSession(card, SeedFor("default")).status(),
              StatusIs(absl::StatusCode::kNotFound));
  card = CardOf("default");
  card.master_version = 2;
  EXPECT_THAT(keys_->OpenSession(card, SeedFor("default")).status(),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(HsmKeysContract, ServesManyThreads) {
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      const CardKeySelection card =
          CardOf(Names()[2 * static_cast<size_t>(thread)]);
      for (int round = 0; round < 20; ++round) {
        const Bytes host(8, static_cast<uint8_t>(round));
        auto cipher =
            keys_->OpenSession(card, SeedFor(card.key_set, host, Bytes(8, 5)));
        auto reference = reference_.OpenSession(
            card, SeedFor(card.key_set, host, Bytes(8, 5)));
        if (!cipher.ok() || !reference.ok()) {
          ++wrong;
          continue;
        }
        const std::vector<Bytes> messages(10, Bytes(100, 3));
        const Bytes chain = ChainFor(card.key_set);
        const auto macs = (*cipher)->MacChain(chain, messages);
        const auto expected = (*reference)->MacChain(chain, messages);
        wrong += !macs.ok() || *macs != *expected;
        const auto sealed = keys_->Seal("command", host);
        wrong += !sealed.ok() ||
                 keys_->Unseal("command", *sealed).value_or(Bytes()) != host;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(HsmKeysContract);

}  // namespace cardferry::keyvault
