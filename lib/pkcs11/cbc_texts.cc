#include "lib/pkcs11/cbc_texts.h"

#include <utility>

#include "lib/base/secret_bytes.h"
#include "lib/base/status_macros.h"

namespace cardferry::pkcs11 {

absl::StatusOr<std::vector<Bytes>> DecryptCbcTexts(
    Session& session, ObjectHandle key, absl::Span<const CbcText> texts,
    size_t limit) {
  std::vector<Bytes> plaintexts;
  if (texts.empty()) return plaintexts;
  const size_t block = texts[0].iv.size();
  Bytes joined;
  for (const CbcText& text : texts) {
    if (text.data.empty() || text.data.size() % block != 0 ||
        text.iv.size() != block) {
      return absl::InvalidArgumentError(
          "an encrypted text is not of whole blocks");
    }
    Append(joined, text.data);
  }
  ASSIGN_OR_RETURN(Bytes done,
                   session.DecryptCbc(key, texts[0].iv, joined, limit));
  size_t offset = 0;
  for (const CbcText& text : texts) {
    const ByteSpan part = ByteSpan(done).subspan(offset, text.data.size());
    Bytes plaintext(part.begin(), part.end());
    for (size_t i = 0; offset > 0 && i < block; ++i) {
      plaintext[i] = static_cast<uint8_t>(
          plaintext[i] ^ joined[offset - block + i] ^ text.iv[i]);
    }
    offset += text.data.size();
    plaintexts.push_back(std::move(plaintext));
  }
  WipeBytes(absl::MakeSpan(done));
  return plaintexts;
}

}  // namespace cardferry::pkcs11
