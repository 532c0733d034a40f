#include "services/orchestrator/repository/testing/database_fixture.h"

#include "lib/base/bytes.h"
#include "services/orchestrator/repository/application_repository.h"
#include "services/orchestrator/repository/schema.h"

namespace cardferry::orchestrator {

DatabaseFixture::DatabaseFixture() { Reopen(); }

void DatabaseFixture::Reopen() {
  database_.reset();
  store::DatabaseOptions options;
  options.url = place_.url();
  auto opened = store::Database::Open(options, Schema());
  if (!opened.ok()) {
    ADD_FAILURE() << opened.status();
    abort();
  }
  database_ = *std::move(opened);
}

Application DatabaseFixture::Brokerage() {
  Application application;
  application.name = "brokerage";
  application.load_file.content_hash = FromHexOrDie("CA9F11E0");
  application.load_file.package_aid = FromHexOrDie("F000000001");
  application.load_file.version = "1.0";
  application.load_file.applet_aids = {FromHexOrDie("F00000000101")};
  application.load_file.load_file_bytes = 300;
  return application;
}

void DatabaseFixture::AddBrokerage() {
  const absl::Status added = Do([](store::Transaction& tx) {
    return ApplicationRepository(tx).Add(Brokerage(), FromHexOrDie("CA9F11E0"));
  });
  ASSERT_TRUE(added.ok()) << added;
}

NewJob DatabaseFixture::BrokerageJob(const JobTarget& target,
                                     Bytes parameters) {
  NewJob job;
  job.subject.application = "brokerage";
  job.install_parameters = std::move(parameters);
  job.target = target;
  return job;
}

absl::Time At(int seconds) {
  return absl::FromUnixSeconds(int64_t{1'800'000'000} + seconds);
}

}  // namespace cardferry::orchestrator
