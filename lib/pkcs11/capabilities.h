#ifndef CARDFERRY_LIB_PKCS11_CAPABILITIES_H_
#define CARDFERRY_LIB_PKCS11_CAPABILITIES_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/pkcs11/session.h"

namespace cardferry::pkcs11 {

// One way to do something with a module, tried with a known answer. A module's
// mechanism list is no proof: some list what they refuse, some do what they do
// not list.
struct Recipe {
  std::string name;
  // What it is for. A module must do at least one recipe of each purpose.
  std::string purpose;
  // DATA_LOSS: the answer was wrong. Any other failure: the module refuses.
  std::function<absl::Status(Session&)> run;
};

// What a module has shown that it can do.
class Capabilities {
 public:
  bool Has(const std::string& recipe) const { return passed_.contains(recipe); }
  void Add(const std::string& recipe) { passed_.insert(recipe); }

 private:
  absl::flat_hash_set<std::string> passed_;
};

// Runs each recipe in a session of its own. Not OK, and then nothing may be
// served, when a recipe gives a wrong answer (DATA_LOSS), or when none of a
// purpose's recipes works (FAILED_PRECONDITION, with their errors).
absl::StatusOr<Capabilities> Probe(
    const std::function<absl::StatusOr<Session>()>& open_session,
    absl::Span<const Recipe> recipes);

}  // namespace cardferry::pkcs11

#endif  // CARDFERRY_LIB_PKCS11_CAPABILITIES_H_
