#!/usr/bin/env bash
# Makes a user of Reprise, or gives one another password and role, on a running server. Asks for the password, or reads
# it from its standard input.
#
#   wildfly-config/set-user.sh NAME viewer|operator|admin
#
#   JBOSS_HOME   a WildFly; else the one in target/
#   CONTROLLER   the management address of the server; else localhost:9990
set -euo pipefail
name=${1:?"usage: $0 NAME viewer|operator|admin"}
case ${2:-} in
  viewer) roles='"batch-viewer"' ;;
  operator) roles='"batch-viewer","batch-operator"' ;;
  admin) roles='"batch-viewer","batch-operator","batch-admin"' ;;
  *) echo "usage: $0 NAME viewer|operator|admin" >&2; exit 2 ;;
esac
[[ $name =~ ^[A-Za-z0-9._@-]{1,100}$ ]] || { echo "a name has letters, digits and ._@-" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
if [[ -z ${JBOSS_HOME:-} ]]; then
  for JBOSS_HOME in "$here"/target/wildfly-*/; do JBOSS_HOME=${JBOSS_HOME%/}; done
fi
IFS= read -rsp "Password of $name: " password
echo >&2
[[ ${#password} -ge 12 && $password != *[\"\\]* ]] || { echo "a password has 12 characters or more, and no \" or \\" >&2; exit 2; }

# The file that holds it is readable by nobody else, and gone in a moment; an argument would be seen by everybody.
umask 077
script=$(mktemp)
trap 'rm -f "$script" "$script.out"' EXIT
salt=$(od -An -td1 -N16 /dev/urandom | tr -s ' \n' ',' | sed 's/^,//; s/,$//')
realm=/subsystem=elytron/filesystem-realm=reprise
cat >"$script" <<CLI
if (outcome == success) of $realm:read-identity(identity=$name)
  $realm:remove-identity(identity=$name)
end-if
$realm:add-identity(identity=$name)
$realm:set-password(identity=$name, bcrypt={password="$password", iteration-count=10, salt=bytes{$salt}})
$realm:add-identity-attribute(identity=$name, name=Roles, value=[$roles])
CLI
"$JBOSS_HOME/bin/jboss-cli.sh" --connect --controller="${CONTROLLER:-localhost:9990}" --file="$script" >"$script.out" || {
  cat "$script.out" >&2
  exit 1
}
echo "$name is ${2}."
