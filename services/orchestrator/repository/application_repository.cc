#include "services/orchestrator/repository/application_repository.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "services/orchestrator/repository/hex_list.h"

namespace cardferry::orchestrator {
namespace {

constexpr char kSelect[] =
    "SELECT a.name, f.content_hash, f.package_aid, f.version, f.applet_aids, "
    "f.load_file_bytes FROM applications a "
    "JOIN load_files f ON f.content_hash = a.content_hash ";

absl::StatusOr<Application> ToApplication(const store::Row& row) {
  Application application;
  LoadFile& file = application.load_file;
  std::string applet_aids;
  RETURN_IF_ERROR(row.Read(application.name, file.content_hash,
                           file.package_aid, file.version, applet_aids,
                           file.load_file_bytes));
  ASSIGN_OR_RETURN(file.applet_aids, SplitHex(applet_aids));
  return application;
}

}  // namespace

absl::Status ApplicationRepository::Add(const Application& application,
                                        ByteSpan cap_file) {
  const LoadFile& file = application.load_file;
  const absl::StatusOr<Application> existing = Get(application.name);
  if (existing.ok()) {
    if (existing->load_file.content_hash == file.content_hash) {
      return absl::OkStatus();
    }
    return absl::AlreadyExistsError(
        absl::StrCat("the name \"", application.name,
                     "\" stands for another file; choose another name"));
  }
  if (!absl::IsNotFound(existing.status())) return existing.status();
  RETURN_IF_ERROR(tx_.Execute("INSERT INTO load_files VALUES (:hash, :cap, "
                              ":package, :version, :applets, :bytes) "
                              "ON CONFLICT (content_hash) DO NOTHING",
                              {{"hash", file.content_hash},
                               {"cap", cap_file},
                               {"package", file.package_aid},
                               {"version", file.version},
                               {"applets", JoinHex(file.applet_aids)},
                               {"bytes", file.load_file_bytes}})
                      .status());
  return tx_
      .Execute("INSERT INTO applications VALUES (:name, :hash)",
               {{"name", application.name}, {"hash", file.content_hash}})
      .status();
}

absl::StatusOr<Application> ApplicationRepository::Get(
    const std::string& name) {
  const absl::StatusOr<store::Row> row = tx_.QueryOne(
      absl::StrCat(kSelect, "WHERE a.name = :name"), {{"name", name}});
  if (absl::IsNotFound(row.status())) {
    return absl::NotFoundError(
        absl::StrCat("there is no application \"", name, "\""));
  }
  RETURN_IF_ERROR(row.status());
  return ToApplication(*row);
}

absl::StatusOr<std::vector<Application>> ApplicationRepository::List() {
  ASSIGN_OR_RETURN(const std::vector<store::Row> rows,
                   tx_.Query(absl::StrCat(kSelect, "ORDER BY a.name")));
  std::vector<Application> list;
  for (const store::Row& row : rows) {
    ASSIGN_OR_RETURN(Application application, ToApplication(row));
    list.push_back(std::move(application));
  }
  return list;
}

absl::StatusOr<Bytes> ApplicationRepository::CapFile(
    const Bytes& content_hash) {
  ASSIGN_OR_RETURN(
      const store::Row row,
      tx_.QueryOne("SELECT cap_file FROM load_files WHERE content_hash = :hash",
                   {{"hash", content_hash}}));
  Bytes cap_file;
  RETURN_IF_ERROR(row.Read(cap_file));
  return cap_file;
}

}  // namespace cardferry::orchestrator
