#include "services/orchestrator/session/load_file_supply.h"

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "services/orchestrator/repository/application_repository.h"
#include "services/orchestrator/sequencing/sequencer_proto.h"
#include "services/orchestrator/session/session_context.h"

namespace cardferry::orchestrator {
namespace {

absl::Status Supply(const Bytes& content_hash, store::Database& database,
                    Sequencer& sequencer) {
  const absl::StatusOr<Bytes> cap_file =
      database.Read([&](store::Transaction& tx) {
        return ApplicationRepository(tx).CapFile(content_hash);
      });
  if (!cap_file.ok()) {
    return absl::UnavailableError(cap_file.status().message());
  }
  const absl::Status put = sequencer.PutLoadFile(*cap_file).status();
  if (put.ok() || IsForLater(put)) return put;
  return absl::InvalidArgumentError(absl::StrCat(
      "the sequencer does not take the application's file any more (",
      put.message(), "): add the application again under another name"));
}

}  // namespace

absl::Status SupplyLoadFiles(const DesiredState& desired,
                             store::Database& database, Sequencer& sequencer) {
  for (const Bytes& hash : LoadFilesOf(desired)) {
    RETURN_IF_ERROR(Supply(hash, database, sequencer));
  }
  return absl::OkStatus();
}

}  // namespace cardferry::orchestrator
