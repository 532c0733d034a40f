#include "cli/vault_client.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "lib/base/bytes.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/call.h"
#include "lib/rpc/grpc_status.h"

namespace cardferry::cli {
namespace {

namespace pb = ::cardferry::keyvault::v1;

constexpr absl::Duration kShort = absl::Seconds(20);
constexpr size_t kDiversificationBytes = 10;

absl::StatusOr<pb::ForgetFailuresRequest> RequestFor(
    const std::string& card_id) {
  const size_t slash = card_id.rfind('/');
  if (slash != std::string::npos && slash > 0) {
    const absl::StatusOr<Bytes> data = FromHex(card_id.substr(slash + 1));
    if (data.ok() && data->size() == kDiversificationBytes) {
      pb::ForgetFailuresRequest request;
      request.set_key_set(card_id.substr(0, slash));
      request.set_key_diversification_data(AsString(*data));
      return request;
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat("a card is KEY_SET/DIVERSIFICATION_DATA, as `cardferry card "
                   "list` shows it, not \"",
                   card_id, "\""));
}

}  // namespace

absl::StatusOr<uint32_t> VaultClient::ForgetFailures(
    const std::string& card_id) {
  ASSIGN_OR_RETURN(const pb::ForgetFailuresRequest request,
                   RequestFor(card_id));
  grpc::ClientContext context;
  rpc::SetTimeout(context, kShort);
  pb::ForgetFailuresResponse response;
  const absl::Status status =
      rpc::ToAbslStatus(stub_->ForgetFailures(&context, request, &response));
  if (absl::IsNotFound(status)) return 0u;
  RETURN_IF_ERROR(status);
  return response.forgotten();
}

}  // namespace cardferry::cli
