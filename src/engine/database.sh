# Sourced by start.sh: creates PostgreSQL's data on first use and starts it on loopback.
[ -x "$DB_BIN/postgres" ] || {
	echo "PostgreSQL is missing. On Debian: apt-get install postgresql" >&2
	exit 1
}
if [ ! -s "$DB_DIR/PG_VERSION" ]; then
	mkdir -p "$DB_DIR"
	[ "$(id -u)" = 0 ] && chown "$DB_OWNER" "$DB_DIR"
	chmod 700 "$DB_DIR"
	# the owner must be able to reach its folder
	dir=$DB_DIR
	while [ "$(id -u)" = 0 ] && [ "$dir" != / ]; do
		dir=$(dirname "$dir")
		setpriv --reuid="$DB_OWNER" --regid="$DB_OWNER" --clear-groups test -x "$dir" || chmod o+x "$dir"
	done
	words=$(mktemp)
	printf '%s\n' "$DB_PASSWORD" >"$words"
	[ "$(id -u)" = 0 ] && chown "$DB_OWNER" "$words"
	(cd "$DB_DIR" && as_owner initdb -D "$DB_DIR" -U kamailio -A scram-sha-256 --pwfile="$words" -E UTF8 --locale=C.UTF-8 >/dev/null)
	rm -f "$words"
	cat >>"$DB_DIR/postgresql.conf" <<-CONF
		listen_addresses = '127.0.0.1'
		unix_socket_directories = ''
		max_connections = 250
		shared_buffers = 64MB
	CONF
fi
if ! { [ -s "$DB_DIR/postmaster.pid" ] && kill -0 "$(head -1 "$DB_DIR/postmaster.pid")" 2>/dev/null; }; then
	(cd "$DB_DIR" && as_owner pg_ctl -D "$DB_DIR" -o "-p $DB_PORT" -l "$DB_DIR/log" -w -t 60 start >/dev/null)
fi
if ! sql -At -d postgres -c "select 1 from pg_database where datname='kamailio'" | grep -q 1; then
	sql -d postgres -c 'create database kamailio'
	for table in standard auth_db usrloc presence rls msilo dialog; do
		sql -d kamailio -f "/usr/share/kamailio/postgres/$table-create.sql" >/dev/null
	done
	# msilo keeps 32 characters of the content type; ours may be longer
	sql -d kamailio -c 'alter table silo alter column ctype type varchar(255)' -c 'alter table silo alter column extra_hdrs type text'
fi
