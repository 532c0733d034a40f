#ifndef CARDFERRY_CARDSIM_TESTING_LOAD_FILES_H_
#define CARDFERRY_CARDSIM_TESTING_LOAD_FILES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "lib/base/bytes.h"

namespace cardferry::cardsim {

// What a small load file data block for tests says of itself; AIDs in
// hexadecimal.
struct TestPackage {
  std::string package = "F04346455252590A";
  uint8_t major = 1;
  uint8_t minor = 0;
  std::vector<std::string> modules = {"F04346455252590A01"};
  std::vector<std::string> imports;  // version 1.0 each
  size_t code_size = 40;
};

// One component: tag (1) | size (2) | info.
struct TestComponent {
  uint8_t tag = 0;
  Bytes info;
};

// The components of a package in the order of loading; tests damage them.
std::vector<TestComponent> TestComponents(const TestPackage& package);

// The bytes of components, one after the other.
Bytes JoinComponents(const std::vector<TestComponent>& components);

// Both.
Bytes TestLoadFile(const TestPackage& package);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_TESTING_LOAD_FILES_H_
