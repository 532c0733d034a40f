#include "lib/card/scp/openssl/an10922.h"

#include <set>

#include "gtest/gtest.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_matchers.h"

namespace cardferry::scp {
namespace {

std::string Derive(KeyKind kind, const Bytes& master, ByteSpan input) {
  const auto key = An10922Key(kind, SecretBytes::CopyOf(master), input);
  return key.ok() ? ToHex(key->Read(GrantSecretAccess()))
                  : key.status().ToString();
}

// NXP AN10922, 2.3.1, 2.4.1, 2.5.1 and 2.6.1 (before the DES key version).
struct Example {
  KeyKind kind;
  const char* master;
  const char* input;
  const char* key;
};
constexpr Example kExamples[] = {
    {KeyKind::kAes, "00112233445566778899AABBCCDDEEFF",
     "04782E21801D803042F54E585020416275", "A8DD63A3B89D54B37CA802473FDA9175"},
    {KeyKind::kAes, "00112233445566778899AABBCCDDEEFF0102030405060708",
     "04782E21801D803042F54E585020416275",
     "CE39C8E1CD82D9A7BEDBE9D74AF59B23176755EE7586E12C"},
    {KeyKind::kAes,
     "00112233445566778899AABBCCDDEEFF0102030405060708090A0B0C0D0E0F00",
     "04782E21801D803042F54E585020416275",
     "4FC6EEC820B4C54314990B8611662DB695E7880982C0001E6067488346100AED"},
    {KeyKind::kTripleDes, "00112233445566778899AABBCCDDEEFF",
     "04782E21801D803042F54E58502041", "16F8597C9E8910C86B9648D006107DD7"},
    {KeyKind::kTripleDes, "00112233445566778899AABBCCDDEEFF0102030405060708",
     "04782E21801D803042F54E5850",
     "2F0DD03675D3FB9A5705AB0BDA91CA0B55B8E07FCDBF10EC"},
};

TEST(An10922Test, GivesThePublishedKeys) {
  for (const Example& example : kExamples) {
    EXPECT_EQ(Derive(example.kind, FromHexOrDie(example.master),
                     FromHexOrDie(example.input)),
              example.key);
  }
}

TEST(An10922Test, EveryBitOfTheInputAndItsLengthMatter) {
  for (const Example& example : kExamples) {
    const Bytes master = FromHexOrDie(example.master);
    Bytes input = FromHexOrDie(example.input);
    std::set<std::string> seen = {Derive(example.kind, master, input)};
    for (size_t bit = 0; bit < input.size() * 8; ++bit) {
      input[bit / 8] = static_cast<uint8_t>(input[bit / 8] ^ 1u << bit % 8);
      EXPECT_TRUE(seen.insert(Derive(example.kind, master, input)).second);
      input[bit / 8] = static_cast<uint8_t>(input[bit / 8] ^ 1u << bit % 8);
    }
    for (size_t size = 1; size < input.size(); ++size) {
      EXPECT_TRUE(
          seen.insert(Derive(example.kind, master, ByteSpan(input).first(size)))
              .second);
    }
  }
}

TEST(An10922Test, RefusesOtherLengths) {
  const auto expect_refused = [](KeyKind kind, size_t master, size_t input) {
    EXPECT_THAT(An10922Key(kind, SecretBytes(master), Bytes(input)),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << master << " " << input;
  };
  for (const size_t master : {0u, 8u, 20u, 40u}) {
    expect_refused(KeyKind::kAes, master, 5);
    expect_refused(KeyKind::kTripleDes, master, 5);
  }
  expect_refused(KeyKind::kTripleDes, 32, 5);
  expect_refused(KeyKind::kAes, 16, 0);
  expect_refused(KeyKind::kAes, 16, 32);
  expect_refused(KeyKind::kTripleDes, 16, 0);
  expect_refused(KeyKind::kTripleDes, 16, 16);
  EXPECT_OK(An10922Key(KeyKind::kAes, SecretBytes(16), Bytes(31)));
  EXPECT_OK(An10922Key(KeyKind::kTripleDes, SecretBytes(16), Bytes(15)));
}

}  // namespace
}  // namespace cardferry::scp
