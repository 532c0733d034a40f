#include "services/sequencer/desired_state_proto.h"

#include "lib/base/status_matchers.h"
#include "services/sequencer/testing/applets.h"

namespace cardferry::sequencer {
namespace {

using testing::HasSubstr;

std::string Of(const std::string& hex) { return AsString(FromHexOrDie(hex)); }

class DesiredStateProtoTest : public testing::Test {
 protected:
  DesiredStateProtoTest() {
    v1::DesiredDomain& domain = *proto_.add_domains();
    domain.set_package_aid(Of("A0000001515350"));
    domain.mutable_domain()->set_module_aid(Of("A000000151535041"));
    domain.mutable_domain()->set_instance_aid(Of("F0434645525344"));
    domain.mutable_domain()->set_privileges(Of("80"));
    v1::DesiredApplet& application = *proto_.add_applications();
    application.set_instance_aid(Of("F0434645525399"));
    application.set_life_cycle(v1::LIFE_CYCLE_LOCKED);
    application.set_security_domain(Of("F0434645525344"));
    v1::PersonalData& data = *application.add_personal_data();
    data.set_format(v1::DATA_FORMAT_DGI);
    data.add_objects()->set_identifier(0x0101);
    data.mutable_objects(0)->set_value("secret");
    data.set_fingerprint(std::string(32, 'f'));
  }
  absl::StatusOr<DesiredState> Parsed() {
    return ParseDesiredState(proto_, cache_);
  }
  v1::PersonalData& data() {
    return *proto_.mutable_applications(0)->mutable_personal_data(0);
  }
  auto Refused(const std::string& why) {
    return StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why));
  }

  LoadFileCache cache_{1 << 20};
  v1::DesiredState proto_;
};

TEST_F(DesiredStateProtoTest, SaysWhatTheRegistryShouldSay) {
  proto_.set_allow_data_loss(true);
  const auto state = Parsed();
  ASSERT_OK(state);
  EXPECT_TRUE(state->allow_data_loss);
  ASSERT_EQ(state->domains.size(), 1u);
  EXPECT_EQ(state->domains[0].package.ToHex(), "A0000001515350");
  EXPECT_EQ(state->domains[0].domain.instance.ToHex(), "F0434645525344");
  ASSERT_EQ(state->applications.size(), 1u);
  const DesiredApplet& application = state->applications[0];
  EXPECT_EQ(application.life_cycle, DesiredLifeCycle::kLocked);
  EXPECT_EQ(application.security_domain->ToHex(), "F0434645525344");
  ASSERT_EQ(application.personal_data.size(), 1u);
  EXPECT_EQ(application.personal_data[0].format, card::StoreDataFormat::kDgi);
  EXPECT_EQ(application.personal_data[0].objects[0].identifier, 0x0101u);
  EXPECT_EQ(application.personal_data[0].fingerprint, Bytes(32, 'f'));
}

TEST_F(DesiredStateProtoTest, RefusesASecurityDomainThatIsNone) {
  proto_.mutable_domains(0)->mutable_domain()->set_privileges(Of("04"));
  EXPECT_THAT(Parsed(), Refused("without the privilege of one"));
}

TEST_F(DesiredStateProtoTest, RefusesPersonalDataThatCannotBeStored) {
  data().set_fingerprint("short");
  EXPECT_THAT(Parsed(), Refused("a fingerprint of 5 bytes"));
  data().set_fingerprint(std::string(32, 'f'));
  data().mutable_objects(0)->set_identifier(0x0070);
  EXPECT_THAT(Parsed(), Refused("a security domain takes object 70"));
  EXPECT_THAT(std::string(Parsed().status().message()),
              testing::Not(HasSubstr("secret")));
  data().clear_objects();
  EXPECT_THAT(Parsed(), Refused("no data to store"));
}

}  // namespace
}  // namespace cardferry::sequencer
