// The part of the contract that is about the vault's own keys.

#include "lib/base/status_matchers.h"
#include "services/keyvault/testing/hsm_keys_contract.h"

namespace cardferry::keyvault {
namespace {

TEST_P(HsmKeysContract, UnsealsWhatItSealedForThatPurposeOnly) {
  for (const Bytes& plaintext : {Bytes(), Bytes{7}, Bytes(300, 0x33)}) {
    ASSERT_OK_AND_ASSIGN(const Bytes sealed, keys_->Seal("command", plaintext));
    EXPECT_THAT(keys_->Unseal("command", sealed), IsOkAndHolds(plaintext));
    for (const char* other : {"verify", "comman", "command2", ""}) {
      EXPECT_THAT(keys_->Unseal(other, sealed),
                  StatusIs(absl::StatusCode::kDataLoss))
          << other;
    }
  }
}

TEST_P(HsmKeysContract, NoTwoSealsAreAlikeAndNoneShowsItsContent) {
  const Bytes plaintext(64, 0x33);
  ASSERT_OK_AND_ASSIGN(const Bytes one, keys_->Seal("command", plaintext));
  ASSERT_OK_AND_ASSIGN(const Bytes other, keys_->Seal("command", plaintext));
  EXPECT_NE(one, other);
  EXPECT_EQ(ToHex(one).find(ToHex(Bytes(8, 0x33))), std::string::npos);
}

TEST_P(HsmKeysContract, UnsealsNothingThatWasChanged) {
  ASSERT_OK_AND_ASSIGN(const Bytes sealed, keys_->Seal("command", Bytes(9, 9)));
  for (size_t bit = 0; bit < 8 * sealed.size(); ++bit) {
    Bytes flipped = sealed;
    flipped[bit / 8] = static_cast<uint8_t>(flipped[bit / 8] ^ 1 << bit % 8);
    ASSERT_THAT(keys_->Unseal("command", flipped),
                StatusIs(absl::StatusCode::kDataLoss))
        << bit;
  }
  for (size_t size = 0; size < sealed.size(); ++size) {
    ASSERT_THAT(keys_->Unseal("command", ByteSpan(sealed).first(size)),
                StatusIs(absl::StatusCode::kDataLoss))
        << size;
  }
  // It still works after all these.
  EXPECT_THAT(keys_->Unseal("command", sealed), IsOkAndHolds(Bytes(9, 9)));
}

TEST_P(HsmKeysContract, MacsTickets) {
  ASSERT_OK_AND_ASSIGN(const Bytes mac, keys_->TicketMac(Bytes(50, 1)));
  EXPECT_EQ(mac.size(), 32u);
  EXPECT_THAT(keys_->TicketMac(Bytes(50, 1)), IsOkAndHolds(mac));
  EXPECT_NE(keys_->TicketMac(Bytes(50, 2)).value(), mac);
  EXPECT_NE(keys_->TicketMac(Bytes(51, 1)).value(), mac);
}

TEST_P(HsmKeysContract, CountsCallsAndIsHealthy) {
  const uint64_t before = keys_->CallCount();
  ASSERT_OK(keys_->TicketMac(Bytes(5)));
  EXPECT_GT(keys_->CallCount(), before);
  EXPECT_OK(keys_->Health());
}

}  // namespace
}  // namespace cardferry::keyvault
