#!/bin/sh
# Makes the certificates of the tests anew; README.md says which there are. Keys are for tests only.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

make_key() {
  openssl ecparam -name prime256v1 -genkey -noout -out "$work/sec1"
  openssl pkcs8 -topk8 -nocrypt -in "$work/sec1" -out "$1.key"
}

write_config() {
  cat >"$work/config" <<CONFIG
[ca]
default_ca = house
[house]
database = $work/index
serial = $work/serial
new_certs_dir = $work
default_md = sha256
unique_subject = no
policy = any
[any]
commonName = supplied
[extensions]
$1
CONFIG
}

# The one command of every OpenSSL that takes both dates. issue NAME SUBJECT EXTENSIONS END SIGNER...
issue() {
  name=$1 subject=$2 extensions=$3 end=$4
  shift 4
  make_key "$name"
  openssl req -new -key "$name.key" -subj "$subject" -out "$work/request"
  write_config "$extensions"
  openssl ca -batch -notext -config "$work/config" -extensions extensions "$@" \
    -startdate "$early" -enddate "$end" -in "$work/request" -out "$name.crt"
}

# issue_ca NAME SUBJECT
issue_ca() {
  : >"$work/index"
  echo 01 >"$work/serial"
  issue "$1" "$2" 'basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash' "$late" -selfsign -keyfile "$1.key"
}

# issue_leaf NAME SUBJECT CA USAGE NAMES END
issue_leaf() {
  issue "$1" "$2" "basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = $4
subjectAltName = $5" "$6" -cert "$3.crt" -keyfile "$3.key"
}

early=20240101000000Z
past=20240201000000Z
late=21240101000000Z
local='DNS:localhost, IP:127.0.0.1, IP:::1'

issue_ca other-ca '/CN=Systole test: another CA'
issue_leaf other-ca-server /CN=localhost other-ca serverAuth "$local" $late
issue_leaf other-ca-client '/CN=client of another CA' other-ca clientAuth 'DNS:stranger.test' $late
issue_ca ca '/CN=Systole test CA'
issue_leaf server /CN=localhost ca serverAuth "$local" $late
issue_leaf renewed-server /CN=localhost ca serverAuth "$local" $late
issue_leaf other-name-server /CN=elsewhere.test ca serverAuth 'DNS:elsewhere.test' $late
issue_leaf expired-server /CN=localhost ca serverAuth "$local" $past
issue_leaf client '/CN=sensor 7' ca clientAuth 'DNS:sensor-7.test, URI:urn:systole:sensor:7' $late
issue_leaf expired-client '/CN=sensor 8' ca clientAuth 'DNS:sensor-8.test' $past
