#include "lib/rpc/testing/test_pki.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lib/base/bytes.h"
#include "lib/base/file.h"

namespace cardferry::rpc {
namespace {

void Must(bool done, const char* what) {
  if (done) return;
  std::fprintf(stderr, "TestPki: %s\n", what);
  abort();
}

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

void AddExtension(X509* certificate, int nid, const std::string& value) {
  X509_EXTENSION* const extension =
      X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
  Must(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1,
       "extension");
  X509_EXTENSION_free(extension);
}

void SetTime(ASN1_TIME* field, absl::Duration from_now) {
  Must(ASN1_TIME_set(field, absl::ToTimeT(absl::Now() + from_now)) != nullptr,
       "time");
}

std::string AltNames(const TestPki::Subject& subject) {
  std::string names;
  for (const std::string& uri : subject.uris) {
    absl::StrAppend(&names, names.empty() ? "" : ",", "URI:", uri);
  }
  for (const std::string& dns : subject.dns) {
    absl::StrAppend(&names, names.empty() ? "" : ",", "DNS:", dns);
  }
  return names;
}

// A certificate without a signature.
Owned<X509> Draft(EVP_PKEY* key, absl::string_view common_name, long serial) {
  Owned<X509> certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(
      X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
      reinterpret_cast<const unsigned char*>(common_name.data()),
      static_cast<int>(common_name.size()), -1, 0);
  return certificate;
}

template <typename Write>
void WritePem(const std::string& path, Write&& write) {
  const Owned<BIO> bio(BIO_new(BIO_s_mem()));
  Must(write(bio.get()) == 1, "PEM");
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  Must(WriteFileAtomically(
           path, AsBytes(absl::string_view(data, static_cast<size_t>(size))),
           0600)
           .ok(),
       "writing a file");
}

void WriteCertificate(const std::string& path, X509* certificate) {
  WritePem(path,
           [&](BIO* bio) { return PEM_write_bio_X509(bio, certificate); });
}

void WriteKey(const std::string& path, EVP_PKEY* key) {
  WritePem(path, [&](BIO* bio) {
    return PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr,
                                    nullptr);
  });
}

}  // namespace

struct TestPki::Authority {
  Owned<EVP_PKEY> key{EVP_EC_gen("P-256")};
  Owned<X509> certificate{Draft(key.get(), "test authority", 1)};

  Authority() {
    X509* const ca = certificate.get();
    X509_set_issuer_name(ca, X509_get_subject_name(ca));
    SetTime(X509_getm_notBefore(ca), -absl::Hours(24));
    SetTime(X509_getm_notAfter(ca), absl::Hours(24));
    AddExtension(ca, NID_basic_constraints, "critical,CA:TRUE");
    AddExtension(ca, NID_key_usage, "critical,keyCertSign,cRLSign");
    Must(X509_sign(ca, key.get(), EVP_sha256()) > 0, "signing");
  }
};

TestPki::TestPki() : authority_(std::make_unique<Authority>()) {
  const char* const root = getenv("TEST_TMPDIR");
  folder_ = absl::StrCat(root == nullptr ? "/tmp" : root, "/pki-XXXXXX");
  Must(mkdtemp(folder_.data()) != nullptr, "mkdtemp");
  WriteCertificate(ca(), authority_->certificate.get());
}

TestPki::~TestPki() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

TlsFiles TestPki::Issue(Role role, absl::string_view name) {
  Subject subject;
  subject.uris = {IdentityUri({role, std::string(name)})};
  return IssueSubject(subject);
}

TlsFiles TestPki::IssueSubject(const Subject& subject) {
  const std::string stem = absl::StrCat(folder_, "/", issued_);
  TlsFiles files{stem + ".crt", stem + ".key", ca()};
  Renew(files, subject);
  return files;
}

void TestPki::Renew(const TlsFiles& files, const Subject& subject) {
  const Owned<EVP_PKEY> key(EVP_EC_gen("P-256"));
  const Owned<X509> certificate(Draft(key.get(), "test", 100 + issued_++));
  X509* const leaf = certificate.get();
  X509_set_issuer_name(
      leaf, subject.self_signed
                ? X509_get_subject_name(leaf)
                : X509_get_subject_name(authority_->certificate.get()));
  SetTime(X509_getm_notBefore(leaf), subject.valid_from);
  SetTime(X509_getm_notAfter(leaf), subject.valid_until);
  AddExtension(leaf, NID_basic_constraints, "critical,CA:FALSE");
  const std::string names = AltNames(subject);
  if (!names.empty()) AddExtension(leaf, NID_subject_alt_name, names);
  Must(X509_sign(leaf, subject.self_signed ? key.get() : authority_->key.get(),
                 EVP_sha256()) > 0,
       "signing");
  WriteKey(files.private_key, key.get());
  WriteCertificate(files.certificate, leaf);
}

}  // namespace cardferry::rpc
