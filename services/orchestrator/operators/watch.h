#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_OPERATORS_WATCH_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_OPERATORS_WATCH_H_

namespace cardferry::orchestrator {

// One onlooker of something: is given what there is, never faster than it
// takes it. Safe from any thread.
class Watch {
 public:
  virtual ~Watch() = default;
  // The onlooker can take one more: also the first one.
  virtual void Ready() = 0;
  // Nothing is delivered any more once this has returned and a delivery that
  // is under way has ended.
  virtual void Stop() = 0;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_OPERATORS_WATCH_H_
