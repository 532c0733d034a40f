#include "tests/cardsim/status_word_rows.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace cardferry::cardsim {
namespace {

constexpr char kPackage[] = "F04346455252590A";
constexpr char kModule[] = "F04346455252590A01";
constexpr char kGetStatus[] = "80F28002024F0000";
constexpr char kForLoad[] = "08F04346455252590A00000000";

std::string Begin(TestCard& card, absl::string_view install = kForLoad) {
  ExpectDone(card.Open(0x03));
  return card.Secure(Command("80E60200", install));
}

// The load file of the test package in one LOAD.
std::string LoadWhole(TestCard& card, absl::string_view install,
                      const TestPackage& package = {}) {
  ExpectDone(Begin(card, install));
  const Bytes block = TestLoadFile(package);
  return card.Secure(Command(
      "80E88000",
      absl::StrCat("C481", ToHex({uint8_t(block.size())}), ToHex(block))));
}

std::string Failed(TestCard& card) {
  card.Send("8050000008000102030405060700");
  return card.Send("848203001000112233445566770011223344556677");
}

std::vector<StatusWordRow> Commands() {
  return {
      {"bytes that are no command", "6700",
       [](TestCard& card) { return card.Send("00A404"); }},
      {"a class that is not there", "6E00",
       [](TestCard& card) { return card.Send("A0A4000000"); }},
      {"a command of GlobalPlatform with class 00", "6E00",
       [](TestCard& card) { return card.Send("00F28002024F0000"); }},
      {"a command that is not there", "6D00",
       [](TestCard& card) { return card.Send("80FE0000"); }},
      {"a command on another logical channel", "6881",
       [](TestCard& card) { return card.Send("81CA006600"); }},
      {"MANAGE CHANNEL", "6881",
       [](TestCard& card) { return card.Send("0070000001"); }},
      {"P1 P2 that a command does not have", "6A86",
       [](TestCard& card) {
         ExpectDone(card.Open(0x03));
         return card.Secure("80F21102024F0000");
       }},
      {"an INSTALL of a kind that the card does not know", "6A86",
       [](TestCard& card) {
         ExpectDone(card.Open(0x03));
         return card.Secure(Command("80E60100", kForLoad));
       }},
      {"a wrong Lc: a host challenge of seven bytes", "6700",
       [](TestCard& card) { return card.Send("80500000070001020304050600"); }},
      {"data in GET DATA", "6700",
       [](TestCard& card) { return card.Send("80CA0066010000"); }},
      {"an Le shorter than the answer: the right one is said", "6C0C",
       [](TestCard& card) { return card.Send("80CA004501"); }},
      {"GET DATA of an object that is not there", "6A88",
       [](TestCard& card) { return card.Send("80CA006700"); }},
  };
}

std::vector<StatusWordRow> Sessions() {
  return {
      {"management before authentication", "6982",
       [](TestCard& card) { return card.Send(kGetStatus); }},
      {"secure messaging without a session", "6985",
       [](TestCard& card) {
         return card.Send("84F280020A4F00442EA795FFF66F7B00");
       }},
      {"EXTERNAL AUTHENTICATE without INITIALIZE UPDATE", "6985",
       [](TestCard& card) {
         return card.Send("848203001000112233445566770011223344556677");
       }},
      {"INITIALIZE UPDATE with a key version that is not there", "6A88",
       [](TestCard& card) {
         return card.Send("8050440008000102030405060700");
       }},
      {"a security level that the card does not have", "6A86",
       [](TestCard& card) {
         ExpectDone(card.Send("8050000008000102030405060700"));
         return card.Send("848202001000112233445566770011223344556677");
       }},
      {"a wrong host cryptogram", "6300",
       [](TestCard& card) { return Failed(card); }},
      {"INITIALIZE UPDATE after ten failed authentications: locked", "6983",
       [](TestCard& card) {
         for (int i = 0; i < 10; ++i) Failed(card);
         return card.Open(0x03);
       }},
      {"a second EXTERNAL AUTHENTICATE", "6985",
       [](TestCard& card) {
         const auto update =
             card.card().Process(card.host().InitializeUpdate());
         card.host().TakeAnswer(update.data);
         const std::string authenticate =
             ToHex(card.host().ExternalAuthenticate(0x03).Encode());
         ExpectDone(card.Send(authenticate));
         return card.Send(authenticate);
       }},
      {"a wrong C-MAC", "6982",
       [](TestCard& card) {
         ExpectDone(card.Open(0x01));
         return card.Send("84F280020A4F00442EA795FFF66F7B00");
       }},
      {"any protected command after a wrong C-MAC: the session is dead", "6985",
       [](TestCard& card) {
         ExpectDone(card.Open(0x01));
         EXPECT_EQ(card.Send("84F280020A4F00442EA795FFF66F7B00"), "6982");
         return card.Secure(kGetStatus);
       }},
      {"a replayed command", "6982",
       [](TestCard& card) {
         ExpectDone(card.Open(0x03));
         const std::string wrapped =
             ToHex(card.host().Protect(Apdu(kGetStatus)).Encode());
         ExpectDone(card.Send(wrapped));
         return card.Send(wrapped);
       }},
      {"a plain command inside a session", "6982",
       [](TestCard& card) {
         ExpectDone(card.Open(0x03));
         return card.Send(kGetStatus);
       }},
  };
}

std::vector<StatusWordRow> Loads() {
  return {
      {"LOAD without INSTALL [for load]", "6985",
       [](TestCard& card) {
         ExpectDone(card.Open(0x03));
         return card.Secure("80E8000002C400");
       }},
      {"LOAD out of order: another block's number", "6A86",
       [](TestCard& card) {
         ExpectDone(Begin(card));
         return card.Secure("80E8000103C47F00");
       }},
      {"LOAD after another command came between", "6985",
       [](TestCard& card) {
         ExpectDone(Begin(card));
         ExpectDone(card.Secure(kGetStatus));
         return card.Secure("80E8000003C47F00");
       }},
      {"a wrong block count: the last block too early", "6A80",
       [](TestCard& card) {
         ExpectDone(Begin(card));
         return card.Secure("80E8800003C47F00");
       }},
      {"a wrong block count: more bytes than the load file has", "6A80",
       [](TestCard& card) {
         ExpectDone(Begin(card));
         return card.Secure("80E8000004C4010000");
       }},
      {"another load file data block hash than INSTALL said", "6A80",
       [](TestCard& card) {
         return LoadWhole(card, absl::StrCat("08", kPackage, "00", "14",
                                             std::string(40, '0'), "0000"));
       }},
      {"a load file data block hash that is not as long as SHA-1, SHA-256, "
       "SHA-384 or SHA-512",
       "6A80",
       [](TestCard& card) {
         return Begin(card, absl::StrCat("08", kPackage, "00", "31",
                                         std::string(98, '0'), "0000"));
       }},
      {"another package than INSTALL said", "6A80",
       [](TestCard& card) {
         return LoadWhole(card, "08F04346455252590B00000000");
       }},
      {"components in another order", "6A80",
       [](TestCard& card) {
         auto components = TestComponents({});
         std::swap(components[2], components[3]);
         ExpectDone(card.Open(0x03));
         return card.Load(kPackage, JoinComponents(components));
       }},
      {"an import that is not on the card", "6A80",
       [](TestCard& card) {
         TestPackage package;
         package.imports = {"F043464552525999"};
         return LoadWhole(card, kForLoad, package);
       }},
      {"a DAP block that is none", "6A80",
       [](TestCard& card) {
         ExpectDone(Begin(card));
         return card.Secure("80E8000003E20100");
       }},
      {"a DAP block of a security domain that verifies none", "6A88",
       [](TestCard& card) {
         ExpectDone(Begin(card));
         const Bytes block = TestLoadFile({});
         return card.Secure(Command(
             "80E88000",
             absl::StrCat("E20D4F08A000000151000000C30155C481",
                          ToHex({uint8_t(block.size())}), ToHex(block))));
       }},
      {"no space for a load file", "6A84",
       [](TestCard& card) {
         ExpectDone(Begin(card));
         return card.Secure("80E8000006C4837FFFFF01");
       }},
      {"no space for what the load parameters announce", "6A84",
       [](TestCard& card) {
         return Begin(card, absl::StrCat("08", kPackage, "0000",
                                         "08EF06C6047FFFFFFF00"));
       }},
  };
}

std::vector<StatusWordRow> Content() {
  return {
      {"a security domain that is not there", "6A88",
       [](TestCard& card) {
         return Begin(card, absl::StrCat("08", kPackage, "08A000000151000001",
                                         "000000"));
       }},
      {"a duplicate AID: a package", "6985",
       [](TestCard& card) {
         Fill(card, false);
         return card.Secure(Command("80E60200", kForLoad));
       }},
      {"a duplicate AID: an application", "6985",
       [](TestCard& card) {
         Fill(card, true);
         return card.Install(kPackage, kModule, kModule);
       }},
      {"an application of a package that is not there", "6A88",
       [](TestCard& card) {
         ExpectDone(card.Open(0x03));
         return card.Install(kPackage, kModule, kModule);
       }},
      {"an application of a module that is not there", "6A88",
       [](TestCard& card) {
         Fill(card, false);
         return card.Install(kPackage, "F04346455252590A02", kModule);
       }},
      {"a privilege other than to be selected by default", "6A80",
       [](TestCard& card) {
         Fill(card, false);
         return card.Secure(
             Command("80E60C00", absl::StrCat("08", kPackage, "09", kModule,
                                              "09", kModule, "018002C90000")));
       }},
      {"a second application that is selected by default", "6985",
       [](TestCard& card) {
         Fill(card, true);
         ExpectDone(card.Secure(
             Command("80E60800", absl::StrCat("000009", kModule, "01040000"))));
         return card.Secure(Command(
             "80E60C00", absl::StrCat("08", kPackage, "09", kModule,
                                      "09F04346455252590A02010402C90000")));
       }},
      {"no space for what the install parameters announce", "6A84",
       [](TestCard& card) {
         Fill(card, false);
         return card.Secure(
             Command("80E60C00",
                     absl::StrCat("08", kPackage, "09", kModule, "09", kModule,
                                  "01000AC900EF06C8047FFFFFFF00")));
       }},
      {"a token, which this card has no key for", "6A80",
       [](TestCard& card) {
         return Begin(card, absl::StrCat("08", kPackage, "0000000155"));
       }},
      {"DELETE of an AID that is not there", "6A88",
       [](TestCard& card) {
         ExpectDone(card.Open(0x03));
         return card.Secure(kDeletePackage);
       }},
      {"DELETE of a package that has an application", "6985",
       [](TestCard& card) {
         Fill(card, true);
         return card.Secure(kDeletePackage);
       }},
      {"DELETE of the issuer security domain", "6985",
       [](TestCard& card) {
         ExpectDone(card.Open(0x03));
         return card.Secure("80E400000A4F08A000000151000000");
       }},
  };
}

std::vector<StatusWordRow> Selection() {
  return {
      {"SELECT of an AID that is not there", "6A82",
       [](TestCard& card) { return card.Send(kSelectModule); }},
      {"SELECT of an application that is not selectable yet", "6A82",
       [](TestCard& card) {
         Fill(card, false);
         ExpectDone(card.Secure(
             Command("80E60400", absl::StrCat("08", kPackage, "09", kModule,
                                              "09", kModule, "010002C90000"))));
         return card.Send(kSelectModule);
       }},
      {"GET STATUS that finds nothing", "6A88",
       [](TestCard& card) {
         ExpectDone(card.Open(0x03));
         return card.Secure("80F24002024F0000");
       }},
      {"GET STATUS with more to come: ask again with P2 bit 01", "6310",
       [](TestCard& card) {
         Fill(card, false);
         for (int i = 10; i < 30; ++i) {
           ExpectDone(card.Install(kPackage, kModule,
                                   absl::StrCat("F0434645525259AA", i)));
         }
         return card.Secure("80F24002024F0000");
       }},
      {"the next page of GET STATUS without a first one", "6A88",
       [](TestCard& card) {
         ExpectDone(card.Open(0x03));
         return card.Secure("80F28003024F0000");
       }},
  };
}

}  // namespace

void ExpectDone(const std::string& answer) {
  EXPECT_EQ(answer.substr(answer.size() - std::min<size_t>(answer.size(), 4)),
            "9000");
}

void Fill(TestCard& card, bool install) {
  ExpectDone(card.Open(0x03));
  ExpectDone(card.Load(kPackage, TestLoadFile({})));
  if (install) ExpectDone(card.Install(kPackage, kModule, kModule));
}

std::vector<StatusWordRow> StatusWordRows() {
  std::vector<StatusWordRow> rows;
  for (auto part :
       {Commands(), Sessions(), ImplicitSessionRows(), Loads(), Content(),
        DomainRows(), Selection(), LifeCycleRows(), KeyRows()}) {
    for (StatusWordRow& row : part) rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace cardferry::cardsim
