#ifndef CARDFERRY_BUILD_DEFS_PRELUDE_FOR_TESTS_H_
#define CARDFERRY_BUILD_DEFS_PRELUDE_FOR_TESTS_H_

// What nearly every test includes, compiled once for all of them. A source
// still names what it uses: clang builds it without this.
#include "build_defs/prelude_for_libraries.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#endif  // CARDFERRY_BUILD_DEFS_PRELUDE_FOR_TESTS_H_
