#include "services/keyvault/hsm/pkcs11_file_keys.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "hsm-config/card_key_source.h"
#include "lib/base/secret_bytes.h"
#include "lib/base/status_macros.h"
#include "lib/pkcs11/mutual_authentication.h"
#include "services/keyvault/hsm/card_key.h"
#include "services/keyvault/hsm/card_password.h"
#include "services/keyvault/hsm/file_card_keys.h"
#include "services/keyvault/hsm/file_hsm_cipher.h"

namespace cardferry::keyvault {
namespace {

using pkcs11::Object;
using pkcs11::Session;

// For operations that keep no session key.
void ForgetNothing() {}

}  // namespace

absl::StatusOr<Bytes> Pkcs11FileKeys::AuthenticationToken(
    const FileHandshake& handshake) {
  return hsm_.Run(
      [&](Session& session, const KeyHandles& keys) -> absl::StatusOr<Bytes> {
        ASSIGN_OR_RETURN(
            const FileCardKeys card,
            MakeFileCardKeys(session, hsm_.ways, keys, handshake.card));
        return pkcs11::AuthenticationToken(
            session, card.pair(),
            {handshake.host_challenge, handshake.card_challenge,
             handshake.host_key.Clone()},
            hsm_.most_bytes_a_call);
      },
      &ForgetNothing);
}

absl::StatusOr<std::unique_ptr<sm::SmCipher>> Pkcs11FileKeys::OpenFileSession(
    FileHandshake handshake, ByteSpan answer) {
  return FileHsmCipher::Create(hsm_, std::move(handshake), answer);
}

absl::StatusOr<SecretBytes> Pkcs11FileKeys::CardPassword(
    const CardKeySelection& card, uint8_t number, size_t digits) {
  RETURN_IF_ERROR(CheckPasswordDigits(digits));
  return hsm_.Run(
      [&](Session& session,
          const KeyHandles& keys) -> absl::StatusOr<SecretBytes> {
        ASSIGN_OR_RETURN(const Masters masters, MastersOfFileCard(keys, card));
        const bool is_des = hsm::IsTripleDes(masters.scheme.key_bits);
        ASSIGN_OR_RETURN(
            const Object key,
            MakeCardKeyFor(session, hsm_.ways, masters, CardKeyNumber::kDek,
                           card.key_diversification_data,
                           FileKeySpec(is_des, 0, false)));
        PasswordDigits password(digits);
        for (uint8_t round = 0; !password.complete(); ++round) {
          ASSIGN_OR_RETURN(
              Bytes random,
              session.EncryptCbc(
                  key.handle(), Bytes(is_des ? 8 : 16),
                  PasswordInput(card.key_diversification_data, number, round),
                  hsm_.most_bytes_a_call));
          password.Add(is_des ? ByteSpan(random).last(8) : random);
          WipeBytes(absl::MakeSpan(random));
        }
        return password.Take();
      },
      &ForgetNothing);
}

}  // namespace cardferry::keyvault
