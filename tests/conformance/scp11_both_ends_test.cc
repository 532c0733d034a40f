// The host's opening of SCP11 sessions against the simulated card's, which
// share no code: certificates, every level, mode and key length.
#include <string>
#include <utility>
#include <vector>

#include "cardsim/card_error.h"
#include "cardsim/channel/scp11_opening.h"
#include "cardsim/testing/scp11_certificates.h"
#include "gtest/gtest.h"
#include "lib/base/secret_bytes.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "lib/card/scp/openssl/scp11_openssl_keys.h"
#include "lib/card/scp/scp11/scp11_opening.h"
#include "lib/card/scp/secure_channel.h"

namespace cardferry::conformance {
namespace {

using card::CommandApdu;
using crypto::Curve;
using scp::Scp11Variant;
using scp::SecurityLevel;

constexpr uint8_t kCardKey = 0x11;
constexpr uint8_t kVersion = 0x03;
constexpr uint8_t kAuthorityKey = 0x10;

CommandApdu Command(const std::string& hex) {
  return *CommandApdu::Parse(FromHexOrDie(hex));
}

// Both ends of a session, as far as it came.
struct Both {
  scp::Scp11Session host;
  std::unique_ptr<cardsim::Session> card;
  bool host_is_authenticated = false;
};

struct Way {
  scp::Scp11Terms terms = {};
  bool s16 = false;
  scp::BlockMark mark = scp::BlockMark::kClaAndP1;
  std::vector<Bytes> chain = {FromHexOrDie(cardsim::kHostCertificate)};
};

Way Of(Scp11Variant variant) {
  Way way;
  way.terms.variant = variant;
  way.terms.card_key = {kCardKey, kVersion};
  return way;
}

absl::StatusOr<cardsim::Scp11Opening> MakeCard(bool s16, Bytes& public_point) {
  ASSIGN_OR_RETURN(crypto::EcPrivateKey key,
                   crypto::EcPrivateKey::Generate(Curve::kP256));
  public_point = key.public_point();
  cardsim::Scp11Keys keys{{kCardKey, kVersion}, std::move(key)};
  keys.authority_name = {kAuthorityKey, kVersion};
  keys.authority = cardsim::CertifiedKey{
      {0xA1, 0xA2}, true, Curve::kP256, FromHexOrDie(cardsim::kAuthorityPoint)};
  keys.mac_size = s16 ? 16 : 8;
  return cardsim::Scp11Opening(std::move(keys));
}

// As it goes over the wire.
CommandApdu Sent(const CommandApdu& command) {
  return *CommandApdu::Parse(command.Encode());
}

absl::StatusOr<Both> Open(const Way& way) {
  Bytes card_static;
  ASSIGN_OR_RETURN(cardsim::Scp11Opening card, MakeCard(way.s16, card_static));
  scp::Scp11OpensslKeys::Options options;
  options.static_key =
      SecretBytes::CopyOf(FromHexOrDie(cardsim::kHostPrivateKey));
  ASSIGN_OR_RETURN(const auto keys, scp::Scp11OpensslKeys::Create(options));
  if (!way.chain.empty()) {
    ASSIGN_OR_RETURN(const std::vector<CommandApdu> presented,
                     scp::PresentCertificates({kAuthorityKey, kVersion},
                                              way.chain, way.mark));
    for (const CommandApdu& command : presented) {
      RETURN_IF_ERROR(card.PerformSecurityOperation(Sent(command)));
    }
  }
  ASSIGN_OR_RETURN(
      const CommandApdu command,
      scp::AuthenticateCommand(way.terms, keys->ephemeral_point()));
  ASSIGN_OR_RETURN(cardsim::Scp11Agreement agreement,
                   card.Authenticate(Sent(command)));
  const uint8_t i = way.s16 ? 0x61 : 0x60;
  Both both;
  ASSIGN_OR_RETURN(
      both.host, scp::OpenScp11Session(*keys, way.terms, {scp::kScp03, i},
                                       command, card_static, agreement.answer));
  both.card = std::move(agreement.session);
  both.host_is_authenticated = agreement.host_is_authenticated;
  return both;
}

// Some commands there, their answers back.
void ExpectToTalk(Both& both) {
  const std::vector<CommandApdu> plain = {Command("80CA006600"),
                                          Command("80E2880003AABBCC"),
                                          Command("80F24002024F0000")};
  ASSERT_OK_AND_ASSIGN(
      const std::vector<CommandApdu> wrapped,
      scp::ProtectCommands(*both.host.cipher, both.host.state, plain));
  std::vector<card::ResponseApdu> answers;
  for (size_t i = 0; i < wrapped.size(); ++i) {
    ASSERT_OK_AND_ASSIGN(const CommandApdu got,
                         both.card->Unwrap(Sent(wrapped[i])));
    EXPECT_EQ(ToHex(got.Encode()), ToHex(plain[i].Encode()));
    ASSERT_OK_AND_ASSIGN(
        card::ResponseApdu answer,
        both.card->Wrap({Bytes(20 * i, 0x5A), card::kSuccess}));
    answers.push_back(std::move(answer));
  }
  ASSERT_OK_AND_ASSIGN(
      const std::vector<scp::VerifiedResponse> results,
      scp::VerifyResponses(*both.host.cipher, both.host.state.level, wrapped,
                           answers));
  for (size_t i = 0; i < results.size(); ++i) {
    EXPECT_EQ(results[i].assurance, scp::Assurance::kProven) << i;
    EXPECT_EQ(results[i].data, Bytes(20 * i, 0x5A)) << i;
  }
}

TEST(Scp11BothEndsTest, TheyTalkAtEveryLevelModeAndKeyLength) {
  for (const SecurityLevel level :
       {SecurityLevel::kCMacRMac, SecurityLevel::kCDecCMacRMacREnc}) {
    for (const bool s16 : {false, true}) {
      for (const size_t length : {16u, 24u, 32u}) {
        SCOPED_TRACE(length);
        Way way = Of(Scp11Variant::kA);
        way.terms.level = level;
        way.terms.key_length = length;
        way.s16 = s16;
        ASSERT_OK_AND_ASSIGN(Both both, Open(way));
        ExpectToTalk(both);
      }
    }
  }
}

TEST(Scp11BothEndsTest, EveryVariantSaysWhetherTheHostIsAuthenticated) {
  ASSERT_OK_AND_ASSIGN(Both mutual, Open(Of(Scp11Variant::kA)));
  EXPECT_TRUE(mutual.host_is_authenticated);
  ASSERT_OK_AND_ASSIGN(Both scripts, Open(Of(Scp11Variant::kC)));
  EXPECT_TRUE(scripts.host_is_authenticated);
  ExpectToTalk(scripts);
  Way alone = Of(Scp11Variant::kB);
  alone.chain.clear();
  ASSERT_OK_AND_ASSIGN(Both one_sided, Open(alone));
  EXPECT_FALSE(one_sided.host_is_authenticated);
  ExpectToTalk(one_sided);
}

TEST(Scp11BothEndsTest, TheCardTakesAChainInEitherFormOfBlocks) {
  for (const auto mark :
       {scp::BlockMark::kClaAndP1, scp::BlockMark::kClaAlone}) {
    Way way = Of(Scp11Variant::kA);
    way.mark = mark;
    way.chain = {FromHexOrDie(cardsim::kIntermediateCertificate),
                 FromHexOrDie(cardsim::kIntermediateHostCertificate)};
    ASSERT_OK_AND_ASSIGN(Both both, Open(way));
    ExpectToTalk(both);
  }
}

TEST(Scp11BothEndsTest, WithoutACertificateTheCardOpensNothing) {
  Way way = Of(Scp11Variant::kA);
  way.chain.clear();
  EXPECT_EQ(cardsim::StatusWordOf(Open(way).status()),
            cardsim::kConditionsNotSatisfied);
}

TEST(Scp11BothEndsTest, AHostWithoutTheKeyOfItsCertificateSeesAWrongReceipt) {
  Bytes card_static;
  ASSERT_OK_AND_ASSIGN(cardsim::Scp11Opening card,
                       MakeCard(false, card_static));
  scp::Scp11OpensslKeys::Options options;
  options.static_key = SecretBytes::CopyOf(Bytes(32, 0x01));
  ASSERT_OK_AND_ASSIGN(const auto keys, scp::Scp11OpensslKeys::Create(options));
  const Way way = Of(Scp11Variant::kA);
  ASSERT_OK_AND_ASSIGN(
      const std::vector<CommandApdu> presented,
      scp::PresentCertificates({kAuthorityKey, kVersion}, way.chain, way.mark));
  for (const CommandApdu& command : presented) {
    ASSERT_OK(card.PerformSecurityOperation(Sent(command)));
  }
  ASSERT_OK_AND_ASSIGN(
      const CommandApdu command,
      scp::AuthenticateCommand(way.terms, keys->ephemeral_point()));
  ASSERT_OK_AND_ASSIGN(const cardsim::Scp11Agreement agreement,
                       card.Authenticate(Sent(command)));
  EXPECT_THAT(scp::OpenScp11Session(*keys, way.terms, {scp::kScp03, 0x60},
                                    command, card_static, agreement.answer),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST(Scp11BothEndsTest, TheCardRefusesACommandWithOneBitFlipped) {
  const Bytes good = FromHexOrDie("80E2880003AABBCC");
  for (const size_t byte : {1u, 2u, 3u, 5u, 12u, 21u, 28u}) {
    ASSERT_OK_AND_ASSIGN(Both both, Open(Of(Scp11Variant::kA)));
    ASSERT_OK_AND_ASSIGN(
        const std::vector<CommandApdu> wrapped,
        scp::ProtectCommands(*both.host.cipher, both.host.state,
                             {*CommandApdu::Parse(good)}));
    Bytes bytes = wrapped[0].Encode();
    ASSERT_EQ(bytes.size(), 29u);
    bytes[byte] ^= 0x01;
    EXPECT_FALSE(both.card->Unwrap(*CommandApdu::Parse(bytes)).ok()) << byte;
  }
}

}  // namespace
}  // namespace cardferry::conformance
