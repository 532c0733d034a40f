// Security domains beside the issuer's, on a whole card.
#include "cardsim/card/supplementary_domains.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cardsim/testing/memory_store.h"
#include "cardsim/testing/test_card.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

constexpr char kDomain[] = "A00000015100000001";
constexpr char kSelectDomain[] = "00A4040009A0000001510000000100";
constexpr char kSelectIssuer[] = "00A4040008A00000015100000000";
constexpr char kPackage[] = "F04346455252590A";
constexpr char kModule[] = "F04346455252590A01";

std::string Counted(absl::string_view hex) {
  return absl::StrFormat("%02X%s", hex.size() / 2, hex);
}

std::string Sw(const std::string& answer) {
  return answer.substr(answer.size() - 4);
}

std::string InstallDomain(TestCard& card, absl::string_view privileges = "80",
                          absl::string_view aid = kDomain) {
  return card.Secure(Command(
      "80E60C00", absl::StrCat("07A0000001515350", "08A000000151535041",
                               Counted(aid), Counted(privileges), "02C90000")));
}

// The same key set as new keys of the domain, version 40.
KeySet DomainKeySet(KeyType type) {
  KeySet keys = type == KeyType::kDes ? TestDesKeys() : TestKeys();
  for (SecretBytes* key : {&keys.enc, &keys.mac, &keys.dek}) {
    Bytes value(16, 0x42);
    value[0] = static_cast<uint8_t>(0x20 + 2 * (key - &keys.enc));
    *key = SecretBytes::CopyOf(value);
  }
  keys.version = 0x40;
  return keys;
}

std::string PutKeys(TestCard& card, const KeySet& keys) {
  std::string data = "40";
  for (const SecretBytes* key : {&keys.enc, &keys.mac, &keys.dek}) {
    absl::StrAppend(&data, keys.type == KeyType::kDes ? "8010" : "8810",
                    ToHex(card.host().WrapKey(*key)), "00");
  }
  return card.Secure(Command("80D80081", data));
}

class SupplementaryDomainsTest : public testing::TestWithParam<bool> {
 protected:
  static KeySet IssuerKeys() { return GetParam() ? TestDesKeys() : TestKeys(); }

  // A card with a domain, which is selected, in a session with the issuer's
  // keys.
  void MakeDomain(absl::string_view privileges = "80") {
    ASSERT_EQ(card_.Open(0x03), "9000");
    ASSERT_EQ(InstallDomain(card_, privileges), "009000");
    ASSERT_EQ(Sw(card_.Send(kSelectDomain)), "9000");
    ASSERT_EQ(card_.Open(0x03), "9000");
  }
  // The same with keys of its own, in a session with those.
  void MakeDomainWithKeys(absl::string_view privileges = "80") {
    MakeDomain(privileges);
    const KeySet keys = DomainKeySet(IssuerKeys().type);
    ASSERT_EQ(Sw(PutKeys(card_, keys)), "9000");
    ASSERT_EQ(Sw(card_.Send(kSelectDomain)), "9000");
    card_.host().set_keys(keys.Clone());
    ASSERT_EQ(card_.Open(0x03), "9000");
  }
  void BackToIssuer() {
    ASSERT_EQ(Sw(card_.Send(kSelectIssuer)), "9000");
    card_.host().set_keys(IssuerKeys());
    ASSERT_EQ(card_.Open(0x03), "9000");
  }

  TestCard card_{IssuerKeys(), {}};
};

INSTANTIATE_TEST_SUITE_P(Protocols, SupplementaryDomainsTest, testing::Bool(),
                         [](const auto& scp02) {
                           return scp02.param ? "Scp02" : "Scp03";
                         });

TEST_P(SupplementaryDomainsTest, IsSelectedAndSpeaksWithTheIssuersKeysAtFirst) {
  MakeDomain();
  EXPECT_EQ(card_.Send(kSelectDomain),
            "6F118409A00000015100000001A5049F6501FF9000");
  EXPECT_EQ(card_.Send("80CA00E000"), "E0009000");
  ASSERT_EQ(card_.Open(0x03), "9000");
  // Itself, and nothing of the issuer's.
  EXPECT_EQ(card_.Secure("80F24002024F0000"),
            "E3274F09A000000151000000019F700107C503800000C407A0000001515350"
            "CC08A0000001510000009000");
  EXPECT_EQ(card_.Secure("80F28002024F0000"), "6A88");
}

TEST_P(SupplementaryDomainsTest, HasKeysOfItsOwnFromPutKeyOn) {
  MakeDomainWithKeys();
  EXPECT_EQ(card_.Secure("80F24002064F005C029F7000"),
            "E3049F70010F9000");  // PERSONALIZED
  // The issuer's keys are not its keys any more, and the other way round.
  ASSERT_EQ(Sw(card_.Send(kSelectDomain)), "9000");
  EXPECT_EQ(Sw(card_.Send("8050300008101112131415161700")), "6A88");
  ASSERT_EQ(Sw(card_.Send(kSelectIssuer)), "9000");
  EXPECT_EQ(Sw(card_.Send("8050400008101112131415161700")), "6A88");
  BackToIssuer();
}

TEST_P(SupplementaryDomainsTest, ItsSessionGoesOnWhenItsFirstKeysAreThere) {
  MakeDomain();
  ASSERT_EQ(Sw(PutKeys(card_, DomainKeySet(IssuerKeys().type))), "9000");
  EXPECT_EQ(Sw(card_.Secure("80F24002024F0000")), "9000");
}

TEST_P(SupplementaryDomainsTest, ASelectEndsItsSession) {
  MakeDomain();
  const std::string next =
      ToHex(card_.host().Protect(Apdu("80F24002024F0000")).Encode());
  ASSERT_EQ(Sw(card_.Send(kSelectIssuer)), "9000");
  EXPECT_EQ(card_.Send(next), "6985");
}

TEST_P(SupplementaryDomainsTest, WithoutThePrivilegeItChangesNoContent) {
  MakeDomain();
  EXPECT_EQ(card_.Load(kPackage, TestLoadFile({})), "6985");
  EXPECT_EQ(card_.Secure("80E8000002C400"), "6985");
  EXPECT_EQ(card_.Secure("80E400000A4F08F04346455252590A"), "6985");
  EXPECT_EQ(card_.Secure("80F0807F"), "6985");
}

TEST_P(SupplementaryDomainsTest, WithThePrivilegeItManagesItsOwn) {
  MakeDomainWithKeys("80C000");
  EXPECT_EQ(card_.Load(kPackage, TestLoadFile({})), "009000");
  EXPECT_EQ(card_.Install(kPackage, kModule, kModule), "009000");
  EXPECT_EQ(card_.Secure("80F22002054F0D5C01CC00").substr(0, 4), "6A80");
  EXPECT_EQ(card_.Secure("80F22002054F005C01CC00"),
            "E30BCC09A000000151000000019000");
  EXPECT_EQ(card_.Secure("80F0408009F04346455252590A01"), "9000");
  EXPECT_EQ(card_.Secure("80F0400009F04346455252590A01"), "9000");
  // Not what it is made of.
  EXPECT_EQ(card_.Secure(Command("80E40000", "4F09A00000015100000001")),
            "6985");
  BackToIssuer();
  EXPECT_EQ(card_.Secure(Command("80E40000", "4F09A00000015100000001")),
            "6985");  // something belongs to it
  EXPECT_EQ(card_.Secure("80E400800A4F08F04346455252590A00"), "009000");
  EXPECT_EQ(card_.Secure(Command("80E40000", "4F09A00000015100000001")),
            "009000");
  EXPECT_EQ(card_.Send(kSelectDomain), "6A82");
}

TEST_P(SupplementaryDomainsTest, LeavesAloneWhatIsTheIssuers) {
  ASSERT_EQ(card_.Open(0x03), "9000");
  ASSERT_EQ(card_.Load(kPackage, TestLoadFile({})), "009000");
  ASSERT_EQ(card_.Install(kPackage, kModule, kModule), "009000");
  MakeDomainWithKeys("80C000");
  EXPECT_EQ(card_.Install(kPackage, kModule, "F04346455252590A02"), "6985");
  EXPECT_EQ(card_.Secure("80E400800A4F08F04346455252590A00"), "6985");
  EXPECT_EQ(card_.Secure("80F0408009F04346455252590A01"), "6A88");
  EXPECT_EQ(card_.Secure(Command("80E62000", "000009F04346455252590A01000000")),
            "6985");
  EXPECT_EQ(card_.Secure("80F22002024F0000"), "6A88");
}

TEST_P(SupplementaryDomainsTest, IsPersonalizedThroughTheIssuersOrItself) {
  MakeDomain();
  EXPECT_EQ(card_.Secure("80CA004200"), "6A88");
  EXPECT_EQ(card_.Secure("80E28000044202123400"), "9000");
  EXPECT_EQ(card_.Secure("80CA004500"), "6A88");
  ASSERT_EQ(Sw(card_.Send(kSelectDomain)), "9000");
  EXPECT_EQ(card_.Send("80CA004200"), "420212349000");
  BackToIssuer();
  ASSERT_EQ(card_.Secure(Command("80E62000", "000009A00000015100000001000000")),
            "009000");
  EXPECT_EQ(card_.Secure("80E28000044202567800"), "9000");
  ASSERT_EQ(Sw(card_.Send(kSelectDomain)), "9000");
  EXPECT_EQ(card_.Send("80CA004200"), "420256789000");
  // Production data is the card's.
  EXPECT_EQ(Sw(card_.Send("80CA9F7F00")), "9000");
}

TEST_P(SupplementaryDomainsTest, IsLockedAloneOrWithItsOwn) {
  MakeDomainWithKeys("80C000");
  ASSERT_EQ(card_.Load(kPackage, TestLoadFile({})), "009000");
  ASSERT_EQ(card_.Install(kPackage, kModule, kModule), "009000");
  BackToIssuer();
  const std::string name = "09A00000015100000001";
  EXPECT_EQ(card_.Secure(absl::StrCat("80F04080", name)), "9000");
  EXPECT_EQ(card_.Send(kSelectDomain), "6A82");
  EXPECT_EQ(Sw(card_.Send("00A4040009F04346455252590A0100")), "9000");
  BackToIssuer();
  EXPECT_EQ(card_.Secure(absl::StrCat("80F06080", name)), "9000");
  EXPECT_EQ(card_.Send("00A4040009F04346455252590A0100"), "6A82");
  EXPECT_EQ(card_.Secure(absl::StrCat("80F06000", name)), "9000");
  EXPECT_EQ(Sw(card_.Send(kSelectDomain)), "9000");
}

TEST_P(SupplementaryDomainsTest, LastsWithKeysContentAndWhatItWasTold) {
  MemoryStore store;
  ASSERT_OK(card_.card().KeepIn(store));
  MakeDomainWithKeys("80C000");
  ASSERT_EQ(card_.Load(kPackage, TestLoadFile({})), "009000");
  ASSERT_EQ(card_.Install(kPackage, kModule, kModule), "009000");
  ASSERT_EQ(card_.Secure("80E28000044202123400"), "9000");
  TestCard same(store.last, {});
  EXPECT_TRUE(same.card().ToState().Equals(card_.card().ToState()));
  ASSERT_EQ(Sw(same.Send(kSelectDomain)), "9000");
  EXPECT_EQ(same.Send("80CA004200"), "420212349000");
  same.host().set_keys(DomainKeySet(IssuerKeys().type));
  ASSERT_EQ(same.Open(0x03), "9000");
  EXPECT_EQ(same.Secure("80F22002054F005C01CC00"),
            "E30BCC09A000000151000000019000");
}

TEST(SupplementaryDomainsStateTest, KeysOfADomainThatIsNotThereAreDamage) {
  MemoryStore store;
  TestCard card;
  ASSERT_OK(card.card().KeepIn(store));
  auto memory = *ParseCardMemory(store.last);
  memory.further_key_sets.push_back({*card::Aid::FromHex(kDomain), {}});
  memory.further_key_sets[0].key_sets.push_back({TestKeys(), {}});
  CountingRandom random;
  EXPECT_THAT(Card::Restore(EncodeCardMemory(memory), {}, random),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST(SupplementaryDomainsChallengeTest, ItsAidMakesThePseudoRandomChallenge) {
  TestCard card;
  ASSERT_EQ(card.Open(0x03), "9000");
  ASSERT_EQ(InstallDomain(card), "009000");
  ASSERT_EQ(Sw(card.Send(kSelectDomain)), "9000");
  // The counter of the issuer's keys is at 2 now.
  const std::string answer = card.Send("8050000008101112131415161700");
  const Bytes challenge =
      *PseudoRandomChallenge(TestKeys(), 2, FromHexOrDie(kDomain), /*size=*/8);
  EXPECT_EQ(answer.substr(26, 16), ToHex(challenge));
}

}  // namespace
}  // namespace cardferry::cardsim
