#include "tests/conformance/host_scp11.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/card/scp/scp11/certificate.h"
#include "lib/card/scp/scp11/scp11_opening.h"
#include "lib/card/scp/secure_channel.h"
#include "tests/conformance/host_session_checks.h"
#include "tests/conformance/scp11_record.h"

namespace cardferry::conformance {
namespace {

using card::CommandApdu;
using card::ResponseApdu;

scp::Scp11Terms TermsOf(const Scp11Record& record) {
  scp::Scp11Terms terms;
  terms.variant = record.variant == 'a'   ? scp::Scp11Variant::kA
                  : record.variant == 'b' ? scp::Scp11Variant::kB
                                          : scp::Scp11Variant::kC;
  terms.card_key = {record.key_identifier, record.key_version};
  terms.level = static_cast<scp::SecurityLevel>(record.level);
  terms.key_length = record.shared_info[2];
  terms.quirks.encrypts_absent_data = record.encrypts_absent_data;
  return terms;
}

// What some tools send without Le, others with it.
absl::Status ExpectCommand(const CommandApdu& got, const CommandApdu& wanted) {
  ASSIGN_OR_RETURN(const CommandApdu ours, WithoutLe(got));
  ASSIGN_OR_RETURN(const CommandApdu theirs, WithoutLe(wanted));
  return ExpectBytes("MUTUAL AUTHENTICATE", ours.Encode(), theirs.Encode());
}

absl::StatusOr<scp::Scp11Session> Open(HostCrypto& crypto,
                                       const Scp11Record& record) {
  const scp::Scp11Terms terms = TermsOf(record);
  ASSIGN_OR_RETURN(const std::unique_ptr<scp::KeyAgreement> keys,
                   crypto.OpenScp11(record));
  ASSIGN_OR_RETURN(const CommandApdu command,
                   scp::AuthenticateCommand(terms, keys->ephemeral_point()));
  RETURN_IF_ERROR(ExpectCommand(command, record.authenticate));
  RETURN_IF_ERROR(
      ExpectBytes("shared info", scp::SharedInfo(terms), record.shared_info));
  const uint8_t i = record.s16 ? 0x61 : 0x60;
  return scp::OpenScp11Session(*keys, terms, {scp::kScp03, i}, command,
                               record.card_static_point, record.answer);
}

absl::Status CheckAnswers(scp::SessionCipher& cipher, scp::SecurityLevel level,
                          const std::vector<Exchange>& exchanges) {
  std::vector<CommandApdu> commands;
  std::vector<ResponseApdu> answers;
  for (const Exchange& exchange : exchanges) {
    commands.push_back(exchange.wrapped);
    answers.push_back(exchange.response);
  }
  ASSIGN_OR_RETURN(const std::vector<scp::VerifiedResponse> results,
                   scp::VerifyResponses(cipher, level, commands, answers));
  for (size_t i = 0; i < results.size(); ++i) {
    const ResponseApdu& plain = *exchanges[i].response_plain;
    const uint8_t sw1 = plain.sw.sw1();
    const bool error = sw1 != 0x90 && sw1 != 0x62 && sw1 != 0x63;
    if (results[i].assurance !=
        (error ? scp::Assurance::kReported : scp::Assurance::kProven)) {
      return absl::DataLossError(absl::StrCat("answer ", i, " is not proven"));
    }
    RETURN_IF_ERROR(
        ExpectBytes(absl::StrCat("answer ", i), results[i].data, plain.data));
  }
  return absl::OkStatus();
}

// Some records have what came before: GET DATA for the card's certificates in
// three parts, and PERFORM SECURITY OPERATION with the host's in three blocks.
absl::Status CheckCertificates(const Scp11Record& record,
                               const std::vector<Exchange>& preceding) {
  constexpr size_t kParts = 3;
  if (preceding.size() != 2 * kParts) {
    return absl::InvalidArgumentError("other commands than were looked for");
  }
  RETURN_IF_ERROR(ExpectBytes(
      "GET DATA",
      scp::CertificateStoreCommand({record.key_identifier, record.key_version})
          .Encode(),
      preceding[0].wrapped_bytes));
  Bytes store;
  Bytes certificate;
  for (size_t i = 0; i < kParts; ++i) {
    Append(store, preceding[i].response.data);
    Append(certificate, preceding[kParts + i].wrapped.data());
  }
  ASSIGN_OR_RETURN(const std::vector<Bytes> certificates,
                   scp::ParseCertificateStore(store));
  if (ToHex(certificates.back()).find(ToHex(record.card_static_point)) ==
      std::string::npos) {
    return absl::DataLossError("the card's certificate has another key");
  }
  ASSIGN_OR_RETURN(const std::vector<CommandApdu> presented,
                   scp::PresentCertificates({0x10, 0x03}, {certificate},
                                            scp::BlockMark::kClaAndP1));
  for (size_t i = 0; i < presented.size(); ++i) {
    RETURN_IF_ERROR(ExpectBytes("PERFORM SECURITY OPERATION",
                                presented[i].Encode(),
                                preceding[kParts + i].wrapped_bytes));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckScp11(HostCrypto& crypto, const Vector& vector) {
  ASSIGN_OR_RETURN(const Scp11Record record, ReadScp11(vector));
  ASSIGN_OR_RETURN(scp::Scp11Session session, Open(crypto, record));
  RETURN_IF_ERROR(
      ExpectBytes("receipt", session.state.chaining_value, record.receipt));
  RETURN_IF_ERROR(crypto.CheckScp11Keys(record));
  RETURN_IF_ERROR(
      CheckCommands(*session.cipher, session.state, record.exchanges, 0));
  RETURN_IF_ERROR(
      CheckAnswers(*session.cipher, session.state.level, record.exchanges));
  if (record.preceding.empty()) return absl::OkStatus();
  return CheckCertificates(record, record.preceding);
}

}  // namespace cardferry::conformance
