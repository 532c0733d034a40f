#include "hsm-config/softhsm_conf.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "lib/base/file.h"
#include "lib/base/status_macros.h"

namespace cardferry::hsm {
namespace {

constexpr size_t kLargestConf = 64 * 1024;
constexpr char kFolderField[] = "directories.tokendir";
constexpr char kServingMechanisms[] =
    "CKM_AES_ECB,CKM_AES_CBC,CKM_AES_CMAC,CKM_AES_ECB_ENCRYPT_DATA,"
    "CKM_AES_GCM,CKM_SHA256_HMAC";
constexpr char kCeremonyMechanisms[] =
    ",CKM_AES_KEY_GEN,CKM_GENERIC_SECRET_KEY_GEN";
constexpr char kServingTripleDes[] =
    ",CKM_DES3_CBC,CKM_DES3_ECB_ENCRYPT_DATA,CKM_DES3_CBC_ENCRYPT_DATA";
// AN10922 of triple DES keys encrypts single blocks.
constexpr char kServingDesBlocks[] = ",CKM_DES3_ECB";
// The session keys of file-oriented cards are hashes.
constexpr char kServingHashes[] = ",CKM_SHA_1,CKM_SHA256";
// What approvers sign with.
constexpr char kServingRsa[] = ",CKM_SHA256_RSA_PKCS_PSS";
constexpr char kServingEc[] = ",CKM_ECDSA";
constexpr char kCeremonyRsa[] = ",CKM_RSA_PKCS_KEY_PAIR_GEN";
constexpr char kCeremonyEc[] = ",CKM_EC_KEY_PAIR_GEN";
constexpr char kCeremonyTripleDes[] = ",CKM_DES2_KEY_GEN,CKM_DES3_KEY_GEN";

bool HasDesBlocks(const KeyProfile& profile) {
  return std::any_of(
      profile.key_sets.begin(), profile.key_sets.end(), [](const KeySet& set) {
        return IsTripleDes(set.scheme.key_bits) && IsAn10922(set.scheme);
      });
}

std::string SignatureMechanisms(const KeyProfile& profile, bool ceremony) {
  bool rsa = false;
  bool ec = false;
  for (const SigningKey& key : profile.signing_keys) {
    const bool is_rsa = key.algorithm == pkcs11::SigningAlgorithm::kRsa2048Pss;
    (is_rsa ? rsa : ec) = true;
  }
  return absl::StrCat(rsa ? kServingRsa : "", ec ? kServingEc : "",
                      ceremony && rsa ? kCeremonyRsa : "",
                      ceremony && ec ? kCeremonyEc : "");
}

}  // namespace

std::string SoftHsmConf(const std::string& token_dir, SoftHsmUse use,
                        const KeyProfile& profile) {
  const bool ceremony = use == SoftHsmUse::kCeremony;
  const bool triple_des = HasTripleDes(profile);
  return absl::StrCat("# Made by keyvault-token.\n", kFolderField, " = ",
                      token_dir,
                      "\nobjectstore.backend = file\nlog.level = ERROR\n"
                      "slots.removable = false\nlibrary.reset_on_fork = true\n"
                      "slots.mechanisms = ",
                      kServingMechanisms, ceremony ? kCeremonyMechanisms : "",
                      triple_des ? kServingTripleDes : "",
                      HasDesBlocks(profile) ? kServingDesBlocks : "",
                      HasFileCards(profile) ? kServingHashes : "",
                      SignatureMechanisms(profile, ceremony),
                      ceremony && triple_des ? kCeremonyTripleDes : "", "\n");
}

absl::StatusOr<std::string> TokenDirOfSoftHsmConf(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kLargestConf));
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const std::vector<absl::string_view> parts =
        absl::StrSplit(line, absl::MaxSplits('=', 1));
    if (parts.size() != 2) continue;
    if (absl::StripAsciiWhitespace(parts[0]) != kFolderField) continue;
    return std::string(absl::StripAsciiWhitespace(parts[1]));
  }
  return absl::InvalidArgumentError(
      absl::StrCat(path, " names no ", kFolderField));
}

}  // namespace cardferry::hsm
