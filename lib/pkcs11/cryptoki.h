#ifndef CARDFERRY_LIB_PKCS11_CRYPTOKI_H_
#define CARDFERRY_LIB_PKCS11_CRYPTOKI_H_

#include <p11-kit/pkcs11.h>

// The PKCS#11 2.40 declarations of p11-kit, and what of 3.0 we use besides.
namespace cardferry::pkcs11 {

// SP 800-108 in counter mode (PKCS#11 3.0, current mechanisms, 2.44).
constexpr CK_MECHANISM_TYPE kSp800_108CounterKdf = 0x3ac;

constexpr CK_ULONG kPrfDataIterationVariable = 1;
constexpr CK_ULONG kPrfDataByteArray = 4;

struct PrfDataParam {
  CK_ULONG type;
  void* value;
  CK_ULONG value_len;
};

struct Sp800_108CounterFormat {
  CK_BBOOL little_endian;
  CK_ULONG width_in_bits;
};

struct Sp800_108KdfParams {
  CK_MECHANISM_TYPE prf;
  CK_ULONG data_param_count;
  PrfDataParam* data_params;
  CK_ULONG additional_key_count;
  void* additional_keys;
};

// One object of a token or session. A number of the module's, not an owner.
enum class ObjectHandle : CK_OBJECT_HANDLE {};
constexpr ObjectHandle kNoObject{0};

}  // namespace cardferry::pkcs11

#endif  // CARDFERRY_LIB_PKCS11_CRYPTOKI_H_
