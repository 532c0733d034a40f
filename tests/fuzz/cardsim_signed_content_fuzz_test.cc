// What the simulated card reads of signed content. Input: what (1) | bytes
//   00  a load file in blocks of 16 bytes
//   01  the data of INSTALL, whose token is taken out
//   02  the data of DELETE, likewise
// Taking a token out leaves a command without one.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "cardsim/card/load_session.h"
#include "cardsim/card/tokens.h"

namespace cardferry::cardsim {
namespace {

constexpr size_t kBlock = 16;
constexpr size_t kFreeBytes = 4096;

void Load(ByteSpan file) {
  LoadSession load({*card::Aid::FromHex("F043464552"), {}, {}, {}}, kFreeBytes);
  for (size_t at = 0; at < file.size(); at += kBlock) {
    const size_t size = std::min(kBlock, file.size() - at);
    const bool last = at + size == file.size();
    if (!load.AddBlock(at / kBlock, last, file.subspan(at, size)).ok()) return;
  }
  if (load.data_block().size() > file.size()) std::abort();
}

void Split(uint8_t ins, ByteSpan data) {
  const auto command = card::CommandApdu::Create({0x80, ins, 0x02, 0x00}, data);
  if (!command.ok()) return;
  const auto split = SplitToken(*command);
  if (!split.ok()) return;
  const auto again = SplitToken(split->command);
  if (!again.ok() || !again->token.empty() ||
      again->command.data() != split->command.data()) {
    std::abort();
  }
  TokenInput(split->command);
}

void Read(ByteSpan input) {
  const ByteSpan rest = input.subspan(1);
  if (input[0] == 0x00) Load(rest);
  if (input[0] == 0x01) Split(0xE6, rest);
  if (input[0] == 0x02) Split(0xE4, rest);
}

}  // namespace
}  // namespace cardferry::cardsim

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size >= 1) cardferry::cardsim::Read(cardferry::ByteSpan(data, size));
  return 0;
}
