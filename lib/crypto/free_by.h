#ifndef CARDFERRY_LIB_CRYPTO_FREE_BY_H_
#define CARDFERRY_LIB_CRYPTO_FREE_BY_H_

namespace cardferry::crypto {

// A std::unique_ptr's deleter that calls a C library's own function:
//   std::unique_ptr<BIGNUM, FreeBy<BN_free>>
template <auto* kFree>
struct FreeBy {
  template <typename T>
  void operator()(T* pointer) const {
    kFree(pointer);
  }
};

}  // namespace cardferry::crypto

#endif  // CARDFERRY_LIB_CRYPTO_FREE_BY_H_
