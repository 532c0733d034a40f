#ifndef CARDFERRY_LIB_PKCS11_KEY_TEMPLATE_H_
#define CARDFERRY_LIB_PKCS11_KEY_TEMPLATE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/pkcs11/cryptoki.h"

namespace cardferry::pkcs11 {

// What a module wants in its templates beyond the standard.
struct TemplateRules {
  // NSS softokn refuses CKA_ALLOWED_MECHANISMS in a token object.
  bool token_keys_name_mechanisms = true;
  // SoftHSM copies no object whose CKA_MODIFIABLE is false, and a session copy
  // of a master is twice as fast as the token object. So masters stay
  // modifiable; what guards them is that the serving token is read-only.
  bool token_keys_are_modifiable = true;
  // NSS softokn's key slot holds no CKO_DATA.
  bool has_data_objects = true;
};

// By CK_INFO.manufacturerID; an unknown maker gets the standard's rules.
TemplateRules TemplateRulesFor(const std::string& manufacturer);

// Whether keys of this type have one length, and so no CKA_VALUE_LEN: DES.
bool HasFixedLength(CK_KEY_TYPE type);

// What a key may be used for. One bit each.
enum class Usage : unsigned {
  kEncrypt = 1,
  kDecrypt = 2,
  kSign = 4,
  kVerify = 8,
  kWrap = 16,
  kUnwrap = 32,
  kDerive = 64,
};
constexpr unsigned operator|(Usage a, Usage b) {
  return static_cast<unsigned>(a) | static_cast<unsigned>(b);
}
constexpr unsigned operator|(unsigned a, Usage b) {
  return a | static_cast<unsigned>(b);
}

struct UsageAttribute {
  Usage usage;
  CK_ATTRIBUTE_TYPE attribute;
  const char* name;
};
// All usages with their attributes.
absl::Span<const UsageAttribute> UsageAttributes();

// A secret key: its type, length in bytes, and all that it may be used for.
struct KeySpec {
  CK_KEY_TYPE type = CKK_AES;
  size_t length = 16;
  unsigned usages = 0;  // of Usage
  std::vector<CK_MECHANISM_TYPE> mechanisms;
};

// An attribute template that owns its values.
class Template {
 public:
  void AddBool(CK_ATTRIBUTE_TYPE type, bool value);
  void AddUlong(CK_ATTRIBUTE_TYPE type, CK_ULONG value);
  void AddBytes(CK_ATTRIBUTE_TYPE type, ByteSpan value);
  void AddMechanisms(const std::vector<CK_MECHANISM_TYPE>& mechanisms);

  // For the call itself: valid until this object changes or ends.
  absl::Span<CK_ATTRIBUTE> Get();

 private:
  struct Entry {
    CK_ATTRIBUTE_TYPE type;
    size_t offset;
    size_t size;
  };
  void Add(CK_ATTRIBUTE_TYPE type, const void* value, size_t size);

  std::vector<Entry> entries_;
  std::vector<uint8_t> values_;
  std::vector<CK_ATTRIBUTE> raw_;
};

// Builds templates as one module wants them: CKA_MODIFIABLE last (SoftHSM
// refuses everything after it), no CKA_VALUE_LEN for DES keys.
class TemplateBuilder {
 public:
  explicit TemplateBuilder(const TemplateRules& rules) : rules_(rules) {}
  const TemplateRules& rules() const { return rules_; }

  // A session object: private, sensitive, not extractable, only the usages and
  // mechanisms of `spec`, not modifiable.
  Template SessionKey(const KeySpec& spec) const;

  // The same for Session::ImportKey, which adds the value.
  Template ImportedSessionKey(const KeySpec& spec) const;

  // A session object still to become a token key by CopyToToken: to be
  // generated, or imported.
  Template NewMaster(const KeySpec& spec) const;
  Template ImportedMaster(const KeySpec& spec) const;
  // What changes when that session object is copied to the token.
  Template CopyToToken(const std::string& label, ByteSpan id) const;
  // What changes when a token key is copied to a session object for speed.
  Template CopyToSession() const;

 private:
  enum class Origin { kMade, kImported };
  static Template Key(const KeySpec& spec, Origin origin);
  Template Master(const KeySpec& spec, Origin origin) const;

  TemplateRules rules_;
};

}  // namespace cardferry::pkcs11

#endif  // CARDFERRY_LIB_PKCS11_KEY_TEMPLATE_H_
