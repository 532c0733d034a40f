#!/bin/bash
# Makes a throw-away certificate authority and certificates of it.
set -euo pipefail

readonly ROLES="keyvault sequencer orchestrator agent operator auditor approver"
# Their certificates also serve; the others' only connect.
readonly SERVERS="keyvault sequencer orchestrator"

usage() {
  cat <<'EOF'
Makes a throw-away certificate authority and certificates of it, for
demonstrations, tests and benchmarks. Not for production: see README.md.

Usage:
  make_pki.sh --dir DIR init
  make_pki.sh --dir DIR issue ROLE NAME [--days N] [--expired]
  make_pki.sh --help

  init    Makes the authority: DIR/ca.crt and DIR/ca.key.
  issue   Makes DIR/ROLE-NAME.crt and DIR/ROLE-NAME.key (and the authority,
          when there is none yet). The certificate has one URI,
          spiffe://cardferry/ROLE/NAME.

  ROLE    keyvault, sequencer, orchestrator, agent, operator, auditor or
          approver
  NAME    1 to 63 of a-z 0-9 - _ . (begins with a letter or a digit)
  --days N     valid for N days, at most 397 (default 30)
  --expired    valid until yesterday: for tests of refusals

What is there and still valid stays as it is. Keys are EC P-256, readable by
their owner only (0400). The last line says which files the certificate is in.

Examples:
  make_pki.sh --dir /tmp/pki init
  make_pki.sh --dir /tmp/pki issue keyvault vault-1
  make_pki.sh --dir /tmp/pki issue agent kiosk-7 --days 2
  make_pki.sh --dir /tmp/pki issue agent late --expired
  openssl verify -CAfile /tmp/pki/ca.crt /tmp/pki/agent-kiosk-7.crt
EOF
}

fail() {
  echo "make_pki.sh: $*" >&2
  echo "Try make_pki.sh --help." >&2
  exit 2
}

# Runs openssl; its chatter is shown only when it fails.
quietly() {
  local chatter
  chatter=$(openssl "$@" 2>&1) || {
    echo "make_pki.sh: openssl $1 failed: $chatter" >&2
    exit 1
  }
}

write_configuration() {
  cat >"$work/openssl.cnf" <<EOF
[ca]
default_ca = throw_away
[throw_away]
database = $work/index.txt
new_certs_dir = $work
policy = any_subject
default_md = sha256
unique_subject = no
rand_serial = yes
[any_subject]
organizationName = optional
organizationalUnitName = optional
commonName = supplied
[req]
distinguished_name = name
prompt = no
[name]
O = cardferry
CN = throw-away authority
[authority]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
nameConstraints = critical,permitted;URI:cardferry
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = ${2:-clientAuth}
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = ${1:-URI:spiffe://cardferry/none/none}
EOF
  : >"$work/index.txt"
}

new_key() {
  quietly genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"
  chmod 0400 "$1"
}

make_authority() {
  if [[ -e $dir/ca.crt && -e $dir/ca.key ]]; then return; fi
  write_configuration
  new_key "$work/ca.key"
  quietly req -x509 -new -config "$work/openssl.cnf" -extensions authority \
    -key "$work/ca.key" -sha256 -days 398 -out "$work/ca.crt"
  mv -f "$work/ca.key" "$dir/ca.key"
  chmod 0644 "$work/ca.crt"
  mv -f "$work/ca.crt" "$dir/ca.crt"
}

# True when the files are there, fit and are valid (or expired) as asked for.
is_there() {
  local stem=$1 expired=$2
  [[ -e $stem.crt && -e $stem.key ]] || return 1
  openssl verify -no_check_time -CAfile "$dir/ca.crt" "$stem.crt" \
    >/dev/null 2>&1 || return 1
  if openssl x509 -in "$stem.crt" -noout -checkend 0 >/dev/null; then
    [[ $expired == no ]]
  else
    [[ $expired == yes ]]
  fi
}

issue() {
  local role=$1 name=$2 days=$3 expired=$4
  local stem=$dir/$role-$name usage=clientAuth
  local from="now" until="now + $days days"
  if is_there "$stem" "$expired"; then return; fi
  if [[ " $SERVERS " == *" $role "* ]]; then usage=serverAuth,clientAuth; fi
  if [[ $expired == yes ]]; then from="3 days ago" until="1 day ago"; fi
  write_configuration "URI:spiffe://cardferry/$role/$name" "$usage"
  new_key "$work/leaf.key"
  quietly req -new -config "$work/openssl.cnf" -key "$work/leaf.key" \
    -subj "/O=cardferry/OU=$role/CN=$name" -out "$work/leaf.csr"
  quietly ca -batch -notext -config "$work/openssl.cnf" -extensions leaf \
    -cert "$dir/ca.crt" -keyfile "$dir/ca.key" \
    -startdate "$(date -u -d "$from" +%Y%m%d%H%M%SZ)" \
    -enddate "$(date -u -d "$until" +%Y%m%d%H%M%SZ)" \
    -in "$work/leaf.csr" -out "$work/leaf.crt"
  mv -f "$work/leaf.key" "$stem.key"
  chmod 0644 "$work/leaf.crt"
  mv -f "$work/leaf.crt" "$stem.crt"
}

dir="" command="" role="" name="" days=30 expired=no
while (($# > 0)); do
  case $1 in
    --help | -h) usage && exit 0 ;;
    --dir) (($# > 1)) || fail "--dir wants a folder" && dir=$2 && shift ;;
    --days) (($# > 1)) || fail "--days wants a number" && days=$2 && shift ;;
    --expired) expired=yes ;;
    -*) fail "no such option: $1" ;;
    init) [[ -z $command ]] || fail "one command at a time" && command=init ;;
    issue)
      [[ -z $command ]] || fail "one command at a time"
      (($# > 2)) || fail "issue wants ROLE and NAME"
      command=issue role=$2 name=$3
      shift 2
      ;;
    *) fail "no such command: $1" ;;
  esac
  shift
done

[[ -n $dir ]] || fail "no --dir"
[[ -n $command ]] || fail "init or issue?"
if [[ ! $days =~ ^[1-9][0-9]{0,2}$ ]] || ((days > 397)); then
  fail "not a number of days from 1 to 397: $days"
fi
if [[ $command == issue ]]; then
  [[ $role =~ ^[a-z]+$ && " $ROLES " == *" $role "* ]] || fail "no such role: $role"
  # [:lower:] would depend on the language.
  LC_ALL=C
  [[ $name =~ ^[a-z0-9][a-z0-9._-]{0,62}$ ]] || fail "not a name: $name"
fi

umask 022
mkdir -p "$dir"
umask 077
dir=$(cd "$dir" && pwd)
work=$(mktemp -d "$dir/.work-XXXXXX")
trap 'rm -rf "$work"' EXIT
# One at a time, or two would make two authorities.
exec {lock}>"$dir/.lock"
flock "$lock"

make_authority
if [[ $command == init ]]; then
  echo "$dir/ca.crt"
else
  issue "$role" "$name" "$days" "$expired"
  echo "$dir/$role-$name.crt $dir/$role-$name.key $dir/ca.crt"
fi
