#include "lib/pkcs11/key_template.h"

#include "absl/strings/match.h"

namespace cardferry::pkcs11 {
namespace {

constexpr UsageAttribute kUsageAttributes[] = {
    {Usage::kEncrypt, CKA_ENCRYPT, "ENCRYPT"},
    {Usage::kDecrypt, CKA_DECRYPT, "DECRYPT"},
    {Usage::kSign, CKA_SIGN, "SIGN"},
    {Usage::kVerify, CKA_VERIFY, "VERIFY"},
    {Usage::kWrap, CKA_WRAP, "WRAP"},
    {Usage::kUnwrap, CKA_UNWRAP, "UNWRAP"},
    {Usage::kDerive, CKA_DERIVE, "DERIVE"},
};

}  // namespace

bool HasFixedLength(CK_KEY_TYPE type) {
  return type == CKK_DES || type == CKK_DES2 || type == CKK_DES3;
}

TemplateRules TemplateRulesFor(const std::string& manufacturer) {
  TemplateRules rules;
  if (absl::StrContains(manufacturer, "Mozilla")) {
    rules.token_keys_name_mechanisms = false;
    rules.token_keys_are_modifiable = false;
    rules.has_data_objects = false;
  }
  return rules;
}

absl::Span<const UsageAttribute> UsageAttributes() { return kUsageAttributes; }

void Template::Add(CK_ATTRIBUTE_TYPE type, const void* value, size_t size) {
  // Aligned, since some modules read numbers in place.
  values_.resize((values_.size() + 7) / 8 * 8);
  entries_.push_back({type, values_.size(), size});
  const auto* bytes = static_cast<const uint8_t*>(value);
  values_.insert(values_.end(), bytes, bytes + size);
}

void Template::AddBool(CK_ATTRIBUTE_TYPE type, bool value) {
  const CK_BBOOL raw = value ? CK_TRUE : CK_FALSE;
  Add(type, &raw, sizeof(raw));
}

void Template::AddUlong(CK_ATTRIBUTE_TYPE type, CK_ULONG value) {
  Add(type, &value, sizeof(value));
}

void Template::AddBytes(CK_ATTRIBUTE_TYPE type, ByteSpan value) {
  Add(type, value.data(), value.size());
}

void Template::AddMechanisms(const std::vector<CK_MECHANISM_TYPE>& mechanisms) {
  Add(CKA_ALLOWED_MECHANISMS, mechanisms.data(),
      mechanisms.size() * sizeof(CK_MECHANISM_TYPE));
}

absl::Span<CK_ATTRIBUTE> Template::Get() {
  raw_.clear();
  for (const Entry& entry : entries_) {
    raw_.push_back({entry.type, values_.data() + entry.offset, entry.size});
  }
  return absl::MakeSpan(raw_);
}

Template TemplateBuilder::Key(const KeySpec& spec, Origin origin) {
  Template key;
  key.AddUlong(CKA_CLASS, CKO_SECRET_KEY);
  key.AddUlong(CKA_KEY_TYPE, spec.type);
  if (origin == Origin::kMade && !HasFixedLength(spec.type)) {
    key.AddUlong(CKA_VALUE_LEN, spec.length);
  }
  key.AddBool(CKA_TOKEN, false);
  key.AddBool(CKA_PRIVATE, true);
  key.AddBool(CKA_SENSITIVE, true);
  key.AddBool(CKA_EXTRACTABLE, false);
  for (const UsageAttribute& row : kUsageAttributes) {
    key.AddBool(row.attribute,
                (spec.usages & static_cast<unsigned>(row.usage)) != 0);
  }
  return key;
}

Template TemplateBuilder::SessionKey(const KeySpec& spec) const {
  Template key = Key(spec, Origin::kMade);
  key.AddMechanisms(spec.mechanisms);
  key.AddBool(CKA_MODIFIABLE, false);
  return key;
}

Template TemplateBuilder::ImportedSessionKey(const KeySpec& spec) const {
  Template key = Key(spec, Origin::kImported);
  key.AddMechanisms(spec.mechanisms);
  key.AddBool(CKA_MODIFIABLE, false);
  return key;
}

Template TemplateBuilder::Master(const KeySpec& spec, Origin origin) const {
  Template key = Key(spec, origin);
  if (rules_.token_keys_name_mechanisms) key.AddMechanisms(spec.mechanisms);
  return key;
}

Template TemplateBuilder::NewMaster(const KeySpec& spec) const {
  return Master(spec, Origin::kMade);
}

Template TemplateBuilder::ImportedMaster(const KeySpec& spec) const {
  return Master(spec, Origin::kImported);
}

Template TemplateBuilder::CopyToToken(const std::string& label,
                                      ByteSpan id) const {
  Template copy;
  copy.AddBool(CKA_TOKEN, true);
  copy.AddBool(CKA_PRIVATE, true);
  copy.AddBytes(CKA_LABEL, AsBytes(label));
  copy.AddBytes(CKA_ID, id);
  if (!rules_.token_keys_are_modifiable) copy.AddBool(CKA_MODIFIABLE, false);
  return copy;
}

Template TemplateBuilder::CopyToSession() const {
  Template copy;
  copy.AddBool(CKA_TOKEN, false);
  if (rules_.token_keys_are_modifiable) copy.AddBool(CKA_MODIFIABLE, false);
  return copy;
}

}  // namespace cardferry::pkcs11
