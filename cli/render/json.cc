#include "cli/render/json.h"

#include "cli/render/words.h"
#include "lib/base/bytes.h"
#include "nlohmann/json.hpp"

namespace cardferry::cli {
namespace {

namespace pb = ::cardferry::orchestrator::v1;
using Json = nlohmann::ordered_json;

std::string Hex(const std::string& bytes) { return ToHex(AsBytes(bytes)); }

Json HexArray(const google::protobuf::RepeatedPtrField<std::string>& list) {
  Json array = Json::array();
  for (const std::string& bytes : list) array.push_back(Hex(bytes));
  return array;
}

template <typename List, typename Convert>
Json Array(const List& list, Convert convert) {
  Json array = Json::array();
  for (const auto& value : list) array.push_back(convert(value));
  return array;
}

Json Convert(const pb::Application& a) {
  return {{"name", a.name()},
          {"content_hash", Hex(a.content_hash())},
          {"package_aid", Hex(a.package_aid())},
          {"version", a.version()},
          {"applet_aids", HexArray(a.applet_aids())},
          {"load_file_bytes", a.load_file_bytes()}};
}

Json ConvertMeasurements(const pb::Measurements& m) {
  return {{"round_trips", m.round_trips()},
          {"apdus", m.apdus()},
          {"bytes", m.bytes()},
          {"card_us", m.card_us()},
          {"waited_us", m.waited_us()},
          {"total_us", m.total_us()},
          {"server_us", m.server_us()}};
}

// null when nothing waits at an agent.
Json PreparedJson(const pb::Job& j) {
  if (!j.has_prepared()) return nullptr;
  return {{"agent", j.prepared().agent()},
          {"until_us", j.prepared().until_us()},
          {"stored", j.prepared().stored()}};
}

Json Convert(const pb::Job& j) {
  return {
      {"id", j.id()},
      {"action", ActionWord(j.action())},
      {"application", j.application()},
      {"agent", j.agent()},
      {"reader", j.reader()},
      {"card_id", j.card_id()},
      {"state", StateWord(j.state())},
      {"message", j.message()},
      {"commands_done", j.commands_done()},
      {"commands_total", j.commands_total()},
      {"label", j.label()},
      {"created_at_us", j.created_at_us()},
      {"ended_at_us", j.ended_at_us()},
      {"measurements", ConvertMeasurements(j.measurements())},
      {"facts", Array(j.facts(),
                      [](const pb::Fact& f) {
                        return Json{{"text", f.text()}, {"proven", f.proven()}};
                      })},
      {"changes", j.changes()},
      {"package_aid", Hex(j.package_aid())},
      {"application_aid", Hex(j.application_aid())},
      {"cancel_requested", j.cancel_requested()},
      {"prepared", PreparedJson(j)}};
}

std::string SignWord(pb::PlanSign sign) {
  if (sign == pb::PLAN_SIGN_ADD) return "add";
  if (sign == pb::PLAN_SIGN_CHANGE) return "change";
  return sign == pb::PLAN_SIGN_REMOVE ? "remove" : "keep";
}

Json Convert(const pb::JobPlan& p) {
  return {{"steps", Array(p.steps(), [](const pb::PlannedStep& s) {
             return Json{{"sign", SignWord(s.sign())},
                         {"text", s.text()},
                         {"commands", s.commands()}};
           })}};
}

Json ConvertPackage(const pb::Package& p) {
  return {{"aid", Hex(p.aid())},
          {"version", p.version()},
          {"module_aids", HexArray(p.module_aids())}};
}

Json ConvertInstalled(const pb::InstalledApplication& a) {
  return {{"aid", Hex(a.aid())},
          {"life_cycle", a.life_cycle()},
          {"privileges", Hex(a.privileges())},
          {"package_aid", Hex(a.package_aid())}};
}

Json Convert(const pb::Card& c) {
  return {{"id", c.id()},
          {"first_seen_us", c.first_seen_us()},
          {"last_seen_us", c.last_seen_us()},
          {"profile", c.profile()},
          {"packages", Array(c.packages(), ConvertPackage)},
          {"applications", Array(c.applications(), ConvertInstalled)},
          {"content_proven", c.content_proven()},
          {"stopped", c.stopped()}};
}

Json Convert(const pb::Agent& a) {
  return {
      {"name", a.name()},
      {"connected", a.connected()},
      {"revoked", a.revoked()},
      {"last_seen_us", a.last_seen_us()},
      {"readers", Array(a.readers(), [](const pb::Reader& r) {
         return Json{{"name", r.name()}, {"card_present", r.card_present()}};
       })}};
}

Json Convert(const PlacedReader& r) {
  return {{"agent", r.agent},
          {"connected", r.connected},
          {"name", r.reader.name()},
          {"card_present", r.reader.card_present()}};
}

Json Convert(const pb::Profile& p) {
  return {{"name", p.name()},
          {"key_set", p.key_set()},
          {"scp", p.scp()},
          {"channel_options",
           Array(p.channel_options(), [](uint32_t i) { return Json(i); })},
          {"level_floor", p.level_floor()},
          {"isd_aid", Hex(p.isd_aid())},
          {"text", p.text()}};
}

Json Convert(const pb::Event& e) {
  return {{"id", e.id()},      {"at_us", e.at_us()},   {"kind", e.kind()},
          {"text", e.text()},  {"job_id", e.job_id()}, {"card_id", e.card_id()},
          {"agent", e.agent()}};
}

Json Convert(const pb::Receipt& r) {
  return {{"text", r.text()},
          {"counter", r.counter()},
          {"receipt", Hex(r.receipt())},
          {"confirmation_data", Hex(r.confirmation_data())},
          {"verified", r.verified()},
          {"job_id", r.job_id()},
          {"at_us", r.at_us()}};
}

Json Convert(const keyvault::v1::Approval& a) {
  return {{"id", a.id()},
          {"approver", a.approver()},
          {"signing_key", a.signing_key()},
          {"summary", a.summary()},
          {"reason", a.reason()},
          {"digest", Hex(a.digest())},
          {"signature", Hex(a.signature())},
          {"approved_at_us", a.approved_at_us()},
          {"valid_until_us", a.valid_until_us()}};
}

Json Convert(const keyvault::v1::ContentSigningKey& k) {
  return {{"name", k.name()},
          {"signs", k.signs()},
          {"algorithm", k.algorithm()},
          {"modulus", Hex(k.modulus())},
          {"exponent", Hex(k.exponent())},
          {"point", Hex(k.point())},
          {"pem", k.pem()}};
}

// Never throws: what is not UTF-8 is replaced.
std::string Line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

template <typename T>
std::string ArrayLine(const std::vector<T>& values) {
  return Line(Array(values, [](const T& value) { return Convert(value); }));
}

}  // namespace

std::string ToJson(const pb::Application& value) {
  return Line(Convert(value));
}
std::string ToJson(const pb::Job& value) { return Line(Convert(value)); }
std::string ToJson(const pb::JobPlan& value) { return Line(Convert(value)); }
std::string ToJson(const pb::Card& value) { return Line(Convert(value)); }
std::string ToJson(const pb::Agent& value) { return Line(Convert(value)); }
std::string ToJson(const pb::Profile& value) { return Line(Convert(value)); }
std::string ToJson(const pb::Event& value) { return Line(Convert(value)); }
std::string ToJson(const keyvault::v1::Approval& value) {
  return Line(Convert(value));
}
std::string ToJson(const keyvault::v1::ContentSigningKey& value) {
  return Line(Convert(value));
}
std::string ToJson(const std::vector<pb::Application>& values) {
  return ArrayLine(values);
}
std::string ToJson(const std::vector<pb::Job>& values) {
  return ArrayLine(values);
}
std::string ToJson(const std::vector<pb::Card>& values) {
  return ArrayLine(values);
}
std::string ToJson(const std::vector<pb::Agent>& values) {
  return ArrayLine(values);
}
std::string ToJson(const std::vector<pb::Event>& values) {
  return ArrayLine(values);
}
std::string ToJson(const std::vector<pb::Profile>& values) {
  return ArrayLine(values);
}
std::string ToJson(const std::vector<pb::Receipt>& values) {
  return ArrayLine(values);
}
std::string ToJson(const std::vector<PlacedReader>& values) {
  return ArrayLine(values);
}
std::string ToJson(const std::vector<keyvault::v1::Approval>& values) {
  return ArrayLine(values);
}
std::string ToJson(const std::vector<keyvault::v1::ContentSigningKey>& values) {
  return ArrayLine(values);
}
std::string ErrorJson(const std::string& code, const std::string& message) {
  return Line({{"error", {{"code", code}, {"message", message}}}});
}

}  // namespace cardferry::cli
