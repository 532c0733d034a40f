#ifndef CARDFERRY_LIB_CARD_SCP_CHANNEL_QUIRKS_H_
#define CARDFERRY_LIB_CARD_SCP_CHANNEL_QUIRKS_H_

#include <cstdint>

namespace cardferry::scp {

// Where cards differ from the text of the specifications, or read it another
// way. All false is the text. Values of a card's profile.
struct ChannelQuirks {
  // C-DECRYPTION takes in commands without data too: padding alone is encrypted
  // (GPCS 2.3.1, E.4.6 and Amendment D, 6.2.6 leave them as they are).
  bool encrypts_absent_data = false;
  // SCP03's encryption counter does not count commands without data (Amendment
  // D, 6.2.6 counts them).
  bool counts_only_data = false;
  // EXTERNAL AUTHENTICATE goes with Le 00. Most cards take both, some refuse
  // one.
  bool external_authenticate_has_le = false;
  // Logical channel bits of CLA stay in what a C-MAC covers (GPCS 2.3.1, E.4.4
  // and Amendment D, 6.2.4 clear them).
  bool macs_channel_bits = false;
  // SCP02 with implicit initiation and ICV encryption: the first ICV, the MAC
  // of the AID, is encrypted as well (GPCS 2.3.1, E.3.2 has it clear).
  bool encrypts_first_icv = false;
  // SCP02: the first R-MAC after EXTERNAL AUTHENTICATE has an ICV of zeros
  // (GPCS 2.3.1, E.4.5: that command's C-MAC).
  bool rmac_starts_with_zeros = false;
  // SCP02 with implicit initiation or BEGIN R-MAC SESSION: S-RMAC and S-DEK are
  // of the session's sequence counter (GPCS 2.3.1, E.1.2.2 and E.4.1: of the
  // one that follows, as the first C-MAC has moved it).
  bool derives_all_from_first_counter = false;

  bool operator==(const ChannelQuirks& o) const;
};

// One bit for each quirk, in the order above from bit 01 on, and back; bit 80
// is not used.
uint8_t ToBits(const ChannelQuirks& quirks);
ChannelQuirks QuirksFromBits(uint8_t bits);

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_CHANNEL_QUIRKS_H_
