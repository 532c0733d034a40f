#ifndef CARDFERRY_CARDSIM_TESTING_TEST_CARD_H_
#define CARDFERRY_CARDSIM_TESTING_TEST_CARD_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "cardsim/card/card.h"
#include "cardsim/testing/load_files.h"
#include "cardsim/testing/test_host.h"
#include "lib/base/testing/counting_random.h"

namespace cardferry::cardsim {

// A card with test keys and a host that talks to it, all in hexadecimal.
class TestCard {
 public:
  explicit TestCard(CardOptions options = {});
  // The card that had this state; stops the process when none can have it.
  explicit TestCard(const CardState& state, CardOptions options = {});
  // The same with other keys than TestKeys.
  TestCard(KeySet keys, CardOptions options);

  Card& card() { return *card_; }
  TestHost& host() { return host_; }

  // The answer (data and SW) to a command as it is.
  std::string Send(absl::string_view hex);
  // INITIALIZE UPDATE and EXTERNAL AUTHENTICATE; the last status word.
  std::string Open(uint8_t level = 0x33);
  // The answer to a command inside the session.
  std::string Secure(absl::string_view hex);

  // INSTALL [for load] and LOAD in blocks of `block` bytes, numbered from 0 on
  // and after FF from 00 again: the first answer
  // that is not "009000", or that of the last block.
  std::string Load(absl::string_view package, ByteSpan data_block,
                   size_t block = 200);
  // INSTALL [for install and make selectable].
  std::string Install(absl::string_view package, absl::string_view module,
                      absl::string_view application,
                      absl::string_view parameters = "");

 private:
  CountingRandom random_;
  std::unique_ptr<Card> card_;
  TestHost host_{TestKeys()};
};

// A command from CLA INS P1 P2 and data, Le 00.
std::string Command(absl::string_view header, absl::string_view data);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_TESTING_TEST_CARD_H_
