#include "lib/card/gp/registry_commands.h"

#include "lib/base/status_matchers.h"

namespace cardferry::card {
namespace {

using absl::StatusCode;

const Aid kApplet = *Aid::FromHex("F04346455201");
const Aid kDomain = *Aid::FromHex("A000000151");

std::string Hex(const absl::StatusOr<CommandApdu>& command) {
  return command.ok() ? ToHex(command->Encode()) : command.status().ToString();
}

TEST(RegistryCommandsTest, AreExact) {
  EXPECT_EQ(Hex(MakeSelectable(kApplet, FromHexOrDie("04"))),
            "80E608000D"
            "0000"
            "06F04346455201"
            "0104"
            "0000"
            "00");
  EXPECT_EQ(Hex(Extradite(kApplet, kDomain)),
            "80E6100011"
            "05A000000151"
            "00"
            "06F04346455201"
            "000000"
            "00");
  EXPECT_EQ(Hex(InstallForPersonalization(kApplet)),
            "80E620000C"
            "0000"
            "06F04346455201"
            "000000"
            "00");
}

TEST(RegistryCommandsTest, ALockNamesTheApplicationAndAsksForNoAnswer) {
  EXPECT_EQ(Hex(SetLocked(kApplet, true)), "80F0408006F04346455201");
  EXPECT_EQ(Hex(SetLocked(kApplet, false)), "80F0400006F04346455201");
}

TEST(RegistryCommandsTest, AnUpdateSaysOnlyWhatChanges) {
  EXPECT_EQ(Hex(UpdateRegistry({kApplet})),
            "80E640000C"
            "0000"
            "06F04346455201"
            "000000"
            "00");
  EXPECT_EQ(Hex(UpdateRegistry({kApplet, kDomain, FromHexOrDie("800000"),
                                FromHexOrDie("EF00")})),
            "80E6400016"
            "05A000000151"
            "00"
            "06F04346455201"
            "03800000"
            "02EF00"
            "00"
            "00");
}

TEST(RegistryCommandsTest, PrivilegesHaveOneOrThreeBytes) {
  for (const size_t size : {0u, 2u, 4u}) {
    EXPECT_THAT(MakeSelectable(kApplet, Bytes(size)),
                StatusIs(StatusCode::kInvalidArgument));
  }
  EXPECT_THAT(UpdateRegistry({kApplet, std::nullopt, Bytes(2)}),
              StatusIs(StatusCode::kInvalidArgument,
                       "privileges of 2 bytes: they have 1 or 3"));
}

}  // namespace
}  // namespace cardferry::card
