#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_OPERATORS_ORCHESTRATOR_PROTO_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_OPERATORS_ORCHESTRATOR_PROTO_H_

#include "absl/status/statusor.h"
#include "proto/cardferry/orchestrator/v1/orchestrator.pb.h"
#include "services/orchestrator/model/agent.h"
#include "services/orchestrator/model/application.h"
#include "services/orchestrator/model/card.h"
#include "services/orchestrator/model/job.h"
#include "services/orchestrator/model/journal_entry.h"
#include "services/orchestrator/operators/offline_desk.h"

namespace cardferry::orchestrator {

// Our values as the operators' messages, and back. What else is asked for is
// checked by OperatorDesk.

// INVALID_ARGUMENT for an action that is not known.
absl::StatusOr<NewJob> ParseNewJob(const v1::AddJobRequest& pb);
// INVALID_ARGUMENT for a state that is not known.
absl::StatusOr<JobFilter> ParseFilter(const v1::ListJobsRequest& pb);
CardFilter ParseFilter(const v1::ListCardsRequest& pb);
OfflineDesk::Request ParsePrepareJob(const v1::PrepareJobRequest& pb);
void Render(const std::vector<PlannedStep>& steps, v1::JobPlan& pb);

void Render(const Application& application, v1::Application& pb);
void Render(const Job& job, v1::Job& pb);
void Render(const Card& card, v1::Card& pb);
void Render(const CardReceipt& receipt, v1::Receipt& pb);
void Render(const CardProfile& profile, v1::Profile& pb);
void Render(const Agent& agent, v1::Agent& pb);
void Render(const JournalEntry& entry, v1::Event& pb);

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_OPERATORS_ORCHESTRATOR_PROTO_H_
