# shellcheck shell=bash
# What the verbs share; sourced, not run. Afterwards
#   ROOT        is the root of the tree, and the current directory,
#   CALLER_DIR  is where the caller stood (paths in arguments start there),
#   standard input is empty.
set -euo pipefail
shopt -s inherit_errexit

ROOT="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)"
CALLER_DIR="$(pwd)"
export ROOT CALLER_DIR
cd -- "$ROOT"
exec </dev/null
export PYTHONDONTWRITEBYTECODE=1

# Colours only for a person's terminal.
if [[ -t 1 && -z "${NO_COLOR:-}" && "${TERM:-dumb}" != dumb ]]; then
  RED=$'\e[31m' GREEN=$'\e[32m' BOLD=$'\e[1m' PLAIN=$'\e[0m'
else
  RED='' GREEN='' BOLD='' PLAIN=''
fi
export RED GREEN BOLD PLAIN

say() { printf '%s%s%s\n' "$BOLD" "$*" "$PLAIN"; }
complain() { printf '%s\n' "${0##*/}: $*" >&2; }
die() {
  complain "$*"
  exit 1
}
# A wrong call: exit status 2.
misuse() {
  complain "$*"
  usage >&2
  exit 2
}
# The comment at the head of the verb's file.
usage() { sed -n '1d; /^#/!q; s/^# \{0,1\}//p' "$0"; }

# Bazel keeps its output below HOME; a service account may have none.
export HOME="${HOME:-$(getent passwd "$(id -u)" | cut -d : -f 6)}"
if [[ -z "$HOME" || ! -w "$HOME" ]]; then
  HOME="/tmp/cardferry-home-$(id -u)"
  mkdir -m 700 -- "$HOME" 2>/dev/null || true
  [[ -O "$HOME" && ! -L "$HOME" ]] || die "$HOME belongs to somebody else"
fi

# BAZEL names another binary, BAZEL_STARTUP holds start-up options.
bazel() {
  local startup=()
  read -r -a startup <<<"${BAZEL_STARTUP:-}"
  command "${BAZEL:-bazel}" "${startup[@]}" "$@"
}

# bazel_binary LABEL [OPTION...]: builds //a/b:c and prints the binary's path.
bazel_binary() {
  local label="$1"
  shift
  bazel build "$@" -- "$label" >&2 || return
  local path="${label#//}"
  printf '%s/%s\n' "$(bazel info "$@" bazel-bin 2>/dev/null)" "${path/://}"
}

# git that also works in a checkout that belongs to another user.
tree_git() { git -c "safe.directory=$ROOT" "$@"; }

# tree_files PATTERN...: files of the project, new ones too, each ended by NUL.
tree_files() {
  tree_git ls-files -z --cached --others --exclude-standard -- "$@" |
    while IFS= read -r -d '' file; do
      [[ ! -f "$file" ]] || printf '%s\0' "$file"
    done
}

# make_absolute PATH: a caller's path, which may not exist yet.
make_absolute() {
  case "$1" in
    /*) printf '%s\n' "$1" ;;
    *) printf '%s/%s\n' "$CALLER_DIR" "$1" ;;
  esac
}

# in_namespaces COMMAND...: becomes the command in a PID, mount and network
# namespace of its own, with an empty /run: nothing is left behind, and the
# machine's own pcscd and ports are not touched. Wants no root.
in_namespaces() {
  local namespaces=(--fork --pid --kill-child --mount --net --mount-proc)
  [[ "$(id -u)" -eq 0 ]] || namespaces+=(--user --map-root-user)
  # shellcheck disable=SC2016  # the inner shell expands these
  unshare "${namespaces[@]}" -- bash -c '
    mount -t tmpfs -o mode=755 tmpfs /run && ip link set lo up && exec "$@"' \
    in_namespaces "$@"
}
