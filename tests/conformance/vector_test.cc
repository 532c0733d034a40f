#include "tests/conformance/vector.h"

#include <cstdlib>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "tests/conformance/vector_file.h"

namespace cardferry::conformance {
namespace {

using absl::StatusCode;
using testing::HasSubstr;
using testing::StartsWith;

Vector One(const std::string& fields) {
  return ParseVectors(R"([{"name":"n","kind":"k",)" + fields + "}]")->at(0);
}

std::string Refusal(const std::string& json) {
  const auto vectors = ParseVectors(json);
  return vectors.ok() ? "taken" : std::string(vectors.status().message());
}

TEST(VectorTest, ReadsFieldsByTheirPaths) {
  const Vector vector = One(
      R"("keys":{"enc":"0A0B"},"commands":[{"plain":"80"},{"plain":"81"}])");
  EXPECT_EQ(vector.name(), "n");
  EXPECT_EQ(vector.kind(), "k");
  EXPECT_THAT(vector.Hex("keys.enc"), IsOkAndHolds(Bytes{0x0A, 0x0B}));
  EXPECT_THAT(vector.HexByte("commands.1.plain"), IsOkAndHolds(0x81));
  EXPECT_FALSE(vector.Has("commands.2.plain"));
}

TEST(VectorTest, NullIsNotThereAndEmptyIs) {
  const Vector vector = One(R"("sequence":null,"message":"")");
  EXPECT_FALSE(vector.Has("sequence"));
  EXPECT_THAT(vector.Hex("message"), IsOkAndHolds(Bytes{}));
}

TEST(VectorTest, NumbersAndTruthValuesAreTexts) {
  const Vector vector = One(R"("bits":256,"verified":true)");
  EXPECT_THAT(vector.Number("bits"), IsOkAndHolds(256u));
  EXPECT_EQ(vector.Text("verified"), "true");
}

TEST(VectorTest, ErrorsNameTheField) {
  const Vector vector = One(R"("key":"0G","aid":"A0")");
  EXPECT_THAT(vector.Hex("none"),
              StatusIs(StatusCode::kInvalidArgument, "no field none"));
  EXPECT_THAT(vector.Hex("key"), StatusIs(StatusCode::kInvalidArgument,
                                          "key: not a hexadecimal digit"));
  EXPECT_THAT(vector.Hex("aid", 8), StatusIs(StatusCode::kInvalidArgument,
                                             "aid has 1 bytes, must have 8"));
  EXPECT_THAT(vector.Number("key"),
              StatusIs(StatusCode::kInvalidArgument, "key is not a number"));
}

TEST(VectorFileTest, SaysWhereTheTextIsNoJson) {
  EXPECT_THAT(Refusal("[{\"name\":\n"), StartsWith("not JSON: "));
  EXPECT_THAT(Refusal("[{\"name\":\n"), HasSubstr("line 2"));
  EXPECT_THAT(Refusal(""), StartsWith("not JSON: "));
}

TEST(VectorFileTest, RefusesWhatIsNoListOfRecords) {
  EXPECT_EQ(Refusal("{}"), "not a list of records");
  EXPECT_EQ(Refusal("[1]"), "record 0: not an object");
  EXPECT_EQ(Refusal(R"([{"name":"n","kind":"k"},{"name":"n"}])"),
            "record 1: no field kind");
  EXPECT_EQ(Refusal(R"([{"kind":"k"}])"), "record 0: no field name");
}

TEST(VectorFileTest, RefusesWhatIsNestedTooDeep) {
  EXPECT_THAT(
      Refusal("[{\"x\":" + std::string(40, '[') + std::string(40, ']') + "}]"),
      HasSubstr("nested too deep"));
}

class FolderTest : public testing::Test {
 protected:
  FolderTest() : folder_(testing::TempDir() + "/vectorsXXXXXX") {
    if (mkdtemp(folder_.data()) == nullptr) std::abort();
  }
  void Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ + "/" + name) << text;
  }

  std::string folder_;
};

TEST_F(FolderTest, LoadsEveryJsonFileByName) {
  Write("b.json", R"([{"name":"n","kind":"k"}])");
  Write("a.json", "[]");
  Write("README.md", "not JSON");
  ASSERT_OK_AND_ASSIGN(const std::vector<VectorFile> files,
                       LoadVectorFiles(folder_));
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(files[0].name, "a.json");
  EXPECT_EQ(files[1].name, "b.json");
  EXPECT_EQ(files[1].vectors.size(), 1u);
}

TEST_F(FolderTest, NamesTheFileThatIsBroken) {
  Write("good.json", "[]");
  Write("broken.json", "{");
  EXPECT_THAT(std::string(LoadVectorFiles(folder_).status().message()),
              StartsWith(folder_ + "/broken.json: not JSON: "));
}

TEST_F(FolderTest, AFolderWithoutVectorsIsAnError) {
  EXPECT_THAT(LoadVectorFiles(folder_),
              StatusIs(StatusCode::kNotFound, "no *.json in " + folder_));
  EXPECT_THAT(LoadVectorFiles(folder_ + "/none"),
              StatusIs(StatusCode::kNotFound));
}

}  // namespace
}  // namespace cardferry::conformance
