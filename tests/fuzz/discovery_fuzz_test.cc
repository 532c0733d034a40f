#include <cstddef>
#include <cstdint>

#include "lib/card/gp/discovery_commands.h"

// The first byte chooses which answer of a card the rest is.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace card = cardferry::card;
  if (size == 0) return 0;
  const cardferry::ByteSpan answer(data + 1, size - 1);
  switch (data[0] % 8) {
    case 0:
      (void)card::ParseSelectAnswer(answer);
      break;
    case 1:
      (void)card::ParseCardRecognitionData(answer);
      break;
    case 2:
      (void)card::ParseCplc(answer);
      break;
    case 3:
      (void)card::ParseFreeMemory(answer);
      break;
    case 5: {
      const size_t third = answer.size() / 3;
      (void)card::ParseImplicitIdentity(answer.first(third),
                                        answer.subspan(third, third),
                                        answer.subspan(2 * third));
      break;
    }
    case 6:
      (void)card::ParseLongestCommandData(answer);
      break;
    case 7:
      (void)card::ParseJavaCardMajor(answer);
      break;
    default:
      (void)card::ParseInitializeUpdateAnswer(answer);
  }
  return 0;
}
