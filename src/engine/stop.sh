#!/usr/bin/env bash
# Stops what start.sh started, by its pid files only.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/env.sh"
nodes=$(cd "$RUN" && ls presence-*.pid 2>/dev/null | sed 's/\.pid$//')
for name in kamailio $nodes coturn rtpengine; do
	alive $name || continue
	pid=$(cat "$RUN/$name.pid")
	# each was started as the leader of its own group
	kill -TERM -- "-$pid" 2>/dev/null || kill "$pid" 2>/dev/null
	for _ in $(seq 50); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
	kill -KILL -- "-$pid" 2>/dev/null
	rm -f "$RUN/$name.pid"
done
[ -s "$DB_DIR/postmaster.pid" ] && (cd "$DB_DIR" && as_owner pg_ctl -D "$DB_DIR" -m fast -w stop >/dev/null)
exit 0
