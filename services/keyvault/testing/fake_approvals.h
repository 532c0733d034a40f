#ifndef CARDFERRY_SERVICES_KEYVAULT_TESTING_FAKE_APPROVALS_H_
#define CARDFERRY_SERVICES_KEYVAULT_TESTING_FAKE_APPROVALS_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/crypto/digest.h"
#include "services/keyvault/approval_ledger.h"
#include "services/keyvault/content_signer.h"

namespace cardferry::keyvault {

// Not a signature: SHA-512 of the key's name and the message. Remembers what it
// was given. One key, "dap" or "token", for each kind. Not for several threads.
class FakeContentSigner final : public ContentSigner {
 public:
  struct Signed {
    std::string key;
    hsm::ContentSignature kind;
    Bytes message;
  };

  static Bytes SignatureOf(const std::string& name, ByteSpan message) {
    return crypto::Sha512(Concat({AsBytes(name), message}));
  }

  std::vector<ContentKey> ContentKeys() const override {
    pkcs11::PublicKey point;
    point.point = Bytes(65, 0x04);
    return {{"dap", pkcs11::SigningAlgorithm::kEcdsaP256,
             hsm::ContentSignature::kDap, point, "pem"},
            {"token", pkcs11::SigningAlgorithm::kEcdsaP256,
             hsm::ContentSignature::kToken, point, "pem"}};
  }

  absl::StatusOr<Bytes> Sign(const std::string& name,
                             hsm::ContentSignature kind,
                             ByteSpan message) override {
    if ((name == "dap") != (kind == hsm::ContentSignature::kDap)) {
      return absl::NotFoundError("no such signing key");
    }
    signed_.push_back({name, kind, Bytes(message.begin(), message.end())});
    return SignatureOf(name, message);
  }

  const std::vector<Signed>& all() const { return signed_; }

 private:
  std::vector<Signed> signed_;
};

// In memory; can be told to fail. Not for several threads.
class FakeApprovalLedger final : public ApprovalLedger {
 public:
  void set_failure(absl::Status failure) { failure_ = std::move(failure); }
  const std::vector<Alarm>& events() const { return events_; }

  absl::Status RecordApproval(const Approval& approval,
                              const Alarm& event) override {
    if (!failure_.ok()) return failure_;
    approvals_.insert(approvals_.begin(), approval);
    events_.push_back(event);
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<Approval>> Approvals(size_t limit) override {
    std::vector<Approval> newest = approvals_;
    if (newest.size() > limit) newest.resize(limit);
    return newest;
  }
  absl::StatusOr<std::optional<Approval>> FindById(
      const std::string& id) override {
    for (const Approval& one : approvals_) {
      if (one.id == id) return one;
    }
    return std::nullopt;
  }
  absl::StatusOr<std::optional<Approval>> FindValid(const ApprovedThing& what,
                                                    absl::Time now) override {
    std::optional<Approval> longest;
    for (const Approval& one : approvals_) {
      if (one.signing_key != what.signing_key || one.digest != what.digest ||
          one.valid_until <= now ||
          (longest.has_value() && longest->valid_until >= one.valid_until)) {
        continue;
      }
      longest = one;
    }
    return longest;
  }

 private:
  absl::Status failure_;
  std::vector<Approval> approvals_;
  std::vector<Alarm> events_;
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_TESTING_FAKE_APPROVALS_H_
