# Read by start.sh, stop.sh and account.sh. Every value may come from the environment.
STATE=${PARLEY_ENGINE_DATA:-data/engine}
DOMAIN=${PARLEY_DOMAIN:-parley.localhost}
HOST=${PARLEY_ENGINE_HOST:-127.0.0.1}
WEB_PORT=${PARLEY_ENGINE_WEB:-18080}
SIP_PORT=${PARLEY_ENGINE_SIP:-15070}
EVENT_PORT=${PARLEY_ENGINE_EVENTS:-15072}
DB_PORT=${PARLEY_ENGINE_DB:-15432}
# Who serves presence, lists and XCAP: `service` (ours, PARLEY_ENGINE_NODES processes) or `stock` (Kamailio's own modules,
# which cannot keep access levels apart).
PRESENCE=${PARLEY_ENGINE_PRESENCE:-service}
NODES=${PARLEY_ENGINE_NODES:-1}
# First ports of the nodes: SIP over TCP from Kamailio; HTTP for XCAP, the directory and Kamailio's questions.
NODE_SIP_PORT=${PARLEY_ENGINE_NODE_SIP:-15080}
NODE_HTTP_PORT=${PARLEY_ENGINE_NODE_HTTP:-18090}
RTP_PORT=${PARLEY_ENGINE_RTP:-12223}
TURN_PORT=${PARLEY_ENGINE_TURN:-13478}
# Origins a browser may open the WebSocket from, as a regular expression.
ORIGINS=${PARLEY_ENGINE_ORIGINS:-^http://(localhost|127[.]0[.]0[.]1)(:[0-9]+)?\$}
# Other organisations, as of the embedded server (README); none without a port. An address of each is needed.
FED_PORT=${PARLEY_FEDERATION_PORT:-}
FED_ROUTES=${PARLEY_FEDERATION_ROUTES:-}
FED_RATE=${PARLEY_FEDERATION_RATE:-100}
# The database program must not run as root.
DB_OWNER=${PARLEY_ENGINE_DB_OWNER:-postgres}
DB_BIN=${PARLEY_ENGINE_DB_BIN:-$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1)}

NODE=${PARLEY_NODE:-$(dirname "${BASH_SOURCE[0]}")/../../node_modules/.bin/node}
[ -x "$NODE" ] || NODE=$(command -v node)

mkdir -p "$STATE/run"
STATE=$(cd "$STATE" && pwd)
RUN=$STATE/run
DB_DIR=$STATE/db

secret() { # name: a random secret, made on first use, readable by its owner alone
	[ -s "$STATE/$1" ] || (umask 077 && head -c 24 /dev/urandom | base64 | tr -d '/+=\n' >"$STATE/$1")
	cat "$STATE/$1"
}
DB_PASSWORD=$(secret db-password)
TURN_SECRET=$(secret turn-secret)
SERVICE_KEY=$(secret service-key)
DB_URL=postgres://kamailio:$DB_PASSWORD@127.0.0.1:$DB_PORT/kamailio

as_owner() {
	prog=$1
	shift
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid="$DB_OWNER" --regid="$DB_OWNER" --clear-groups "$DB_BIN/$prog" "$@"
	else
		"$DB_BIN/$prog" "$@"
	fi
}
sql() { PGPASSWORD=$DB_PASSWORD "$DB_BIN/psql" -q -X -h 127.0.0.1 -p "$DB_PORT" -U kamailio -v ON_ERROR_STOP=1 "$@"; }
alive() { [ -s "$RUN/$1.pid" ] && kill -0 "$(cat "$RUN/$1.pid")" 2>/dev/null; }
