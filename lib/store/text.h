#ifndef CARDFERRY_LIB_STORE_TEXT_H_
#define CARDFERRY_LIB_STORE_TEXT_H_

#include "absl/strings/string_view.h"

namespace cardferry::store {

// True for UTF-8 (RFC 3629: shortest form, no surrogates, up to U+10FFFF)
// without NUL: what every database gives back as it was stored.
bool IsStorableText(absl::string_view text);

}  // namespace cardferry::store

#endif  // CARDFERRY_LIB_STORE_TEXT_H_
