#include "cardsim/testing/test_card.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::cardsim {
namespace {

// Length (1) and bytes.
std::string Counted(absl::string_view hex) {
  return absl::StrFormat("%02X%s", hex.size() / 2, hex);
}

}  // namespace

std::string Command(absl::string_view header, absl::string_view data) {
  return absl::StrCat(header, Counted(data), "00");
}

TestCard::TestCard(CardOptions options) : TestCard(TestKeys(), options) {}

TestCard::TestCard(KeySet keys, CardOptions options)
    : card_(*Card::Create(keys.Clone(), options, random_)),
      host_(std::move(keys)) {}

TestCard::TestCard(const CardState& state, CardOptions options)
    : card_(*Card::Restore(state, options, random_)) {}

std::string TestCard::Send(absl::string_view hex) {
  return ToHex(card_->Transmit(FromHexOrDie(hex)));
}

std::string TestCard::Open(uint8_t level) {
  const card::ResponseApdu answer = card_->Process(host_.InitializeUpdate());
  if (answer.sw != card::kSuccess) return ToHex(answer.Encode());
  if (!host_.TakeAnswer(answer.data)) return "wrong card cryptogram";
  return ToHex(card_->Process(host_.ExternalAuthenticate(level)).Encode());
}

std::string TestCard::Secure(absl::string_view hex) {
  return ToHex(host_.Open(card_->Process(host_.Protect(Apdu(hex)))).Encode());
}

std::string TestCard::Load(absl::string_view package, ByteSpan data_block,
                           size_t block) {
  const std::string answer =
      Secure(Command("80E60200", absl::StrCat(Counted(package), "00000000")));
  if (answer != "009000") return answer;
  const Bytes file = card::EncodeTlv(0xC4, data_block);
  int number = 0;
  for (size_t at = 0;; at += block) {
    const size_t size = std::min(block, file.size() - at);
    const bool last = at + size == file.size();
    const std::string next = Secure(Command(
        absl::StrFormat("80E8%s%02X", last ? "80" : "00", number++ & 0xFF),
        ToHex(ByteSpan(file).subspan(at, size))));
    if (last || next != "009000") return next;
  }
}

std::string TestCard::Install(absl::string_view package,
                              absl::string_view module,
                              absl::string_view application,
                              absl::string_view parameters) {
  const std::string c9 = absl::StrCat("C9", Counted(parameters));
  return Secure(
      Command("80E60C00",
              absl::StrCat(Counted(package), Counted(module),
                           Counted(application), "0100", Counted(c9), "00")));
}

}  // namespace cardferry::cardsim
