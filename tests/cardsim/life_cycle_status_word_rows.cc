#include "tests/cardsim/status_word_rows.h"

namespace cardferry::cardsim {

std::vector<StatusWordRow> LifeCycleRows() {
  return {
      {"SET STATUS to a state that the present one does not lead to", "6985",
       [](TestCard& card) {
         ExpectDone(card.Open(0x03));
         return card.Secure("80F08001");
       }},
      {"SET STATUS of an application that is not there", "6A88",
       [](TestCard& card) {
         ExpectDone(card.Open(0x03));
         return card.Secure("80F0408009F04346455252590A01");
       }},
      {"STORE DATA of an object that the security domain does not keep", "6A88",
       [](TestCard& card) {
         ExpectDone(card.Open(0x03));
         return card.Secure("80E28000049F7F0100");
       }},
      {"STORE DATA with another block's number", "6985",
       [](TestCard& card) {
         ExpectDone(card.Open(0x03));
         return card.Secure("80E2800103420199");
       }},
      {"INSTALL [for personalization] of what is not there", "6A88",
       [](TestCard& card) {
         ExpectDone(card.Open(0x03));
         return card.Secure(
             Command("80E62000", "000009F04346455252590A01000000"));
       }},
      {"SELECT of a locked application", "6A82",
       [](TestCard& card) {
         Fill(card, true);
         ExpectDone(card.Secure("80F0408009F04346455252590A01"));
         return card.Send(kSelectModule);
       }},
      {"management of content on a locked card", "6985",
       [](TestCard& card) {
         Fill(card, false);
         ExpectDone(card.Secure("80F0807F"));
         return card.Secure(kDeletePackage);
       }},
      {"SELECT of the issuer security domain on a locked card", "6283",
       [](TestCard& card) {
         ExpectDone(card.Open(0x03));
         ExpectDone(card.Secure("80F0807F"));
         return card.Send(kSelectIsd);
       }},
      {"SELECT of an application on a locked card", "6A81",
       [](TestCard& card) {
         Fill(card, true);
         ExpectDone(card.Secure("80F0807F"));
         return card.Send(kSelectModule);
       }},
      {"anything but GET DATA on a terminated card", "6985",
       [](TestCard& card) {
         ExpectDone(card.Open(0x03));
         ExpectDone(card.Secure("80F080FF"));
         return card.Send(kSelectIsd);
       }},
  };
}

}  // namespace cardferry::cardsim
