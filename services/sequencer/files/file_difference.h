#ifndef CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_DIFFERENCE_H_
#define CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_DIFFERENCE_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "lib/card/iso7816/file_control.h"
#include "services/sequencer/files/file_survey.h"
#include "services/sequencer/files/file_tree.h"

namespace cardferry::sequencer {

// What CREATE FILE says of a new file, with this life cycle status.
card::FileControl NewFileControl(const DesiredFile& file, uint8_t life_cycle);

// Why the file that is there cannot become the desired one, in words; nullopt
// when it can. Content and life cycle do not matter, but for records too many.
std::optional<std::string> ObstacleIn(const DesiredFile& desired,
                                      const SurveyedFile& actual);

// Whether the content is as desired, as far as it could be read.
bool ContentMatches(const DesiredFile& desired, const SurveyedFile& actual);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_DIFFERENCE_H_
