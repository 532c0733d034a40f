#include "lib/pkcs11/x963_kdf.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "lib/base/status_macros.h"
#include "lib/pkcs11/mechanism.h"

namespace cardferry::pkcs11 {
namespace {

struct Hash {
  CK_MECHANISM_TYPE derivation;
  size_t length;
};

Hash HashOf(X963Hash hash) {
  switch (hash) {
    case X963Hash::kSha256:
      return {CKM_SHA256_KEY_DERIVATION, 32};
    case X963Hash::kSha384:
      return {CKM_SHA384_KEY_DERIVATION, 48};
    case X963Hash::kSha512:
      return {CKM_SHA512_KEY_DERIVATION, 64};
  }
  return {CKM_SHA256_KEY_DERIVATION, 32};
}

// What stands between key agreement and key: only derived from.
Template Step(const TemplateBuilder& builder, size_t length) {
  return builder.SessionKey(
      {CKK_GENERIC_SECRET,
       length,
       static_cast<unsigned>(Usage::kDerive),
       {CKM_CONCATENATE_BASE_AND_KEY, CKM_CONCATENATE_BASE_AND_DATA,
        CKM_SHA256_KEY_DERIVATION, CKM_SHA384_KEY_DERIVATION,
        CKM_SHA512_KEY_DERIVATION, CKM_EXTRACT_KEY_FROM_KEY}});
}

// `whole` and behind it `part`, which end; `part` alone if there is no whole.
absl::Status Join(Session& session, const TemplateBuilder& builder,
                  size_t length, Object part, std::optional<Object>& whole) {
  if (!whole) {
    whole = std::move(part);
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(Object joined,
                   session.DeriveKey(Mechanism::ConcatenateKey(part.handle()),
                                     whole->handle(), Step(builder, length)));
  whole = std::move(joined);
  return absl::OkStatus();
}

absl::StatusOr<Object> JoinedSecrets(Session& session,
                                     const TemplateBuilder& builder,
                                     absl::Span<const KeyMeeting> meetings,
                                     size_t coordinate_length) {
  std::optional<Object> joined;
  size_t length = 0;
  for (const KeyMeeting& meeting : meetings) {
    ASSIGN_OR_RETURN(
        Object secret,
        session.DeriveKey(Mechanism::Ecdh(meeting.point), meeting.private_key,
                          Step(builder, coordinate_length)));
    length += coordinate_length;
    RETURN_IF_ERROR(Join(session, builder, length, std::move(secret), joined));
  }
  return *std::move(joined);
}

}  // namespace

absl::StatusOr<Object> DeriveX963Material(Session& session,
                                          const TemplateBuilder& builder,
                                          X963Hash hash,
                                          absl::Span<const KeyMeeting> meetings,
                                          size_t coordinate_length,
                                          ByteSpan shared_info, size_t length) {
  if (meetings.empty() || length == 0) {
    return absl::InvalidArgumentError("nothing to derive from or to");
  }
  const Hash how = HashOf(hash);
  ASSIGN_OR_RETURN(
      const Object secrets,
      JoinedSecrets(session, builder, meetings, coordinate_length));
  std::optional<Object> material;
  size_t made = 0;
  for (uint8_t i = 1; made < length; ++i) {
    const Bytes tail = Concat({{0, 0, 0, i}, shared_info});
    const size_t input = meetings.size() * coordinate_length + tail.size();
    ASSIGN_OR_RETURN(const Object hashed,
                     session.DeriveKey(Mechanism::ConcatenateData(tail),
                                       secrets.handle(), Step(builder, input)));
    ASSIGN_OR_RETURN(
        Object block,
        session.DeriveKey(Mechanism::Plain(how.derivation), hashed.handle(),
                          Step(builder, how.length)));
    made += how.length;
    RETURN_IF_ERROR(Join(session, builder, made, std::move(block), material));
  }
  return *std::move(material);
}

absl::StatusOr<Object> TakeKey(Session& session, const TemplateBuilder& builder,
                               ObjectHandle material, size_t offset,
                               const KeySpec& spec) {
  return session.DeriveKey(Mechanism::ExtractKey(offset), material,
                           builder.SessionKey(spec));
}

}  // namespace cardferry::pkcs11
