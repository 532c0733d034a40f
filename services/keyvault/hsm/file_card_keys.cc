#include "services/keyvault/hsm/file_card_keys.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "hsm-config/card_key_source.h"
#include "lib/base/status_macros.h"
#include "services/keyvault/hsm/card_key.h"

namespace cardferry::keyvault {

using pkcs11::KeySpec;
using pkcs11::Session;
using pkcs11::Usage;

KeySpec FileKeySpec(bool is_des, size_t length, bool decrypts) {
  const unsigned usages = decrypts ? Usage::kEncrypt | Usage::kDecrypt
                                   : static_cast<unsigned>(Usage::kEncrypt);
  if (is_des) return {CKK_DES2, length, usages, {CKM_DES3_CBC}};
  return {CKK_AES, length, usages, {CKM_AES_ECB, CKM_AES_CBC}};
}

absl::StatusOr<Masters> MastersOfFileCard(const KeyHandles& keys,
                                          const CardKeySelection& card) {
  ASSIGN_OR_RETURN(const Masters masters,
                   keys.FindMasters(card.key_set, card.master_version));
  if (masters.scp == hsm::kFileCards) return masters;
  return absl::InvalidArgumentError(
      absl::StrCat("key set ", card.key_set, " is not of file-oriented cards"));
}

absl::StatusOr<FileCardKeys> MakeFileCardKeys(Session& session,
                                              const ModuleWays& ways,
                                              const KeyHandles& keys,
                                              const CardKeySelection& card) {
  ASSIGN_OR_RETURN(const Masters masters, MastersOfFileCard(keys, card));
  const ByteSpan kdd = card.key_diversification_data;
  FileCardKeys made;
  made.is_des = hsm::IsTripleDes(masters.scheme.key_bits);
  made.length = hsm::CardKeyLength(masters.scheme);
  const KeySpec enc = FileKeySpec(made.is_des, made.length, true);
  const KeySpec mac = FileKeySpec(made.is_des, made.length, false);
  ASSIGN_OR_RETURN(made.enc, MakeCardKeyFor(session, ways, masters,
                                            CardKeyNumber::kEnc, kdd, enc));
  ASSIGN_OR_RETURN(made.mac, MakeCardKeyFor(session, ways, masters,
                                            CardKeyNumber::kMac, kdd, mac));
  if (!made.is_des) return made;
  ASSIGN_OR_RETURN(made.mac_left,
                   MakeFirstHalfTwice(session, ways, masters,
                                      CardKeyNumber::kMac, kdd, mac));
  return made;
}

}  // namespace cardferry::keyvault
