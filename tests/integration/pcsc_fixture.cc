#include "tests/integration/pcsc_fixture.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "agent/pcsc/pcsc_context.h"
#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "tests/stage/pcscd.h"
#include "tests/stage/runfiles.h"

namespace cardferry::agent {
namespace {

constexpr char kKeys[] =
    "kvn=30\nkdd=00010203040506070809\n"
    "enc=000102030405060708090A0B0C0D0E0F\n"
    "mac=101112131415161718191A1B1C1D1E1F\n"
    "dek=202122232425262728292A2B2C2D2E2F\n";

constexpr char kProgram[] = "/usr/sbin/pcscd";
constexpr char kDriver[] = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";
constexpr absl::Duration kPatience = absl::Seconds(20);
constexpr absl::Duration kLook = absl::Milliseconds(5);

// pcscd's readers listen before it does itself.
bool PcscAnswers(size_t wanted) {
  const absl::StatusOr<PcscContext> context = PcscContext::Establish();
  if (!context.ok()) return false;
  const absl::StatusOr<std::vector<std::string>> readers =
      context->ListReaders();
  return readers.ok() && readers->size() == wanted;
}

}  // namespace

void Sightings::Add(const Sighting& sighting) {
  constexpr const char* kKinds[] = {"found", "gone", "in", "mute", "out"};
  absl::MutexLock lock(&mutex_);
  std::string& text = text_[sighting.reader];
  absl::StrAppend(&text, text.empty() ? "" : " ",
                  kKinds[static_cast<int>(sighting.kind)]);
}

std::string Sightings::Await(const std::string& reader,
                             const std::string& wanted) {
  absl::MutexLock lock(&mutex_);
  std::string& text = text_[reader];
  const auto same = [&] { return text == wanted; };
  mutex_.AwaitWithTimeout(absl::Condition(&same), kPatience);
  return text;
}

std::string PcscFixture::Path(const std::string& name) {
  return absl::StrCat(testing::TempDir(), "/", name);
}

void PcscFixture::SetUp() {
  unlink(Path("card.keys").c_str());
  ASSERT_OK(WriteFileAtomically(Path("card.keys"), AsBytes(kKeys), 0400));
  StartPcscd();
}

void PcscFixture::TearDown() { pcscd_.Stop(); }

absl::StatusOr<std::string> PcscFixture::Configure(
    const std::vector<std::string>& pairs) {
  std::string folder = "/run/readers-XXXXXX";
  if (mkdtemp(&folder[0]) == nullptr) return ErrnoStatus(errno, folder);
  for (size_t i = 0; i < pairs.size(); ++i) {
    const std::string driver = absl::StrCat(folder, "-driver-", i, ".so");
    ASSIGN_OR_RETURN(const std::string code, ReadFile(kDriver, 1 << 20));
    RETURN_IF_ERROR(WriteFileAtomically(driver, AsBytes(code), 0755));
    const size_t port = stage::kVirtualReaderPort + 2 * i;
    RETURN_IF_ERROR(WriteFileAtomically(
        absl::StrCat(folder, "/", i),
        AsBytes(absl::StrFormat("FRIENDLYNAME \"%s\"\n"
                                "DEVICENAME /dev/null:0x%X\n"
                                "LIBPATH %s\n"
                                "CHANNELID 0x%X\n",
                                pairs[i], port, driver, port)),
        0644));
  }
  return folder;
}

void PcscFixture::StartPcscd(const std::vector<std::string>& pairs) {
  unlink(stage::kPcscdSocket);  // a killed pcscd leaves both behind
  unlink("/run/pcscd/pcscd.pid");
  mkdir("/run/pcscd", 0755);
  ASSERT_OK_AND_ASSIGN(const std::string folder, Configure(pairs));
  stage::Command command;
  command.arguments = {kProgram, "--foreground", "--config", folder};
  command.log_file = Path("pcscd.log");
  ASSERT_OK_AND_ASSIGN(pcscd_, stage::Process::Start(command));
  const absl::Time end = absl::Now() + kPatience;
  while (!PcscAnswers(2 * pairs.size()) && absl::Now() < end) {
    absl::SleepFor(kLook);
  }
  ASSERT_TRUE(PcscAnswers(2 * pairs.size()));
}

stage::Process PcscFixture::InsertCard(const std::vector<std::string>& flags,
                                       int reader) {
  stage::Command command;
  const absl::StatusOr<std::string> program = stage::Runfile("cardsim/cardsim");
  EXPECT_OK(program);
  command.arguments = {
      program.value_or(""), "--keys_file", Path("card.keys"), "--vpcd",
      absl::StrCat("127.0.0.1:", stage::kVirtualReaderPort + reader)};
  command.arguments.insert(command.arguments.end(), flags.begin(), flags.end());
  command.log_file = Path("cardsim.log");
  absl::StatusOr<stage::Process> card = stage::Process::Start(command);
  EXPECT_OK(card);
  return card.ok() ? *std::move(card) : stage::Process();
}

}  // namespace cardferry::agent
