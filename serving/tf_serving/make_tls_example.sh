#!/bin/sh
# Writes a CA, a server's and a client's key and certificate, and ssl.config
# for --ssl_config_file, which wants the text of the keys and not their paths.
# For a trial on one machine: they are valid for localhost, for 30 days.
#
#     serving/tf_serving/make_tls_example.sh FOLDER
set -eu
umask 077
mkdir -p "$1"
cd "$1"

kind="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
# Unquoted: these are several words.
# shellcheck disable=SC2086
openssl req -x509 $kind -days 30 -subj "/CN=example CA" \
  -keyout ca.key -out ca.crt 2>/dev/null
for name in server client; do
  # shellcheck disable=SC2086
  openssl req $kind -subj "/CN=localhost" \
    -keyout "$name.key" -out "$name.csr" 2>/dev/null
  echo "subjectAltName=DNS:localhost,IP:127.0.0.1" >"$name.ext"
  openssl x509 -req -in "$name.csr" -CA ca.crt -CAkey ca.key -CAcreateserial \
    -days 30 -extfile "$name.ext" -out "$name.crt" 2>/dev/null
  rm "$name.csr" "$name.ext"
done

# A text proto joins strings that follow each other.
field() {
  echo "$1:"
  sed 's/.*/  "&\\n"/' "$2"
}
{
  field server_key server.key
  field server_cert server.crt
  field custom_ca ca.crt
  echo "# Clients must show a certificate of that CA: mutual TLS."
  echo "client_verify: true"
} >ssl.config
echo "wrote $PWD/ssl.config"
