#include "cardsim/vpcd/frame_decoder.h"

#include "gtest/gtest.h"

namespace cardferry::cardsim {
namespace {

TEST(FrameDecoderTest, GivesFramesWhateverThePiecesOfTheStream) {
  const Bytes stream = FromHexOrDie(
      "000101"
      "0000"
      "00050102030405"
      "000104");
  for (size_t piece = 1; piece <= stream.size(); ++piece) {
    FrameDecoder decoder;
    std::vector<std::string> frames;
    for (size_t at = 0; at < stream.size(); at += piece) {
      decoder.Feed(ByteSpan(stream).subspan(at, piece));
      while (const auto frame = decoder.Next()) frames.push_back(ToHex(*frame));
    }
    EXPECT_EQ(frames, (std::vector<std::string>{"01", "", "0102030405", "04"}))
        << piece;
  }
}

TEST(FrameDecoderTest, WaitsForEveryByte) {
  const Bytes frame = EncodeFrame(FromHexOrDie("00A40400"));
  EXPECT_EQ(ToHex(frame), "000400A40400");
  FrameDecoder decoder;
  for (size_t i = 0; i + 1 < frame.size(); ++i) {
    decoder.Feed(ByteSpan(frame).subspan(i, 1));
    EXPECT_EQ(decoder.Next(), std::nullopt) << i;
  }
  decoder.Feed(ByteSpan(frame).last(1));
  EXPECT_EQ(decoder.Next(), FromHexOrDie("00A40400"));
  EXPECT_EQ(decoder.Next(), std::nullopt);
}

TEST(FrameDecoderTest, KnowsTheLargestFrame) {
  const Bytes payload(0xFFFF, 0xA5);
  FrameDecoder decoder;
  decoder.Feed(EncodeFrame(payload));
  EXPECT_EQ(decoder.Next(), payload);
  EXPECT_EQ(EncodeFrame(Bytes(0x10000)).size(), 0x10001u);
}

}  // namespace
}  // namespace cardferry::cardsim
