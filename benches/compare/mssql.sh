#!/usr/bin/env bash
# Rows a second into SQL Server. On one connection, against two drivers of Python: a statement a row, 100 rows a statement, and bulk
# load; on eight, against the driver that loadgen is built on, with the same statement. Each side commits what it sends at once; the
# peers' values are made before their clock starts or cost nothing, ours while it runs.
#
# ADDRESS is host:port/user/password/database of a server to try it on (it makes and drops the table `loadgen_bulk` there), ENCRYPT
# what goes behind encrypt= (off). PYTHON is a Python with pymssql and python-tds.
source "$(dirname "$0")/lib.sh"
ADDRESS=${ADDRESS:?host:port/user/password/database}
PYTHON=${PYTHON:-python3}
ROWS=${ROWS:-20000}
SECONDS_EACH=${SECONDS_EACH:-10}
BARE=${BARE:-$here/../../target/release/bare_tiberius}
[ -x "$BARE" ] || { echo "no $BARE: cargo build --release -p loadgen-benches" >&2; exit 1; }
IFS=/ read -r place user password database <<<"$ADDRESS"
URL="mssql://$user:$password@$place/$database?encrypt=${ENCRYPT:-off}"

# Seconds; none where the driver cannot do it on this server.
peer() { "$PYTHON" "$here/mssql.py" "$@" 2>>"$work/peers.err"; }
speed() { local took; took=$(peer "$@") && ratio "$ROWS" "$took" || echo 0; }

"$PYTHON" - "$ADDRESS" <<'P'
import sys, pymssql
place, user, password, database = sys.argv[1].split("/")
host, port = place.split(":")
with pymssql.connect(server=host, port=port, user=user, password=password, database=database, autocommit=True) as c:
    c.cursor().execute("""if object_id('loadgen_bulk') is not null drop table [loadgen_bulk];
        create table [loadgen_bulk] ([id] bigint primary key, [reference] uniqueidentifier not null, [status] varchar(20) not null,
          [amount] float not null, [quantity] int not null, [placed_at] datetime2 not null,
          [email] varchar(120) not null, [note] nvarchar(200) not null)""")
P

ours() { # ROWS-A-STATEMENT SEED FLAGS...
  echo "jobs: [{workload: {crud: {tables: {loadgen_bulk: {}}, operations: {insert: 1}, rows: {insert: $1}}}}]" >"$work/plan.yaml"
  timed ours "$LOADGEN" run "$work/plan.yaml" --url "$URL" --seed "$2" "${@:3}" --format json -q
  json ours "sum(j['rows'].values()) / j['duration_s']"
}

filled() { # how many rows a second `seed` adds, the whole command
  peer pymssql single "$ADDRESS" 0 >/dev/null
  local begun=$EPOCHREALTIME
  "$LOADGEN" seed --url "$URL" --table "loadgen_bulk=$ROWS" --seed 1 --connections 1 --format json -q >"$work/seed.out"
  awk -v n="$ROWS" -v a="$begun" -v b="$EPOCHREALTIME" 'BEGIN {print n / (b - a)}'
}

printf '%-22s %12s %12s %12s %7s\n' 'rows a second' pymssql python-tds loadgen ratio
for way in single many bulk; do
  one='' two='' us=''
  for round in $(seq "$ROUNDS"); do
    one+=" $(speed pymssql $way "$ADDRESS" "$ROWS")"
    two+=" $(speed pytds $way "$ADDRESS" "$ROWS")"
    peer pymssql single "$ADDRESS" 0 >/dev/null
    case $way in
      single) us+=" $(ours 1 "$round" --lanes 1 --connections 1 --operations "$ROWS")" ;;
      many) us+=" $(ours 100 "$round" --lanes 1 --connections 1 --operations "$((ROWS / 100))")" ;;
      bulk) us+=" $(filled)" ;;
    esac
  done
  a=$(median "$one") b=$(median "$two") c=$(median "$us")
  best=$(awk -v a="$a" -v b="$b" 'BEGIN {print (a > b ? a : b)}')
  printf '%-22s %12.0f %12.0f %12.0f %7.2f\n' "$way" "$a" "$b" "$c" "$(ratio "$c" "$best")"
done

ado="Server=tcp:${place/:/,};Database=$database;User Id=$user;Password=$password;Encrypt=${ADO_ENCRYPT:-DANGER_PLAINTEXT}"
printf '\n%-34s %12s %12s %7s\n' '8 connections, rows a second' tiberius loadgen ratio
for rows in 1 10 64; do
  bare='' us='' ratios=''
  for round in $(seq "$ROUNDS"); do
    peer pymssql single "$ADDRESS" 0 >/dev/null
    a=$("$BARE" "$ado" 8 "$rows" "$SECONDS_EACH")
    peer pymssql single "$ADDRESS" 0 >/dev/null
    b=$(ours "$rows" "$round" --connections 8 --duration "${SECONDS_EACH}s")
    bare+=" $a" us+=" $b" ratios+=" $(ratio "$b" "$a")"
  done
  printf '%-34s %12.0f %12.0f %7.2f\n' "$rows a statement" "$(median "$bare")" "$(median "$us")" "$(median "$ratios")"
done
