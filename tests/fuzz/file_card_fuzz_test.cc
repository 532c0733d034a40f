// What comes to the sequencer of file-oriented cards: records and sessions back
// from the orchestrator, EF.GDO from a card through an agent.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "services/sequencer/files/file_claim.h"
#include "services/sequencer/files/file_state.h"

namespace cardferry::sequencer {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

void FuzzRecord(const std::string& bytes) {
  const auto record = DecodeFileRecord(bytes);
  if (!record.ok()) return;
  const std::string written = EncodeFileRecord(*record);
  const auto again = DecodeFileRecord(written);
  Check(again.ok() && EncodeFileRecord(*again) == written);
}

void FuzzSession(const std::string& bytes) {
  const auto session = DecodeFileSession(bytes);
  if (!session.ok()) return;
  Check(!session->token.empty());
  Check(session->block == 8 || session->block == 16);
  const std::string written = EncodeFileSession(*session);
  const auto again = DecodeFileSession(written);
  Check(again.ok() && EncodeFileSession(*again) == written);
}

// The input as the answer to READ BINARY of EF.GDO and to GET CHALLENGE.
void FuzzClaim(ByteSpan input) {
  const card::ResponseApdu answer{Bytes(input.begin(), input.end()),
                                  card::kSuccess};
  card::Transcript identify{{answer}, card::RunEnd::kDone};
  card::Transcript challenge{{answer}, card::RunEnd::kDone};
  const auto claim = TakeFileAnswers(0, identify, &challenge);
  Check(identify.answers.empty() && challenge.answers.empty());
  if (!claim.has_value()) return;
  Check(claim->challenge.empty());  // no EF.GDO has 8 bytes
  Check(input.size() > claim->serial_number.size());
}

}  // namespace
}  // namespace cardferry::sequencer

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  cardferry::sequencer::FuzzRecord(bytes);
  cardferry::sequencer::FuzzSession(bytes);
  cardferry::sequencer::FuzzClaim({data, size});
  return 0;
}
