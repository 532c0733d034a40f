#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cli/testing/run_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/bytes.h"

namespace cardferry::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// Of the components one after the other, by another program.
constexpr char kSha256[] =
    "D25E30CC91192D0567BD3071B4378E246770B6C73247693DF7482C872C48BC88";
constexpr char kBrokerage[] = "applets/brokerage.cap";

class ApprovalCommandsTest : public RunFixture {
 protected:
  ApprovalCommandsTest() {
    keyvault::v1::Approval approval;
    approval.set_id("0011");
    approval.set_approver("alice");
    approval.set_summary("load file with hash AB");
    approval.set_reason("REL-77");
    approval.set_signing_key("acme-dap");
    approval.set_signature("\x01\x02");
    approval.set_approved_at_us(1'800'000'000'000'000);
    approvals_.approvals = {approval};
  }

  // As an approver's configuration is: no orchestrator.
  int Approve(std::vector<std::string> arguments) {
    out_.str("");
    err_.str("");
    arguments.insert(arguments.begin(), "approval");
    for (const char* setting : {"--keyvault", "v:3", "--certificate", "c",
                                "--private-key", "k", "--ca", "a"}) {
      arguments.emplace_back(setting);
    }
    return RunBare(arguments);
  }
  // With what every approval has.
  int ApproveWithFrame(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(),
                     {"--key", "acme-dap", "--reason", "REL-77"});
    return Approve(arguments);
  }
  static std::string Hex(const std::string& bytes) {
    return ToHex(AsBytes(bytes));
  }
};

TEST_F(ApprovalCommandsTest, ApprovesTheLoadFileOfACapFile) {
  EXPECT_EQ(ApproveWithFrame({"dap", kBrokerage}), kOk) << err();
  EXPECT_THAT(out(), StartsWith("approval     0011\n"
                                "what         load file with hash AB\n"
                                "approver     alice\n"
                                "reason       REL-77\n"));
  EXPECT_THAT(out(), HasSubstr("signature    0102\n"));
  EXPECT_EQ(approvals_.approved.signing_key(), "acme-dap");
  EXPECT_EQ(approvals_.approved.reason(), "REL-77");
  EXPECT_EQ(Hex(approvals_.approved.load_file().load_file_hash()), kSha256);
  EXPECT_EQ(ApproveWithFrame({"dap", kBrokerage, "--hash", "sha-1"}), kOk);
  EXPECT_EQ(Hex(approvals_.approved.load_file().load_file_hash()),
            "68D6A20C44A786DEC8115DBAB93664CCA54358DC");
  EXPECT_EQ(ApproveWithFrame(
                {"dap", kBrokerage, "--hash", "sha-384", "--with-descriptor"}),
            kOk);
  EXPECT_EQ(Hex(approvals_.approved.load_file().load_file_hash()),
            "3BD6E20F67D2B2AC9B06244BC77A3907500FB840FD985EEE5D9DBC2C9912"
            "D56DF81BED8A5F574F592A5AA5D7694F22E0");
}

TEST_F(ApprovalCommandsTest, AnApprovalEndsAfterSoManyDays) {
  const absl::Time before = absl::Now();
  EXPECT_EQ(ApproveWithFrame({"dap", kBrokerage, "--days", "7"}), kOk);
  const absl::Time until =
      absl::FromUnixMicros(approvals_.approved.valid_until_us());
  EXPECT_GE(until + absl::Seconds(1), before + absl::Hours(24 * 7));
  EXPECT_LE(until, absl::Now() + absl::Hours(24 * 7));
  EXPECT_EQ(ApproveWithFrame({"dap", kBrokerage, "--days", "367"}), kUsage);
}

TEST_F(ApprovalCommandsTest, ApprovesEachKindOfToken) {
  EXPECT_EQ(
      ApproveWithFrame({"load", kBrokerage, "--domain", "A000000151000001"}),
      kOk);
  const auto& load = approvals_.approved.load();
  EXPECT_EQ(Hex(load.load_file_aid()), "F043464552525901");
  EXPECT_EQ(Hex(load.security_domain_aid()), "A000000151000001");
  EXPECT_EQ(Hex(load.load_file_hash()), kSha256);

  in_.str("4711");
  EXPECT_EQ(ApproveWithFrame({"install", "--package", "F043464552525901",
                              "--applet", "F04346455252590101", "--privileges",
                              "040000", "--param-file", "-", "--system-hex",
                              "C8020100", "--uicc-hex", "8000"}),
            kOk)
      << err();
  const auto& install = approvals_.approved.install();
  EXPECT_EQ(Hex(install.load_file_aid()), "F043464552525901");
  EXPECT_EQ(Hex(install.module_aid()), "F04346455252590101");
  EXPECT_EQ(Hex(install.instance_aid()), "F04346455252590101");
  EXPECT_EQ(Hex(install.privileges()), "040000");
  EXPECT_EQ(install.parameters(), "4711");
  EXPECT_EQ(Hex(install.system_parameters()), "C8020100");
  EXPECT_EQ(Hex(install.uicc_parameters()), "8000");

  EXPECT_EQ(ApproveWithFrame({"extradite", "F04346455252590101", "--domain",
                              "A000000151000001"}),
            kOk);
  EXPECT_EQ(Hex(approvals_.approved.extradition().content_aid()),
            "F04346455252590101");
  EXPECT_EQ(Hex(approvals_.approved.extradition().security_domain_aid()),
            "A000000151000001");

  EXPECT_EQ(ApproveWithFrame({"delete", "F043464552525901"}), kOk);
  EXPECT_FALSE(approvals_.approved.deletion().related());
  EXPECT_EQ(ApproveWithFrame({"delete", "F043464552525901", "--related"}), kOk);
  EXPECT_TRUE(approvals_.approved.deletion().related());
  EXPECT_EQ(Hex(approvals_.approved.deletion().content_aid()),
            "F043464552525901");
}

TEST_F(ApprovalCommandsTest, NothingIsApprovedThatIsWronglyNamed) {
  for (const std::vector<std::string>& wrong :
       std::vector<std::vector<std::string>>{
           {"dap", "no-such-file.cap"},
           {"dap", WriteFile("no.cap", "no zip")},
           {"dap", kBrokerage, "--hash", "md5"},
           {"load", kBrokerage, "--domain", "A0"},
           {"delete", "F0"},
           {"install", "--package", "F043464552525901", "--applet",
            "F04346455252590101", "--privileges", "xx"}}) {
    EXPECT_EQ(ApproveWithFrame(wrong), kUsage) << wrong[1];
    EXPECT_THAT(err(), HasSubstr("cannot approve it: ")) << wrong[1];
  }
  EXPECT_EQ(Approve({"delete", "F043464552525901", "--key", "k"}), kUsage);
  EXPECT_THAT(err(), HasSubstr("--reason"));
  EXPECT_EQ(approvals_.approved.signing_key(), "");
}

TEST_F(ApprovalCommandsTest, SaysThatOnlyApproversApprove) {
  approvals_.status =
      grpc::Status(grpc::StatusCode::PERMISSION_DENIED, "not for operators");
  EXPECT_EQ(ApproveWithFrame({"delete", "F043464552525901"}), kRefused);
  EXPECT_THAT(err(), HasSubstr("an approver's"));
}

TEST_F(ApprovalCommandsTest, ListsAndShows) {
  EXPECT_EQ(Approve({"list", "--limit", "7"}), kOk);
  EXPECT_EQ(approvals_.asked.limit(), 7u);
  EXPECT_EQ(out(),
            "ID    APPROVER  KEY       VALID UNTIL  WHAT\n"
            "0011  alice     acme-dap  -            load file with hash AB\n");
  EXPECT_EQ(Approve({"show", "0011"}), kOk);
  EXPECT_EQ(approvals_.asked.id(), "0011");
  EXPECT_THAT(out(), StartsWith("approval     0011\n"));
  EXPECT_EQ(Approve({"list", "--json"}), kOk);
  EXPECT_EQ(out(),
            "[{\"id\":\"0011\",\"approver\":\"alice\",\"signing_key\":"
            "\"acme-dap\",\"summary\":\"load file with hash AB\",\"reason\":"
            "\"REL-77\",\"digest\":\"\",\"signature\":\"0102\","
            "\"approved_at_us\":1800000000000000,\"valid_until_us\":0}]\n");
  approvals_.approvals.clear();
  EXPECT_EQ(Approve({"list"}), kOk);
  EXPECT_THAT(out(), HasSubstr("Nothing was approved yet"));
  EXPECT_EQ(Approve({"show", "0011"}), kRefused);
  EXPECT_THAT(err(), HasSubstr("there is no approval 0011"));
}

TEST_F(ApprovalCommandsTest, ShowsTheSigningKeys) {
  EXPECT_EQ(Approve({"keys"}), kOk);
  EXPECT_THAT(out(), HasSubstr("signing_keys"));
  keyvault::v1::ContentSigningKey key;
  key.set_name("acme-dap");
  key.set_signs("dap");
  key.set_algorithm("ecdsa-p256");
  key.set_pem("-----BEGIN PUBLIC KEY-----\n");
  approvals_.keys = {key};
  EXPECT_EQ(Approve({"keys"}), kOk);
  EXPECT_EQ(out(),
            "KEY       SIGNS  ALGORITHM\n"
            "acme-dap  dap    ecdsa-p256\n");
  EXPECT_EQ(Approve({"key", "acme-dap"}), kOk);
  EXPECT_EQ(out(), "-----BEGIN PUBLIC KEY-----\n");
  EXPECT_EQ(Approve({"key", "other"}), kRefused);
  EXPECT_EQ(Approve({"keys", "--json"}), kOk);
  EXPECT_THAT(out(), StartsWith("[{\"name\":\"acme-dap\",\"signs\":\"dap\""));
}

TEST_F(ApprovalCommandsTest, NeedsTheKeyvaultsAddress) {
  EXPECT_EQ(Run({"approval", "list"}), kUsage);
  EXPECT_THAT(err(), HasSubstr("no keyvault: give --keyvault HOST:PORT"));
}

}  // namespace
}  // namespace cardferry::cli
