#include "agent/pcsc/reader_names.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::agent {
namespace {

using Names = std::vector<std::string>;

// A service whose readers change from call to call; the last state stays.
class FakeService {
 public:
  // Each state is a multi-string, or empty: no readers.
  explicit FakeService(std::vector<std::string> states)
      : states_(std::move(states)) {}

  LONG operator()(char* names, DWORD* size) {
    const std::string& state = states_[std::min(calls, states_.size() - 1)];
    ++calls;
    if (state.empty()) return SCARD_E_NO_READERS_AVAILABLE;
    const DWORD room = *size;
    *size = state.size();
    if (names == nullptr) return SCARD_S_SUCCESS;
    if (room < state.size()) return SCARD_E_INSUFFICIENT_BUFFER;
    state.copy(names, state.size());
    return SCARD_S_SUCCESS;
  }

  size_t calls = 0;

 private:
  const std::vector<std::string> states_;
};

absl::StatusOr<Names> Read(FakeService& service) {
  return ReadReaderNames(
      [&service](char* names, DWORD* size) { return service(names, size); });
}

const std::string kOne("A\0\0", 3);
const std::string kTwo("A\0B 1\0\0", 7);
const std::string kThree("A\0B 1\0C\0\0", 9);

TEST(ReadReaderNamesTest, SplitsTheMultiString) {
  FakeService service({kTwo});
  EXPECT_THAT(Read(service), IsOkAndHolds(Names{"A", "B 1"}));
  EXPECT_EQ(service.calls, 2u);
}

TEST(ReadReaderNamesTest, NoReadersIsAnAnswer) {
  FakeService none({""});
  EXPECT_THAT(Read(none), IsOkAndHolds(Names{}));
  FakeService unplugged_between({kOne, ""});
  EXPECT_THAT(Read(unplugged_between), IsOkAndHolds(Names{}));
}

TEST(ReadReaderNamesTest, AReaderPluggedInBetweenIsFound) {
  FakeService once({kOne, kTwo});
  EXPECT_THAT(Read(once), IsOkAndHolds(Names{"A", "B 1"}));
  EXPECT_EQ(once.calls, 4u);
  FakeService twice({kOne, kTwo, kTwo, kThree});
  EXPECT_THAT(Read(twice), IsOkAndHolds(Names{"A", "B 1", "C"}));
  EXPECT_EQ(twice.calls, 6u);
}

TEST(ReadReaderNamesTest, AReaderUnpluggedInBetweenLeavesNoEmptyName) {
  FakeService service({kTwo, kOne});
  EXPECT_THAT(Read(service), IsOkAndHolds(Names{"A"}));
}

TEST(ReadReaderNamesTest, GivesUpWhenTheRoomIsTooSmallEveryTime) {
  FakeService service({kOne, kTwo, kOne, kTwo, kOne, kTwo, kOne, kTwo, kOne});
  EXPECT_THAT(Read(service), StatusIs(absl::StatusCode::kInternal));
  EXPECT_EQ(service.calls, 8u);
}

TEST(ReadReaderNamesTest, AnotherErrorIsNotAskedAgain) {
  int calls = 0;
  EXPECT_THAT(ReadReaderNames([&calls](char*, DWORD*) {
                ++calls;
                return static_cast<LONG>(SCARD_E_NO_SERVICE);
              }),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace cardferry::agent
