#include "hsm-config/token_keys.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/base/status_macros.h"
#include "lib/pkcs11/ck_status.h"
#include "lib/pkcs11/signing_key.h"

namespace cardferry::hsm {
namespace {

using pkcs11::ObjectHandle;
using pkcs11::Session;

class Differences {
 public:
  void Add(std::string difference) { all_.push_back(std::move(difference)); }

  // Compares a boolean attribute; a module that does not know it differs too.
  void Compare(Session& session, ObjectHandle key, CK_ATTRIBUTE_TYPE type,
               const char* name, bool wanted) {
    const absl::StatusOr<bool> seen = session.GetBool(key, type);
    if (!seen.ok()) {
      Add(absl::StrCat(name, " cannot be read"));
    } else if (*seen != wanted) {
      Add(absl::StrCat(name, " is ", *seen ? "on" : "off"));
    }
  }
  void Compare(Session& session, ObjectHandle key, CK_ATTRIBUTE_TYPE type,
               const char* name, CK_ULONG wanted) {
    const absl::StatusOr<CK_ULONG> seen = session.GetUlong(key, type);
    if (!seen.ok() || *seen != wanted) {
      Add(absl::StrCat(name, " is not ", wanted));
    }
  }

  absl::Status ToStatus(const std::string& label) const {
    if (all_.empty()) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat(
        "key ", label,
        " is not as the key profile says: ", absl::StrJoin(all_, ", ")));
  }

 private:
  std::vector<std::string> all_;
};

absl::StatusOr<std::set<CK_MECHANISM_TYPE>> AllowedMechanisms(
    Session& session, ObjectHandle key) {
  ASSIGN_OR_RETURN(const Bytes raw,
                   session.GetBytes(key, CKA_ALLOWED_MECHANISMS));
  std::set<CK_MECHANISM_TYPE> mechanisms;
  for (size_t at = 0; at + sizeof(CK_MECHANISM_TYPE) <= raw.size();
       at += sizeof(CK_MECHANISM_TYPE)) {
    CK_MECHANISM_TYPE type = 0;
    memcpy(&type, raw.data() + at, sizeof(type));
    mechanisms.insert(type);
  }
  return mechanisms;
}

void CompareMechanisms(Session& session, ObjectHandle key,
                       const KeyEntry& entry, Differences& differences) {
  const std::set<CK_MECHANISM_TYPE> wanted(entry.spec.mechanisms.begin(),
                                           entry.spec.mechanisms.end());
  const auto seen = AllowedMechanisms(session, key);
  if (!seen.ok() || *seen != wanted) {
    differences.Add("ALLOWED_MECHANISMS are others");
  }
}

void CompareValue(Session& session, ObjectHandle key,
                  Differences& differences) {
  // Asked for with no buffer: a readable value would only tell its length.
  CK_ATTRIBUTE value = {CKA_VALUE, nullptr, 0};
  const CK_RV rv = session.module().CallRaw(
      &CK_FUNCTION_LIST::C_GetAttributeValue, session.handle(),
      static_cast<CK_OBJECT_HANDLE>(key), &value, CK_ULONG{1});
  if (rv != CKR_ATTRIBUTE_SENSITIVE) differences.Add("VALUE is readable");
}

pkcs11::Template KeysOf(CK_OBJECT_CLASS type) {
  pkcs11::Template criteria;
  criteria.AddUlong(CKA_CLASS, type);
  criteria.AddBool(CKA_TOKEN, true);
  return criteria;
}

// That the token has no key of this class beside `named`.
absl::Status CheckNoOther(Session& session, CK_OBJECT_CLASS type,
                          const std::set<ObjectHandle>& named) {
  ASSIGN_OR_RETURN(const std::vector<ObjectHandle> all,
                   session.Find(KeysOf(type)));
  for (const ObjectHandle key : all) {
    if (named.count(key) > 0) continue;
    const absl::StatusOr<Bytes> label = session.GetBytes(key, CKA_LABEL);
    return absl::FailedPreconditionError(absl::StrCat(
        "the token holds a key that the key profile does not name: \"",
        label.ok() ? AsString(*label) : "", "\""));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ObjectHandle> FindKey(Session& session, const KeyEntry& entry) {
  pkcs11::Template criteria = KeysOf(CKO_SECRET_KEY);
  criteria.AddBytes(CKA_LABEL, AsBytes(entry.label));
  criteria.AddBytes(CKA_ID, entry.id);
  ASSIGN_OR_RETURN(const std::vector<ObjectHandle> found,
                   session.Find(criteria));
  if (found.size() == 1) return found[0];
  const std::string which =
      absl::StrCat("key ", entry.label, " (id ", ToHex(entry.id), ")");
  if (found.empty()) {
    return absl::NotFoundError(absl::StrCat(which, " is not in the token"));
  }
  return absl::FailedPreconditionError(
      absl::StrCat(which, " is in the token ", found.size(), " times"));
}

absl::Status CheckKeyAttributes(Session& session,
                                const pkcs11::TemplateRules& rules,
                                ObjectHandle key, const KeyEntry& entry) {
  Differences differences;
  differences.Compare(session, key, CKA_TOKEN, "TOKEN", true);
  differences.Compare(session, key, CKA_PRIVATE, "PRIVATE", true);
  differences.Compare(session, key, CKA_SENSITIVE, "SENSITIVE", true);
  differences.Compare(session, key, CKA_EXTRACTABLE, "EXTRACTABLE", false);
  differences.Compare(session, key, CKA_KEY_TYPE, "KEY_TYPE",
                      CK_ULONG{entry.spec.type});
  if (!pkcs11::HasFixedLength(entry.spec.type)) {
    differences.Compare(session, key, CKA_VALUE_LEN, "VALUE_LEN",
                        CK_ULONG{entry.spec.length});
  }
  for (const pkcs11::UsageAttribute& row : pkcs11::UsageAttributes()) {
    differences.Compare(
        session, key, row.attribute, row.name,
        (entry.spec.usages & static_cast<unsigned>(row.usage)) != 0);
  }
  if (rules.token_keys_name_mechanisms) {
    CompareMechanisms(session, key, entry, differences);
  }
  CompareValue(session, key, differences);
  return differences.ToStatus(entry.label);
}

absl::Status CheckToken(Session& session, const pkcs11::TemplateRules& rules,
                        const KeyProfile& profile) {
  std::set<ObjectHandle> named;
  for (const KeyEntry* entry : AllKeys(profile)) {
    ASSIGN_OR_RETURN(const ObjectHandle key, FindKey(session, *entry));
    RETURN_IF_ERROR(CheckKeyAttributes(session, rules, key, *entry));
    named.insert(key);
  }
  for (const SigningKey& entry : profile.signing_keys) {
    ASSIGN_OR_RETURN(const ObjectHandle key,
                     pkcs11::FindPrivateKey(session, entry.in_token));
    RETURN_IF_ERROR(pkcs11::CheckSigningKey(session, rules, entry.algorithm,
                                            key, entry.in_token));
    named.insert(key);
  }
  RETURN_IF_ERROR(CheckNoOther(session, CKO_SECRET_KEY, named));
  return CheckNoOther(session, CKO_PRIVATE_KEY, named);
}

}  // namespace cardferry::hsm
