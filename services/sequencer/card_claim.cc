#include "services/sequencer/card_claim.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "lib/base/status_macros.h"
#include "lib/card/status_words/explain.h"

namespace cardferry::sequencer {
namespace {

using card::Script;
using card::ScriptCommand;
using card::Transcript;

constexpr card::StatusWordPattern kAnyStatus{0, 0};
constexpr card::StatusWordPattern kAnyError{0x6000, 0xF000};
constexpr size_t kImplicitAnswers = 3;
// SELECT of the issuer security domain of a locked card (GPCS 2.3.1, 11.9.3.2).
constexpr card::StatusWord kCardIsLocked{0x6283};
// After the SELECTs: GET DATA 66, GET DATA 9F7F and, if asked, FF21, 42 and 45.
size_t AnswersTo(const Questions& questions) {
  return questions.security_domains.size() + 2 + (questions.resources ? 1 : 0) +
         (questions.numbers ? 2 : 0);
}

ScriptCommand Informative(card::CommandApdu command, std::string label) {
  return {std::move(command),
          {kAnyStatus},
          card::AnyData{},
          card::OnMismatch::kContinue,
          std::move(label)};
}

// SELECT's answer names the AID in full; a card that says nothing has what it
// was asked for.
card::Aid SelectedAid(const card::Aid& asked,
                      const card::ResponseApdu& answer) {
  const auto named = card::ParseSelectAnswer(answer.data);
  return named.ok() ? *named : asked;
}

template <typename T>
std::optional<T> IfOk(const absl::StatusOr<T>& said) {
  return said.ok() ? std::optional<T>(*said) : std::nullopt;
}

// Empty when the card did not say it.
Bytes NumberIn(uint16_t tag, const card::ResponseApdu& answer) {
  if (answer.sw != card::kSuccess) return {};
  return card::ParseCardNumber(tag, answer.data).value_or(Bytes());
}

// What a card says of itself is never a reason to fail: what is not well formed
// was not said.
void ReadIdentify(const Questions& questions,
                  absl::Span<const card::ResponseApdu> answers,
                  CardClaim& claim) {
  const std::vector<card::Aid>& domains = questions.security_domains;
  for (size_t i = 0; i < domains.size(); ++i) {
    const bool is_locked = answers[i].sw == kCardIsLocked;
    if (answers[i].sw != card::kSuccess && !is_locked) continue;
    claim.isd_aid = SelectedAid(domains[i], answers[i]);
    claim.is_locked = is_locked;
    claim.longest_command =
        IfOk(card::ParseLongestCommandData(answers[i].data));
  }
  const card::ResponseApdu& card_data = answers[domains.size()];
  if (card_data.sw == card::kSuccess) {
    claim.channels = card::ParseCardRecognitionData(card_data.data)
                         .value_or(std::vector<card::ScpVariant>());
    claim.java_card = IfOk(card::ParseJavaCardMajor(card_data.data));
  }
  const card::ResponseApdu& cplc = answers[domains.size() + 1];
  if (cplc.sw == card::kSuccess) {
    auto parsed = card::ParseCplc(cplc.data);
    if (parsed.ok()) claim.cplc = *std::move(parsed);
  }
  if (questions.numbers) {
    claim.issuer_number =
        NumberIn(card::kTagIssuerNumber, answers[answers.size() - 2]);
    claim.card_number =
        NumberIn(card::kTagCardNumber, answers[answers.size() - 1]);
  }
  if (!questions.resources) return;
  const card::ResponseApdu& resources = answers[domains.size() + 2];
  if (resources.sw != card::kSuccess) return;
  claim.free_memory =
      card::ParseFreeMemory(resources.data).value_or(card::FreeMemory());
}

ScriptCommand Challenge(card::CommandApdu initialize_update) {
  return {std::move(initialize_update),
          {card::StatusWordPattern{}},
          card::AnyData{},
          card::OnMismatch::kStop,
          "INITIALIZE UPDATE"};
}

// What the card says that has refused INITIALIZE UPDATE, or was not asked for
// it.
absl::Status ReadImplicit(absl::Span<const card::ResponseApdu> answers,
                          CardClaim& claim) {
  const auto identity = card::ParseImplicitIdentity(
      answers[0].data, answers[1].data, answers[2].data);
  if (!identity.ok()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the card has no INITIALIZE UPDATE, and cannot do without "
                     "it: ",
                     identity.status().message()));
  }
  claim.identity = *identity;
  claim.implicit = true;
  return absl::OkStatus();
}

absl::Status ReadChallenge(const Questions& questions,
                           const Transcript& challenge, CardClaim& claim) {
  const size_t most = ChallengeCommands(questions);
  const std::vector<card::ResponseApdu>& answers = challenge.answers;
  if (answers.empty() || answers.size() > most ||
      challenge.end == card::RunEnd::kUnknown) {
    return absl::FailedPreconditionError(
        "the card was gone before INITIALIZE UPDATE");
  }
  if (questions.no_challenge && answers.size() == most) {
    return ReadImplicit(absl::MakeConstSpan(answers).last(kImplicitAnswers),
                        claim);
  }
  const card::ResponseApdu& answer = answers.back();
  if (answer.sw != card::kSuccess) {
    return absl::FailedPreconditionError(
        absl::StrCat("the card answered INITIALIZE UPDATE with ",
                     card::Describe(answer.sw)));
  }
  ASSIGN_OR_RETURN(claim.identity,
                   card::ParseInitializeUpdateAnswer(answer.data));
  claim.initialize_update_answer = answer.data;
  return absl::OkStatus();
}

std::string ChannelText(const card::ScpVariant& channel) {
  return absl::StrFormat("SCP%02X i %02X", channel.scp, channel.i);
}

std::string IdentityText(const CardClaim& claim) {
  const card::ClaimedIdentity& identity = *claim.identity;
  std::vector<std::string> options;
  if (identity.i.has_value()) {
    options.push_back(absl::StrFormat("%02X", *identity.i));
  } else {
    for (const card::ScpVariant& channel : claim.channels) {
      if (channel.scp != identity.scp) continue;
      options.push_back(absl::StrFormat("%02X", channel.i));
    }
  }
  return absl::StrFormat("SCP%02X i %s, key version %02X", identity.scp,
                         options.empty() ? "?" : absl::StrJoin(options, " or "),
                         identity.key_version_number);
}

}  // namespace

std::string CardClaim::ToString() const {
  std::vector<std::string> parts;
  parts.push_back(isd_aid.has_value()
                      ? absl::StrCat("ISD ", isd_aid->ToHex())
                      : "no issuer security domain that was looked for");
  if (identity.has_value()) {
    parts.push_back(IdentityText(*this));
  } else {
    for (const auto& channel : channels) parts.push_back(ChannelText(channel));
  }
  if (cplc.has_value()) {
    parts.push_back(absl::StrCat("IC ", ToHex(cplc->ic_fabricator()), " ",
                                 ToHex(cplc->ic_type()), ", OS ",
                                 ToHex(cplc->operating_system())));
  }
  return absl::StrJoin(parts, ", ");
}

Script IdentifyScript(const Questions& questions) {
  Script script;
  for (const card::Aid& aid : questions.security_domains) {
    script.push_back(
        Informative(card::SelectCommand(aid), "SELECT " + aid.ToHex()));
  }
  script.push_back(
      Informative(card::GetDataCommand(card::kTagCardData), "GET DATA 66"));
  script.push_back(
      Informative(card::GetDataCommand(card::kTagCplc), "GET DATA 9F7F"));
  if (questions.resources) {
    script.push_back(
        Informative(card::GetDataCommand(card::kTagExtendedCardResources),
                    "GET DATA FF21"));
  }
  if (questions.numbers) {
    script.push_back(Informative(card::GetDataCommand(card::kTagIssuerNumber),
                                 "GET DATA 42"));
    script.push_back(
        Informative(card::GetDataCommand(card::kTagCardNumber), "GET DATA 45"));
  }
  return script;
}

Script ChallengeScript(const Questions& questions,
                       const card::HostChallenge& host_challenge) {
  Script script;
  if (questions.short_challenge) {
    script.push_back(
        Challenge(card::InitializeUpdateCommand(0x00, host_challenge)));
  }
  if (questions.long_challenge) {
    script.push_back(
        Challenge(card::LongInitializeUpdateCommand(0x00, host_challenge)));
  }
  // An answer ends the script where more is to come: it is not what is
  // expected.
  for (size_t i = 0; i < script.size(); ++i) {
    const bool last = i + 1 == script.size() && !questions.no_challenge;
    if (!last) script[i].accepted = {kAnyError};
  }
  if (questions.no_challenge) {
    script.push_back(Informative(card::GetDataCommand(card::kTagKeyInformation),
                                 "GET DATA E0"));
    script.push_back(Informative(
        card::GetDataCommand(card::kTagSequenceCounter), "GET DATA C1"));
    script.push_back(Informative(
        card::GetDataCommand(card::kTagDiversificationData), "GET DATA CF"));
  }
  return script;
}

size_t ChallengeCommands(const Questions& questions) {
  return (questions.short_challenge ? 1u : 0u) +
         (questions.long_challenge ? 1u : 0u) +
         (questions.no_challenge ? kImplicitAnswers : 0u);
}

absl::StatusOr<CardClaim> ReadClaim(const Questions& questions,
                                    const Transcript& identify,
                                    const Transcript* challenge) {
  if (identify.end == card::RunEnd::kUnknown ||
      identify.end == card::RunEnd::kNotStarted) {
    return absl::FailedPreconditionError(
        "the card was gone before it was identified");
  }
  if (identify.answers.size() != AnswersTo(questions)) {
    return absl::FailedPreconditionError(
        "these are answers to another opening");
  }
  CardClaim claim;
  ReadIdentify(questions, identify.answers, claim);
  if (challenge != nullptr) {
    RETURN_IF_ERROR(ReadChallenge(questions, *challenge, claim));
  }
  return claim;
}

std::string CardId(const std::string& key_set,
                   ByteSpan key_diversification_data) {
  return absl::StrCat(key_set, "/", ToHex(key_diversification_data));
}

}  // namespace cardferry::sequencer
