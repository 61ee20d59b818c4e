# Digests, ciphers, keys, and a connection over TLS.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.sh"
need openssl md5sum seq
seq 40000 >text
for d in md5 sha1 sha256 sha512 sha3-256 blake2b512 sm3; do openssl dgst -$d text; done
for c in aes-128-cbc aes-256-ctr chacha20 camellia-256-cbc des-ede3-cbc; do
  openssl enc -$c -pbkdf2 -iter 100 -k pass -S 0102030405060708 -in text -out text.enc && md5sum <text.enc
  openssl enc -d -$c -pbkdf2 -iter 100 -k pass -S 0102030405060708 -in text.enc | cmp - text && echo good
done
openssl speed -seconds 1 sha256 2>&1 | grep -c '^sha256'
openssl req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.pem -days 2 -subj /CN=localhost 2>/dev/null; echo "certificate $?"
openssl dgst -sha256 -sign k.pem -out s.bin text && openssl x509 -in c.pem -noout -pubkey >p.pem &&
  openssl dgst -sha256 -verify p.pem -signature s.bin text
# the server says on which port it listens
openssl s_server -accept 127.0.0.1:0 -key k.pem -cert c.pem -naccept 1 -rev >server.log 2>&1 &
server=$!
for i in $(seq 300); do
  port=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' server.log)
  [ -z "$port" ] || break
  sleep 0.1
done
exec 3> >(timeout 60 openssl s_client -connect "127.0.0.1:$port" -quiet >client.log 2>/dev/null)
echo hello >&3
for i in $(seq 300); do grep -q olleh client.log 2>/dev/null && break; sleep 0.1; done
cat client.log
kill $server
exec 3>&-
wait $server 2>/dev/null
