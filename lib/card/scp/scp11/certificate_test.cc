#include "lib/card/scp/scp11/certificate.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::scp {
namespace {

using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

using Fields = std::vector<std::pair<uint32_t, Bytes>>;

Bytes Join(const Fields& fields) {
  Bytes joined;
  for (const auto& [tag, value] : fields) card::AppendTlv(joined, tag, value);
  return joined;
}

Bytes Point() {
  Bytes point(65, 0x22);
  point[0] = 0x04;
  return point;
}

Fields AllFields() {
  return {{0x93, {0x57, 0xF0}},
          {0x42, {0x85, 0x1A}},
          {0x5F20, {0xCD, 0x7B}},
          {0x95, {0x00, 0x80}},
          {0x5F25, {0x20, 0x25, 0x02, 0x06}},
          {0x5F24, {0x20, 0x26, 0x05, 0x09}},
          {0x73, {0x01}},
          {0xBF20, {0x02, 0x03}},
          {0x7F49, Join({{0xB0, Point()}, {0xF0, {0x00}}})},
          {0x5F37, Bytes(64, 0x33)}};
}

Bytes Certificate(const Fields& fields) {
  return card::EncodeTlv(0x7F21, Join(fields));
}

Bytes With(uint32_t tag, const Bytes& value) {
  Fields fields = AllFields();
  for (auto& field : fields) {
    if (field.first == tag) field.second = value;
  }
  return Certificate(fields);
}

Bytes Without(uint32_t tag) {
  Fields fields;
  for (const auto& field : AllFields()) {
    if (field.first != tag) fields.push_back(field);
  }
  return Certificate(fields);
}

TEST(GpCertificateTest, ReadsEveryField) {
  ASSERT_OK_AND_ASSIGN(const GpCertificate certificate,
                       GpCertificate::Parse(Certificate(AllFields())));
  EXPECT_EQ(ToHex(certificate.serial_number), "57F0");
  EXPECT_EQ(ToHex(certificate.ca_identifier), "851A");
  EXPECT_EQ(ToHex(certificate.subject), "CD7B");
  EXPECT_EQ(certificate.usage, CertificateUsage::kKeyAgreement);
  EXPECT_EQ(ToHex(certificate.effective_date), "20250206");
  EXPECT_EQ(ToHex(certificate.expiration_date), "20260509");
  EXPECT_EQ(certificate.curve, EllipticCurve::kP256);
  EXPECT_EQ(certificate.public_key, Point());
  EXPECT_EQ(certificate.signature, Bytes(64, 0x33));
}

TEST(GpCertificateTest, SignsAllThatStandsBeforeTheSignature) {
  Fields fields = AllFields();
  ASSERT_OK_AND_ASSIGN(const GpCertificate certificate,
                       GpCertificate::Parse(Certificate(fields)));
  fields.pop_back();
  EXPECT_EQ(ToHex(certificate.signed_data), ToHex(Join(fields)));
}

TEST(GpCertificateTest, ReadsACertificationAuthoritysUsage) {
  ASSERT_OK_AND_ASSIGN(const GpCertificate certificate,
                       GpCertificate::Parse(With(0x95, {0x82})));
  EXPECT_EQ(certificate.usage, CertificateUsage::kSignatures);
  EXPECT_THAT(GpCertificate::Parse(With(0x95, {0x80})),
              StatusIs(kInvalid,
                       "certificate field 95 is neither 82 nor "
                       "0080"));
}

TEST(GpCertificateTest, NeedsNoOptionalField) {
  for (const uint32_t tag : {0x5F25u, 0x73u, 0xBF20u}) {
    EXPECT_OK(GpCertificate::Parse(Without(tag))) << tag;
  }
}

TEST(GpCertificateTest, NeedsEveryMandatoryField) {
  for (const uint32_t tag :
       {0x93u, 0x42u, 0x5F20u, 0x95u, 0x5F24u, 0x7F49u, 0x5F37u}) {
    EXPECT_THAT(GpCertificate::Parse(Without(tag)),
                StatusIs(kInvalid, HasSubstr("is missing")))
        << tag;
  }
}

TEST(GpCertificateTest, RefusesFieldsBeyondTheirLimits) {
  EXPECT_OK(GpCertificate::Parse(With(0x93, Bytes(20, 1))));
  EXPECT_THAT(GpCertificate::Parse(With(0x93, Bytes(21, 1))),
              StatusIs(kInvalid,
                       "certificate field 93 has 21 bytes, must have 1 to 20"));
  EXPECT_THAT(GpCertificate::Parse(With(0x93, {})), StatusIs(kInvalid));
  EXPECT_THAT(GpCertificate::Parse(With(0x5F24, {0x20, 0x26, 0x05})),
              StatusIs(kInvalid));
  EXPECT_THAT(GpCertificate::Parse(With(0x73, Bytes(128, 1))),
              StatusIs(kInvalid));
  EXPECT_THAT(GpCertificate::Parse(With(0x5F37, Bytes(133, 1))),
              StatusIs(kInvalid));
}

TEST(GpCertificateTest, RefusesUnknownAndRepeatedFieldsAndWhatIsNotSigned) {
  Fields unknown = AllFields();
  unknown.insert(unknown.begin(), {0x99, {0x01}});
  EXPECT_THAT(GpCertificate::Parse(Certificate(unknown)),
              StatusIs(kInvalid, "certificate field 99 is not known"));
  Fields twice = AllFields();
  twice.insert(twice.begin(), {0x93, {0x01}});
  EXPECT_THAT(GpCertificate::Parse(Certificate(twice)),
              StatusIs(kInvalid, "certificate field 93 is there twice"));
  Fields behind = AllFields();
  behind.push_back({0x45, {0x01}});
  EXPECT_THAT(GpCertificate::Parse(Certificate(behind)),
              StatusIs(kInvalid, "certificate field 45 follows the signature"));
}

TEST(GpCertificateTest, RefusesDatesThatAreNone) {
  for (const char* date : {"20260001", "20261301", "20260532", "202605FF"}) {
    EXPECT_THAT(GpCertificate::Parse(With(0x5F24, FromHexOrDie(date))),
                StatusIs(kInvalid, "certificate has a date that is none"))
        << date;
  }
}

TEST(GpCertificateTest, RefusesKeysOfAnotherForm) {
  const auto with_key = [](const Fields& key) {
    return GpCertificate::Parse(With(0x7F49, Join(key)));
  };
  EXPECT_THAT(with_key({{0xB0, Point()}, {0xF0, {0x04}}}),
              StatusIs(kInvalid,
                       "certificate field 7F49 has a curve that is not there"));
  EXPECT_THAT(with_key({{0xB0, Point()}, {0xF0, {0x01}}}), StatusIs(kInvalid));
  EXPECT_THAT(with_key({{0xB0, Point()}}), StatusIs(kInvalid));
  EXPECT_THAT(with_key({{0xF0, {0x00}}, {0xF0, {0x00}}}), StatusIs(kInvalid));
}

TEST(GpCertificateTest, RefusesEveryPrefix) {
  const Bytes whole = Certificate(AllFields());
  for (size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(GpCertificate::Parse(ByteSpan(whole).first(length)).ok())
        << length;
  }
}

TEST(GpCertificateTest, RefusesWhatIsTooLongOrAnotherObject) {
  EXPECT_THAT(GpCertificate::Parse(Bytes(2049, 0x7F)),
              StatusIs(kInvalid, "certificate is longer than 2048 bytes"));
  EXPECT_THAT(GpCertificate::Parse(card::EncodeTlv(0x7F4E, Bytes{1})),
              StatusIs(kInvalid));
  EXPECT_THAT(GpCertificate::Parse(card::EncodeTlv(0x7F21, {})),
              StatusIs(kInvalid));
}

TEST(CertificateStoreTest, GivesEachCertificateWhole) {
  const Bytes gp = Certificate(AllFields());
  const Bytes x509 = card::EncodeTlv(0x30, Bytes(200, 0x01));
  ASSERT_OK_AND_ASSIGN(
      const std::vector<Bytes> certificates,
      ParseCertificateStore(card::EncodeTlv(0xBF21, Concat({x509, gp}))));
  EXPECT_EQ(certificates, (std::vector<Bytes>{x509, gp}));
  EXPECT_FALSE(IsGpCertificate(certificates[0]));
  EXPECT_TRUE(IsGpCertificate(certificates[1]));
  EXPECT_FALSE(IsGpCertificate(Bytes{0x7F}));
}

TEST(CertificateStoreTest, RefusesNoneTooManyTooLongAndOthers) {
  const Bytes one = card::EncodeTlv(0x30, Bytes{0x01});
  EXPECT_THAT(ParseCertificateStore(card::EncodeTlv(0xBF21, {})),
              StatusIs(kInvalid,
                       "certificate store holds 0 certificates, "
                       "must hold 1 to 5"));
  EXPECT_OK(ParseCertificateStore(
      card::EncodeTlv(0xBF21, Concat({one, one, one, one, one}))));
  EXPECT_THAT(ParseCertificateStore(card::EncodeTlv(
                  0xBF21, Concat({one, one, one, one, one, one}))),
              StatusIs(kInvalid));
  EXPECT_THAT(ParseCertificateStore(card::EncodeTlv(
                  0xBF21, card::EncodeTlv(0x30, Bytes(2048, 0x01)))),
              StatusIs(kInvalid));
  EXPECT_THAT(ParseCertificateStore(
                  card::EncodeTlv(0xBF21, card::EncodeTlv(0x31, Bytes{1}))),
              StatusIs(kInvalid, "certificate field 31 is no certificate"));
  EXPECT_THAT(ParseCertificateStore(one), StatusIs(kInvalid));
}

TEST(CertificateStoreTest, RefusesEveryPrefix) {
  const Bytes whole =
      card::EncodeTlv(0xBF21, card::EncodeTlv(0x30, Bytes(300, 0x01)));
  for (size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(ParseCertificateStore(ByteSpan(whole).first(length)).ok())
        << length;
  }
}

}  // namespace
}  // namespace cardferry::scp
