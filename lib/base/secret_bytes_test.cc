#include "lib/base/secret_bytes.h"

#include <ostream>
#include <type_traits>
#include <utility>

#include "gtest/gtest.h"
#include "lib/base/secret_access_grant.h"

namespace cardferry {
namespace {

template <typename T, typename = void>
struct Printable : std::false_type {};
template <typename T>
struct Printable<T, std::void_t<decltype(std::declval<std::ostream&>()
                                         << std::declval<const T&>())>>
    : std::true_type {};

template <typename T, typename = void>
struct Comparable : std::false_type {};
template <typename T>
struct Comparable<T, std::void_t<decltype(std::declval<const T&>() ==
                                          std::declval<const T&>())>>
    : std::true_type {};

static_assert(!std::is_copy_constructible<SecretBytes>::value, "");
static_assert(!std::is_copy_assignable<SecretBytes>::value, "");
static_assert(std::is_nothrow_move_constructible<SecretBytes>::value, "");
static_assert(!Printable<SecretBytes>::value, "");
static_assert(Printable<int>::value, "the probe itself works");
static_assert(!Comparable<SecretBytes>::value, "");
static_assert(Comparable<int>::value, "the probe itself works");
static_assert(!std::is_default_constructible<SecretAccess>::value,
              "nobody may forge the right to read");
static_assert(!std::is_aggregate<SecretAccess>::value,
              "SecretAccess{} must not compile");

TEST(SecretBytesTest, HoldsWhatItWasGiven) {
  const SecretBytes secret = SecretBytes::CopyOf(Bytes{1, 2, 3});
  EXPECT_EQ(secret.size(), 3u);
  EXPECT_EQ(secret.Read(GrantSecretAccess()), ByteSpan(Bytes{1, 2, 3}));
}

TEST(SecretBytesTest, StartsAsZeroBytesThatMayBeWritten) {
  SecretBytes secret(2);
  EXPECT_EQ(secret.Read(GrantSecretAccess()), ByteSpan(Bytes{0, 0}));
  secret.Write(GrantSecretAccess())[1] = 9;
  EXPECT_EQ(secret.Read(GrantSecretAccess()), ByteSpan(Bytes{0, 9}));
}

TEST(SecretBytesTest, MovingLeavesTheSourceEmpty) {
  SecretBytes first = SecretBytes::CopyOf(Bytes{7});
  SecretBytes second = std::move(first);
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(second.Read(GrantSecretAccess()), ByteSpan(Bytes{7}));
  SecretBytes third = SecretBytes::CopyOf(Bytes{8, 8});
  third = std::move(second);
  EXPECT_EQ(third.Read(GrantSecretAccess()), ByteSpan(Bytes{7}));
}

TEST(SecretBytesTest, CloneIsIndependent) {
  SecretBytes first = SecretBytes::CopyOf(Bytes{7});
  const SecretBytes second = first.Clone();
  first.Write(GrantSecretAccess())[0] = 0;
  EXPECT_EQ(second.Read(GrantSecretAccess()), ByteSpan(Bytes{7}));
}

TEST(SecretBytesTest, EqualsComparesLengthAndBytes) {
  const SecretBytes secret = SecretBytes::CopyOf(Bytes{1, 2});
  EXPECT_TRUE(secret.Equals(SecretBytes::CopyOf(Bytes{1, 2})));
  EXPECT_FALSE(secret.Equals(SecretBytes::CopyOf(Bytes{1, 3})));
  EXPECT_FALSE(secret.Equals(SecretBytes::CopyOf(Bytes{1})));
}

TEST(SecretBytesTest, WipeBytesLeavesZeros) {
  Bytes bytes = {1, 2, 3};
  WipeBytes(absl::MakeSpan(bytes));
  EXPECT_EQ(bytes, (Bytes{0, 0, 0}));
}

}  // namespace
}  // namespace cardferry
