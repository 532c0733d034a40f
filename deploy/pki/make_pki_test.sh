#!/bin/bash
# Tests of make_pki.sh, whose path is the first argument.
# shellcheck disable=SC2317  # functions are called by name
set -uo pipefail

readonly make_pki=$1
dir=$(mktemp -d "$TEST_TMPDIR/pki-XXXXXX")/new/folder
failures=0

pki() { "$make_pki" --dir "$dir" "$@"; }

# expect NAME COMMAND...: the command succeeds.
expect() {
  local name=$1
  shift
  if ! "$@" >"$TEST_TMPDIR/out" 2>&1; then
    echo "FAILED $name"
    cat "$TEST_TMPDIR/out"
    failures=$((failures + 1))
  fi
}
refuse() {
  local name=$1
  shift
  if "$@" >"$TEST_TMPDIR/out" 2>&1; then
    echo "FAILED $name: it did not fail"
    failures=$((failures + 1))
  fi
}
same() { [[ "$1" == "$2" ]] || { echo "'$1' is not '$2'" && false; }; }
mode() { stat -c %a "$1"; }
uris() {
  openssl x509 -in "$1" -noout -ext subjectAltName | grep -o 'URI:.*'
}
verify() { openssl verify -x509_strict -CAfile "$dir/ca.crt" "$@"; }

for role in keyvault sequencer orchestrator agent operator auditor approver; do
  expect "$role is issued" pki issue "$role" name-1
  crt=$dir/$role-name-1.crt
  expect "$role verifies" verify "$crt"
  expect "$role has one URI" \
    same "$(uris "$crt")" "URI:spiffe://cardferry/$role/name-1"
  expect "$role's key is its owner's" same "$(mode "$dir/$role-name-1.key")" 400
  expect "$role's key fits" same \
    "$(openssl x509 -in "$crt" -noout -pubkey)" \
    "$(openssl pkey -in "$dir/$role-name-1.key" -pubout)"
done
expect "the authority's key is its owner's" same "$(mode "$dir/ca.key")" 400
expect "keyvault may serve" verify -purpose sslserver \
  "$dir/keyvault-name-1.crt"
refuse "an agent may not serve" verify -purpose sslserver \
  "$dir/agent-name-1.crt"
expect "an agent may connect" verify -purpose sslclient "$dir/agent-name-1.crt"

before=$(cat "$dir"/*.crt "$dir"/*.key | sha256sum)
expect "again is no error" pki init
expect "again is no error" pki issue agent name-1
expect "again changes nothing" \
  same "$(cat "$dir"/*.crt "$dir"/*.key | sha256sum)" "$before"

expect "an expired one is issued" pki issue agent late --expired
refuse "an expired one does not verify" verify "$dir/agent-late.crt"
expect "but for its dates" verify -no_check_time "$dir/agent-late.crt"
expect "the good one replaces it" pki issue agent late
expect "and verifies" verify "$dir/agent-late.crt"

expect "the days are taken" pki issue agent short --days 1
expect "it is valid now" verify "$dir/agent-short.crt"
refuse "it is valid for one day" \
  openssl x509 -in "$dir/agent-short.crt" -noout -checkend 86500

# The authority is bound to its trust domain.
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
  -keyout "$TEST_TMPDIR/foreign.key" -subj "/CN=foreign" 2>/dev/null |
  openssl x509 -req -CA "$dir/ca.crt" -CAkey "$dir/ca.key" -set_serial 1 \
    -extfile <(echo "subjectAltName=URI:spiffe://other/agent/a") \
    -out "$TEST_TMPDIR/foreign.crt" 2>/dev/null
refuse "another trust domain does not verify" \
  openssl verify -CAfile "$dir/ca.crt" "$TEST_TMPDIR/foreign.crt"

refuse "an unknown role" pki issue root name
refuse "an empty role" pki issue "" name
refuse "two roles" pki issue "agent operator" name
for name in "" A a/b ../a "a b" -a .a "a,URI:spiffe://cardferry/operator/x" \
  $'a\nb' "$(printf 'a%.0s' {1..64})"; do
  refuse "the name '$name'" pki issue agent "$name"
done
refuse "no name" pki issue agent
refuse "no folder" "$make_pki" init
refuse "no command" pki
refuse "an unknown option" pki init --force
refuse "no days" pki issue agent a --days 0
refuse "too many days" pki issue agent a --days 398
expect "help" "$make_pki" --help
expect "nothing is left over" same "$(find "$dir" -name '.work*')" ""

expect_parallel() {
  local pids=() pid i
  dir=$dir/parallel
  for i in 1 2 3 4; do
    pki issue agent "p-$i" &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid" || return 1; done
  verify "$dir"/agent-p-*.crt
}
expect "several at once share one authority" expect_parallel

echo "$failures failures"
exit $((failures > 0))
