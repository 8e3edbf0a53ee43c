#!/usr/bin/env bash
# Starts Parley's engine on loopback: PostgreSQL, the presence service, rtpengine, coturn and Kamailio. Stop it with
# stop.sh (or Ctrl C here).
#   start.sh            in the foreground
#   start.sh --detach   returns once everything answers
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/env.sh"
for need in kamailio rtpengine turnserver; do
	command -v $need >/dev/null || {
		echo "$need is missing. On Debian: apt-get install kamailio kamailio-{websocket,presence,xml,postgres,tls,outbound,utils,json,extra}-modules postgresql rtpengine-daemon coturn" >&2
		exit 1
	}
done
. "$here/database.sh"

launch() { # name program arguments...: unless it lives; its log goes on where it was
	name=$1
	shift
	alive "$name" && return 0
	(cd "$RUN" && exec setsid "$@" >>"$RUN/$name.log" 2>&1 </dev/null) &
	echo $! >"$RUN/$name.pid"
}
until_port() { # name port
	for _ in $(seq 100); do
		(exec 3<>"/dev/tcp/$HOST/$2") 2>/dev/null && return 0
		alive "$1" || break
		sleep 0.1
	done
	echo "$1 did not start. The end of $RUN/$1.log:" >&2
	tail -5 "$RUN/$1.log" >&2
	exit 1
}

launch rtpengine rtpengine --config-file="$here/rtpengine.conf" --config-section=parley --foreground --log-stderr \
	--listen-ng="$HOST:$RTP_PORT" --listen-cli="$HOST:$((RTP_PORT + 1))" --interface="$HOST"
until_port rtpengine $((RTP_PORT + 1))
(umask 077 && { cat "$here/turnserver.conf" && echo "static-auth-secret=$TURN_SECRET"; } >"$RUN/turnserver.conf")
launch coturn turnserver -c "$RUN/turnserver.conf" --listening-ip="$HOST" --relay-ip="$HOST" --listening-port="$TURN_PORT" \
	--realm="$DOMAIN" --userdb="$RUN/turn.sqlite" --pidfile="$RUN/coturn.daemon.pid" \
	--log-file=stdout
until_port coturn "$TURN_PORT"
node() { # number: starts that process of the presence service unless it lives
	PARLEY_DOMAIN=$DOMAIN PARLEY_SERVICE_DATABASE=$DB_URL PARLEY_SERVICE_NODE=presence-$1 \
		PARLEY_SERVICE_SIP=$HOST:$((NODE_SIP_PORT + $1)) PARLEY_SERVICE_HTTP=$HOST:$((NODE_HTTP_PORT + $1)) \
		PARLEY_SERVICE_PROXIES=$HOST:$SIP_PORT PARLEY_SERVICE_KEY=$SERVICE_KEY PARLEY_SERVICE_ORIGINS=$ORIGINS \
		launch "presence-$1" "$NODE" "$here/../server/presence-start.ts"
}
presence=(-A P_STOCK=1)
if [ "$PRESENCE" = stock ]; then
	NODES=0
else
	presence=()
	: >"$RUN/nodes.list"
	for ((i = 0; i < NODES; i++)); do
		echo "1 sip:$HOST:$((NODE_SIP_PORT + i));transport=tcp 0 0" >>"$RUN/nodes.list"
		node $i
	done
	for ((i = 0; i < NODES; i++)); do until_port "presence-$i" $((NODE_HTTP_PORT + i)); done
fi
federation=()
: >"$RUN/peers.cfg"
if [ -n "$FED_PORT" ]; then
	[ "$PRESENCE" = service ] || { echo "Other organisations need PARLEY_ENGINE_PRESENCE=service." >&2 && exit 1; }
	for name in CERT KEY CA; do
		file=PARLEY_FEDERATION_$name
		[ -r "${!file:-}" ] || { echo "$file must name a PEM file that can be read." >&2 && exit 1; }
	done
	# Who is let in, who is gone to, and under which certificates.
	load= greet=
	for route in ${FED_ROUTES//,/ }; do
		[[ $route =~ ^([a-z0-9.-]+)=([A-Za-z0-9.:-]+|\[[0-9a-fA-F:]+\]):([0-9]+)$ ]] || {
			echo "PARLEY_FEDERATION_ROUTES holds $route, which is no route, such as partner.example=sip.partner.example:5061." >&2
			exit 1
		}
		load+="	\$sht(peers=>${BASH_REMATCH[1]}) = \"${BASH_REMATCH[2]}:${BASH_REMATCH[3]}\";"$'\n'
		greet+="	\$var(domain) = \"${BASH_REMATCH[1]}\";"$'\n'"	route(GREET_PEER);"$'\n'
	done
	printf 'event_route[htable:mod-init] {\n%s\t$var(domain) = "";\n}\nroute[GREET_PEERS] {\n%s\treturn;\n}\n' "$load" "$greet" >"$RUN/peers.cfg"
	for side in server client; do
		printf '[%s:default]\nmethod = TLSv1.2+\nverify_certificate = yes\nrequire_certificate = yes\nprivate_key = %s\ncertificate = %s\nca_list = %s\n' \
			$side "$(realpath "$PARLEY_FEDERATION_KEY")" "$(realpath "$PARLEY_FEDERATION_CERT")" "$(realpath "$PARLEY_FEDERATION_CA")"
	done >"$RUN/tls.cfg"
	federation=(-A P_FEDERATION=1)
fi
define() { printf -- '--substdef=!%s!%s!g' "$1" "$2"; }
# What everybody on the machine may not read in the list of processes goes by a file.
(umask 077 && cat >"$RUN/kamailio.cfg" <<CFG
#!KAMAILIO
#!substdef "!P_DBURL!$DB_URL!g"
#!substdef "!P_KEY!$SERVICE_KEY!g"
include_file "$here/kamailio/kamailio.cfg"
include_file "$RUN/peers.cfg"
CFG
)
launch kamailio kamailio -DD -E -f "$RUN/kamailio.cfg" -w "$RUN" -Y "$RUN" -m 256 -M 32 \
	"$(define P_DOMAIN "$DOMAIN")" "$(define P_HOST "$HOST")" "$(define P_WEB "$WEB_PORT")" "$(define P_SIP "$SIP_PORT")" \
	"$(define P_INT "$EVENT_PORT")" "$(define P_RTPE "udp:$HOST:$RTP_PORT")" \
	"$(define P_ORIGINS "${ORIGINS//\$/\$\$}")" "$(define P_NODES "$RUN/nodes.list")" \
	"$(define P_SVC_HOST "$HOST")" "$(define P_SVC_HTTP "$NODE_HTTP_PORT")" "$(define P_SVC_COUNT "$NODES")" \
	"$(define P_FED "${FED_PORT:-0}")" "$(define P_TLS "$RUN/tls.cfg")" "$(define P_PEER_BURST "$((5 * FED_RATE))")" \
	${presence[@]+"${presence[@]}"} ${federation[@]+"${federation[@]}"}
until_port kamailio "$WEB_PORT"

XCAP=http://$HOST:$WEB_PORT/xcap-root
[ "$PRESENCE" = stock ] || XCAP=http://$HOST:$NODE_HTTP_PORT/xcap
cat <<TXT
The engine answers: SIP over WebSocket at ws://$HOST:$WEB_PORT, XCAP at $XCAP,
SIP over UDP and TCP at $HOST:$SIP_PORT, TURN at $HOST:$TURN_PORT. Domain $DOMAIN.
Add people with: bash src/engine/account.sh add NAME PASSWORD
A client for it: npm run engine:client
TXT
[ "${1:-}" = --detach ] && exit 0
trap 'bash "$here/stop.sh"; exit 0' INT TERM
while alive kamailio; do
	# a node that ended comes back; until then the others, or the clients' own patience, bridge the gap
	for ((i = 0; i < NODES; i++)); do node $i; done
	sleep 1
done
