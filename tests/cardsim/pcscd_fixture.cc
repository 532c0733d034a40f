#include "tests/cardsim/pcscd_fixture.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/base/file.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "lib/card/cap/cap_file.h"
#include "lib/card/tlv/tlv.h"
#include "tests/stage/pcscd.h"
#include "tests/stage/runfiles.h"

namespace cardferry::cardsim {
namespace {

// The keys of TestKeys() as a keys file.
constexpr char kKeysFile[] =
    "kvn=30\n"
    "kdd=00010203040506070809\n"
    "enc=101112131415161718191A1B1C1D1E1F\n"
    "mac=505152535455565758595A5B5C5D5E5F\n"
    "dek=909192939495969798999A9B9C9D9E9F\n";

absl::StatusOr<Bytes> BrokerageLoadFile() {
  ASSIGN_OR_RETURN(const std::string path,
                   stage::Runfile("applets/brokerage.cap"));
  ASSIGN_OR_RETURN(const std::string cap, ReadFile(path, 1 << 20));
  ASSIGN_OR_RETURN(const card::CapFile file,
                   card::CapFile::Parse(AsBytes(cap)));
  ASSIGN_OR_RETURN(const Bytes data_block,
                   file.LoadFileDataBlock(card::Descriptor::kLeaveOut));
  return card::EncodeTlv(0xC4, data_block);
}

}  // namespace

std::string Send(const PcscCard& card, ByteSpan command) {
  const absl::StatusOr<Bytes> answer = card.Transmit(command);
  return answer.ok() ? ToHex(*answer) : answer.status().ToString();
}

std::string Send(const PcscCard& card, absl::string_view hex) {
  return Send(card, FromHexOrDie(hex));
}

std::string Session::Open() {
  const absl::StatusOr<Bytes> answer =
      card_.Transmit(host_.InitializeUpdate().Encode());
  if (!answer.ok()) return answer.status().ToString();
  if (answer->size() < 34) return ToHex(*answer);
  if (!host_.TakeAnswer(*answer)) return "wrong card cryptogram";
  return Send(card_, host_.ExternalAuthenticate(0x03).Encode());
}

std::string Session::Secure(absl::string_view header, absl::string_view data) {
  return Send(card_, host_
                         .Protect(Apdu(absl::StrFormat("%s%02X%s00", header,
                                                       data.size() / 2, data)))
                         .Encode());
}

std::string Session::Load(const Bytes& file) {
  constexpr size_t kBlock = 239;
  for (size_t at = 0;; at += kBlock) {
    const ByteSpan block = ByteSpan(file).subspan(at, kBlock);
    const bool last = at + kBlock >= file.size();
    const std::string answer =
        Secure(absl::StrFormat("80E8%s%02X", last ? "80" : "00", at / kBlock),
               ToHex(block));
    if (last || answer != "009000") return answer;
  }
}

std::string Session::LoadBrokerage() {
  const absl::StatusOr<Bytes> file = BrokerageLoadFile();
  if (!file.ok()) return file.status().ToString();
  std::string answer = Secure("80E60200", "08F04346455252590100000000");
  if (answer != "009000") return answer;
  answer = Load(*file);
  if (answer != "009000") return answer;
  return Secure("80E60C00",
                "08F043464552525901"
                "09F04346455252590101"
                "09F04346455252590101"
                "010006C9041234567800");
}

void PcscdFixture::SetUp() {
  ASSERT_OK_AND_ASSIGN(pcscd_, stage::StartPcscd(Path("pcscd.log")));
}

std::string PcscdFixture::Path(absl::string_view name) {
  return absl::StrCat(testing::TempDir(), "/", name);
}

absl::StatusOr<stage::Process> PcscdFixture::StartCardsim(
    const std::vector<std::string>& options) const {
  const std::string keys = Path("card.keys");
  RETURN_IF_ERROR(WriteFileAtomically(keys, AsBytes(kKeysFile), 0400));
  stage::Command command;
  ASSIGN_OR_RETURN(const std::string program,
                   stage::Runfile("cardsim/cardsim"));
  command.arguments = {program, "--keys_file", keys, "--log_apdus"};
  command.arguments.insert(command.arguments.end(), options.begin(),
                           options.end());
  command.log_file = Path("cardsim.log");
  return stage::Process::Start(command);
}

}  // namespace cardferry::cardsim
