#ifndef CARDFERRY_CLI_RENDER_JSON_H_
#define CARDFERRY_CLI_RENDER_JSON_H_

#include <string>
#include <vector>

#include "cli/render/placed_reader.h"
#include "proto/cardferry/keyvault/v1/approvals.pb.h"
#include "proto/cardferry/orchestrator/v1/orchestrator.pb.h"

namespace cardferry::cli {

// For programs: one JSON value on one line, with a newline. The fields of
// orchestrator.proto and approvals.proto by their names there; bytes in
// upper-case hexadecimal, states as words, times in microseconds since 1970
// (`..._us`). All fields are always there.
std::string ToJson(const orchestrator::v1::Application& value);
std::string ToJson(const orchestrator::v1::Job& value);
std::string ToJson(const orchestrator::v1::JobPlan& value);
std::string ToJson(const orchestrator::v1::Card& value);
std::string ToJson(const orchestrator::v1::Agent& value);
std::string ToJson(const orchestrator::v1::Profile& value);
std::string ToJson(const orchestrator::v1::Event& value);
std::string ToJson(const keyvault::v1::Approval& value);
std::string ToJson(const keyvault::v1::ContentSigningKey& value);
// An array.
std::string ToJson(const std::vector<orchestrator::v1::Application>& values);
std::string ToJson(const std::vector<orchestrator::v1::Job>& values);
std::string ToJson(const std::vector<orchestrator::v1::Card>& values);
std::string ToJson(const std::vector<orchestrator::v1::Agent>& values);
std::string ToJson(const std::vector<orchestrator::v1::Profile>& values);
std::string ToJson(const std::vector<orchestrator::v1::Event>& values);
std::string ToJson(const std::vector<orchestrator::v1::Receipt>& values);
std::string ToJson(const std::vector<keyvault::v1::Approval>& values);
std::string ToJson(const std::vector<keyvault::v1::ContentSigningKey>& values);
// A reader with its agent's `agent` and `connected` beside its own fields.
std::string ToJson(const std::vector<PlacedReader>& values);
// {"error": {"code": "NOT_FOUND", "message": "..."}}
std::string ErrorJson(const std::string& code, const std::string& message);

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_RENDER_JSON_H_
