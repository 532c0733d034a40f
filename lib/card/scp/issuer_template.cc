#include "lib/card/scp/issuer_template.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"

namespace cardferry::scp {
namespace {

using Kind = TemplatePart::Kind;

constexpr size_t kCardDataSize = 10;
constexpr size_t kTripleDesBits = 112;
constexpr size_t kTripleDesKeySize = 16;
constexpr size_t kDesBlock = 8;
constexpr size_t kAesBlock = 16;
// A CMAC is over at most so much: 16 AES blocks are plenty.
constexpr size_t kLongestCmacInput = 256;

size_t SizeOf(const TemplatePart& part) {
  switch (part.kind) {
    case Kind::kCardData:
      return part.length;
    case Kind::kConstant:
      return part.constant.size();
    case Kind::kKeyNumber:
    case Kind::kCounter:
      return 1;
    case Kind::kKeyLength:
      break;
  }
  return 2;
}

size_t Count(const IssuerTemplate& form, Kind kind) {
  return static_cast<size_t>(std::count_if(
      form.parts.begin(), form.parts.end(),
      [kind](const TemplatePart& part) { return part.kind == kind; }));
}

absl::Status CheckPart(const TemplatePart& part) {
  if (SizeOf(part) == 0) return absl::InvalidArgumentError("an empty part");
  if (part.kind != Kind::kCardData) return absl::OkStatus();
  if (part.offset < kCardDataSize &&
      part.length <= kCardDataSize - part.offset) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat(part.length, " bytes of the card's data from ", part.offset,
                   " on are wanted, there are ", kCardDataSize));
}

// What the method takes: from `least` to `most` bytes.
struct Sizes {
  size_t least;
  size_t most;
};

Sizes SizesFor(TemplateMethod method, size_t key_bits) {
  const bool is_des = key_bits == kTripleDesBits;
  switch (method) {
    case TemplateMethod::kEcb: {
      const size_t key = is_des ? kTripleDesKeySize : key_bits / 8;
      const size_t whole = (key + kAesBlock - 1) / kAesBlock * kAesBlock;
      return {whole, whole};
    }
    case TemplateMethod::kCmacCounter:
      return {1, kLongestCmacInput};
    case TemplateMethod::kAn10922:
      break;
  }
  // Two blocks, of which one byte is AN10922's own.
  return {1, is_des ? size_t{15} : size_t{31}};
}

absl::Status CheckSize(const IssuerTemplate& form, size_t key_bits) {
  size_t size = 0;
  for (const TemplatePart& part : form.parts) size += SizeOf(part);
  const Sizes sizes = SizesFor(form.method, key_bits);
  if (size >= sizes.least && size <= sizes.most) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "its parts have ", size, " bytes, keys of ", key_bits, " bits take ",
      sizes.least == sizes.most ? absl::StrCat(sizes.most)
                                : absl::StrCat(sizes.least, " to ", sizes.most),
      " by this method"));
}

absl::Status CheckCounter(const IssuerTemplate& form, size_t key_bits) {
  const size_t counters = Count(form, Kind::kCounter);
  if (form.method != TemplateMethod::kCmacCounter) {
    if (counters == 0) return absl::OkStatus();
    return absl::InvalidArgumentError(
        "only CMAC in counter mode has a counter");
  }
  if (key_bits == kTripleDesBits) {
    return absl::InvalidArgumentError("CMAC in counter mode makes AES keys");
  }
  if (counters == 1) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("CMAC in counter mode has one counter, not ", counters));
}

// ECB makes equal blocks of equal input: a key with equal halves is a single
// DES key, and a half that two keys share is one secret less.
absl::Status CheckBlocks(const IssuerTemplate& form, size_t key_bits) {
  if (form.method != TemplateMethod::kEcb) return absl::OkStatus();
  const Bytes card_data = {0xC0, 0xC1, 0xC2, 0xC3, 0xC4,
                           0xC5, 0xC6, 0xC7, 0xC8, 0xC9};
  const size_t block = key_bits == kTripleDesBits ? kDesBlock : kAesBlock;
  std::set<Bytes> blocks;
  for (uint8_t key = 1; key <= 3; ++key) {
    const Bytes input = FillTemplate(form, key, card_data, key_bits).after;
    for (size_t at = 0; at < input.size(); at += block) {
      const ByteSpan one = ByteSpan(input).subspan(at, block);
      if (blocks.insert(Bytes(one.begin(), one.end())).second) continue;
      return absl::InvalidArgumentError(
          "two blocks of a card's keys would be the same: let the key's number "
          "and the block's place tell them apart");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckTemplate(const IssuerTemplate& form, size_t key_bits) {
  for (const TemplatePart& part : form.parts) RETURN_IF_ERROR(CheckPart(part));
  if (Count(form, Kind::kCardData) == 0) {
    return absl::InvalidArgumentError(
        "nothing of the card's data is in it: all cards would have one key");
  }
  if (Count(form, Kind::kKeyNumber) == 0) {
    return absl::InvalidArgumentError(
        "the key's number is not in it: a card's keys would be one");
  }
  RETURN_IF_ERROR(CheckCounter(form, key_bits));
  RETURN_IF_ERROR(CheckSize(form, key_bits));
  return CheckBlocks(form, key_bits);
}

TemplateInput FillTemplate(const IssuerTemplate& form, uint8_t key_number,
                           ByteSpan key_diversification_data, size_t key_bits) {
  TemplateInput input;
  for (const TemplatePart& part : form.parts) {
    switch (part.kind) {
      case Kind::kCardData:
        Append(input.after,
               key_diversification_data.subspan(part.offset, part.length));
        break;
      case Kind::kConstant:
        Append(input.after, part.constant);
        break;
      case Kind::kKeyNumber:
        input.after.push_back(key_number);
        break;
      case Kind::kCounter:
        input.before.swap(input.after);
        break;
      case Kind::kKeyLength:
        Append(input.after, {static_cast<uint8_t>(key_bits >> 8),
                             static_cast<uint8_t>(key_bits)});
        break;
    }
  }
  return input;
}

bool DependsOn(const IssuerTemplate& form, size_t offset) {
  return std::any_of(
      form.parts.begin(), form.parts.end(), [offset](const TemplatePart& part) {
        return part.kind == Kind::kCardData && offset >= part.offset &&
               offset < part.offset + part.length;
      });
}

}  // namespace cardferry::scp
