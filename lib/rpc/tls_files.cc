#include "lib/rpc/tls_files.h"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cerrno>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/file.h"
#include "lib/base/status_macros.h"
#include "lib/base/unique_fd.h"

namespace cardferry::rpc {
namespace {

constexpr size_t kLongestPem = 1 << 20;

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

// For a key that turns out to be encrypted: no passphrase, never a prompt.
int NoPassphrase(char*, int, int, void*) { return 0; }

// The first certificate of the file.
absl::StatusOr<Owned<X509>> ReadCertificate(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string pem, ReadFile(path, kLongestPem));
  const Owned<BIO> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  Owned<X509> certificate(
      PEM_read_bio_X509(bio.get(), nullptr, NoPassphrase, nullptr));
  ERR_clear_error();
  if (certificate == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": not a PEM certificate"));
  }
  return certificate;
}

absl::StatusOr<Owned<EVP_PKEY>> ReadKey(const std::string& path) {
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return ErrnoStatus(errno, path);
  struct stat info;
  if (fstat(fd.get(), &info) != 0) return ErrnoStatus(errno, path);
  if (!S_ISREG(info.st_mode) || (info.st_mode & 077) != 0) {
    return absl::FailedPreconditionError(absl::StrCat(
        path,
        ": a private key must be a file that only its owner can open "
        "(mode 0400 or 0600)"));
  }
  const Owned<BIO> bio(BIO_new_fd(fd.get(), BIO_NOCLOSE));
  Owned<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassphrase, nullptr));
  ERR_clear_error();
  if (key == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": not a PEM private key without passphrase"));
  }
  return key;
}

absl::StatusOr<Identity> IdentityOf(const X509* certificate) {
  const Owned<GENERAL_NAMES> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<absl::string_view> uris;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_URI) continue;
    const ASN1_STRING* const uri = name->d.uniformResourceIdentifier;
    uris.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                      static_cast<size_t>(ASN1_STRING_length(uri)));
  }
  return IdentityFromUris(uris);
}

absl::Status CheckValidNow(const X509* certificate, const std::string& path) {
  if (X509_cmp_current_time(X509_get0_notBefore(certificate)) >= 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": the certificate is not valid yet"));
  }
  if (X509_cmp_current_time(X509_get0_notAfter(certificate)) <= 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": the certificate has expired"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Identity> CheckTlsFiles(const TlsFiles& files) {
  ASSIGN_OR_RETURN(const Owned<X509> certificate,
                   ReadCertificate(files.certificate));
  ASSIGN_OR_RETURN(const Owned<EVP_PKEY> key, ReadKey(files.private_key));
  RETURN_IF_ERROR(ReadCertificate(files.ca).status());
  const bool fits = X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  if (!fits) {
    return absl::FailedPreconditionError(
        absl::StrCat(files.private_key, ": not the key of the certificate ",
                     files.certificate));
  }
  RETURN_IF_ERROR(CheckValidNow(certificate.get(), files.certificate));
  const absl::StatusOr<Identity> identity = IdentityOf(certificate.get());
  if (!identity.ok()) return Annotate(identity.status(), files.certificate);
  return identity;
}

}  // namespace cardferry::rpc
