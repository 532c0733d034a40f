#include "services/sequencer/load_file_cache.h"

#include <thread>

#include "lib/base/status_matchers.h"
#include "lib/crypto/digest.h"
#include "services/sequencer/testing/applets.h"

namespace cardferry::sequencer {
namespace {

using absl::StatusCode;

TEST(LoadFileCacheTest, GivesBackWhatWasPut) {
  LoadFileCache cache(1 << 20);
  const Bytes file = ReadApplet("greeter.cap");
  ASSERT_OK_AND_ASSIGN(const auto put, cache.Put(file));
  EXPECT_EQ(put->content_hash, crypto::Sha256(file));
  EXPECT_EQ(put->file_bytes, file.size());
  EXPECT_EQ(put->cap.package().ToString(), "F043464552525903 1.0");
  EXPECT_THAT(cache.Get(crypto::Sha256(file)), IsOkAndHolds(put));
}

TEST(LoadFileCacheTest, NamesTheHashThatIsMissing) {
  LoadFileCache cache(1 << 20);
  EXPECT_THAT(cache.Get(FromHexOrDie("0102")),
              StatusIs(StatusCode::kNotFound,
                       "the load file 0102 is not here: put it again"));
}

TEST(LoadFileCacheTest, KeepsNoBadFile) {
  LoadFileCache cache(1 << 20);
  const Bytes bad = {'n', 'o', ' ', 'z', 'i', 'p'};
  EXPECT_THAT(cache.Put(bad),
              StatusIs(StatusCode::kInvalidArgument, "not a zip file"));
  EXPECT_THAT(cache.Get(crypto::Sha256(bad)), StatusIs(StatusCode::kNotFound));
}

TEST(LoadFileCacheTest, TheLeastRecentlyUsedGoesFirst) {
  const Bytes library = ReadApplet("greetinglib.cap");
  const Bytes greeter = ReadApplet("greeter.cap");
  const Bytes brokerage = ReadApplet("brokerage.cap");
  // Room for the library and one of the others.
  LoadFileCache cache(library.size() + brokerage.size());
  ASSERT_OK(cache.Put(library));
  ASSERT_OK(cache.Put(greeter));
  ASSERT_OK(cache.Get(crypto::Sha256(library)));  // used again
  ASSERT_OK(cache.Put(brokerage));
  EXPECT_OK(cache.Get(crypto::Sha256(library)));
  EXPECT_OK(cache.Get(crypto::Sha256(brokerage)));
  EXPECT_THAT(cache.Get(crypto::Sha256(greeter)),
              StatusIs(StatusCode::kNotFound));
}

TEST(LoadFileCacheTest, TheSameFileCountsOnce) {
  const Bytes library = ReadApplet("greetinglib.cap");
  const Bytes greeter = ReadApplet("greeter.cap");
  LoadFileCache cache(library.size() + greeter.size());
  ASSERT_OK(cache.Put(greeter));
  ASSERT_OK(cache.Put(library));
  ASSERT_OK(cache.Put(library));
  EXPECT_OK(cache.Get(crypto::Sha256(greeter)));
}

TEST(LoadFileCacheTest, RefusesAFileLargerThanItself) {
  LoadFileCache cache(1000);
  EXPECT_THAT(cache.Put(ReadApplet("greetinglib.cap")),
              StatusIs(StatusCode::kResourceExhausted,
                       "the CAP file has 2729 bytes, the cache holds 1000"));
}

TEST(LoadFileCacheTest, ServesSeveralThreads) {
  const Bytes library = ReadApplet("greetinglib.cap");
  const Bytes greeter = ReadApplet("greeter.cap");
  LoadFileCache cache(greeter.size());  // one at a time
  const auto work = [&cache](const Bytes& file) {
    for (int i = 0; i < 50; ++i) {
      ASSERT_OK_AND_ASSIGN(const auto put, cache.Put(file));
      const auto got = cache.Get(put->content_hash);
      EXPECT_TRUE(got.ok() || absl::IsNotFound(got.status()));
    }
  };
  std::thread other(work, library);
  work(greeter);
  other.join();
}

}  // namespace
}  // namespace cardferry::sequencer
