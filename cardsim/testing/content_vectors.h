#ifndef CARDFERRY_CARDSIM_TESTING_CONTENT_VECTORS_H_
#define CARDFERRY_CARDSIM_TESTING_CONTENT_VECTORS_H_

#include <string>
#include <vector>

#include "cardsim/card/content_key.h"
#include "lib/base/bytes.h"

namespace cardferry::cardsim {

// A vector of kind dap, token or receipt. Source: tests/vectors.
struct ContentVector {
  std::string name;
  bool is_symmetric = false;
  ContentKey key;
  Bytes message;
  Bytes signature;
  std::string command;      // token
  Bytes command_data;       // token: without the token
  Bytes confirmation_data;  // receipt
};

// All of a kind. Stops the process for a file that cannot be read.
std::vector<ContentVector> ContentVectors(const std::string& kind);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_TESTING_CONTENT_VECTORS_H_
