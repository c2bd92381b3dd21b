# Shared by the comparisons: a throw-away server, timing, medians. Sourced, not run.
#
# Needs: PostgreSQL's own programs (LOADGEN_PG_BIN, or the newest below /usr/lib/postgresql), bash, awk.
# LOADGEN is the binary to measure; target/release/loadgen unless set. ROUNDS is how often the sides alternate.

set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
LOADGEN=${LOADGEN:-$here/../../target/release/loadgen}
ROUNDS=${ROUNDS:-5}
BIN=${LOADGEN_PG_BIN:-$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)}
[ -x "$LOADGEN" ] || { echo "no $LOADGEN: cargo build --release" >&2; exit 1; }
work=$(mktemp -d "${TMPDIR:-/tmp}/loadgen-compare-XXXXXX")
chmod 755 "$work"

# The server refuses root, so root becomes postgres for it.
as_server() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

start_server() {
  [ -x "$BIN/initdb" ] || { echo "no PostgreSQL found: set LOADGEN_PG_BIN to its bin directory" >&2; exit 1; }
  mkdir "$work/pg"
  [ "$(id -u)" = 0 ] && chown postgres "$work/pg"
  as_server "$BIN/initdb" -D "$work/pg/data" -U postgres --auth=trust --no-sync >"$work/initdb.log"
  as_server "$BIN/pg_ctl" -D "$work/pg/data" -s -w -l "$work/pg/log" -o \
    "-k $work/pg -c listen_addresses='' -c fsync=off -c full_page_writes=off -c shared_buffers=256MB -c max_wal_size=4GB -c autovacuum=off" start
  trap stop_server EXIT
  export PGHOST=$work/pg PGUSER=postgres PGDATABASE=postgres
  URL="postgres://postgres@localhost/postgres?host=$work/pg"
}

stop_server() {
  as_server "$BIN/pg_ctl" -D "$work/pg/data" -s -m immediate stop || true
  rm -rf "$work"
}

sql() { "$BIN/psql" -qAtX -v ON_ERROR_STOP=1 -c "$1"; }

# timed NAME COMMAND...: runs it, its output to $work/NAME.out, and sets CPU (user and system seconds of the client).
timed() {
  local name=$1
  shift
  local TIMEFORMAT='%U %S'
  { time "$@" >"$work/$name.out" 2>"$work/$name.err"; } 2>"$work/$name.time" || { cat "$work/$name.err" >&2; exit 1; }
  CPU=$(awk '{print $1 + $2}' "$work/$name.time")
}

# json NAME FILTER: a number out of a summary, by a small filter on its first job.
json() { python3 -c "import json,sys; d=json.load(open('$work/$1.out')); j=d['jobs'][0]; print($2)"; }

median() { tr ' ' '\n' <<<"$*" | grep . | sort -g | awk '{a[NR]=$1} END {print NR%2 ? a[(NR+1)/2] : (a[NR/2]+a[NR/2+1])/2}'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN {printf "%.2f", a/b}'; }
