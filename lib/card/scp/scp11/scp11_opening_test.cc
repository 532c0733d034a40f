#include "lib/card/scp/scp11/scp11_opening.h"

#include <utility>

#include "gtest/gtest.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"

namespace cardferry::scp {
namespace {

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

// Computes nothing: remembers what it was to agree on, and gives no cipher.
class RecordingKeys : public KeyAgreement {
 public:
  Bytes ephemeral_point() const override { return {0x04, 0x0E}; }
  absl::StatusOr<std::unique_ptr<SessionCipher>> Agree(
      const Agreement& agreement) override {
    if (!failure.ok()) return failure;
    last = agreement;
    return std::unique_ptr<SessionCipher>();
  }

  Agreement last;
  absl::Status failure;
};

class Scp11OpeningTest : public testing::Test {
 protected:
  absl::StatusOr<Scp11Session> Open(const ChannelProtocol& protocol = {kScp03,
                                                                       0x60}) {
    ASSIGN_OR_RETURN(const card::CommandApdu command,
                     AuthenticateCommand(terms_, keys_.ephemeral_point()));
    return OpenScp11Session(keys_, terms_, protocol, command, Bytes{0x04, 0x55},
                            answer_);
  }

  RecordingKeys keys_;
  Scp11Terms terms_;
  Bytes answer_ =
      FromHexOrDie("5F4902040C8610A0A1A2A3A4A5A6A7A8A9AAABACADAEAF");
};

TEST_F(Scp11OpeningTest, TheReceiptBeginsTheChainOfMacs) {
  ASSERT_OK_AND_ASSIGN(const Scp11Session session, Open());
  EXPECT_EQ(ToHex(session.state.chaining_value),
            "A0A1A2A3A4A5A6A7A8A9AAABACADAEAF");
  EXPECT_EQ(session.state.level, SecurityLevel::kCDecCMacRMacREnc);
  EXPECT_EQ(session.state.command_counter, 0u);
}

TEST_F(Scp11OpeningTest, AgreesOnWhatBothSidesHaveShown) {
  terms_.variant = Scp11Variant::kB;
  terms_.key_length = 24;
  ASSERT_OK(Open({kScp03, 0x61}));
  EXPECT_EQ(keys_.last.variant, Scp11Variant::kB);
  EXPECT_EQ(ToHex(keys_.last.card_static), "0455");
  EXPECT_EQ(ToHex(keys_.last.card_ephemeral), "040C");
  EXPECT_EQ(ToHex(keys_.last.shared_info), "3C8818");
  EXPECT_EQ(keys_.last.key_length, 24u);
  EXPECT_EQ(ToHex(keys_.last.receipt_message),
            "A60D9002110095013C8001888101185F4902040E5F4902040C");
  EXPECT_EQ(keys_.last.protocol, (ChannelProtocol{kScp03, 0x61}));
}

TEST_F(Scp11OpeningTest, GoesOnOnlyWhereTheProtocolHasTheLevel) {
  EXPECT_THAT(Open({kScp03, 0x20}),
              StatusIs(kInvalid, "SCP03 with i 20 cannot go on at level 33"));
  EXPECT_THAT(Open({kScp02, 0x65}), StatusIs(kInvalid));
  terms_.level = SecurityLevel::kCMacRMac;
  EXPECT_OK(Open({kScp03, 0x20}));
}

TEST_F(Scp11OpeningTest, GivesNoSessionWithoutAnAgreement) {
  keys_.failure = absl::DataLossError("the receipt does not match");
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kDataLoss,
                               "the receipt does not match"));
  keys_.failure = absl::OkStatus();
  answer_.pop_back();
  EXPECT_THAT(Open(), StatusIs(kInvalid));
}

}  // namespace
}  // namespace cardferry::scp
