#!/usr/bin/env bash
# What keeping a ledger costs: the same inserts with and without, one row and ten rows a transaction, into a table whose key the
# database makes (long) and one whose key the client knows (short: marker and change are one statement); and two peers that do by
# hand, in pgbench with prepared statements, what a traced transaction does: BEGIN, marker, INSERT, COMMIT, and one statement that
# has marker and INSERT. Alternating, all over the same Unix socket.
source "$(dirname "$0")/lib.sh"
SECONDS_EACH=${SECONDS_EACH:-5}
CONNECTIONS=${CONNECTIONS:-4}
start_server

fresh() { # TABLE
  sql "drop table if exists t; drop schema if exists aside cascade; create schema aside;
       create table aside.marker (run_id text, lane bigint, last_seq bigint not null, epoch bigint not null, primary key (run_id, lane));
       insert into aside.marker select 'run', i, 0, 0 from generate_series(1, 64) i" 2>/dev/null
  local rest='name varchar(60) not null, amount numeric(12,2) not null, created_on timestamptz not null'
  case $1 in
    long) sql "create table t (id bigint generated always as identity primary key, $rest)" ;;
    short) sql "create table t (id uuid primary key, $rest)" ;;
  esac
}

cat >"$work/long.sql" <<'SQL'
\set n random(1, 1000000000)
\set a random(1, 1000000)
begin;
update aside.marker set last_seq = last_seq + 1 where run_id = 'run' and lane = :client_id + 1 and epoch = 0;
insert into t (name, amount, created_on) values ('name ' || :n, :a, now()) returning id;
commit;
SQL

cat >"$work/short.sql" <<'SQL'
\set n random(1, 1000000000)
\set a random(1, 1000000)
with m as (update aside.marker set last_seq = last_seq + 1 where run_id = 'run' and lane = :client_id + 1 and epoch = 0 returning 1)
insert into t (id, name, amount, created_on) select gen_random_uuid(), 'name ' || :n, :a, now() from m;
SQL

peer() { # TABLE
  fresh "$1"
  timed pgbench "$BIN/pgbench" -n -M prepared -f "$work/$1.sql" -c "$CONNECTIONS" -j 2 -T "$SECONDS_EACH"
  awk '/^tps/ {print $3}' "$work/pgbench.out"
}

ours() { # TABLE ROWS FLAGS...
  echo "jobs: [{workload: {crud: {operations: {insert: 1}, rows: {insert: $2}}}, lanes: 64}]" >"$work/plan.yaml"
  fresh "$1"
  timed ours "$LOADGEN" run "$work/plan.yaml" --url "$URL" --seed 1 --connections "$CONNECTIONS" \
    --duration "${SECONDS_EACH}s" --format json -q "${@:3}"
  json ours "j['outcomes']['committed'] / j['duration_s']"
}

traced() { # TABLE ROWS
  ours "$@" --ledger --out "$work/ledger"
  rm -rf "$work/ledger"
}

declare -A rate
for round in $(seq "$ROUNDS"); do
  for table in long short; do
    rate[peer $table]+=" $(peer "$table")"
    for rows in 1 10; do
      rate[plain $table $rows]+=" $(ours "$table" "$rows")"
      rate[traced $table $rows]+=" $(traced "$table" "$rows")"
    done
  done
done
line() { # WORDS PEER OURS TARGET
  local peer ours
  peer=$(median "${rate[$2]}") ours=$(median "${rate[$3]}")
  printf '%-48s %12.0f %12.0f %7.2f %7s\n' "$1" "$peer" "$ours" "$(ratio "$ours" "$peer")" "$4"
}
printf '%-48s %12s %12s %7s %7s\n' "transactions/s, $CONNECTIONS connections" peer traced ratio target
line 'known key: pgbench BEGIN, marker, INSERT, COMMIT' 'peer long' 'traced short 1' 2.0
line 'known key: pgbench, one statement' 'peer short' 'traced short 1' 0.85
line 'known key, one row: without a ledger' 'plain short 1' 'traced short 1' ''
line 'known key, ten rows: without a ledger' 'plain short 10' 'traced short 10' 0.9
line 'own key: pgbench BEGIN, marker, INSERT, COMMIT' 'peer long' 'traced long 1' ''
line 'own key, one row: without a ledger' 'plain long 1' 'traced long 1' ''
line 'own key, ten rows: without a ledger' 'plain long 10' 'traced long 10' ''
