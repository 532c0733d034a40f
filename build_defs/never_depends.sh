#!/usr/bin/env bash
# usage: never_depends.sh FOUND SUBJECT KNOWN PREFIX...
# FOUND    the forbidden labels among the subject's dependencies: has to be empty
# SUBJECT  the labels that the rule is about: must not be empty
# KNOWN    what the rule forbids, found anywhere in the tree: has to hold a
#          label of each PREFIX, or a rule with a slip of the pen never fails
set -euo pipefail

found="$1" subject="$2" known="$3"
shift 3
status=0
if [[ -s "$found" ]]; then
  echo "forbidden dependencies:"
  cat -- "$found"
  status=1
fi
if [[ ! -s "$subject" ]]; then
  echo "the rule is about no target"
  status=1
fi
for prefix in "$@"; do
  if ! grep -qE -- "^$prefix([/:.]|\$)" "$known"; then
    echo "nothing in the tree begins with $prefix: a slip of the pen?"
    status=1
  fi
done
exit "$status"
