#ifndef CARDFERRY_SERVICES_SEQUENCER_CHANNEL_QUIRKS_H_
#define CARDFERRY_SERVICES_SEQUENCER_CHANNEL_QUIRKS_H_

namespace cardferry::sequencer {

// Where cards of a type do not do what the specifications say of the secure
// channel, or read it another way: keyvault.v1.ChannelQuirks, which says what
// each is. All false is the text.
struct ChannelQuirks {
  bool encrypts_absent_data = false;
  bool counts_only_data = false;
  bool external_authenticate_has_le = false;
  bool macs_channel_bits = false;
  bool encrypts_first_icv = false;
  bool rmac_starts_with_zeros = false;
  bool derives_all_from_first_counter = false;

  bool operator==(const ChannelQuirks& o) const {
    return encrypts_absent_data == o.encrypts_absent_data &&
           counts_only_data == o.counts_only_data &&
           external_authenticate_has_le == o.external_authenticate_has_le &&
           macs_channel_bits == o.macs_channel_bits &&
           encrypts_first_icv == o.encrypts_first_icv &&
           rmac_starts_with_zeros == o.rmac_starts_with_zeros &&
           derives_all_from_first_counter == o.derives_all_from_first_counter;
  }
};

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_CHANNEL_QUIRKS_H_
