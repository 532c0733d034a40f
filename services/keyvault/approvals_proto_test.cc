#include "services/keyvault/approvals_proto.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::keyvault {
namespace {

using absl::StatusCode;
using testing::HasSubstr;

std::string Aid(const char* hex) { return AsString(FromHexOrDie(hex)); }

const char kFile[] = "F043464552525901";
const char kApp[] = "F04346455252590101";
const char kDomain[] = "A000000151000000";

TEST(ApprovalsProtoTest, ReadsEachKindOfContent) {
  v1::ApproveContentRequest request;
  request.set_signing_key("acme");
  request.set_reason("why");
  request.set_valid_until_us(1'800'000'000'000'000);
  request.mutable_load_file()->set_load_file_hash("hash");
  ASSERT_OK_AND_ASSIGN(const ApprovalRequest file, ParseApproval(request));
  EXPECT_EQ(file.signing_key, "acme");
  EXPECT_EQ(file.reason, "why");
  EXPECT_EQ(file.valid_until, absl::FromUnixSeconds(1'800'000'000));
  EXPECT_EQ(AsString(std::get<LoadFileApproval>(file.content).load_file_hash),
            "hash");

  auto& load = *request.mutable_load();
  load.set_load_file_aid(Aid(kFile));
  load.set_security_domain_aid(Aid(kDomain));
  load.set_load_file_hash("hash");
  ASSERT_OK_AND_ASSIGN(const ApprovalRequest loads, ParseApproval(request));
  EXPECT_EQ(std::get<LoadApproval>(loads.content).load_file.ToHex(), kFile);
  EXPECT_EQ(std::get<LoadApproval>(loads.content).security_domain.ToHex(),
            kDomain);

  auto& install = *request.mutable_install();
  install.set_load_file_aid(Aid(kFile));
  install.set_module_aid(Aid(kApp));
  install.set_instance_aid(Aid(kApp));
  install.set_privileges(std::string(1, '\0'));
  install.set_parameters("AB");
  install.set_system_parameters(AsString(FromHexOrDie("C8020100")));
  install.set_uicc_parameters(AsString(FromHexOrDie("8000")));
  ASSERT_OK_AND_ASSIGN(const ApprovalRequest installs, ParseApproval(request));
  const card::Installation& what =
      std::get<InstallApproval>(installs.content).installation;
  EXPECT_EQ(what.instance.ToHex(), kApp);
  EXPECT_EQ(ToHex(what.privileges), "00");
  EXPECT_EQ(ToHex(what.parameters), "4142");
  EXPECT_EQ(ToHex(what.system_parameters), "C8020100");
  EXPECT_EQ(ToHex(what.uicc_parameters), "8000");

  request.mutable_extradition()->set_content_aid(Aid(kApp));
  request.mutable_extradition()->set_security_domain_aid(Aid(kDomain));
  ASSERT_OK_AND_ASSIGN(const ApprovalRequest gives, ParseApproval(request));
  EXPECT_EQ(std::get<ExtraditionApproval>(gives.content).content.ToHex(), kApp);

  request.mutable_deletion()->set_content_aid(Aid(kFile));
  request.mutable_deletion()->set_related(true);
  ASSERT_OK_AND_ASSIGN(const ApprovalRequest deletes, ParseApproval(request));
  EXPECT_TRUE(std::get<DeleteApproval>(deletes.content).related);
}

TEST(ApprovalsProtoTest, NamesTheFieldThatIsNoAid) {
  v1::ApproveContentRequest request;
  EXPECT_THAT(ParseApproval(request),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("content")));
  request.mutable_load()->set_load_file_aid(Aid(kFile));
  EXPECT_THAT(
      ParseApproval(request),
      StatusIs(StatusCode::kInvalidArgument, HasSubstr("security_domain_aid")));
  request.mutable_install()->set_load_file_aid(Aid(kFile));
  EXPECT_THAT(ParseApproval(request),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("module_aid")));
  request.mutable_deletion()->set_content_aid("ABCD");
  EXPECT_THAT(ParseApproval(request),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("content_aid")));
  request.mutable_extradition();
  EXPECT_THAT(ParseApproval(request),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("content_aid")));
}

TEST(ApprovalsProtoTest, FindsAtMostSoManyAtOnce) {
  v1::FindApprovalsRequest request;
  for (int i = 0; i < 256; ++i) {
    request.add_approvals()->set_signing_key("acme");
    request.mutable_approvals(i)->set_digest(std::string(32, 'd'));
  }
  ASSERT_OK_AND_ASSIGN(const auto things, ParseThings(request));
  ASSERT_EQ(things.size(), 256u);
  EXPECT_EQ(things[255].signing_key, "acme");
  EXPECT_EQ(things[255].digest, Bytes(32, 'd'));
  request.mutable_approvals(9)->set_digest("d");
  EXPECT_THAT(ParseThings(request),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("digest")));
  request.mutable_approvals(9)->set_digest(std::string(32, 'd'));
  request.add_approvals()->set_digest(std::string(32, 'd'));
  EXPECT_THAT(ParseThings(request),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("256")));
}

TEST(ApprovalsProtoTest, ReadsEachKindOfReceipt) {
  v1::VerifyReceiptsRequest request;
  request.set_key_set("demo");
  request.set_key_diversification_data("0123456789");
  v1::CardReceipt* receipt = request.add_receipts();
  receipt->set_receipt("MAC");
  receipt->set_confirmation_data("data");
  receipt->mutable_loaded()->set_load_file_aid(Aid(kFile));
  receipt->mutable_loaded()->set_security_domain_aid(Aid(kDomain));
  receipt = request.add_receipts();
  receipt->mutable_installed()->set_load_file_aid(Aid(kFile));
  receipt->mutable_installed()->set_instance_aid(Aid(kApp));
  receipt = request.add_receipts();
  receipt->mutable_extradited()->set_from_security_domain_aid(Aid(kFile));
  receipt->mutable_extradited()->set_content_aid(Aid(kApp));
  receipt->mutable_extradited()->set_to_security_domain_aid(Aid(kDomain));
  receipt = request.add_receipts();
  receipt->mutable_deleted()->set_content_aid(Aid(kApp));
  ASSERT_OK_AND_ASSIGN(const ReceiptQuestion question, ParseReceipts(request));
  EXPECT_EQ(question.card.key_set, "demo");
  EXPECT_EQ(question.card.key_diversification_data[9], '9');
  ASSERT_EQ(question.receipts.size(), 4u);
  EXPECT_EQ(AsString(question.receipts[0].receipt), "MAC");
  EXPECT_EQ(AsString(question.receipts[0].confirmation_data), "data");
  const auto& loaded = std::get<LoadedContent>(question.receipts[0].content);
  EXPECT_EQ(loaded.load_file.ToHex(), kFile);
  EXPECT_EQ(loaded.security_domain.ToHex(), kDomain);
  const auto& installed =
      std::get<InstalledContent>(question.receipts[1].content);
  EXPECT_EQ(installed.load_file.ToHex(), kFile);
  EXPECT_EQ(installed.instance.ToHex(), kApp);
  const auto& extradited =
      std::get<ExtraditedContent>(question.receipts[2].content);
  EXPECT_EQ(extradited.from.ToHex(), kFile);
  EXPECT_EQ(extradited.content.ToHex(), kApp);
  EXPECT_EQ(extradited.to.ToHex(), kDomain);
  EXPECT_EQ(
      std::get<DeletedContent>(question.receipts[3].content).content.ToHex(),
      kApp);
}

TEST(ApprovalsProtoTest, NamesWhatIsWrongWithAReceipt) {
  v1::VerifyReceiptsRequest request;
  EXPECT_THAT(ParseReceipts(request),
              StatusIs(StatusCode::kInvalidArgument,
                       HasSubstr("key_diversification_data")));
  request.set_key_diversification_data("0123456789");
  EXPECT_OK(ParseReceipts(request));
  v1::CardReceipt* const receipt = request.add_receipts();
  EXPECT_THAT(ParseReceipts(request),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("content")));
  receipt->mutable_deleted()->set_content_aid("ABCD");
  EXPECT_THAT(ParseReceipts(request),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("content_aid")));
  receipt->mutable_deleted()->set_content_aid(Aid(kApp));
  while (request.receipts_size() < 257) *request.add_receipts() = *receipt;
  EXPECT_THAT(ParseReceipts(request),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("256")));
}

TEST(ApprovalsProtoTest, ListsAHundredUnlessToldOtherwise) {
  v1::ListApprovalsRequest request;
  EXPECT_THAT(ParseLimit(request), IsOkAndHolds(100u));
  request.set_limit(1000);
  EXPECT_THAT(ParseLimit(request), IsOkAndHolds(1000u));
  request.set_limit(1001);
  EXPECT_THAT(ParseLimit(request), StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::keyvault
