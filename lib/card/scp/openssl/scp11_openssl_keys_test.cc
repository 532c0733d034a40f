#include "lib/card/scp/openssl/scp11_openssl_keys.h"

#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "lib/card/apdu/response_apdu.h"
#include "lib/card/scp/scp11/scp11_opening.h"

namespace cardferry::scp {
namespace {

using ::testing::StartsWith;

// A recorded session (openscp_scp11a_p256_aes128_S8).
constexpr char kStatic[] =
    "A5116B848D41BD93737F187ABC03886BF7A80422D150025109C6749F45BB9B6D";
constexpr char kEphemeral[] =
    "B69D2D4A2544B5938ED3C4F6319810837E4DBBEFF115BD9955607E8CDBBBACE5";
constexpr char kCardStatic[] =
    "044F92A07D168C309959EED99E288381DD192979CD452D8FBE1F163447979207C5E6CD1F4D"
    "D11609E2100C033BBD723BE78B71477E64883EB41EC366713E44AF1E";
constexpr char kAnswer[] =
    "5F49410492CAFD79D7E39EA433611E9AAD9742D85B3BD06F3D6055D7CDE28FC44D0AB556BC"
    "0F94D2100D87727FDFA2B49033C78F07A30AA8D5A6A505E59F99FCDFB2526686100B63C42C"
    "2D5138936FF5894F10C1234F";
constexpr char kPlain[] = "80F22000024F00";
constexpr char kWrapped[] =
    "84F2200018E1EE3A92EF45551E8464A252F997230DC4E84F41BA692405";
constexpr char kResponse[] =
    "DC8D7D92F77BB20F4AEA2C2EB70A7D93C5F0EA0F27D193679C3D1C970BED8F73C394C63A20"
    "1C8D367A9F0990146D1FF5CEC2E5F90F6956EF241D2CC899BA25B964FFFB799F4C4246900"
    "0";

SecretBytes Secret(const char* hex) {
  return SecretBytes::CopyOf(FromHexOrDie(hex));
}

std::unique_ptr<Scp11OpensslKeys> Keys() {
  Scp11OpensslKeys::Options options;
  options.static_key = Secret(kStatic);
  options.known_ephemeral = Secret(kEphemeral);
  return *Scp11OpensslKeys::Create(options);
}

absl::StatusOr<Scp11Session> Open(KeyAgreement& keys, ByteSpan card_static,
                                  ByteSpan answer) {
  Scp11Terms terms;
  terms.card_key = {0x11, 0x03};
  ASSIGN_OR_RETURN(const card::CommandApdu command,
                   AuthenticateCommand(terms, keys.ephemeral_point()));
  return OpenScp11Session(keys, terms, {kScp03, 0x60}, command, card_static,
                          answer);
}

absl::StatusOr<Scp11Session> OpenRecorded() {
  const auto keys = Keys();
  return Open(*keys, FromHexOrDie(kCardStatic), FromHexOrDie(kAnswer));
}

TEST(Scp11OpensslKeysTest, ProtectsAndProvesAsARecordedHostDid) {
  ASSERT_OK_AND_ASSIGN(Scp11Session session, OpenRecorded());
  ASSERT_OK_AND_ASSIGN(
      const std::vector<card::CommandApdu> wrapped,
      ProtectCommands(*session.cipher, session.state,
                      {*card::CommandApdu::Parse(FromHexOrDie(kPlain))}));
  EXPECT_EQ(ToHex(wrapped[0].Encode()), kWrapped);
  ASSERT_OK_AND_ASSIGN(
      const std::vector<VerifiedResponse> results,
      VerifyResponses(*session.cipher, session.state.level, wrapped,
                      {*card::ResponseApdu::Parse(FromHexOrDie(kResponse))}));
  EXPECT_EQ(results[0].assurance, Assurance::kProven);
  EXPECT_EQ(ToHex(results[0].data),
            "08A00000015141434C010010A0000002202003010101000000000006010010A000"
            "0002202003010101000000000011010005A0000002480100");
}

TEST(Scp11OpensslKeysTest, AnAnswerWithOneBitOfDifferenceOpensNothing) {
  const Bytes good = FromHexOrDie(kAnswer);
  for (size_t bit = 0; bit < good.size() * 8; bit += 3) {
    Bytes bad = good;
    bad[bit / 8] = static_cast<uint8_t>(bad[bit / 8] ^ 1u << bit % 8);
    const auto keys = Keys();
    EXPECT_FALSE(Open(*keys, FromHexOrDie(kCardStatic), bad).ok()) << bit;
  }
}

TEST(Scp11OpensslKeysTest, AWrongReceiptSaysWhatItMeans) {
  Bytes bad = FromHexOrDie(kAnswer);
  bad.back() ^= 0x01;
  const auto keys = Keys();
  EXPECT_THAT(Open(*keys, FromHexOrDie(kCardStatic), bad),
              StatusIs(absl::StatusCode::kDataLoss,
                       StartsWith("the card's receipt does not match")));
}

TEST(Scp11OpensslKeysTest, ACardWithoutTheKeyOfItsCertificateOpensNothing) {
  const auto keys = Keys();
  const Bytes other = keys->ephemeral_point();  // a point, but not the card's
  EXPECT_THAT(Open(*keys, other, FromHexOrDie(kAnswer)),
              StatusIs(absl::StatusCode::kDataLoss));
  const auto again = Keys();
  EXPECT_THAT(Open(*again, FromHexOrDie("0401"), FromHexOrDie(kAnswer)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "the card's static key: this is no point of the curve"));
}

TEST(Scp11OpensslKeysTest, AnEphemeralKeyIsForOneSession) {
  const auto keys = Keys();
  ASSERT_OK(Open(*keys, FromHexOrDie(kCardStatic), FromHexOrDie(kAnswer)));
  EXPECT_THAT(Open(*keys, FromHexOrDie(kCardStatic), FromHexOrDie(kAnswer)),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST(Scp11OpensslKeysTest, WithoutAStaticKeyThereIsVariantBAlone) {
  ASSERT_OK_AND_ASSIGN(const auto keys, Scp11OpensslKeys::Create({}));
  EXPECT_THAT(Open(*keys, FromHexOrDie(kCardStatic), FromHexOrDie(kAnswer)),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       "this variant of SCP11 wants a static key, there is "
                       "none"));
}

TEST(Scp11OpensslKeysTest, EveryOpeningHasANewEphemeralKey) {
  ASSERT_OK_AND_ASSIGN(const auto one, Scp11OpensslKeys::Create({}));
  ASSERT_OK_AND_ASSIGN(const auto two, Scp11OpensslKeys::Create({}));
  EXPECT_NE(one->ephemeral_point(), two->ephemeral_point());
}

TEST(Scp11OpensslKeysTest, HasNoCryptograms) {
  ASSERT_OK_AND_ASSIGN(const Scp11Session session, OpenRecorded());
  EXPECT_THAT(session.cipher->CardCryptogram(),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(session.cipher->HostCryptogram(),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(Scp11OpensslKeysTest, DerivesKeysOfAesLengthsOnly) {
  EXPECT_THAT(
      DeriveScp11Keys(crypto::KdfHash::kSha256, SecretBytes(64), {}, 20),
      StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::scp
