// The whole vault against sessions of real cards, byte for byte. The traces are
// from github.com/OpenPhysical/Gp4Net, commit
// 843c07a6c3148adce15ac9742a6f9b27a44384b3: gp_pro_applet_uninstall.txt and
// gp_pro_scp03_enc.log, default test keys 40..4F, SCP03 i 70.
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/base/testing/fake_clock.h"
#include "services/keyvault/testing/fake_ledger.h"
#include "services/keyvault/testing/openssl_hsm_keys.h"
#include "services/keyvault/vault.h"

namespace cardferry::keyvault {
namespace {

struct Trace {
  std::string name;
  const char* host_challenge;
  const char* answer;
  uint8_t level;
  const char* external_authenticate;
  std::vector<std::pair<const char*, const char*>> commands;  // plain, sent
};

const Trace kTraces[] = {
    {"Level01",
     "FA4C144173EEA5DA",
     "0370000000000000000001037081E02F9C4061653AA1AEEA9F46AF46B2000010",
     0x01,
     "8482010010A1883C4B93BE2B01FFC7CC05DCC39D2E",
     {{"80F28002024F0000", "84F280020A4F00442EA795FFF66F7B00"},
      {"80F24002024F0000", "84F240020A4F00CEFEB6C1F221B24000"},
      {"80F21002024F0000", "84F210020A4F00231A78EACDCE108500"},
      {"80F22002024F0000", "84F220020A4F00051D723F53636AC600"},
      {"80E400800B4F09A00000030800001000",
       "84E40080134F09A000000308000010007547C55C046E221C"}}},
    {"Level03",
     "F5E88C6C30039A53",
     "037000000000000000000103700D607A25D729A20F7E793686DEE77FAF00004A",
     0x03,
     "84820300103B50EF3764CCDD83AF26B8D11ED70340",
     {{"80F28002024F0000",
       "84F280021847D799BDC908166D61B7CEAFD6205F731A7B8648F31BC58000"},
      {"80F24002024F0000",
       "84F2400218E3137A3BE380863FCEBCAC9DDBB448EF1CA3E86012B90E6300"},
      {"80F21002024F0000",
       "84F21002187558FFF86F84795C7DF504AC34F5830111A083B3ED704C6800"},
      {"80F22002024F0000",
       "84F2200218886BF3DAEA7E1C42D495224DECE03FE0840538A031B20D1000"}}},
};

// Whatever is drawn begins with the host challenge of the trace.
class TraceRandom final : public RandomSource {
 public:
  explicit TraceRandom(const Trace& trace)
      : challenge_(FromHexOrDie(trace.host_challenge)) {}
  void Fill(absl::Span<uint8_t> out) override {
    std::copy(challenge_.begin(), challenge_.end(), out.begin());
  }

 private:
  const Bytes challenge_;
};

KnownKeySet DefaultKeySet() {
  const Bytes key = FromHexOrDie("404142434445464748494A4B4C4D4E4F");
  return {{"default", 1, 0x01, "none", 128}, key, key};
}

class VaultTraceTest : public testing::TestWithParam<Trace> {
 protected:
  VaultTraceTest() { policy_.key_sets["default"].level_floor = 0x01; }

  OpensslHsmKeys keys_{{DefaultKeySet()}};
  FakeLedger ledger_;
  FakeClock clock_;
  TraceRandom random_{GetParam()};
  VaultPolicy policy_;
};

TEST_P(VaultTraceTest, SendsWhatTheCardAccepted) {
  const Trace& trace = GetParam();
  Vault vault({keys_, ledger_, clock_, random_}, policy_);
  const Place place{"kiosk-1", "slot 0"};
  ASSERT_OK_AND_ASSIGN(const std::vector<IssuedOpening> issued,
                       vault.IssueOpenings(place, 1));
  ASSERT_OK_AND_ASSIGN(
      const Session session,
      vault.Authenticate({issued[0].ticket, place, "default",
                          FromHexOrDie(trace.answer), trace.level,
                          OperationClass::kContent}));
  EXPECT_EQ(ToHex(session.external_authenticate->Encode()),
            trace.external_authenticate);

  std::vector<card::CommandApdu> plain;
  for (const auto& [command, sent] : trace.commands) {
    plain.push_back(card::CommandApdu::Parse(FromHexOrDie(command)).value());
  }
  ASSERT_OK_AND_ASSIGN(const ProtectedCommands got,
                       vault.Protect(session.command_token, plain));
  ASSERT_EQ(got.commands.size(), trace.commands.size());
  for (size_t i = 0; i < trace.commands.size(); ++i) {
    EXPECT_EQ(ToHex(got.commands[i].Encode()), trace.commands[i].second) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(RealCards, VaultTraceTest, testing::ValuesIn(kTraces),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace cardferry::keyvault
