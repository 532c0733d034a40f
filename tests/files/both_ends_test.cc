// The host's secure messaging and the card's, which share no code, over whole
// packets that were protected before the first command was sent.
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/card/iso7816/data_commands.h"
#include "lib/card/iso7816/file_commands.h"
#include "tests/files/file_session.h"

namespace cardferry {
namespace {

using card::CommandApdu;
using card::FileControl;
using card::FileId;
using cardsim::KeyType;

struct Keys {
  const char* name;
  KeyType type;
  size_t size;
  card::TransferLimits limits;
};

FileControl Binary(uint16_t id, uint32_t size) {
  FileControl control;
  control.descriptor = card::FileDescriptor();
  control.id = FileId(id);
  control.size = size;
  return control;
}

Bytes Counting(size_t size) {
  Bytes bytes(size);
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<uint8_t>(i * 11);
  return bytes;
}

class BothEndsTest : public testing::TestWithParam<Keys> {
 protected:
  // CREATE FILE, the content and its read-back.
  std::vector<CommandApdu> Load(const Bytes& content) {
    std::vector<CommandApdu> commands = {*card::CreateFile(
        Binary(0x0101, static_cast<uint32_t>(content.size())))};
    const card::TransferLimits& limits = GetParam().limits;
    const auto updates = *card::UpdateBinary(0, content, limits);
    commands.insert(commands.end(), updates.begin(), updates.end());
    const auto reads = *card::ReadBinary(0, content.size(), limits);
    commands.insert(commands.end(), reads.begin(), reads.end());
    return commands;
  }

  cardsim::FileTestCard card_{
      cardsim::FileTestKeys(GetParam().type, GetParam().size), {}};
  FileSession host_{card_.card(), GetParam().type, GetParam().size};
};

INSTANTIATE_TEST_SUITE_P(
    Keys, BothEndsTest,
    testing::Values(
        Keys{"TripleDes", KeyType::kDes, 16, card::SecureMessagingLimits(8)},
        Keys{"Aes128", KeyType::kAes, 16, card::SecureMessagingLimits(16)},
        Keys{"Aes256", KeyType::kAes, 32, card::SecureMessagingLimits(16)},
        Keys{"ExtendedLength", KeyType::kAes, 16, {30000, 30000}}),
    [](const auto& row) { return row.param.name; });

TEST_P(BothEndsTest, AFileIsMadeWrittenAndReadBackInOnePacket) {
  // Far offsets too, which need odd instructions.
  const Bytes content = Counting(card::kFirstLongOffset + 600);
  ASSERT_OK(host_.Open());
  const auto commands = Load(content);
  ASSERT_OK_AND_ASSIGN(const auto answers, host_.Run(commands));
  Bytes read;
  for (size_t i = 0; i < commands.size(); ++i) {
    ASSERT_TRUE(answers[i].proven);
    ASSERT_EQ(answers[i].response.sw, card::kSuccess) << i;
    if ((commands[i].header().ins & 0xFE) != 0xB0) continue;
    ASSERT_OK_AND_ASSIGN(
        const Bytes part,
        card::BinaryContent(commands[i], answers[i].response.data));
    Append(read, part);
  }
  EXPECT_EQ(read, content);
}

TEST_P(BothEndsTest, AnErrorIsProvenAndTheSessionGoesOn) {
  ASSERT_OK(host_.Open());
  ASSERT_OK_AND_ASSIGN(
      const auto answers,
      host_.Run(
          {card::SelectFile(FileId(0x9999), card::SelectAnswer::kFileControl),
           card::SelectFile(card::kMasterFile,
                            card::SelectAnswer::kFileControl)}));
  EXPECT_TRUE(answers[0].proven);
  EXPECT_EQ(answers[0].response.sw, card::StatusWord(0x6A82));
  EXPECT_TRUE(answers[1].proven);
  ASSERT_OK_AND_ASSIGN(const FileControl mf,
                       card::ParseFileControl(answers[1].response.data));
  EXPECT_EQ(mf.id, card::kMasterFile);
}

TEST_P(BothEndsTest, AFlippedBitEndsTheSession) {
  ASSERT_OK(host_.Open());
  ASSERT_OK_AND_ASSIGN(auto wire, host_.Protect(Load(Counting(20))));
  Bytes data = wire[1].data();
  data[data.size() / 2] ^= 0x01;
  wire[1] = *CommandApdu::Create(wire[1].header(), data, wire[1].le());
  std::vector<card::ResponseApdu> responses;
  for (const CommandApdu& command : wire) {
    ASSERT_OK_AND_ASSIGN(auto response, host_.Send(command));
    responses.push_back(response);
  }
  EXPECT_EQ(responses[1].Encode(), FromHexOrDie("6988"));
  EXPECT_EQ(responses[2].Encode(), FromHexOrDie("6985"));
  ASSERT_OK_AND_ASSIGN(const auto answers, host_.Verify(responses));
  EXPECT_TRUE(answers[0].proven);
  EXPECT_FALSE(answers[1].proven);
}

TEST_P(BothEndsTest, ALeftOutCommandEndsTheSession) {
  ASSERT_OK(host_.Open());
  ASSERT_OK_AND_ASSIGN(auto wire, host_.Protect(Load(Counting(20))));
  EXPECT_OK(host_.Send(wire[0]).status());
  ASSERT_OK_AND_ASSIGN(const auto response, host_.Send(wire[2]));
  EXPECT_EQ(response.Encode(), FromHexOrDie("6988"));
}

TEST_P(BothEndsTest, APlainCommandEndsTheSession) {
  ASSERT_OK(host_.Open());
  ASSERT_OK_AND_ASSIGN(auto wire, host_.Protect(Load(Counting(20))));
  card_.Send("00A4000C");
  ASSERT_OK_AND_ASSIGN(const auto response, host_.Send(wire[0]));
  EXPECT_EQ(response.Encode(), FromHexOrDie("6985"));
  EXPECT_EQ(card_.CreateBinary("0101", "04"), "6982");
}

TEST_P(BothEndsTest, ASessionCanBeOpenedAgain) {
  ASSERT_OK(host_.Open());
  ASSERT_OK(host_.Open());
  ASSERT_OK_AND_ASSIGN(const auto answers, host_.Run(Load(Counting(20))));
  EXPECT_EQ(answers.back().response.data, Counting(20));
}

TEST_P(BothEndsTest, OtherKeysOpenNothing) {
  FileSession other(
      card_.card(),
      GetParam().type == KeyType::kDes ? KeyType::kAes : KeyType::kDes, 16);
  EXPECT_THAT(other.Open(), StatusIs(absl::StatusCode::kDataLoss));
}

}  // namespace
}  // namespace cardferry
