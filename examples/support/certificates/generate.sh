#!/bin/sh
# Makes the certificates of examples/tls.ts anew. The key of the authority is thrown away: nobody signs with it again.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

make_key() {
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"
}

# issue NAME SUBJECT USAGE NAMES
issue() {
  make_key "$1.key"
  openssl req -new -key "$1.key" -subj "$2" -out "$work/request"
  printf 'basicConstraints = critical, CA:FALSE\nextendedKeyUsage = %s\nsubjectAltName = %s\n' "$3" "$4" >"$work/extensions"
  openssl x509 -req -in "$work/request" -CA ca.crt -CAkey "$work/ca.key" -set_serial "0x$(openssl rand -hex 8)" \
    -days 36500 -extfile "$work/extensions" -out "$1.crt"
}

make_key "$work/ca.key"
openssl req -x509 -new -key "$work/ca.key" -subj '/CN=Systole examples CA' -days 36500 \
  -addext 'basicConstraints = critical, CA:TRUE' -addext 'keyUsage = critical, keyCertSign' -out ca.crt
issue server /CN=localhost serverAuth 'DNS:localhost, IP:127.0.0.1'
issue sensor-7 '/CN=sensor 7' clientAuth 'DNS:sensor-7.test'
