#include "services/orchestrator/repository/application_repository.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "services/orchestrator/repository/testing/database_fixture.h"

namespace cardferry::orchestrator {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;

class ApplicationRepositoryTest : public ::testing::Test {
 protected:
  absl::Status Add(const Application& application, const Bytes& cap_file) {
    return db_.Do([&](store::Transaction& tx) {
      return ApplicationRepository(tx).Add(application, cap_file);
    });
  }
  absl::StatusOr<Application> Get(const std::string& name) {
    return db_.Do([&](store::Transaction& tx) {
      return ApplicationRepository(tx).Get(name);
    });
  }

  DatabaseFixture db_;
};

TEST_F(ApplicationRepositoryTest, GivesBackWhatWasAdded) {
  const Application brokerage = DatabaseFixture::Brokerage();
  ASSERT_OK(Add(brokerage, FromHexOrDie("504B0000FF")));
  ASSERT_OK_AND_ASSIGN(const Application found, Get("brokerage"));
  EXPECT_EQ(found.name, "brokerage");
  EXPECT_EQ(found.load_file.content_hash, brokerage.load_file.content_hash);
  EXPECT_EQ(found.load_file.package_aid, brokerage.load_file.package_aid);
  EXPECT_EQ(found.load_file.version, "1.0");
  EXPECT_EQ(found.load_file.applet_aids, brokerage.load_file.applet_aids);
  EXPECT_EQ(found.load_file.load_file_bytes, 300u);
}

TEST_F(ApplicationRepositoryTest, KeepsEveryByteOfTheFileThroughARestart) {
  Bytes file;
  for (int i = 0; i < 256; ++i) file.push_back(static_cast<uint8_t>(i));
  ASSERT_OK(Add(DatabaseFixture::Brokerage(), file));
  db_.Reopen();
  const auto kept = db_.Do([](store::Transaction& tx) {
    return ApplicationRepository(tx).CapFile(
        DatabaseFixture::Brokerage().load_file.content_hash);
  });
  EXPECT_THAT(kept, IsOkAndHolds(file));
}

TEST_F(ApplicationRepositoryTest, AddingTheSameAgainChangesNothing) {
  ASSERT_OK(Add(DatabaseFixture::Brokerage(), {1}));
  EXPECT_OK(Add(DatabaseFixture::Brokerage(), {1}));
  const auto list = db_.Do(
      [](store::Transaction& tx) { return ApplicationRepository(tx).List(); });
  ASSERT_OK(list);
  EXPECT_EQ(list->size(), 1u);
}

TEST_F(ApplicationRepositoryTest, OneNameStandsForOneFile) {
  ASSERT_OK(Add(DatabaseFixture::Brokerage(), {1}));
  Application other = DatabaseFixture::Brokerage();
  other.load_file.content_hash = {9};
  EXPECT_THAT(Add(other, {2}),
              StatusIs(StatusCode::kAlreadyExists, HasSubstr("another name")));
}

TEST_F(ApplicationRepositoryTest, OneFileMayHaveTwoNamesAndIsListedByName) {
  ASSERT_OK(Add(DatabaseFixture::Brokerage(), {1}));
  Application second = DatabaseFixture::Brokerage();
  second.name = "another";
  ASSERT_OK(Add(second, {1}));
  const auto list = db_.Do(
      [](store::Transaction& tx) { return ApplicationRepository(tx).List(); });
  EXPECT_THAT(
      list, IsOkAndHolds(ElementsAre(Field(&Application::name, "another"),
                                     Field(&Application::name, "brokerage"))));
}

TEST_F(ApplicationRepositoryTest, SaysWhichNameIsNotThere) {
  EXPECT_THAT(Get("nothing"), StatusIs(StatusCode::kNotFound,
                                       "there is no application \"nothing\""));
  EXPECT_THAT(db_.Do([](store::Transaction& tx) {
    return ApplicationRepository(tx).CapFile({1, 2});
  }),
              StatusIs(StatusCode::kNotFound));
}

}  // namespace
}  // namespace cardferry::orchestrator
