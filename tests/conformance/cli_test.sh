#!/usr/bin/env bash
# The command's exit status and last line, which scripts read.
# usage: cli_test.sh CONFORMANCE
set -u
conformance="$1"
faults=0
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT

# expect NAME STATUS LAST_LINE ARGUMENT...
expect() {
  local name="$1" status="$2" last="$3" output got
  shift 3
  output="$("$conformance" "$@" 2>&1)"
  got=$?
  # shellcheck disable=SC2053  # a pattern
  if [[ $got != "$status" || "$(tail -n 1 <<<"$output")" != $last ]]; then
    printf 'FAILED %s: status %s, wanted %s; last line must be %s:\n%s\n' \
      "$name" "$got" "$status" "$last" "$output"
    faults=1
  fi
}

mkdir "$scratch"/{good,bad,skipped,malformed,empty}
cmac='{"name": "nist", "kind": "cmac", "cipher": "aes",
       "key": "2B7E151628AED2A6ABF7158809CF4F3C", "message": "",
       "expected": "BB1D6929E95937287FA37D129B756746"}'
echo "[$cmac, {\"name\": \"n\", \"kind\": \"dance\"}]" >"$scratch/good/v.json"
echo "[${cmac/BB1D/BB1E}]" >"$scratch/bad/v.json"
echo '[{"name": "n", "kind": "dance"}]' >"$scratch/skipped/v.json"
echo '[{"name":' >"$scratch/malformed/v.json"

openssl=(--cipher openssl)
expect 'passes' 0 '1 passed, 0 failed, 1 skipped' "$scratch/good" "${openssl[@]}"
expect 'fails' 1 '0 passed, 1 failed, 0 skipped' "$scratch/bad" "${openssl[@]}"
expect 'shows nothing' 1 '0 passed, 0 failed, 1 skipped' "$scratch/skipped" "${openssl[@]}"
expect 'malformed' 2 "conformance: $scratch/malformed/v.json: not JSON: *" "$scratch/malformed" "${openssl[@]}"
expect 'empty' 2 "conformance: no \*.json in $scratch/empty" "$scratch/empty"
expect 'no folder' 2 "conformance: cannot read folder $scratch/none: *" "$scratch/none"
expect 'no argument' 2 '*'
expect 'wrong side' 2 'conformance: side is host, card or all, not both' "$scratch/good" --side both
expect 'help' 0 '*' --help
exit "$faults"
