#include "lib/pkcs11/capabilities.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"

namespace cardferry::pkcs11 {
namespace {

absl::Status RunOne(
    const std::function<absl::StatusOr<Session>()>& open_session,
    const Recipe& recipe) {
  ASSIGN_OR_RETURN(Session session, open_session());
  return recipe.run(session);
}

}  // namespace

absl::StatusOr<Capabilities> Probe(
    const std::function<absl::StatusOr<Session>()>& open_session,
    absl::Span<const Recipe> recipes) {
  Capabilities capabilities;
  std::map<std::string, std::string> refusals;  // by purpose, while none passed
  for (const Recipe& recipe : recipes) refusals[recipe.purpose];
  for (const Recipe& recipe : recipes) {
    const absl::Status status = RunOne(open_session, recipe);
    if (status.code() == absl::StatusCode::kDataLoss) {
      return Annotate(status,
                      absl::StrCat("known-answer test of ", recipe.name));
    }
    const auto missing = refusals.find(recipe.purpose);
    if (status.ok()) {
      capabilities.Add(recipe.name);
      if (missing != refusals.end()) refusals.erase(missing);
    } else if (missing != refusals.end()) {
      absl::StrAppend(&missing->second, " ", recipe.name, " (",
                      status.message(), ")");
    }
  }
  if (refusals.empty()) return capabilities;
  return absl::FailedPreconditionError(
      absl::StrCat("the module cannot do ", refusals.begin()->first,
                   "; refused:", refusals.begin()->second));
}

}  // namespace cardferry::pkcs11
