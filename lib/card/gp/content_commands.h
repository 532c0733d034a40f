#ifndef CARDFERRY_LIB_CARD_GP_CONTENT_COMMANDS_H_
#define CARDFERRY_LIB_CARD_GP_CONTENT_COMMANDS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/gp/dap.h"

// Commands that change what a card holds (GPCS 2.3.1, 11.2, 11.5, 11.6), plain:
// the secure channel protects them later. All ask for an answer (Le 00),
// because a card answers their success with one byte 00.
namespace cardferry::card {

// What a session's secure channel puts around a command and its answer.
struct Protection {
  // NOLINTNEXTLINE(google-explicit-constructor): most sessions are their level.
  constexpr Protection(uint8_t security_level, uint8_t bytes_of_mac = 8,
                       size_t bytes_of_command = CommandApdu::kMaxShortData)
      : level(security_level),
        mac_bytes(bytes_of_mac),
        command_bytes(bytes_of_command) {}

  uint8_t level;      // P1 of EXTERNAL AUTHENTICATE
  uint8_t mac_bytes;  // 16 in the S16 mode of SCP03 (`i` & 01), else 8
  // The most data bytes of a protected command: over 255 where the card takes
  // extended length.
  size_t command_bytes;

  // Whether answers without error have a MAC, and are encrypted.
  constexpr bool MacsAnswers() const { return (level & 0x10) != 0; }
  constexpr bool EncryptsAnswers() const { return (level & 0x20) != 0; }
};

// The most data bytes of a plain command that still fits when it is protected
// like this: of short ones 247 with C-MAC, 239 with C-ENC too (padding to 16;
// to 8 with SCP02, which comes to the same); in S16 mode 239 and 223.
// INVALID_ARGUMENT for a level that is none, RESOURCE_EXHAUSTED where commands
// are too short for their protection.
absl::StatusOr<size_t> MaxCommandData(Protection protection);

// INSTALL [for load] (11.5.2.3.1): the package, the security domain that it
// will belong to, the hash of the load file data block (SHA-1, 256, 384 or 512;
// empty: none; a DAP or a token needs it); no parameters, no token.
// INVALID_ARGUMENT for a hash of another length.
absl::StatusOr<CommandApdu> InstallForLoad(const Aid& load_file,
                                           const Aid& security_domain,
                                           ByteSpan hash = {});

// How many bytes LOAD commands like this carry: 256 blocks; DAP blocks,
// C4, its length and the load file data block together.
absl::StatusOr<size_t> LoadCapacity(Protection protection);

// LOAD commands (11.6) for DAP blocks | C4 | length | load file data block,
// each as large as the session allows. RESOURCE_EXHAUSTED, with the numbers,
// when the block does not fit LoadCapacity.
absl::StatusOr<std::vector<CommandApdu>> LoadCommands(
    ByteSpan load_file_data_block, Protection protection,
    absl::Span<const DapBlock> daps = {});

// What to install.
struct Installation {
  Aid load_file;
  Aid module;
  Aid instance;
  Bytes privileges;              // 1 or 3 bytes
  Bytes parameters;              // C9's value; may be personal data
  Bytes system_parameters = {};  // EF's value; empty: no EF
  Bytes uicc_parameters = {};    // EA's value; empty: no EA
};

// INSTALL [for install and make selectable] (11.5.2.3.2). INVALID_ARGUMENT for
// privileges of another length; RESOURCE_EXHAUSTED, with the numbers, when the
// command does not fit at this level. Neither repeats the parameters.
absl::StatusOr<CommandApdu> InstallAndMakeSelectable(
    const Installation& installation, Protection protection);

// DELETE [card content] (11.2): an application, or a load file; `related`: with
// everything installed from it.
enum class DeleteRelated { kNo, kYes };
absl::StatusOr<CommandApdu> DeleteContent(const Aid& aid,
                                          DeleteRelated related);

}  // namespace cardferry::card

#endif  // CARDFERRY_LIB_CARD_GP_CONTENT_COMMANDS_H_
