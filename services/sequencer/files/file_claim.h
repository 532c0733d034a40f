#ifndef CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_CLAIM_H_
#define CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_CLAIM_H_

#include <cstddef>
#include <optional>

#include "lib/base/bytes.h"
#include "lib/card/script/script.h"
#include "services/sequencer/files/file_profile.h"

namespace cardferry::sequencer {

// What a file-oriented card says before anybody is authenticated. Not proven.
struct FileClaim {
  SerialNumber serial_number = {};
  Bytes challenge;  // 8 bytes; empty when the challenge half was not run
};

// What every card is asked because some are file-oriented, behind what is asked
// anyway: READ BINARY of EF.GDO; and GET CHALLENGE, which goes only to a card
// that has refused each INITIALIZE UPDATE, and last: MUTUAL AUTHENTICATE has to
// be the next command.
void AskForFiles(card::Script& identify, card::Script& challenge);

// Takes the answers to these out of those to an opening, which then are as if
// they had not been asked. What a file-oriented card has said; nothing for
// another card. `challenge_commands`: as many as the challenge had before
// AskForFiles. `challenge` may be nullptr.
std::optional<FileClaim> TakeFileAnswers(size_t challenge_commands,
                                         card::Transcript& identify,
                                         card::Transcript* challenge);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_CLAIM_H_
