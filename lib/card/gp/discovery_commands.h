#ifndef CARDFERRY_LIB_CARD_GP_DISCOVERY_COMMANDS_H_
#define CARDFERRY_LIB_CARD_GP_DISCOVERY_COMMANDS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"
#include "lib/card/apdu/command_apdu.h"

// What a card tells before anybody is authenticated, and how to ask for it.
// Nothing of it is proven.
namespace cardferry::card {

// SELECT by name (GPCS 2.3.1, 11.9).
CommandApdu SelectCommand(const Aid& aid);
// The AID in SELECT's answer, 6F { 84 }. INVALID_ARGUMENT for other answers,
// NOT_FOUND when it names none.
absl::StatusOr<Aid> ParseSelectAnswer(ByteSpan answer);
// How many bytes of data a command may have, from the same answer,
// 6F { A5 { 9F65 number } } (11.9.3.1): of the command as it is sent, with its
// MAC. NOT_FOUND when it does not say; INVALID_ARGUMENT when it is not well
// formed, or the number is none (1 to 4 bytes, not 0).
absl::StatusOr<uint32_t> ParseLongestCommandData(ByteSpan answer);

// GET DATA (11.3): P1P2 is the tag, 00xx or xxxx.
CommandApdu GetDataCommand(uint16_t tag);
inline constexpr uint16_t kTagCardData = 0x0066;
inline constexpr uint16_t kTagCplc = 0x9F7F;
inline constexpr uint16_t kTagIssuerNumber = 0x0042;  // IIN
inline constexpr uint16_t kTagCardNumber = 0x0045;    // card image number, CIN
inline constexpr uint16_t kTagExtendedCardResources = 0xFF21;
inline constexpr uint16_t kTagKeyInformation = 0x00E0;
inline constexpr uint16_t kTagSequenceCounter = 0x00C1;
inline constexpr uint16_t kTagDiversificationData = 0x00CF;

// A secure channel protocol and its options.
struct ScpVariant {
  uint8_t scp = 0;
  uint8_t i = 0;

  bool operator==(const ScpVariant& o) const {
    return scp == o.scp && i == o.i;
  }
};

// The secure channel protocols that Card Recognition Data lists (annex H.2):
//   66 { 73 { ..., 64 { 06 <1.2.840.114283.4.scp.i> }... } }
// Empty when it lists none; INVALID_ARGUMENT when it is not well formed.
absl::StatusOr<std::vector<ScpVariant>> ParseCardRecognitionData(
    ByteSpan answer);

// The major version of the Java Card platform that Card Recognition Data name
// as the card's configuration:
//   66 { 73 { ..., 66 { 06 <1.3.6.1.4.1.42.2.110.1.major> } } }
// NOT_FOUND when they name none; INVALID_ARGUMENT when they are not well
// formed.
absl::StatusOr<uint8_t> ParseJavaCardMajor(ByteSpan answer);

// Card production life cycle data, 42 bytes: IC fabricator (2), IC type (2),
// operating system (2), its release date (2) and level (2), and more.
struct Cplc {
  Bytes bytes;
  bool bare = false;  // the card gave them without their tag

  ByteSpan ic_fabricator() const { return ByteSpan(bytes).subspan(0, 2); }
  ByteSpan ic_type() const { return ByteSpan(bytes).subspan(2, 2); }
  ByteSpan operating_system() const { return ByteSpan(bytes).subspan(4, 2); }
};
// 9F7F 2A <42 bytes>, or the 42 bytes alone, as some cards answer.
// INVALID_ARGUMENT for anything else.
absl::StatusOr<Cplc> ParseCplc(ByteSpan answer);

// An issuer identification or card image number, 1 to 64 bytes: tag (one of
// kTagIssuerNumber, kTagCardNumber), length and value, or the value alone, as
// some cards answer. INVALID_ARGUMENT for anything else.
absl::StatusOr<Bytes> ParseCardNumber(uint16_t tag, ByteSpan answer);

// How many bytes the card says are free; it may leave one out.
struct FreeMemory {
  std::optional<uint64_t> non_volatile;
  std::optional<uint64_t> transient;

  bool operator==(const FreeMemory& o) const {
    return non_volatile == o.non_volatile && transient == o.transient;
  }
};
// Extended card resources information (ETSI TS 102 226, 8.2.1.7.2):
//   FF21 { 81 applications, 82 free non-volatile, 83 free volatile memory }
// INVALID_ARGUMENT when the answer is not well formed; a number has 1 to 8
// bytes.
absl::StatusOr<FreeMemory> ParseFreeMemory(ByteSpan answer);

// INITIALIZE UPDATE (Amendment D, 7.1.1). Key version number 00: the card's
// first. SCP03 in S16 mode wants the whole challenge, all others its first half
// (InitializeUpdateCommand and its Long form).
using HostChallenge = std::array<uint8_t, 16>;
CommandApdu InitializeUpdateCommand(uint8_t key_version_number,
                                    const HostChallenge& challenge);
CommandApdu LongInitializeUpdateCommand(uint8_t key_version_number,
                                        const HostChallenge& challenge);

// Who the card says it is in its answer to INITIALIZE UPDATE:
//   key diversification data (10) | KVN (1) | SCP (1) |
//   SCP02: sequence counter (2) | card challenge (6) | card cryptogram (8)
//   SCP03: i (1) | card challenge | card cryptogram | [sequence counter (3)]
// SCP01 has a card challenge of 8 bytes where SCP02 has counter and challenge.
struct ClaimedIdentity {
  std::array<uint8_t, 10> key_diversification_data = {};
  uint8_t key_version_number = 0;
  uint8_t scp = 0;
  std::optional<uint8_t> i;  // SCP01 and SCP02 do not say
  // Sessions that this key set has had; of SCP02, and of SCP03 with i & 10.
  std::optional<uint32_t> sequence_counter = std::nullopt;

  bool operator==(const ClaimedIdentity& o) const {
    return key_diversification_data == o.key_diversification_data &&
           key_version_number == o.key_version_number && scp == o.scp &&
           i == o.i && sequence_counter == o.sequence_counter;
  }
};
// INVALID_ARGUMENT when the length does not belong to the protocol (28 bytes
// for SCP01 and SCP02; 29 or, with a sequence counter, 32 for SCP03; 45 or 48
// in its S16 mode), UNIMPLEMENTED for another protocol.
absl::StatusOr<ClaimedIdentity> ParseInitializeUpdateAnswer(ByteSpan answer);

// The same of an SCP02 card with implicit initiation, which has no INITIALIZE
// UPDATE, from what GET DATA says:
//   E0 { C0 { key identifier (1) | KVN (1) | ... } ... }: that of the first key
//   C1 sequence counter (2)
//   CF key diversification data (10)
// INVALID_ARGUMENT when one of them is not like this.
absl::StatusOr<ClaimedIdentity> ParseImplicitIdentity(
    ByteSpan key_information, ByteSpan sequence_counter,
    ByteSpan diversification_data);

}  // namespace cardferry::card

#endif  // CARDFERRY_LIB_CARD_GP_DISCOVERY_COMMANDS_H_
