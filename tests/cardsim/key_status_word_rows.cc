#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tests/cardsim/status_word_rows.h"

namespace cardferry::cardsim {
namespace {

// PUT KEY in a session: one key three times, with a check value or without.
std::string Put(TestCard& card, absl::string_view header,
                absl::string_view version, absl::string_view type = "88",
                absl::string_view check_value = "00") {
  ExpectDone(card.Open(0x03));
  const std::string key = absl::StrCat(
      type, "10", ToHex(card.host().WrapKey(SecretBytes(16))), check_value);
  return card.Secure(Command(header, absl::StrCat(version, key, key, key)));
}

std::string PutUntilFull(TestCard& card) {
  std::string answer;
  for (uint8_t version = 1; version < 0x20; ++version) {
    answer = Put(card, "80D80081", ToHex({&version, 1}));
    if (answer.size() == 4) break;  // a status word alone
  }
  return answer;
}

// DELETE of a version, or of the key of it that `identifier`, a D0, names.
std::string Delete(TestCard& card, absl::string_view version,
                   absl::string_view identifier = "") {
  Put(card, "80D80081", "31");
  return card.Secure(
      Command("80E40000", absl::StrCat(identifier, "D201", version)));
}

}  // namespace

std::vector<StatusWordRow> KeyRows() {
  return {
      {"PUT KEY before authentication", "6982",
       [](TestCard& card) { return card.Send("80D800810131"); }},
      {"PUT KEY with a key check value that does not match", "6A80",
       [](TestCard& card) {
         return Put(card, "80D80081", "31", "88", "03112233");
       }},
      {"PUT KEY of a type of key that the card does not have", "6A80",
       [](TestCard& card) { return Put(card, "80D80081", "31", "A1"); }},
      {"PUT KEY that adds a version that is there", "6A80",
       [](TestCard& card) { return Put(card, "80D80081", "30"); }},
      {"PUT KEY that replaces a version that is not there", "6A88",
       [](TestCard& card) { return Put(card, "80D83181", "31"); }},
      {"PUT KEY of key identifiers that a set does not have", "6A86",
       [](TestCard& card) { return Put(card, "80D80082", "31"); }},
      {"PUT KEY of more key sets than there is room for", "6A84",
       [](TestCard& card) { return PutUntilFull(card); }},
      {"DELETE of the key set of the session", "6985",
       [](TestCard& card) { return Delete(card, "30"); }},
      {"DELETE of a key set that is not there", "6A88",
       [](TestCard& card) { return Delete(card, "32"); }},
      {"DELETE of one key of a set", "6985",
       [](TestCard& card) { return Delete(card, "31", "D00101"); }},
      {"DELETE of one key of a set that is not there", "6A88",
       [](TestCard& card) { return Delete(card, "32", "D00101"); }},
  };
}

}  // namespace cardferry::cardsim
