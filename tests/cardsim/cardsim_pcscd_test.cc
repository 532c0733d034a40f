// The shipped simulator in the real pcscd's virtual reader, driven through
// libpcsclite.
#include <fcntl.h>
#include <sys/stat.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cardsim/testing/test_host.h"
#include "gtest/gtest.h"
#include "lib/base/file.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "lib/card/cap/cap_file.h"
#include "lib/card/tlv/tlv.h"
#include "tests/cardsim/pcsc_card.h"
#include "tests/stage/pcscd.h"
#include "tests/stage/process.h"
#include "tests/stage/runfiles.h"

namespace cardferry::cardsim {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(20);

// The keys of TestKeys() as a keys file.
constexpr char kKeysFile[] =
    "kvn=30\n"
    "kdd=00010203040506070809\n"
    "enc=101112131415161718191A1B1C1D1E1F\n"
    "mac=505152535455565758595A5B5C5D5E5F\n"
    "dek=909192939495969798999A9B9C9D9E9F\n";

class CardsimPcscdTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(pcscd_, stage::StartPcscd(Path("pcscd.log")));
    ASSERT_OK_AND_ASSIGN(cardsim_, StartCardsim());
  }

  // In order: a killed pcscd leaves files behind that the next one minds.
  void TearDown() override { pcscd_.Stop(); }

  static std::string Path(absl::string_view name) {
    return absl::StrCat(testing::TempDir(), "/", name);
  }

  absl::StatusOr<stage::Process> StartCardsim() const {
    const std::string keys = Path("card.keys");
    RETURN_IF_ERROR(WriteFileAtomically(keys, AsBytes(kKeysFile), 0400));
    stage::Command command;
    ASSIGN_OR_RETURN(const std::string program,
                     stage::Runfile("cardsim/cardsim"));
    command.arguments = {program, "--keys_file", keys, "--log_apdus"};
    command.log_file = Path("cardsim.log");
    return stage::Process::Start(command);
  }

  stage::Process pcscd_;
  stage::Process cardsim_;
};

std::string Send(const PcscCard& card, ByteSpan command) {
  const absl::StatusOr<Bytes> answer = card.Transmit(command);
  return answer.ok() ? ToHex(*answer) : answer.status().ToString();
}

std::string Send(const PcscCard& card, absl::string_view hex) {
  return Send(card, FromHexOrDie(hex));
}

TEST_F(CardsimPcscdTest, IsACardInAReader) {
  ASSERT_OK_AND_ASSIGN(const PcscCard card,
                       PcscCard::Connect(stage::kVirtualReader, kPatience));
  EXPECT_THAT(card.Atr(), IsOkAndHolds(FromHexOrDie("3B80800101")));
  EXPECT_EQ(Send(card, "00A4040008A00000015100000000"),
            "6F108408A000000151000000A5049F6501FF9000");
  EXPECT_EQ(Send(card, "80CA006600"),
            "6631732F06072A864886FC6B01600C060A2A864886FC6B02020301"
            "630906072A864886FC6B03640B06092A864886FC6B0403709000");
  EXPECT_EQ(Send(card, "80F28002024F0000"), "6982");
}

// A session with a card, commands protected at level 03.
class Session {
 public:
  explicit Session(const PcscCard& card) : card_(card), host_(TestKeys()) {}

  std::string Open() {
    const Bytes answer = *card_.Transmit(host_.InitializeUpdate().Encode());
    if (!host_.TakeAnswer(answer)) return "wrong card cryptogram";
    return Send(card_, host_.ExternalAuthenticate(0x03).Encode());
  }
  std::string Secure(absl::string_view header, absl::string_view data) {
    return Send(card_, host_
                           .Protect(Apdu(absl::StrFormat(
                               "%s%02X%s00", header, data.size() / 2, data)))
                           .Encode());
  }
  // LOAD of a load file; the last answer.
  std::string Load(const Bytes& file) {
    constexpr size_t kBlock = 239;
    std::string answer;
    for (size_t at = 0; at < file.size(); at += kBlock) {
      const ByteSpan block = ByteSpan(file).subspan(at, kBlock);
      const bool last = at + kBlock >= file.size();
      answer =
          Secure(absl::StrFormat("80E8%s%02X", last ? "80" : "00", at / kBlock),
                 ToHex(block));
    }
    return answer;
  }

 private:
  const PcscCard& card_;
  TestHost host_;
};

TEST_F(CardsimPcscdTest, TakesARealAppletAndRunsIt) {
  ASSERT_OK_AND_ASSIGN(const std::string cap_path,
                       stage::Runfile("applets/brokerage.cap"));
  ASSERT_OK_AND_ASSIGN(const std::string cap, ReadFile(cap_path, 1 << 20));
  ASSERT_OK_AND_ASSIGN(const card::CapFile file,
                       card::CapFile::Parse(AsBytes(cap)));
  ASSERT_OK_AND_ASSIGN(const Bytes data_block,
                       file.LoadFileDataBlock(card::Descriptor::kLeaveOut));
  ASSERT_OK_AND_ASSIGN(const PcscCard card,
                       PcscCard::Connect(stage::kVirtualReader, kPatience));
  Session session(card);
  ASSERT_EQ(session.Open(), "9000");
  EXPECT_EQ(session.Secure("80E60200", "08F04346455252590100000000"), "009000");
  EXPECT_EQ(session.Load(card::EncodeTlv(0xC4, data_block)), "009000");
  EXPECT_EQ(session.Secure("80E60C00",
                           "08F043464552525901"
                           "09F04346455252590101"
                           "09F04346455252590101"
                           "010006C9041234567800"),
            "009000");
  EXPECT_EQ(Send(card, "00A4040009F0434645525259010100"), "9000");
  EXPECT_EQ(Send(card, "8010000000"), "123456789000");
}

TEST_F(CardsimPcscdTest, StopsInOrderAndSaysNothingOfItsKeys) {
  ASSERT_OK_AND_ASSIGN(const PcscCard card,
                       PcscCard::Connect(stage::kVirtualReader, kPatience));
  Session session(card);
  ASSERT_EQ(session.Open(), "9000");
  EXPECT_EQ(cardsim_.Stop(), 0);
  ASSERT_OK_AND_ASSIGN(const std::string log,
                       ReadFile(Path("cardsim.log"), 1 << 20));
  EXPECT_NE(log.find("84820300, 21 bytes -> 9000, 2 bytes"), std::string::npos);
  for (const char* key : {"101112131415", "505152535455", "909192939495"}) {
    EXPECT_EQ(log.find(key), std::string::npos);
  }
}

TEST_F(CardsimPcscdTest, RefusesKeysThatOthersMayRead) {
  const std::string keys = Path("card.keys");
  ASSERT_EQ(chmod(keys.c_str(), 0444), 0);
  stage::Command command;
  ASSERT_OK_AND_ASSIGN(const std::string program,
                       stage::Runfile("cardsim/cardsim"));
  command.arguments = {program, "--keys_file", keys};
  command.log_file = Path("refused.log");
  ASSERT_OK_AND_ASSIGN(stage::Process process, stage::Process::Start(command));
  EXPECT_THAT(process.Wait(kPatience), IsOkAndHolds(1));
}

}  // namespace
}  // namespace cardferry::cardsim
