#include "bench/vault_load.h"

#include <utility>

#include "bench/stopwatch.h"
#include "lib/base/status_macros.h"
#include "lib/card/scp/secure_channel.h"

namespace cardferry::bench {
namespace {

using keyvault::Handshake;
using keyvault::IssuedOpening;
using keyvault::Session;

std::vector<card::CommandApdu> Loads(const LoadShape& shape) {
  std::vector<card::CommandApdu> commands;
  for (size_t i = 0; i < shape.commands; ++i) {
    commands.push_back(
        card::CommandApdu::Create({0x80, 0xE8, 0x00, static_cast<uint8_t>(i)},
                                  Bytes(shape.command_bytes, 0x5A))
            .value());
  }
  return commands;
}

keyvault::VaultPolicy PolicyFor(const keyvault::KnownCard& card,
                                const LoadShape& shape) {
  keyvault::VaultPolicy policy;
  keyvault::KeySetRules& rules = policy.key_sets[card.key_set.description.name];
  rules.level_floor = shape.level;
  rules.channel_options = {card.i};
  return policy;
}

}  // namespace

VaultLoad::VaultLoad(keyvault::HsmKeys& keys, const keyvault::KnownCard& card,
                     const LoadShape& shape)
    : keys_(keys),
      card_(card),
      shape_(shape),
      commands_(Loads(shape)),
      vault_(std::make_unique<keyvault::Vault>(
          keyvault::VaultParts{keys, ledger_, clock_, random_},
          PolicyFor(card, shape))) {}

absl::StatusOr<VaultLoad::Cost> VaultLoad::RunOne() {
  Cost cost;
  const keyvault::Place place{"bench", "reader"};
  const uint64_t calls_before = keys_.CallCount();
  std::vector<IssuedOpening> issued;
  {
    const Stopwatch stopwatch(cost.time);
    ASSIGN_OR_RETURN(issued, vault_->IssueOpenings(place, 1));
  }
  Handshake handshake;
  handshake.ticket = issued[0].ticket;
  handshake.place = place;
  handshake.key_set = card_.key_set.description.name;
  handshake.initialize_update_answer =
      card_.Answer(issued[0].opening.host_challenge);
  handshake.level_floor = shape_.level;
  if (!card_.IsScp03()) handshake.channel_options = card_.i;
  handshake.operation_class = keyvault::OperationClass::kContent;
  {
    const Stopwatch stopwatch(cost.time);
    ASSIGN_OR_RETURN(const Session session, vault_->Authenticate(handshake));
    ASSIGN_OR_RETURN(keyvault::ProtectedCommands batch,
                     vault_->Protect(session.command_token, commands_));
    // Its session keys are a part of what it costs, their end too.
    vault_->DropCachedSessions();
    last_commands_ = std::move(batch.commands);
  }
  last_ = std::move(issued[0]);
  cost.hsm_calls = keys_.CallCount() - calls_before;
  return cost;
}

absl::Status VaultLoad::CheckLast() const {
  const auto cipher = card_.Cipher(last_.opening.host_challenge);
  ASSIGN_OR_RETURN(scp::Authentication session,
                   scp::AuthenticateHost(
                       *cipher, static_cast<scp::SecurityLevel>(shape_.level)));
  ASSIGN_OR_RETURN(const std::vector<card::CommandApdu> expected,
                   scp::ProtectCommands(*cipher, session.state, commands_));
  if (last_commands_ == expected) return absl::OkStatus();
  return absl::DataLossError("the card would not take these commands");
}

}  // namespace cardferry::bench
