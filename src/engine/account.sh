#!/usr/bin/env bash
# Accounts of the engine. account.sh add USER PASSWORD [USER PASSWORD ...] | remove USER | list
#   | person USER [--display WORDS] [--title …] [--team …] [--email …] [--office …] [--phone …] [--mobile …] [--home …]
#   | states set ID BAND WORDS [LANG=WORDS ...] | states remove ID | states list
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/env.sh"
hash() { printf '%s' "$1" | md5sum | cut -d' ' -f1; }
valid() { case $1 in '' | *[!a-z0-9._-]*) echo "A user name has small letters, digits, dots and dashes: $1" >&2 && exit 1 ;; esac; }
case ${1:-} in
add)
	shift
	[ $# -ge 2 ] && [ $(($# % 2)) = 0 ] || { echo "Give pairs of name and password." >&2 && exit 1; }
	{
		while [ $# -ge 2 ]; do
			valid "$1"
			printf "insert into subscriber(username,domain,password,ha1,ha1b) values('%s','%s','','%s','%s') on conflict (username,domain) do update set ha1=excluded.ha1, ha1b=excluded.ha1b;\n" \
				"$1" "$DOMAIN" "$(hash "$1:$DOMAIN:$2")" "$(hash "$1@$DOMAIN:$DOMAIN:$2")"
			shift 2
		done
	} | sql -d kamailio
	;;
remove)
	valid "${2:-}"
	sql -d kamailio -c "delete from subscriber where username='$2' and domain='$DOMAIN'"
	[ "$PRESENCE" = stock ] || sql -d kamailio -c "delete from parley_people where aor='sip:$2@$DOMAIN'"
	;;
list) sql -d kamailio -At -c "select username || '@' || domain from subscriber order by 1" ;;
person | states)
	PARLEY_DOMAIN=$DOMAIN PARLEY_SERVICE_DATABASE=$DB_URL "$NODE" "$here/../server/engine-admin.ts" "$@"
	;;
*) sed -n 2,4p "$0" >&2 && exit 1 ;;
esac
