#!/usr/bin/env bash
# Starts one of several servers that run an application together, on one machine and one PostgreSQL database.
#
#   wildfly-config/start-node.sh NAME [PORT_OFFSET [FURTHER ARGUMENTS OF THE SERVER, such as -Dreprise.lease=10s]]
#
#   JBOSS_HOME           a WildFly that wildfly-config/configure-postgresql.cli configured; else the one in target/
#   REPRISE_WAR          what to deploy; else target/ROOT.war
#   REPRISE_NODES        where each node gets a folder; else target/nodes
#   REPRISE_DB_URL, REPRISE_DB_USER, REPRISE_DB_PASSWORD   the database, the same for all nodes
#
# The server runs in the foreground: Ctrl-C stops it, and its jobs go on elsewhere.
set -euo pipefail
name=${1:?"usage: $0 NAME [PORT_OFFSET [ARGUMENTS OF THE SERVER]]"}
offset=${2:-0}
shift $(($# > 2 ? 2 : $#))
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
: "${REPRISE_DB_URL:?"is not set: jdbc:postgresql://host:5432/database"}"
if [[ -z ${JBOSS_HOME:-} ]]; then
  for JBOSS_HOME in "$here"/target/wildfly-*/; do JBOSS_HOME=${JBOSS_HOME%/}; done
fi
export JBOSS_HOME
war=${REPRISE_WAR:-$here/target/ROOT.war}
base=${REPRISE_NODES:-$here/target/nodes}/$name
for needed in "$JBOSS_HOME/standalone/configuration/standalone-postgresql.xml" "$war"; do
  if [[ ! -e $needed ]]; then
    echo "$needed is not there: make it with ./mvnw -Pserver package" >&2
    exit 1
  fi
done

# What it makes, such as the key of secret parameters, others need not read.
umask 077
mkdir -p "$base/deployments"
exec 9>"$base/lock"
if command -v flock >/dev/null && ! flock -n 9; then
  echo "node $name runs already, in $base" >&2
  exit 1
fi
cp -r "$JBOSS_HOME/standalone/configuration" "$base/"
rm -f "$base"/deployments/*
cp "$war" "$base/deployments/"

# Names and offset make the node what it is; the transaction manager needs a name of its own for each (23 bytes at most).
exec "$JBOSS_HOME/bin/standalone.sh" -c standalone-postgresql.xml \
  -Djboss.server.base.dir="$base" \
  -Djboss.socket.binding.port-offset="$offset" \
  -Djboss.tx.node.id="${name:0:23}" \
  -Dreprise.node="$name" \
  -Dreprise.samples="$here" \
  "$@"
