#ifndef CARDFERRY_CARDSIM_FILES_FILE_STATUS_WORDS_H_
#define CARDFERRY_CARDSIM_FILES_FILE_STATUS_WORDS_H_

#include "lib/card/apdu/status_word.h"

namespace cardferry::cardsim {

// The status words that only file-oriented cards have (ISO/IEC 7816-4, 5.6);
// the others are those of card_error.h.
inline constexpr card::StatusWord kEndOfFile{0x6282};        // a warning
inline constexpr card::StatusWord kFileDeactivated{0x6283};  // a warning
inline constexpr card::StatusWord kFileTerminated{0x6285};   // a warning
inline constexpr card::StatusWord kWrongFileStructure{0x6981};
inline constexpr card::StatusWord kNoCurrentEf{0x6986};
inline constexpr card::StatusWord kMessagingObjectMissing{0x6987};
inline constexpr card::StatusWord kMessagingObjectWrong{0x6988};
inline constexpr card::StatusWord kRecordNotFound{0x6A83};
inline constexpr card::StatusWord kFileExists{0x6A89};
inline constexpr card::StatusWord kDfNameExists{0x6A8A};
inline constexpr card::StatusWord kWrongOffset{0x6B00};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_FILES_FILE_STATUS_WORDS_H_
