#!/usr/bin/env bash
# Runs every fuzz target for some time, from its corpus.
#
# usage: tools/fuzz.sh SECONDS [TARGET...]
# New inputs go to a temporary folder; what crashes a target is kept in
# .state/fuzz/. FUZZ_JOBS runs at a time (default: one per processor).

# shellcheck source=tools/dev/lib.sh
source "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/dev/lib.sh"

[[ "${1:-}" =~ ^[0-9]+$ ]] || misuse "wanted: a number of seconds"
seconds="$1"
shift
targets=("$@")
if [[ ${#targets[@]} -eq 0 ]]; then
  mapfile -t targets < <(bazel query --noshow_progress \
    'kind(cc_test, filter("_fuzz_test$", //tests/fuzz/...))')
fi
[[ ${#targets[@]} -gt 0 ]] || die "no fuzz targets"

# gold warns about symbols of the sanitizers by the hundred.
bazel build --config=fuzz -- "${targets[@]}" 2>&1 |
  grep -v 'Cannot export local symbol'
bin="$(bazel info --config=fuzz bazel-bin 2>/dev/null)"
work="$(mktemp -d)"
trap 'rm -rf -- "$work"' EXIT
mkdir -p .state/fuzz

# fuzz_one LABEL: //tests/fuzz:NAME_fuzz_test with tests/fuzz/corpus/NAME.
fuzz_one() {
  local path="${1#//}" name="${1##*:}" status=0
  local corpus="tests/fuzz/corpus/${name%_fuzz_test}"
  mkdir -p "$work/$name"
  [[ -d "$corpus" ]] || corpus="$work/$name"
  "$bin/${path/://}" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=3000 \
    -print_final_stats=1 -artifact_prefix=".state/fuzz/$name-" \
    "$work/$name" "$corpus" >"$work/$name.log" 2>&1 || status=$?
  if [[ "$status" -eq 0 ]]; then
    echo "ok $name: $(sed -n 's/^stat::number_of_executed_units: *//p' \
      "$work/$name.log") runs, $(find "$work/$name" -type f | wc -l) new inputs"
  else
    tail -n 60 "$work/$name.log"
    echo "FAILED $name (exit status $status)"
  fi
  return "$status"
}

failed=0
running=0
for target in "${targets[@]}"; do
  if [[ "$running" -ge "${FUZZ_JOBS:-$(nproc)}" ]]; then
    wait -n || failed=$((failed + 1))
    running=$((running - 1))
  fi
  fuzz_one "$target" &
  running=$((running + 1))
done
while [[ "$running" -gt 0 ]]; do
  wait -n || failed=$((failed + 1))
  running=$((running - 1))
done
echo "$((${#targets[@]} - failed)) fuzz targets passed, $failed failed"
[[ "$failed" -eq 0 ]]
