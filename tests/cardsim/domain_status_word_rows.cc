#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "cardsim/card/content_security.h"
#include "lib/crypto/digest.h"
#include "tests/cardsim/status_word_rows.h"

namespace cardferry::cardsim {
namespace {

constexpr char kDomain[] = "09A00000015100000001";
constexpr char kOther[] = "09A00000015100000002";
constexpr char kSelectDomain[] = "00A4040009A0000001510000000100";
constexpr char kApplication[] = "09F04346455252590A01";
constexpr char kPackage[] = "F04346455252590A";
constexpr char kDap[] = "E20E4F09A00000015100000001C30155";
constexpr char kPackageObject[] = "4F08F04346455252590A";

std::string Install(TestCard& card, absl::string_view aid,
                    absl::string_view privileges = "0180") {
  ExpectDone(card.Open(0x03));
  return card.Secure(
      Command("80E60C00", absl::StrCat("07A000000151535008A000000151535041",
                                       aid, privileges, "02C90000")));
}

// INSTALL [for extradition].
std::string Give(TestCard& card, absl::string_view domain,
                 absl::string_view object) {
  return card.Secure(
      Command("80E61000", absl::StrCat(domain, "00", object, "000000")));
}

// A card with a security domain, which is selected.
void Enter(TestCard& card) {
  ExpectDone(Install(card, kDomain));
  ExpectDone(card.Send(kSelectDomain));
  ExpectDone(card.Open(0x03));
}

// The card of a row with keys for signed content.
CardOptions WithContentKeys() {
  const auto key = [](uint8_t byte) {
    return *ContentKey::Symmetric(KeyType::kAes,
                                  SecretBytes::CopyOf(Bytes(16, byte)));
  };
  ContentKeys keys;
  keys.dap.emplace(*card::Aid::FromHex("A00000015100000001"), key(1));
  keys.token = key(2);
  CardOptions options;
  options.content_keys = std::make_shared<ContentKeys>(std::move(keys));
  return options;
}

// A load into the domain, with a hash and what stands before the load file.
std::string LoadIntoDomain(TestCard& card, absl::string_view daps) {
  ExpectDone(Install(card, kDomain, "01C0"));
  const Bytes block = TestLoadFile({});
  ExpectDone(card.Secure(
      Command("80E60200", absl::StrCat("08", kPackage, kDomain, "20",
                                       ToHex(crypto::Sha256(block)), "0000"))));
  return card.Secure(Command(
      "80E88000", absl::StrCat(daps, "C481", ToHex({uint8_t(block.size())}),
                               ToHex(block))));
}

}  // namespace

std::vector<StatusWordRow> DomainRows() {
  return {
      {"a security domain with a privilege that the card does not have", "6A80",
       [](TestCard& card) { return Install(card, kDomain, "0190"); }},
      {"an application of the package that security domains are of", "6A80",
       [](TestCard& card) { return Install(card, kDomain, "0100"); }},
      {"INSTALL [for extradition] to a security domain that is not there",
       "6A88",
       [](TestCard& card) {
         ExpectDone(Install(card, kDomain));
         return Give(card, kOther, kDomain);
       }},
      {"INSTALL [for extradition] of what is not there", "6A88",
       [](TestCard& card) {
         ExpectDone(Install(card, kDomain));
         return Give(card, kDomain, kApplication);
       }},
      {"INSTALL [for extradition] of a security domain into itself", "6985",
       [](TestCard& card) {
         ExpectDone(Install(card, kDomain));
         return Give(card, kDomain, kDomain);
       }},
      {"INSTALL [for registry update] of what is not there", "6A88",
       [](TestCard& card) {
         ExpectDone(card.Open(0x03));
         return card.Secure(Command(
             "80E64000", absl::StrCat("0000", kApplication, "01040000")));
       }},
      {"INSTALL [for registry update] that makes a security domain of an "
       "application, or the other way round",
       "6A80",
       [](TestCard& card) {
         ExpectDone(Install(card, kDomain));
         return card.Secure(
             Command("80E64000", absl::StrCat("0000", kDomain, "01000000")));
       }},
      {"DELETE of a security domain that something belongs to", "6985",
       [](TestCard& card) {
         ExpectDone(Install(card, kDomain));
         ExpectDone(Install(card, kOther));
         ExpectDone(Give(card, kDomain, kOther));
         return card.Secure(Command("80E40000", absl::StrCat("4F", kDomain)));
       }},
      {"a missing DAP block of a security domain that verifies", "6985",
       [](TestCard& card) { return LoadIntoDomain(card, ""); }},
      {"a DAP block of a security domain that has no key for it", "6985",
       [](TestCard& card) { return LoadIntoDomain(card, kDap); }},
      {"a DAP block that does not verify", "6A80",
       [](TestCard& card) { return LoadIntoDomain(card, kDap); },
       WithContentKeys()},
      {"a token that does not verify", "6A80",
       [](TestCard& card) {
         ExpectDone(card.Open(0x03));
         return card.Secure(
             Command("80E40000", absl::StrCat(kPackageObject, "9E0155")));
       },
       WithContentKeys()},
      {"a missing token with Delegated Management", "6985",
       [](TestCard& card) {
         ExpectDone(Install(card, kDomain, "01A0"));
         ExpectDone(card.Send(kSelectDomain));
         ExpectDone(card.Open(0x03));
         return card.Secure(Command("80E40000", kPackageObject));
       }},
      {"content in a security domain without a right to manage it", "6985",
       [](TestCard& card) {
         Enter(card);
         return card.Load(kPackage, TestLoadFile({}));
       }},
      {"SET STATUS of the card in a security domain that is not the issuer's",
       "6985",
       [](TestCard& card) {
         Enter(card);
         return card.Secure("80F0807F");
       }},
      {"SET STATUS of what belongs to another security domain", "6A88",
       [](TestCard& card) {
         ExpectDone(Install(card, kOther));
         Enter(card);
         return card.Secure(absl::StrCat("80F04080", kOther));
       }},
      {"GET STATUS of the issuer security domain in another one", "6A88",
       [](TestCard& card) {
         Enter(card);
         return card.Secure("80F28002024F0000");
       }},
      {"GET DATA of a card's number in a security domain without one", "6A88",
       [](TestCard& card) {
         Enter(card);
         return card.Secure("80CA004200");
       }},
      {"SELECT of a locked security domain", "6A82",
       [](TestCard& card) {
         ExpectDone(Install(card, kDomain));
         ExpectDone(card.Secure(absl::StrCat("80F04080", kDomain)));
         return card.Send(kSelectDomain);
       }},
  };
}

}  // namespace cardferry::cardsim
