#ifndef CARDFERRY_TESTS_CARDSIM_PCSCD_FIXTURE_H_
#define CARDFERRY_TESTS_CARDSIM_PCSCD_FIXTURE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cardsim/testing/test_host.h"
#include "gtest/gtest.h"
#include "lib/base/bytes.h"
#include "tests/cardsim/pcsc_card.h"
#include "tests/stage/process.h"

namespace cardferry::cardsim {

inline constexpr absl::Duration kPatience = absl::Seconds(20);

// The answer in hexadecimal, or the status in words.
std::string Send(const PcscCard& card, ByteSpan command);
std::string Send(const PcscCard& card, absl::string_view hex);

// A session with a card that has TestKeys(), commands protected at level 03.
class Session {
 public:
  explicit Session(const PcscCard& card) : card_(card), host_(TestKeys()) {}

  // The last status word.
  std::string Open();
  std::string Secure(absl::string_view header, absl::string_view data);
  // LOAD of a load file; the last answer.
  std::string Load(const Bytes& file);
  // All of it for the brokerage applet with account number 12345678: the first
  // answer that is not 9000, or the last.
  std::string LoadBrokerage();

 private:
  const PcscCard& card_;
  TestHost host_;
};

// The system's pcscd with its virtual reader, and the shipped simulator as
// often as it is started, with TestKeys().
class PcscdFixture : public testing::Test {
 protected:
  void SetUp() override;
  // In order: a killed pcscd leaves files behind that the next one minds.
  void TearDown() override { pcscd_.Stop(); }

  static std::string Path(absl::string_view name);

  // The simulator with these options beside its keys; its log is added to.
  absl::StatusOr<stage::Process> StartCardsim(
      const std::vector<std::string>& options = {}) const;

  stage::Process pcscd_;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_TESTS_CARDSIM_PCSCD_FIXTURE_H_
