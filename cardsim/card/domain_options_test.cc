// What a new card comes with beside its keys: security domains, and keys for
// signed content, which it keeps.
#include <memory>
#include <string>
#include <utility>

#include "cardsim/card/card.h"
#include "cardsim/card/domain_module.h"
#include "cardsim/testing/test_card.h"
#include "gtest/gtest.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

const card::Aid kDomain = *card::Aid::FromHex("A00000015100000001");

// RFC 6979, A.2.5.
constexpr char kPoint[] =
    "0460FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB67903FE10"
    "08B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299";

ContentKey PublicKey() {
  return ContentKey(
      *crypto::VerificationKey::Ec(crypto::Curve::kP256, FromHexOrDie(kPoint)));
}

CardOptions Options() {
  ContentKeys keys;
  keys.dap.emplace(kDomain, PublicKey());
  keys.token = PublicKey();
  keys.receipt = *ContentKey::Symmetric(KeyType::kAes,
                                        SecretBytes::CopyOf(Bytes(16, 0x71)));
  CardOptions options;
  options.content_keys = std::make_shared<ContentKeys>(std::move(keys));
  options.domains = {{kDomain, {0xE0, 0x00, 0x00}}};
  return options;
}

// What the domain answers to DELETE of what is not there: with a token that is
// none, when it has the key (6A80), and without one (6985).
std::string DeletesWithAFalseToken(TestCard& card) {
  card.Send(Command("00A40400", kDomain.ToHex()));
  EXPECT_EQ(card.Open(0x01), "9000");
  return card.Secure(Command("80E40000", "4F08F04346455252590A9E0411223344"));
}

TEST(DomainOptionsTest, ANewCardHasItsDomains) {
  TestCard card(Options());
  const auto& applications = card.card().registry().applications();
  ASSERT_EQ(applications.size(), 1u);
  const Application* const domain = &applications[0];
  EXPECT_EQ(domain->aid, kDomain);
  EXPECT_TRUE(domain->is_domain());
  EXPECT_TRUE(domain->selectable());
  EXPECT_EQ(domain->privileges[0], 0xE0);
  EXPECT_EQ(domain->package.ToHex(), kDomainPackage);
  EXPECT_EQ(card.Send(Command("00A40400", kDomain.ToHex())).substr(0, 2), "6F");
  EXPECT_EQ(DeletesWithAFalseToken(card), "6A80");
}

TEST(DomainOptionsTest, ADomainThatCannotBeIsRefused) {
  CountingRandom random;
  CardOptions options = Options();
  options.domains[0].privileges = {0x81, 0x00, 0x00};  // mandated, not verified
  EXPECT_FALSE(Card::Create(TestKeys(), options, random).ok());
  options.domains[0].privileges = {0x00, 0x00, 0x00};  // no domain
  EXPECT_FALSE(Card::Create(TestKeys(), options, random).ok());
  options.domains = {{*card::Aid::FromHex("A000000151000000"), {0x80}}};
  EXPECT_FALSE(Card::Create(TestKeys(), options, random).ok());
}

TEST(DomainOptionsTest, TheKeysForContentAreKeptWithTheCard) {
  TestCard card(Options());
  const CardState state = card.card().ToState();
  TestCard kept(state);  // nothing is said of keys or domains
  EXPECT_TRUE(kept.card().ToState().Equals(state));
  EXPECT_EQ(kept.card().registry().applications().size(), 1u);
  EXPECT_EQ(DeletesWithAFalseToken(kept), "6A80");
}

TEST(DomainOptionsTest, ADamagedKeyForContentIsNoCard) {
  const CardState state = TestCard(Options()).card().ToState();
  CountingRandom random;
  for (size_t cut = 1; cut < 60; ++cut) {
    CardState damaged{state.content, SecretBytes::CopyOf(
                                         state.keys.Read(GrantSecretAccess()))};
    damaged.content.resize(damaged.content.size() - cut);
    EXPECT_THAT(Card::Restore(damaged, {}, random),
                StatusIs(absl::StatusCode::kDataLoss))
        << cut;
  }
}

}  // namespace
}  // namespace cardferry::cardsim
