#ifndef CARDFERRY_TESTS_STAGE_REPORT_H_
#define CARDFERRY_TESTS_STAGE_REPORT_H_

#include <cstdint>
#include <string>

#include "proto/cardferry/orchestrator/v1/orchestrator.pb.h"

namespace cardferry::stage {

// What one load cost, for people and for programs.
struct Report {
  bool ok = false;
  std::string card;
  std::string applet;
  uint32_t apdus = 0;
  uint64_t bytes = 0;  // of command and response APDUs
  uint32_t round_trips = 0;
  uint64_t hsm_calls = 0;
  double seconds = 0;  // from insertion or the job's arrival to the last answer
  double card_seconds = 0;
  double network_seconds = 0;
  double server_seconds = 0;
  int proven = 0;    // facts proven by cryptography
  int reported = 0;  // facts that only the card's unprotected word supports
};

// The figures of a finished job. `ok` when it is done.
Report MakeReport(const orchestrator::v1::Job& job, uint64_t hsm_calls);

// One JSON object with the members' names as above.
std::string ToJson(const Report& report);

// The same for a person.
std::string ToText(const Report& report);

}  // namespace cardferry::stage

#endif  // CARDFERRY_TESTS_STAGE_REPORT_H_
