#!/bin/sh
# One policy and one AppRole for each program, and its role-id and secret-id as files.
#   approles.sh FOLDER        needs the vault command (or bao: VAULT=bao), VAULT_ADDR and a token that may do this
set -eu
vault=${VAULT:-vault}
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:?usage: approles.sh FOLDER}
umask 077
$vault auth list -format=json | grep -q '"approle/"' || $vault auth enable approle
for file in "$here"/policies/*.hcl; do
  name=$(basename "$file" .hcl)
  $vault policy write "$name" "$file" >/dev/null
  # A token for an hour, a day at most: vault-env --supervise prolongs it, exec mode needs it for a moment only.
  $vault write "auth/approle/role/$name" token_policies="$name" token_ttl=1h token_max_ttl=24h secret_id_ttl=720h >/dev/null
  mkdir -p "$folder/$name"
  $vault read -field=role_id "auth/approle/role/$name/role-id" >"$folder/$name/role-id"
  $vault write -f -field=secret_id "auth/approle/role/$name/secret-id" >"$folder/$name/secret-id"
  echo "$folder/$name"
done
