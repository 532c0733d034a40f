#ifndef CARDFERRY_SERVICES_SEQUENCER_CONTENT_RULES_H_
#define CARDFERRY_SERVICES_SEQUENCER_CONTENT_RULES_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lib/card/apdu/aid.h"
#include "lib/crypto/hash_algorithm.h"

namespace cardferry::sequencer {

// Commands that a card may want a token for (GPCS 2.3.1, 9.1.3.1).
enum class TokenFor { kLoad, kInstall, kExtradition, kDelete };

// A security domain that verifies load files, and the keyvault's name of the
// key whose signature it wants.
struct DapRule {
  card::Aid security_domain;
  std::string signing_key;
};

// What a type of card asks of those who change its content, beside the secure
// channel.
struct ContentRules {
  // Of the load file data block, in INSTALL [for load]; every DAP and load
  // token is over it.
  std::optional<crypto::HashAlgorithm> load_file_hash;
  std::vector<DapRule> daps;
  std::set<TokenFor> tokens;
  std::string token_key;  // the keyvault's name; empty: no tokens
  bool receipts = false;  // the card confirms what it has done

  bool Wants(TokenFor what) const { return tokens.count(what) > 0; }
};

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_CONTENT_RULES_H_
