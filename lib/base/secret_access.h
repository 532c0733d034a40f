#ifndef CARDFERRY_LIB_BASE_SECRET_ACCESS_H_
#define CARDFERRY_LIB_BASE_SECRET_ACCESS_H_

namespace cardferry {

// The right to read a SecretBytes. Only GrantSecretAccess() makes one, and that
// function is a Bazel target of its own with a short list of users, so the
// build says which code may see secrets.
class SecretAccess {
 public:
  SecretAccess(const SecretAccess&) = default;
  SecretAccess& operator=(const SecretAccess&) = default;

 private:
  friend SecretAccess GrantSecretAccess();
  constexpr SecretAccess() {}  // not "= default": `{}` would get through
};

}  // namespace cardferry

#endif  // CARDFERRY_LIB_BASE_SECRET_ACCESS_H_
