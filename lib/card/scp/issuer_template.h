#ifndef CARDFERRY_LIB_CARD_SCP_ISSUER_TEMPLATE_H_
#define CARDFERRY_LIB_CARD_SCP_ISSUER_TEMPLATE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "lib/base/bytes.h"

namespace cardferry::scp {

// A piece of what a card's key is made from.
struct TemplatePart {
  enum class Kind {
    kCardData,   // `length` bytes of the key diversification data from `offset`
    kConstant,   // `constant`
    kKeyNumber,  // 1 byte: 1 ENC, 2 MAC, 3 DEK
    kCounter,    // 1 byte: the block of the key that is made, from 1
    kKeyLength,  // 2 bytes: the key's length in bits
  };
  Kind kind = Kind::kConstant;
  size_t offset = 0;
  size_t length = 0;
  Bytes constant;
};

enum class TemplateMethod {
  // The parts, which are as many whole blocks as the key needs, each encrypted
  // under the master: triple DES or AES in ECB mode.
  kEcb,
  // AES: SP 800-108 in counter mode over CMAC; one part is the counter.
  kCmacCounter,
  // NXP AN10922, of AES or triple DES; the parts are its diversification input.
  kAn10922,
};

// How an issuer makes its cards' keys from its masters, where none of the known
// schemes says it. A template does not change once cards have such keys: what
// is different has another version.
struct IssuerTemplate {
  std::string name;
  uint32_t version = 1;
  TemplateMethod method = TemplateMethod::kEcb;
  std::vector<TemplatePart> parts;
};

// INVALID_ARGUMENT, saying why, unless keys of `key_bits` (112: triple DES;
// 128, 192, 256: AES) can be made by it: parts within the 10 bytes of key
// diversification data, of which one is there; the key number too, since no two
// keys of a card may be the same where one master makes them, nor, with kEcb,
// two blocks of them; a length that the method has; a counter for kCmacCounter
// and nowhere else. Cards differ as far as the parts of their data do.
absl::Status CheckTemplate(const IssuerTemplate& form, size_t key_bits);

// What key `key_number` of a card is made from: the parts before the counter
// and those after it. Without counter everything is in `after`.
struct TemplateInput {
  Bytes before;
  Bytes after;
};
TemplateInput FillTemplate(const IssuerTemplate& form, uint8_t key_number,
                           ByteSpan key_diversification_data, size_t key_bits);

// Whether the byte at `offset` of the key diversification data is a part: on
// others the keys do not depend.
bool DependsOn(const IssuerTemplate& form, size_t offset);

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_ISSUER_TEMPLATE_H_
