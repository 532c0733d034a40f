#include "services/keyvault/keyvault_config.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/rpc/config.h"

namespace cardferry::keyvault {
namespace {

constexpr char kSmallest[] = R"pb(
  listen: "127.0.0.1:0"
  tls { certificate: "kv.pem" private_key: "kv.key" ca: "ca.pem" }
  hsm {
    module: "libsofthsm2.so"
    token_label: "cardferry"
    token_directory: "tokens"
    key_profile: "profile.textproto"
  }
  ledger: "sqlite3:///ledger.db"
)pb";

config::v1::KeyVaultConfig Proto(const std::string& more = "") {
  config::v1::KeyVaultConfig proto;
  EXPECT_OK(rpc::ParseTextproto(kSmallest + more, "test", proto));
  return proto;
}

// The message of the refusal of the smallest configuration with a change.
template <typename Change>
std::string Refusal(Change change) {
  config::v1::KeyVaultConfig proto = Proto();
  change(proto);
  const absl::Status status = ParseKeyVaultConfig(proto).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  return std::string(status.message());
}

TEST(KeyVaultConfigTest, TheSmallestHasDefaults) {
  ASSERT_OK_AND_ASSIGN(const KeyVaultConfig config,
                       ParseKeyVaultConfig(Proto()));
  EXPECT_EQ(config.listen, "127.0.0.1:0");
  EXPECT_EQ(config.tls.certificate, "kv.pem");
  EXPECT_EQ(config.module, "libsofthsm2.so");
  EXPECT_EQ(config.token_label, "cardferry");
  EXPECT_EQ(config.token_directory, "tokens");
  EXPECT_EQ(config.init_string, "");
  EXPECT_EQ(config.key_profile, "profile.textproto");
  EXPECT_EQ(config.ledger, "sqlite3:///ledger.db");
  EXPECT_EQ(config.policy.opening_lifetime, absl::Minutes(10));
  EXPECT_EQ(config.policy.command_token_lifetime, absl::Minutes(10));
  EXPECT_EQ(config.policy.verify_token_lifetime, absl::Hours(1));
  EXPECT_EQ(config.policy.failure_memory, absl::Hours(720));
  EXPECT_EQ(config.policy.most_failed_cards, 5u);
  EXPECT_EQ(config.policy.cached_sessions, 32u);
  EXPECT_EQ(config.policy.cache_time, absl::Seconds(30));
  EXPECT_TRUE(config.policy.key_sets.empty());
  EXPECT_FALSE(config.allow_test_keys);
}

TEST(KeyVaultConfigTest, TakesEveryField) {
  config::v1::KeyVaultConfig proto = Proto(R"pb(
    limits {
      opening_seconds: 1
      command_token_seconds: 2
      verify_token_seconds: 3
      failure_memory_seconds: 4
      most_failed_cards: 5
      cached_sessions: 6
      cache_seconds: 7
    }
    key_sets { name: "low" level_floor: 1 }
    key_sets {
      name: "high"
      level_floor: 3
      channel_options: 0x15
      channel_options: 0x05
      allowed_privileges: 0x040000
      highest_unproven_counter: 9
      allow_privilege_updates: true
    }
    key_sets { name: "default" }
    allow_test_keys: true
  )pb");
  proto.mutable_hsm()->set_init_string("configdir='sql:db'");
  ASSERT_OK_AND_ASSIGN(const KeyVaultConfig config, ParseKeyVaultConfig(proto));
  EXPECT_EQ(config.init_string, "configdir='sql:db'");
  EXPECT_EQ(config.policy.opening_lifetime, absl::Seconds(1));
  EXPECT_EQ(config.policy.command_token_lifetime, absl::Seconds(2));
  EXPECT_EQ(config.policy.verify_token_lifetime, absl::Seconds(3));
  EXPECT_EQ(config.policy.failure_memory, absl::Seconds(4));
  EXPECT_EQ(config.policy.most_failed_cards, 5u);
  EXPECT_EQ(config.policy.cached_sessions, 6u);
  EXPECT_EQ(config.policy.cache_time, absl::Seconds(7));
  EXPECT_TRUE(config.allow_test_keys);
  EXPECT_EQ(config.policy.key_sets,
            (std::map<std::string, KeySetRules>{
                {"low", {0x01, {}, 0}},
                {"high", {0x03, {0x15, 0x05}, 0x040000, false, 9, true}},
                {"default", KeySetRules()}}));
}

TEST(KeyVaultConfigTest, SaysWhatTheHsmIsToldAndAllowsNothingByItself) {
  config::v1::KeyVaultConfig proto = Proto();
  proto.mutable_hsm()->set_init_string("configdir='sql:db'");
  ASSERT_OK_AND_ASSIGN(KeyVaultConfig config, ParseKeyVaultConfig(proto));
  HsmOptions options = HsmOptionsOf(config);
  EXPECT_EQ(options.token.module.path, "libsofthsm2.so");
  EXPECT_EQ(options.token.module.init_string, "configdir='sql:db'");
  EXPECT_EQ(options.token.label, "cardferry");
  EXPECT_EQ(options.token_dir, "tokens");
  EXPECT_FALSE(options.allow_writable_token);
  EXPECT_FALSE(options.allow_test_keys);
  proto.set_allow_test_keys(true);
  ASSERT_OK_AND_ASSIGN(config, ParseKeyVaultConfig(proto));
  EXPECT_TRUE(HsmOptionsOf(config).allow_test_keys);
}

TEST(KeyVaultConfigTest, NamesWhatIsMissing) {
  using Proto = config::v1::KeyVaultConfig;
  EXPECT_EQ(Refusal([](Proto& p) { p.clear_listen(); }), "listen is missing");
  EXPECT_EQ(Refusal([](Proto& p) { p.clear_ledger(); }), "ledger is missing");
  EXPECT_EQ(Refusal([](Proto& p) { p.clear_tls(); }), "tls: no certificate");
  EXPECT_EQ(Refusal([](Proto& p) { p.mutable_hsm()->clear_module(); }),
            "hsm.module is missing");
  EXPECT_EQ(Refusal([](Proto& p) { p.mutable_hsm()->clear_token_label(); }),
            "hsm.token_label is missing");
  EXPECT_EQ(Refusal([](Proto& p) { p.mutable_hsm()->clear_key_profile(); }),
            "hsm.key_profile is missing");
  EXPECT_EQ(Refusal([](Proto& p) { p.add_key_sets(); }),
            "key_sets.name is missing");
}

TEST(KeyVaultConfigTest, WantsTheTokensFolderOrTheWordThatThereIsNone) {
  using Proto = config::v1::KeyVaultConfig;
  const std::string either =
      "hsm: either token_directory or token_not_in_files";
  EXPECT_EQ(Refusal([](Proto& p) { p.mutable_hsm()->clear_token_directory(); }),
            either);
  EXPECT_EQ(
      Refusal([](Proto& p) { p.mutable_hsm()->set_token_not_in_files(true); }),
      either);
  config::v1::KeyVaultConfig elsewhere = keyvault::Proto();
  elsewhere.mutable_hsm()->clear_token_directory();
  elsewhere.mutable_hsm()->set_token_not_in_files(true);
  EXPECT_OK(ParseKeyVaultConfig(elsewhere));
}

TEST(KeyVaultConfigTest, RefusesLifetimesThatAreNoMinutes) {
  using Proto = config::v1::KeyVaultConfig;
  EXPECT_EQ(
      Refusal([](Proto& p) { p.mutable_limits()->set_opening_seconds(3601); }),
      "limits.opening_seconds is 3601, at most 3600");
  EXPECT_EQ(Refusal([](Proto& p) {
              p.mutable_limits()->set_command_token_seconds(100000);
            }),
            "limits.command_token_seconds is 100000, at most 3600");
  EXPECT_EQ(
      Refusal([](Proto& p) { p.mutable_limits()->set_cached_sessions(1025); }),
      "limits.cached_sessions is 1025, at most 1024");
}

TEST(KeyVaultConfigTest, RefusesAFloorThatIsNoneOrNotThereAndARepeatedName) {
  for (const uint32_t floor : {2u, 0x10u, 0x30u, 0x31u, 256u + 1}) {
    config::v1::KeyVaultConfig proto = Proto();
    proto.add_key_sets()->set_name("issuer");
    proto.mutable_key_sets(0)->set_level_floor(floor);
    EXPECT_THAT(ParseKeyVaultConfig(proto),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << floor;
  }
  config::v1::KeyVaultConfig twice = Proto();
  twice.add_key_sets()->set_name("issuer");
  twice.add_key_sets()->set_name("issuer");
  EXPECT_THAT(ParseKeyVaultConfig(twice),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "key set issuer is there twice"));
}

TEST(KeyVaultConfigTest, RefusesAPolicyForAKeySetThatIsNotThere) {
  VaultPolicy policy;
  KeySetDescription issuer;
  issuer.name = "issuer";
  EXPECT_OK(CheckKeySets(policy, {issuer}));
  policy.key_sets["issuer"].level_floor = 3;
  EXPECT_OK(CheckKeySets(policy, {issuer}));
  policy.key_sets["isuer"].level_floor = 3;
  EXPECT_THAT(CheckKeySets(policy, {issuer}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "key_sets names isuer, which the token has not"));
}

TEST(KeyVaultConfigTest, RefusesOptionsOfAnotherProtocolThanTheKeySets) {
  VaultPolicy policy;
  KeySetDescription des;
  des.name = "des";
  des.key_bits = 112;
  policy.key_sets["des"].channel_options = {0x15};
  EXPECT_OK(CheckKeySets(policy, {des}));
  policy.key_sets["des"].channel_options = {0x15, 0x1A, 0x70};
  EXPECT_THAT(CheckKeySets(policy, {des}),
              StatusIs(absl::StatusCode::kUnimplemented,
                       "key set des: channel_options allows: SCP02 with i 70, "
                       "which is not there"));
}

TEST(KeyVaultConfigTest, ServesKeysThatAreMadeInMemoryOnlyWhenAllowed) {
  KeySetDescription nxp;
  nxp.name = "nxp";
  nxp.diversification = "acme/2";
  nxp.made_in_memory = true;
  EXPECT_THAT(CheckKeySets(VaultPolicy(), {nxp}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "key set nxp: its cards' keys (acme/2, AES-192) are put "
                       "together in this process's memory; serve it only with "
                       "allow_keys_in_memory in its policy"));
  KeySetDescription files;
  files.name = "files";
  files.diversification = "visa2";
  files.key_bits = 112;
  files.made_in_memory = true;
  files.protocol = kFileCards;
  EXPECT_THAT(CheckKeySets(VaultPolicy(), {files}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "key set files: the session keys of its file-oriented "
                       "cards pass through this process's memory; serve it "
                       "only with allow_keys_in_memory in its policy"));
  config::v1::KeyVaultConfig proto = Proto();
  proto.add_key_sets()->set_name("nxp");
  proto.mutable_key_sets(0)->set_allow_keys_in_memory(true);
  ASSERT_OK_AND_ASSIGN(const KeyVaultConfig config, ParseKeyVaultConfig(proto));
  EXPECT_OK(CheckKeySets(config.policy, {nxp}));
  nxp.protocol = kFileCards;
  EXPECT_OK(CheckKeySets(config.policy, {nxp}));
  EXPECT_THAT(CheckKeySets(VaultPolicy(), {nxp}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "key set nxp: the session keys of its file-oriented "
                       "cards pass through this process's memory; serve "
                       "it only with allow_keys_in_memory in its policy"));
}

TEST(KeyVaultConfigTest, RefusesOptionsAndPrivilegesOfTooManyBytes) {
  using Proto = config::v1::KeyVaultConfig;
  EXPECT_EQ(Refusal([](Proto& p) {
              config::v1::KeySetPolicy& policy = *p.add_key_sets();
              policy.set_name("des");
              policy.add_channel_options(0x155);
            }),
            "key set des: channel_options has 341, `i` is one byte");
  EXPECT_EQ(Refusal([](Proto& p) {
              config::v1::KeySetPolicy& policy = *p.add_key_sets();
              policy.set_name("des");
              policy.set_allowed_privileges(0x1000000);
            }),
            "key set des: allowed_privileges has more than three bytes");
}

TEST(KeyVaultConfigTest, PreparesNothingWithoutCardsUnlessAllowed) {
  config::v1::KeyVaultConfig proto = Proto();
  proto.add_key_sets()->set_name("acme");
  ASSERT_OK_AND_ASSIGN(KeyVaultConfig config, ParseKeyVaultConfig(proto));
  EXPECT_FALSE(config.policy.key_sets["acme"].predicted.has_value());
  config::v1::PredictedPolicy& predicted =
      *proto.mutable_key_sets(0)->mutable_predicted();
  predicted.set_security_domain_aid("A000000151000000");
  ASSERT_OK_AND_ASSIGN(config, ParseKeyVaultConfig(proto));
  PredictedRules rules;
  rules.aid = FromHexOrDie("A000000151000000");
  EXPECT_EQ(config.policy.key_sets["acme"].predicted, rules);
  predicted.set_window(64);
  predicted.set_most_live_packets(2);
  predicted.set_most_packets_a_day(3);
  predicted.set_report_seconds(4);
  ASSERT_OK_AND_ASSIGN(config, ParseKeyVaultConfig(proto));
  rules.window = 64;
  rules.most_live = 2;
  rules.most_a_day = 3;
  rules.report_time = absl::Seconds(4);
  EXPECT_EQ(config.policy.key_sets["acme"].predicted, rules);
}

TEST(KeyVaultConfigTest, RefusesRulesForPreparedPacketsThatAreNone) {
  const auto refusal = [](void (*change)(config::v1::PredictedPolicy&)) {
    config::v1::KeyVaultConfig proto = Proto();
    proto.add_key_sets()->set_name("acme");
    config::v1::PredictedPolicy& predicted =
        *proto.mutable_key_sets(0)->mutable_predicted();
    predicted.set_security_domain_aid("A000000151000000");
    change(predicted);
    return std::string(ParseKeyVaultConfig(proto).status().message());
  };
  EXPECT_EQ(refusal([](auto& p) { p.set_security_domain_aid("A0"); }),
            "key set acme: predicted.security_domain_aid: an AID has 5 to 16 "
            "bytes");
  EXPECT_EQ(refusal([](auto& p) { p.set_window(65); }),
            "key set acme: predicted.window is 65, at most 64");
}

}  // namespace
}  // namespace cardferry::keyvault
