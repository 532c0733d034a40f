#include "tests/conformance/host_session_checks.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"

namespace cardferry::conformance {
namespace {

using scp::Scp02Constant;

// Derivation constants of SCP03 (GPC Amendment D, table 4-1).
constexpr uint8_t kSEncConstant = 0x04;
constexpr uint8_t kSMacConstant = 0x06;
constexpr uint8_t kSRmacConstant = 0x07;

}  // namespace

bool IsScp02(const Vector& vector) {
  return vector.Text("protocol") == "SCP02";
}

absl::Status CheckScp01Keys(HostCrypto& crypto, const Vector& vector,
                            const StaticKeys& keys, ByteSpan host_challenge,
                            ByteSpan card_challenge) {
  const Bytes input = Concat({card_challenge.last(4), host_challenge.first(4),
                              card_challenge.first(4), host_challenge.last(4)});
  ASSIGN_OR_RETURN(const Bytes enc, vector.Hex("session_keys.enc", 16));
  RETURN_IF_ERROR(Annotate(crypto.CheckTdesEcbKey(keys.enc, input, enc),
                           "session_keys.enc"));
  ASSIGN_OR_RETURN(const Bytes mac, vector.Hex("session_keys.mac", 16));
  return Annotate(crypto.CheckTdesEcbKey(keys.mac, input, mac),
                  "session_keys.mac");
}

absl::Status CheckScp02Keys(HostCrypto& crypto, const Vector& vector,
                            const std::string& path, const StaticKeys& keys,
                            ByteSpan sequence) {
  struct Key {
    const char* name;
    Scp02Constant constant;
    const Bytes& base;
  };
  int checked = 0;
  for (const Key& key : {Key{".enc", Scp02Constant::kSEnc, keys.enc},
                         Key{".mac", Scp02Constant::kSMac, keys.mac},
                         Key{".rmac", Scp02Constant::kSRmac, keys.mac},
                         Key{".dek", Scp02Constant::kSDek, keys.dek}}) {
    if (!vector.Has(path + key.name)) continue;
    ASSIGN_OR_RETURN(const Bytes wanted, vector.Hex(path + key.name));
    RETURN_IF_ERROR(
        Annotate(crypto.CheckScp02Key(key.base, key.constant, sequence, wanted),
                 path + key.name));
    ++checked;
  }
  if (checked == 0) return absl::InvalidArgumentError("no session key");
  return absl::OkStatus();
}

absl::Status CheckScp03Keys(HostCrypto& crypto, const Vector& vector,
                            const std::string& path, const StaticKeys& keys,
                            ByteSpan context) {
  struct Key {
    const char* name;
    uint8_t constant;
    const Bytes& base;
  };
  for (const Key& key : {Key{".enc", kSEncConstant, keys.enc},
                         Key{".mac", kSMacConstant, keys.mac},
                         Key{".rmac", kSRmacConstant, keys.mac}}) {
    ASSIGN_OR_RETURN(const Bytes wanted, vector.Hex(path + key.name));
    RETURN_IF_ERROR(
        Annotate(crypto.CheckScp03Kdf(key.base, key.constant, context, wanted),
                 path + key.name));
  }
  return absl::OkStatus();
}

absl::Status CheckCardCryptogram(scp::SessionCipher& cipher,
                                 ByteSpan cryptogram) {
  ASSIGN_OR_RETURN(const bool matches,
                   scp::CardCryptogramMatches(cipher, cryptogram));
  if (matches) return absl::OkStatus();
  return absl::DataLossError("the card cryptogram does not match");
}

absl::Status CheckHostCryptogram(scp::SessionCipher& cipher, ByteSpan wanted) {
  ASSIGN_OR_RETURN(const Bytes cryptogram, cipher.HostCryptogram());
  return ExpectBytes("host cryptogram", cryptogram, wanted);
}

absl::StatusOr<card::CommandApdu> WithoutLe(const card::CommandApdu& command) {
  return card::CommandApdu::Create(command.header(), command.data());
}

absl::Status CheckCommands(scp::SessionCipher& cipher, scp::ChannelState state,
                           absl::Span<const Exchange> exchanges, size_t first) {
  std::vector<card::CommandApdu> plain;
  for (const Exchange& exchange : exchanges) {
    if (!exchange.plain) {
      return absl::InvalidArgumentError("a command has no plain form");
    }
    plain.push_back(*exchange.plain);
  }
  ASSIGN_OR_RETURN(const std::vector<card::CommandApdu> wrapped,
                   scp::ProtectCommands(cipher, state, plain));
  for (size_t i = 0; i < exchanges.size(); ++i) {
    RETURN_IF_ERROR(ExpectBytes(absl::StrCat("command ", i + first),
                                wrapped[i].Encode(),
                                exchanges[i].wrapped_bytes));
  }
  return absl::OkStatus();
}

absl::Status CheckProtected(scp::SessionCipher& cipher,
                            scp::SecurityLevel level,
                            absl::Span<const Exchange> exchanges) {
  ASSIGN_OR_RETURN(const scp::Authentication authentication,
                   scp::AuthenticateHost(cipher, level));
  ASSIGN_OR_RETURN(const card::CommandApdu recorded,
                   WithoutLe(exchanges[0].wrapped));
  RETURN_IF_ERROR(ExpectBytes("EXTERNAL AUTHENTICATE",
                              authentication.external_authenticate.Encode(),
                              recorded.Encode()));
  return CheckCommands(cipher, authentication.state, exchanges.subspan(1), 2);
}

}  // namespace cardferry::conformance
