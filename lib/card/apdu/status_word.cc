#include "lib/card/apdu/status_word.h"

#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"

namespace cardferry::card {
namespace {

struct Meaning {
  uint16_t value;
  absl::string_view words;
};

// ISO/IEC 7816-4, 5.6 and GPCS 2.3.1, 11.1.3 with the tables of each command.
constexpr Meaning kMeanings[] = {
    {0x0000, "no answer"},
    {0x6200, "warning, nothing changed"},
    {0x6283, "selected file or card is locked"},
    {0x6300, "authentication of the host failed, or a warning"},
    {0x6310, "more data available"},
    {0x6400, "execution error, nothing changed"},
    {0x6438, "imported package not available"},
    {0x6581, "memory failure"},
    {0x6700, "wrong length"},
    {0x6881, "logical channel not supported or not open"},
    {0x6882, "secure messaging not supported"},
    {0x6982, "security status not satisfied"},
    {0x6983, "authentication method blocked"},
    {0x6984, "referenced data not usable"},
    {0x6985, "conditions of use not satisfied"},
    {0x6987, "secure messaging data missing"},
    {0x6988, "secure messaging data incorrect"},
    {0x6999, "application cannot be selected"},
    {0x6A80, "incorrect values in command data"},
    {0x6A81, "function not supported"},
    {0x6A82, "application or file not found"},
    {0x6A84, "not enough memory space"},
    {0x6A86, "incorrect P1 P2"},
    {0x6A88, "referenced data not found"},
    {0x6D00, "instruction not supported"},
    {0x6E00, "class not supported"},
    {0x6F00, "no precise diagnosis"},
    {0x9000, "success"},
    {0x9484, "algorithm not supported"},
    {0x9485, "invalid key check value"},
};

}  // namespace

std::string Describe(StatusWord sw) {
  for (const Meaning& meaning : kMeanings) {
    if (meaning.value == sw.value()) {
      return absl::StrFormat("%04X (%s)", sw.value(), meaning.words);
    }
  }
  return absl::StrFormat("%04X", sw.value());
}

}  // namespace cardferry::card
