#include "tests/stage/bare_load.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cardsim/keys/keys_file.h"
#include "cardsim/testing/test_host.h"
#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/status_macros.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/cap/cap_file.h"
#include "lib/card/gp/content_commands.h"
#include "tests/cardsim/pcsc_card.h"

namespace cardferry::stage {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(10);
constexpr size_t kLargestCapFile = 4 << 20;
constexpr uint8_t kLevel = 0x03;
constexpr uint8_t kInitializeUpdate = 0x50;
constexpr uint8_t kExternalAuthenticate = 0x82;
constexpr uint8_t kInstall = 0xE6;
constexpr uint8_t kLoad = 0xE8;
constexpr uint8_t kGetStatus = 0xF2;

absl::StatusOr<card::CapFile> ReadCapFile(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string file, ReadFile(path, kLargestCapFile));
  return card::CapFile::Parse(AsBytes(file));
}

// INSTALL [for load], the LOADs, INSTALL [for install], in this order.
absl::StatusOr<std::vector<card::CommandApdu>> ContentCommands(
    const card::CapFile& file) {
  const card::Aid& package = file.package().aid;
  ASSIGN_OR_RETURN(const Bytes block,
                   file.LoadFileDataBlock(card::Descriptor::kLeaveOut));
  ASSIGN_OR_RETURN(std::vector<card::CommandApdu> commands,
                   card::LoadCommands(block, kLevel));
  ASSIGN_OR_RETURN(const Bytes domain, FromHex("A000000151000000"));
  ASSIGN_OR_RETURN(const card::Aid isd, card::Aid::Create(domain));
  ASSIGN_OR_RETURN(card::CommandApdu begin, card::InstallForLoad(package, isd));
  commands.insert(commands.begin(), std::move(begin));
  if (file.applets().empty()) return commands;
  const card::Aid& module = file.applets()[0];
  ASSIGN_OR_RETURN(card::CommandApdu end,
                   card::InstallAndMakeSelectable(
                       {package, module, module, Bytes{0}, {}}, kLevel));
  commands.push_back(std::move(end));
  return commands;
}

// A read as its header says, of the class that is not protected.
absl::StatusOr<card::CommandApdu> Read(Bytes header) {
  const bool status = header[1] == kGetStatus;
  header[0] &= 0x80;
  const Bytes any_aid = {0x02, 0x4F, 0x00};
  Append(header, status ? any_aid : Bytes());
  header.push_back(0x00);
  return card::CommandApdu::Parse(header);
}

absl::StatusOr<Bytes> Send(const cardsim::PcscCard& card, ByteSpan command) {
  ASSIGN_OR_RETURN(Bytes answer, card.Transmit(command));
  const bool warning = answer.size() >= 2 && answer[answer.size() - 2] == 0x63;
  const bool good = answer.size() >= 2 && answer[answer.size() - 2] == 0x90;
  // 6A88: a read that finds nothing.
  const bool empty = answer.size() == 2 && answer[0] == 0x6A;
  if (good || warning || empty) return answer;
  return absl::InternalError(
      absl::StrCat("a command was answered ", ToHex(answer)));
}

}  // namespace

absl::StatusOr<BareLoadCost> RunBareLoad(const BareLoad& load) {
  ASSIGN_OR_RETURN(const card::CapFile file, ReadCapFile(load.cap_file));
  ASSIGN_OR_RETURN(const std::vector<card::CommandApdu> content,
                   ContentCommands(file));
  ASSIGN_OR_RETURN(cardsim::KeySet keys, cardsim::ReadKeysFile(load.keys_file));
  ASSIGN_OR_RETURN(const cardsim::PcscCard card,
                   cardsim::PcscCard::Connect(load.reader, kPatience));
  cardsim::TestHost host(std::move(keys));
  BareLoadCost cost;
  std::vector<Bytes> commands;
  bool in_session = false;
  auto next = content.begin();
  for (const std::string& text : load.headers) {
    ASSIGN_OR_RETURN(const Bytes header, FromHex(text));
    const uint8_t ins = header[1];
    if (ins == kInitializeUpdate) {
      commands.push_back(host.InitializeUpdate().Encode());
      const absl::Time start = absl::Now();
      Bytes answer;
      for (const Bytes& command : commands) {
        ASSIGN_OR_RETURN(answer, Send(card, command));
      }
      cost.time += absl::Now() - start;
      cost.commands += commands.size();
      commands.clear();
      answer.resize(answer.size() - 2);
      if (!host.TakeAnswer(answer)) {
        return absl::InternalError("the card has other keys");
      }
      in_session = true;
    } else if (ins == kExternalAuthenticate) {
      commands.push_back(host.ExternalAuthenticate(kLevel).Encode());
    } else if (ins == kInstall || ins == kLoad) {
      if (next == content.end()) {
        return absl::InvalidArgumentError("more commands than the file has");
      }
      commands.push_back(host.Protect(*next++).Encode());
    } else {
      ASSIGN_OR_RETURN(const card::CommandApdu read, Read(header));
      commands.push_back((in_session ? host.Protect(read) : read).Encode());
    }
  }
  const absl::Time start = absl::Now();
  for (const Bytes& command : commands) {
    RETURN_IF_ERROR(Send(card, command).status());
  }
  cost.time += absl::Now() - start;
  cost.commands += commands.size();
  return cost;
}

}  // namespace cardferry::stage
