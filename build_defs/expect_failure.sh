#!/usr/bin/env bash
# usage: expect_failure.sh TEXT PROGRAM [ARGUMENT...]
# Passes when the program fails and says TEXT.
set -euo pipefail

text="$1"
shift
if output="$("$@" 2>&1)"; then
  echo "it passed: $output"
  exit 1
fi
if [[ "$output" != *"$text"* ]]; then
  echo "wanted: $text"
  echo "it said: $output"
  exit 1
fi
