#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_DESIRED_STATE_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_DESIRED_STATE_H_

#include "services/orchestrator/model/application.h"
#include "services/orchestrator/model/job.h"
#include "services/orchestrator/sequencing/sequencer.h"

namespace cardferry::orchestrator {

// What a job wants of a card. `load_file` is the subject's application's;
// not looked at when the subject is named by AID.
DesiredState DesiredStateOf(const JobSubject& subject,
                            const LoadFile& load_file,
                            Bytes install_parameters);

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_DESIRED_STATE_H_
