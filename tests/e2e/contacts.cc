#include "tests/e2e/contacts.h"

#include "absl/status/status.h"
#include "lib/base/bytes.h"
#include "lib/base/status_macros.h"
#include "lib/card/script/run_script.h"
#include "tests/stage/pcscd.h"

namespace cardferry::e2e {

absl::StatusOr<Contacts> Contacts::Touch() {
  ASSIGN_OR_RETURN(
      cardsim::PcscCard card,
      cardsim::PcscCard::Connect(stage::kVirtualReader, absl::Seconds(10)));
  return Contacts(std::move(card));
}

absl::StatusOr<card::Transcript> Contacts::Run(
    const std::string& script) const {
  ASSIGN_OR_RETURN(const card::Script decoded,
                   card::DecodeScript(AsBytes(script)));
  const auto transmit = [this](const card::CommandApdu& command)
      -> absl::StatusOr<card::ResponseApdu> {
    ASSIGN_OR_RETURN(const Bytes answer, card_.Transmit(command.Encode()));
    return card::ResponseApdu::Parse(answer);
  };
  return card::RunScript(decoded, transmit, [](size_t) {});
}

absl::StatusOr<std::string> Contacts::InitializeUpdate(
    const std::string& challenge) const {
  const Bytes head = FromHexOrDie("8050000008");
  ASSIGN_OR_RETURN(
      Bytes answer,
      card_.Transmit(Concat({head, AsBytes(challenge), Bytes{0}})));
  if (answer.size() < 2 || answer[answer.size() - 2] != 0x90) {
    return absl::InternalError("the card refuses INITIALIZE UPDATE");
  }
  answer.resize(answer.size() - 2);
  return AsString(answer);
}

}  // namespace cardferry::e2e
