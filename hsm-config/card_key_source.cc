#include "hsm-config/card_key_source.h"

#include <utility>

#include "absl/status/status.h"
#include "lib/base/status_macros.h"
#include "lib/pkcs11/an10922.h"
#include "lib/pkcs11/des_kdf.h"

namespace cardferry::hsm {
namespace {

using pkcs11::Mechanism;

constexpr size_t kTripleDesLength = 16;

absl::StatusOr<CardKeySource> ByTemplate(pkcs11::Session& session,
                                         pkcs11::ObjectHandle master,
                                         const CardKeyScheme& scheme,
                                         uint8_t key_number, ByteSpan kdd) {
  const size_t length = CardKeyLength(scheme);
  const bool is_des = IsTripleDes(scheme.key_bits);
  scp::TemplateInput input = scp::FillTemplate(*scheme.form, key_number, kdd,
                                               is_des ? 112 : scheme.key_bits);
  switch (scheme.form->method) {
    case scp::TemplateMethod::kEcb:
      return CardKeySource(is_des ? Mechanism::Des3EcbEncryptData(input.after)
                                  : Mechanism::AesEcbEncryptData(input.after));
    case scp::TemplateMethod::kCmacCounter:
      return CardKeySource(
          pkcs11::KdfInput{std::move(input.before), std::move(input.after)});
    case scp::TemplateMethod::kAn10922:
      break;
  }
  if (IsMadeInMemory(scheme)) {
    return CardKeySource(MadeInMemory{std::move(input.after)});
  }
  if (!is_des) {
    return CardKeySource(pkcs11::An10922Input(length, input.after));
  }
  ASSIGN_OR_RETURN(
      Mechanism mechanism,
      pkcs11::An10922DesMechanism(session, master, length, input.after));
  return CardKeySource(std::move(mechanism));
}

}  // namespace

size_t CardKeyLength(const CardKeyScheme& scheme) {
  return IsTripleDes(scheme.key_bits) ? kTripleDesLength : scheme.key_bits / 8;
}

absl::StatusOr<CardKeySource> SourceOfCardKey(pkcs11::Session& session,
                                              pkcs11::ObjectHandle master,
                                              const CardKeyScheme& scheme,
                                              uint8_t key_number,
                                              ByteSpan kdd) {
  switch (scheme.diversification) {
    case Diversification::kNone:
      return CardKeySource(MasterItself());
    case Diversification::kKdf3:
      return CardKeySource(pkcs11::Kdf3Input(key_number, kdd));
    case Diversification::kKdf3WithLength:
      return CardKeySource(
          pkcs11::Kdf3WithLengthInput(key_number, kdd, scheme.key_bits));
    case Diversification::kVisa2:
      return CardKeySource(
          Mechanism::Des3EcbEncryptData(pkcs11::Visa2Data(key_number, kdd)));
    case Diversification::kEmvCps:
      return CardKeySource(
          Mechanism::Des3EcbEncryptData(pkcs11::EmvCpsData(key_number, kdd)));
    case Diversification::kTemplate:
      return ByTemplate(session, master, scheme, key_number, kdd);
  }
  return absl::InternalError("a diversification without a recipe");
}

absl::StatusOr<Mechanism> SourceOfFirstHalf(const CardKeyScheme& scheme,
                                            uint8_t key_number, ByteSpan kdd) {
  Bytes blocks;
  if (scheme.diversification == Diversification::kVisa2) {
    blocks = pkcs11::Visa2Data(key_number, kdd);
  } else if (scheme.diversification == Diversification::kEmvCps) {
    blocks = pkcs11::EmvCpsData(key_number, kdd);
  } else if (IsTripleDes(scheme.key_bits) && scheme.form.has_value() &&
             scheme.form->method == scp::TemplateMethod::kEcb) {
    blocks = scp::FillTemplate(*scheme.form, key_number, kdd, 112).after;
  }
  if (blocks.empty()) {
    return absl::UnimplementedError(
        "no half of a key that is not made block by block from a master");
  }
  const ByteSpan first = ByteSpan(blocks).first(kTripleDesLength / 2);
  return Mechanism::Des3EcbEncryptData(Concat({first, first}));
}

}  // namespace cardferry::hsm
