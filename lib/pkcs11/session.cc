#include "lib/pkcs11/session.h"

#include <algorithm>
#include <utility>

#include "lib/base/secret_access_grant.h"
#include "lib/base/status_macros.h"

namespace cardferry::pkcs11 {
namespace {

// PKCS#11 takes what it only reads as non-const, and some modules refuse a null
// pointer even to nothing.
CK_BYTE* Mutable(ByteSpan bytes) {
  static CK_BYTE nothing = 0;
  return bytes.empty() ? &nothing : const_cast<CK_BYTE*>(bytes.data());
}

CK_OBJECT_HANDLE Raw(ObjectHandle handle) {
  return static_cast<CK_OBJECT_HANDLE>(handle);
}

// What a block mode, a tag or a MAC can add to its input at most.
constexpr size_t kMostOverhead = 64;

// An RSA signature is as long as the modulus, 4096 bits at most.
constexpr size_t kMostSignature = 512;
constexpr size_t kMostDigest = 64;

constexpr size_t kDesIv = 8;

Mechanism Cbc(ByteSpan iv) {
  return iv.size() == kDesIv ? Mechanism::Des3Cbc(iv) : Mechanism::AesCbc(iv);
}

absl::Status CheckLength(ByteSpan done, ByteSpan part) {
  if (done.size() == part.size()) return absl::OkStatus();
  return absl::UnavailableError("CBC gave another length than its input");
}

}  // namespace

absl::StatusOr<Session> Session::Open(Module& module, CK_SLOT_ID slot,
                                      Access access) {
  const CK_FLAGS flags =
      CKF_SERIAL_SESSION | (access == Access::kReadWrite ? CKF_RW_SESSION : 0);
  CK_SESSION_HANDLE handle = 0;
  RETURN_IF_ERROR(module.Call(&CK_FUNCTION_LIST::C_OpenSession, "C_OpenSession",
                              slot, flags, nullptr, nullptr, &handle));
  return Session(module, handle);
}

Session::Session(Session&& other) noexcept
    : module_(std::exchange(other.module_, nullptr)),
      handle_(other.handle_),
      broken_(other.broken_) {}

Session& Session::operator=(Session&& other) noexcept {
  if (this == &other) return *this;
  Close();
  module_ = std::exchange(other.module_, nullptr);
  handle_ = other.handle_;
  broken_ = other.broken_;
  return *this;
}

void Session::Close() noexcept {
  if (module_ == nullptr) return;
  (void)module_->CallRaw(&CK_FUNCTION_LIST::C_CloseSession, handle_);
  module_ = nullptr;
}

absl::StatusOr<std::vector<ObjectHandle>> Session::Find(Template criteria) {
  const auto attributes = criteria.Get();
  RETURN_IF_ERROR(Call(&CK_FUNCTION_LIST::C_FindObjectsInit,
                       "C_FindObjectsInit", attributes.data(),
                       CK_ULONG{attributes.size()}));
  std::vector<ObjectHandle> found;
  absl::Status status;
  CK_ULONG count = 0;
  do {
    CK_OBJECT_HANDLE batch[64] = {};
    status = Call(&CK_FUNCTION_LIST::C_FindObjects, "C_FindObjects", &batch[0],
                  CK_ULONG{64}, &count);
    for (CK_ULONG i = 0; status.ok() && i < count; ++i) {
      found.push_back(ObjectHandle{batch[i]});
    }
  } while (status.ok() && count > 0);
  const absl::Status ended =
      Call(&CK_FUNCTION_LIST::C_FindObjectsFinal, "C_FindObjectsFinal");
  RETURN_IF_ERROR(status);
  RETURN_IF_ERROR(ended);
  return found;
}

absl::StatusOr<bool> Session::GetBool(ObjectHandle object,
                                      CK_ATTRIBUTE_TYPE type) {
  CK_BBOOL value = CK_FALSE;
  CK_ATTRIBUTE attribute = {type, &value, sizeof(value)};
  RETURN_IF_ERROR(module_->Call(&CK_FUNCTION_LIST::C_GetAttributeValue,
                                "C_GetAttributeValue", handle_, Raw(object),
                                &attribute, CK_ULONG{1}));
  return value == CK_TRUE;
}

absl::StatusOr<CK_ULONG> Session::GetUlong(ObjectHandle object,
                                           CK_ATTRIBUTE_TYPE type) {
  CK_ULONG value = 0;
  CK_ATTRIBUTE attribute = {type, &value, sizeof(value)};
  RETURN_IF_ERROR(module_->Call(&CK_FUNCTION_LIST::C_GetAttributeValue,
                                "C_GetAttributeValue", handle_, Raw(object),
                                &attribute, CK_ULONG{1}));
  return value;
}

absl::StatusOr<Bytes> Session::GetBytes(ObjectHandle object,
                                        CK_ATTRIBUTE_TYPE type) {
  CK_ATTRIBUTE attribute = {type, nullptr, 0};
  RETURN_IF_ERROR(module_->Call(&CK_FUNCTION_LIST::C_GetAttributeValue,
                                "C_GetAttributeValue", handle_, Raw(object),
                                &attribute, CK_ULONG{1}));
  Bytes value(attribute.ulValueLen);
  attribute.pValue = value.data();
  RETURN_IF_ERROR(module_->Call(&CK_FUNCTION_LIST::C_GetAttributeValue,
                                "C_GetAttributeValue", handle_, Raw(object),
                                &attribute, CK_ULONG{1}));
  value.resize(attribute.ulValueLen);
  return value;
}

absl::StatusOr<Object> Session::GenerateKey(CK_MECHANISM_TYPE type,
                                            Template key) {
  CK_MECHANISM mechanism = {type, nullptr, 0};
  const auto attributes = key.Get();
  CK_OBJECT_HANDLE made = 0;
  RETURN_IF_ERROR(Call(&CK_FUNCTION_LIST::C_GenerateKey, "C_GenerateKey",
                       &mechanism, attributes.data(),
                       CK_ULONG{attributes.size()}, &made));
  return Object(*module_, handle_, ObjectHandle{made});
}

absl::StatusOr<Object> Session::ImportKey(const SecretBytes& value,
                                          Template key) {
  const auto rest = key.Get();
  const ByteSpan bytes = value.Read(GrantSecretAccess());
  std::vector<CK_ATTRIBUTE> attributes = {
      {CKA_VALUE, Mutable(bytes), bytes.size()}};
  attributes.insert(attributes.end(), rest.begin(), rest.end());
  CK_OBJECT_HANDLE made = 0;
  RETURN_IF_ERROR(Call(&CK_FUNCTION_LIST::C_CreateObject, "C_CreateObject",
                       attributes.data(), CK_ULONG{attributes.size()}, &made));
  return Object(*module_, handle_, ObjectHandle{made});
}

absl::StatusOr<Object> Session::DeriveKey(Mechanism mechanism,
                                          ObjectHandle base, Template key) {
  const auto attributes = key.Get();
  CK_OBJECT_HANDLE made = 0;
  RETURN_IF_ERROR(Call(&CK_FUNCTION_LIST::C_DeriveKey, "C_DeriveKey",
                       mechanism.Get(), Raw(base), attributes.data(),
                       CK_ULONG{attributes.size()}, &made));
  return Object(*module_, handle_, ObjectHandle{made});
}

absl::StatusOr<ObjectHandle> Session::Copy(ObjectHandle source,
                                           Template& changes) {
  const auto attributes = changes.Get();
  CK_OBJECT_HANDLE made = 0;
  RETURN_IF_ERROR(Call(&CK_FUNCTION_LIST::C_CopyObject, "C_CopyObject",
                       Raw(source), attributes.data(),
                       CK_ULONG{attributes.size()}, &made));
  return ObjectHandle{made};
}

absl::StatusOr<Object> Session::CopyToSession(ObjectHandle source,
                                              Template changes) {
  ASSIGN_OR_RETURN(const ObjectHandle made, Copy(source, changes));
  return Object(*module_, handle_, made);
}

absl::StatusOr<ObjectHandle> Session::CopyToToken(ObjectHandle source,
                                                  Template changes) {
  return Copy(source, changes);
}

absl::StatusOr<ObjectHandle> Session::CreateTokenObject(Template object) {
  const auto attributes = object.Get();
  CK_OBJECT_HANDLE made = 0;
  RETURN_IF_ERROR(Call(&CK_FUNCTION_LIST::C_CreateObject, "C_CreateObject",
                       attributes.data(), CK_ULONG{attributes.size()}, &made));
  return ObjectHandle{made};
}

absl::Status Session::GenerateTokenKeyPair(CK_MECHANISM_TYPE type,
                                           Template public_key,
                                           Template private_key) {
  CK_MECHANISM mechanism = {type, nullptr, 0};
  const auto of_public = public_key.Get();
  const auto of_private = private_key.Get();
  CK_OBJECT_HANDLE made_public = 0;
  CK_OBJECT_HANDLE made_private = 0;
  return Call(&CK_FUNCTION_LIST::C_GenerateKeyPair, "C_GenerateKeyPair",
              &mechanism, of_public.data(), CK_ULONG{of_public.size()},
              of_private.data(), CK_ULONG{of_private.size()}, &made_public,
              &made_private);
}

void Session::Destroy(ObjectHandle object) {
  (void)module_->CallRaw(&CK_FUNCTION_LIST::C_DestroyObject, handle_,
                         Raw(object));
}

absl::StatusOr<Bytes> Session::Encrypt(Mechanism mechanism, ObjectHandle key,
                                       ByteSpan data) {
  RETURN_IF_ERROR(Call(&CK_FUNCTION_LIST::C_EncryptInit, "C_EncryptInit",
                       mechanism.Get(), Raw(key)));
  Bytes out(data.size() + kMostOverhead);
  CK_ULONG size = out.size();
  RETURN_IF_ERROR(Call(&CK_FUNCTION_LIST::C_Encrypt, "C_Encrypt", Mutable(data),
                       CK_ULONG{data.size()}, out.data(), &size));
  out.resize(size);
  return out;
}

absl::StatusOr<Bytes> Session::Decrypt(Mechanism mechanism, ObjectHandle key,
                                       ByteSpan data) {
  RETURN_IF_ERROR(Call(&CK_FUNCTION_LIST::C_DecryptInit, "C_DecryptInit",
                       mechanism.Get(), Raw(key)));
  Bytes out(data.size() + kMostOverhead);
  CK_ULONG size = out.size();
  const absl::Status status =
      Call(&CK_FUNCTION_LIST::C_Decrypt, "C_Decrypt", Mutable(data),
           CK_ULONG{data.size()}, out.data(), &size);
  if (!status.ok()) {
    WipeBytes(absl::MakeSpan(out));
    return status;
  }
  out.resize(size);
  return out;
}

absl::StatusOr<Bytes> Session::Sign(Mechanism mechanism, ObjectHandle key,
                                    ByteSpan data) {
  RETURN_IF_ERROR(Call(&CK_FUNCTION_LIST::C_SignInit, "C_SignInit",
                       mechanism.Get(), Raw(key)));
  Bytes out(kMostSignature);
  CK_ULONG size = out.size();
  RETURN_IF_ERROR(Call(&CK_FUNCTION_LIST::C_Sign, "C_Sign", Mutable(data),
                       CK_ULONG{data.size()}, out.data(), &size));
  out.resize(size);
  return out;
}

absl::StatusOr<Bytes> Session::Digest(CK_MECHANISM_TYPE type, ByteSpan data) {
  CK_MECHANISM mechanism = {type, nullptr, 0};
  RETURN_IF_ERROR(
      Call(&CK_FUNCTION_LIST::C_DigestInit, "C_DigestInit", &mechanism));
  Bytes out(kMostDigest);
  CK_ULONG size = out.size();
  RETURN_IF_ERROR(Call(&CK_FUNCTION_LIST::C_Digest, "C_Digest", Mutable(data),
                       CK_ULONG{data.size()}, out.data(), &size));
  out.resize(size);
  return out;
}

absl::Status Session::FillRandom(absl::Span<uint8_t> out) {
  return Call(&CK_FUNCTION_LIST::C_GenerateRandom, "C_GenerateRandom",
              out.data(), CK_ULONG{out.size()});
}

absl::StatusOr<Bytes> Session::EncryptCbc(ObjectHandle key, ByteSpan iv,
                                          ByteSpan data, size_t limit) {
  Bytes out;
  out.reserve(data.size());
  Bytes last(iv.begin(), iv.end());
  while (!data.empty()) {
    const ByteSpan part = data.subspan(0, limit);
    ASSIGN_OR_RETURN(const Bytes done, Encrypt(Cbc(last), key, part));
    RETURN_IF_ERROR(CheckLength(done, part));
    last.assign(done.end() - static_cast<ptrdiff_t>(iv.size()), done.end());
    Append(out, done);
    data.remove_prefix(part.size());
  }
  return out;
}

absl::StatusOr<Bytes> Session::DecryptCbc(ObjectHandle key, ByteSpan iv,
                                          ByteSpan data, size_t limit) {
  Bytes out;
  out.reserve(data.size());
  ByteSpan last = iv;
  while (!data.empty()) {
    const ByteSpan part = data.subspan(0, limit);
    absl::StatusOr<Bytes> done = Decrypt(Cbc(last), key, part);
    const absl::Status status =
        done.ok() ? CheckLength(*done, part) : done.status();
    if (done.ok()) {
      Append(out, *done);
      WipeBytes(absl::MakeSpan(*done));
    }
    if (!status.ok()) {
      WipeBytes(absl::MakeSpan(out));
      return status;
    }
    last = part.last(iv.size());
    data.remove_prefix(part.size());
  }
  return out;
}

}  // namespace cardferry::pkcs11
