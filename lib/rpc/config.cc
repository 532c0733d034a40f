#include "lib/rpc/config.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "lib/base/file.h"

namespace cardferry::rpc {
namespace {

constexpr size_t kLongestFile = 1 << 20;

// Gathers "source:line:column: what" for each fault. The parser counts lines
// and columns from zero.
class FaultList final : public google::protobuf::io::ErrorCollector {
 public:
  explicit FaultList(absl::string_view source) : source_(source) {}
  void AddError(int line, int column, const std::string& what) override {
    absl::StrAppend(&text_, text_.empty() ? "" : "\n", source_, ":", line + 1,
                    ":", column + 1, ": ", what);
  }
  const std::string& text() const { return text_; }

 private:
  const absl::string_view source_;
  std::string text_;
};

}  // namespace

absl::Status ParseTextproto(const std::string& text, const std::string& source,
                            google::protobuf::Message& message) {
  FaultList faults(source);
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&faults);
  const std::unique_ptr<google::protobuf::Message> parsed(message.New());
  if (!parser.ParseFromString(text, parsed.get())) {
    return absl::InvalidArgumentError(faults.text());
  }
  message.GetReflection()->Swap(&message, parsed.get());
  return absl::OkStatus();
}

absl::Status ReadTextproto(const std::string& path,
                           google::protobuf::Message& message) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kLongestFile));
  return ParseTextproto(text, path, message);
}

absl::StatusOr<TlsFiles> ToTlsFiles(const config::v1::TlsFiles& files) {
  if (files.certificate().empty()) {
    return absl::InvalidArgumentError("tls: no certificate");
  }
  if (files.private_key().empty()) {
    return absl::InvalidArgumentError("tls: no private_key");
  }
  if (files.ca().empty()) return absl::InvalidArgumentError("tls: no ca");
  return TlsFiles{files.certificate(), files.private_key(), files.ca()};
}

}  // namespace cardferry::rpc
