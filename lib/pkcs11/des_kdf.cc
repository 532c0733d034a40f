#include "lib/pkcs11/des_kdf.h"

namespace cardferry::pkcs11 {
namespace {

constexpr size_t kDesBlock = 8;

Bytes CardKeyData(uint8_t key_number, const Bytes& card) {
  return Concat({card, Bytes{0xF0, key_number}, card, Bytes{0x0F, key_number}});
}

}  // namespace

Bytes Visa2Data(uint8_t key_number, ByteSpan key_diversification_data) {
  return CardKeyData(key_number,
                     Concat({key_diversification_data.subspan(0, 2),
                             key_diversification_data.subspan(4, 4)}));
}

Bytes EmvCpsData(uint8_t key_number, ByteSpan key_diversification_data) {
  return CardKeyData(key_number,
                     Concat({key_diversification_data.subspan(4, 6)}));
}

Bytes Scp01KeyData(ByteSpan host_challenge, ByteSpan card_challenge) {
  return Concat({card_challenge.subspan(4, 4), host_challenge.subspan(0, 4),
                 card_challenge.subspan(0, 4), host_challenge.subspan(4, 4)});
}

Bytes Scp02KeyData(uint16_t constant, ByteSpan sequence_counter) {
  Bytes data = {static_cast<uint8_t>(constant >> 8),
                static_cast<uint8_t>(constant)};
  Append(data, sequence_counter);
  data.resize(2 * kDesBlock);
  return data;
}

Bytes Scp02LeftKeyData(uint16_t constant, ByteSpan sequence_counter) {
  const Bytes data = Scp02KeyData(constant, sequence_counter);
  const ByteSpan first = ByteSpan(data).subspan(0, kDesBlock);
  return Concat({first, first});
}

}  // namespace cardferry::pkcs11
