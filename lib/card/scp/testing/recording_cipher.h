#ifndef CARDFERRY_LIB_CARD_SCP_TESTING_RECORDING_CIPHER_H_
#define CARDFERRY_LIB_CARD_SCP_TESTING_RECORDING_CIPHER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/card/scp/session_cipher.h"

namespace cardferry::scp {

// Computes nothing: MAC number n is the byte n over and over, R-MAC number n
// the byte A0 + n, a ciphertext and a plaintext the counter. Remembers what it
// was asked, to show the framing.
class RecordingCipher : public SessionCipher {
 public:
  ChannelProtocol protocol() const override { return channel; }
  ChannelQuirks quirks() const override { return card; }
  std::optional<Start> start() const override { return begun; }
  absl::StatusOr<Bytes> CardCryptogram() override {
    return FromHexOrDie("C0C1C2C3C4C5C6C7");
  }
  absl::StatusOr<Bytes> HostCryptogram() override { return host_cryptogram; }

  absl::StatusOr<std::vector<Bytes>> MacChain(
      ByteSpan chaining_value, absl::Span<const Bytes> messages) override {
    ++mac_calls;
    if (!failure.ok()) return failure;
    mac_inputs.push_back(ToHex(chaining_value));
    std::vector<Bytes> macs;
    for (const Bytes& message : messages) {
      mac_inputs.push_back(ToHex(message));
      macs.push_back(Bytes(mac_length, ++mac_number));
    }
    macs.resize(macs.size() - lost);
    return macs;
  }

  absl::StatusOr<std::vector<Bytes>> EncryptCommands(
      absl::Span<const Plaintext> plaintexts) override {
    ++encrypt_calls;
    std::vector<Bytes> ciphertexts;
    for (const Plaintext& plaintext : plaintexts) {
      encrypted.push_back(plaintext.counter);
      ciphertexts.push_back(
          Bytes((plaintext.data.size() / block + 1) * block + too_much,
                static_cast<uint8_t>(plaintext.counter)));
    }
    ciphertexts.resize(ciphertexts.size() - lost);
    return ciphertexts;
  }

  absl::StatusOr<std::vector<Bytes>> ResponseMacs(
      ByteSpan chaining_value, absl::Span<const Bytes> messages) override {
    rmac_inputs.push_back(ToHex(chaining_value));
    std::vector<Bytes> macs;
    for (const Bytes& message : messages) {
      rmac_inputs.push_back(ToHex(message));
      ++rmac_number;
      macs.push_back(
          Bytes(mac_length, static_cast<uint8_t>(0xA0 + rmac_number)));
    }
    macs.resize(macs.size() - lost);
    return macs;
  }

  absl::StatusOr<std::vector<Bytes>> DecryptCommands(
      absl::Span<const Ciphertext> ciphertexts) override {
    if (!padding.ok()) return padding;
    return Decrypt(ciphertexts);
  }
  absl::StatusOr<std::vector<Bytes>> DecryptResponses(
      absl::Span<const Ciphertext> ciphertexts) override {
    if (!padding.ok()) return padding;
    return Decrypt(ciphertexts);
  }

  ChannelProtocol channel = {kScp03, 0x70};
  size_t block = 16;
  Bytes host_cryptogram = FromHexOrDie("A0A1A2A3A4A5A6A7");
  absl::Status failure;
  size_t mac_length = 16;
  size_t too_much = 0;
  size_t lost = 0;
  uint8_t mac_number = 0;
  int mac_calls = 0;
  int encrypt_calls = 0;
  std::vector<std::string> mac_inputs;
  std::vector<uint32_t> encrypted;

  ChannelQuirks card;
  std::optional<Start> begun;
  absl::Status padding;  // what decryption fails with
  uint8_t rmac_number = 0;
  std::vector<std::string> rmac_inputs;
  std::vector<uint32_t> decrypted;

 private:
  std::vector<Bytes> Decrypt(absl::Span<const Ciphertext> ciphertexts) {
    std::vector<Bytes> plaintexts;
    for (const Ciphertext& ciphertext : ciphertexts) {
      decrypted.push_back(ciphertext.counter);
      plaintexts.push_back({static_cast<uint8_t>(ciphertext.counter)});
    }
    return plaintexts;
  }
};

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_TESTING_RECORDING_CIPHER_H_
