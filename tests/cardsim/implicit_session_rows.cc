#include "absl/strings/string_view.h"
#include "tests/cardsim/status_word_rows.h"

namespace cardferry::cardsim {
namespace {

TestCard Scp02Card(uint8_t i) {
  CardOptions options;
  options.scp02_i = i;
  return TestCard(TestDesKeys(), options);
}

constexpr char kWrongMac[] = "84CA006608001122334455667700";
constexpr char kBegin[] = "807A000100";

}  // namespace

std::vector<StatusWordRow> ImplicitSessionRows() {
  return {
      {"BEGIN R-MAC SESSION without a session", "6985",
       [](TestCard& card) { return card.Send(kBegin); }},
      {"BEGIN R-MAC SESSION where `i` has no R-MAC sessions", "6D00",
       [](TestCard& card) {
         ExpectDone(card.Open(0x01));
         return card.Secure(kBegin);
       }},
      {"BEGIN R-MAC SESSION with encrypted answers (SCP02 `i` 75)", "6A86",
       [](TestCard&) {
         TestCard card = Scp02Card(0x75);
         ExpectDone(card.Open(0x01));
         return card.Secure("807A300100");
       }},
      {"BEGIN R-MAC SESSION with data of another length (SCP02 `i` 75)", "6A80",
       [](TestCard&) {
         TestCard card = Scp02Card(0x75);
         ExpectDone(card.Open(0x01));
         return card.Secure("807A00010205AA00");
       }},
      {"BEGIN R-MAC SESSION twice (SCP02 `i` 75)", "6985",
       [](TestCard&) {
         TestCard card = Scp02Card(0x75);
         ExpectDone(card.Open(0x01));
         card.Secure(kBegin);
         return card.Secure(kBegin);
       }},
      {"END R-MAC SESSION without BEGIN (SCP02 `i` 75)", "6985",
       [](TestCard&) {
         TestCard card = Scp02Card(0x75);
         ExpectDone(card.Open(0x01));
         return card.Secure("8078000300");
       }},
      {"INITIALIZE UPDATE where sessions begin by a C-MAC (SCP02 `i` 1B)",
       "6D00",
       [](TestCard&) {
         return Scp02Card(0x1B).Send("8050000008000102030405060700");
       }},
      {"a wrong first C-MAC (SCP02 `i` 1B)", "6982",
       [](TestCard&) { return Scp02Card(0x1B).Send(kWrongMac); }},
      {"another C-MAC before the next SELECT (SCP02 `i` 1B)", "6985",
       [](TestCard&) {
         TestCard card = Scp02Card(0x1B);
         card.Send(kWrongMac);
         return card.Send(kWrongMac);
       }},
      {"a C-MAC after ten wrong ones: locked (SCP02 `i` 1B)", "6983",
       [](TestCard&) {
         TestCard card = Scp02Card(0x1B);
         for (int i = 0; i < 10; ++i) {
           card.Send(kWrongMac);
           card.Send("00A4040000");
         }
         return card.Send(kWrongMac);
       }},
  };
}

}  // namespace cardferry::cardsim
