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
constexpr uint8_t kLevel = 0x33;
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
  const uint8_t sw1 = answer.size() < 2 ? 0 : answer[answer.size() - 2];
  // 63xx: there is more; 6A88: a read that finds nothing.
  if (sw1 == 0x90 || sw1 == 0x63 || sw1 == 0x6A) return answer;
  return absl::InternalError(
      absl::StrCat("a command was answered ", ToHex(answer)));
}

// One load: what is made and not yet sent, and the session.
class BareLoader {
 public:
  BareLoader(const cardsim::PcscCard& card, cardsim::KeySet keys,
             std::vector<card::CommandApdu> content)
      : card_(card), host_(std::move(keys)), content_(std::move(content)) {}

  // Makes the next command; INITIALIZE UPDATE is sent at once, because what
  // follows needs its answer.
  absl::Status Take(const std::string& header);
  // Sends what is made; the last answer.
  absl::StatusOr<Bytes> Flush();

  const BareLoadCost& cost() const { return cost_; }

 private:
  absl::Status OpenSession();

  const cardsim::PcscCard& card_;
  cardsim::TestHost host_;
  const std::vector<card::CommandApdu> content_;
  size_t next_ = 0;
  bool in_session_ = false;
  std::vector<Bytes> made_;
  BareLoadCost cost_;
};

absl::Status BareLoader::OpenSession() {
  made_.push_back(host_.InitializeUpdate().Encode());
  ASSIGN_OR_RETURN(Bytes answer, Flush());
  answer.resize(answer.size() - 2);
  in_session_ = host_.TakeAnswer(answer);
  return in_session_ ? absl::OkStatus()
                     : absl::InternalError("the card has other keys");
}

absl::Status BareLoader::Take(const std::string& text) {
  ASSIGN_OR_RETURN(const Bytes header, FromHex(text));
  switch (header[1]) {
    case kInitializeUpdate:
      return OpenSession();
    case kExternalAuthenticate:
      made_.push_back(host_.ExternalAuthenticate(kLevel).Encode());
      return absl::OkStatus();
    case kInstall:
    case kLoad:
      if (next_ == content_.size()) {
        return absl::InvalidArgumentError("more commands than the file has");
      }
      made_.push_back(host_.Protect(content_[next_++]).Encode());
      return absl::OkStatus();
    default: {
      ASSIGN_OR_RETURN(const card::CommandApdu read, Read(header));
      made_.push_back((in_session_ ? host_.Protect(read) : read).Encode());
      return absl::OkStatus();
    }
  }
}

absl::StatusOr<Bytes> BareLoader::Flush() {
  Bytes answer;
  const absl::Time start = absl::Now();
  for (const Bytes& command : made_) {
    ASSIGN_OR_RETURN(answer, Send(card_, command));
  }
  cost_.time += absl::Now() - start;
  cost_.commands += made_.size();
  made_.clear();
  return answer;
}

}  // namespace

absl::StatusOr<BareLoadCost> RunBareLoad(const BareLoad& load) {
  ASSIGN_OR_RETURN(const card::CapFile file, ReadCapFile(load.cap_file));
  ASSIGN_OR_RETURN(std::vector<card::CommandApdu> content,
                   ContentCommands(file));
  ASSIGN_OR_RETURN(cardsim::KeySet keys, cardsim::ReadKeysFile(load.keys_file));
  ASSIGN_OR_RETURN(const cardsim::PcscCard card,
                   cardsim::PcscCard::Connect(load.reader, kPatience));
  BareLoader loader(card, std::move(keys), std::move(content));
  for (const std::string& header : load.headers) {
    RETURN_IF_ERROR(loader.Take(header));
  }
  RETURN_IF_ERROR(loader.Flush().status());
  return loader.cost();
}

}  // namespace cardferry::stage
