#!/usr/bin/env bash
# What keeping a ledger costs: the same inserts with and without, one row and ten rows a transaction, and the peer that does by
# hand what a traced transaction does: BEGIN, marker, INSERT, COMMIT in pgbench with prepared statements. Alternating, all over
# the same Unix socket.
source "$(dirname "$0")/lib.sh"
SECONDS_EACH=${SECONDS_EACH:-5}
CONNECTIONS=${CONNECTIONS:-4}
start_server

fresh() {
  sql "drop table if exists t; create table t (id bigint generated always as identity primary key,
       name varchar(60) not null, amount numeric(12,2) not null, created_on timestamptz not null);
       drop table if exists marker; create table marker (lane int primary key, last_seq bigint not null);
       insert into marker select i, 0 from generate_series(1, 64) i" 2>/dev/null
}

cat >"$work/marked.sql" <<'SQL'
\set n random(1, 1000000000)
\set a random(1, 1000000)
begin;
update marker set last_seq = last_seq + 1 where lane = :client_id + 1;
insert into t (name, amount, created_on) values ('name ' || :n, :a, now()) returning id;
commit;
SQL

ours() { # NAME ROWS FLAGS...
  local rows=$2
  echo "jobs: [{workload: {crud: {operations: {insert: 1}, rows: {insert: $rows}}}, lanes: 64}]" >"$work/plan.yaml"
  fresh
  timed "$1" "$LOADGEN" run "$work/plan.yaml" --url "$URL" --seed 1 --connections "$CONNECTIONS" \
    --duration "${SECONDS_EACH}s" --format json -q "${@:3}"
  json "$1" "j['outcomes']['committed'] / j['duration_s']"
}

peer='' one='' one_traced='' ten='' ten_traced=''
for round in $(seq "$ROUNDS"); do
  fresh
  timed pgbench "$BIN/pgbench" -n -M prepared -f "$work/marked.sql" -c "$CONNECTIONS" -j 2 -T "$SECONDS_EACH"
  peer+=" $(awk '/^tps/ {print $3}' "$work/pgbench.out")"
  one+=" $(ours plain 1)"
  one_traced+=" $(ours traced 1 --ledger --out "$work/one$round")"
  ten+=" $(ours plain 10)"
  ten_traced+=" $(ours traced 10 --ledger --out "$work/ten$round")"
  rm -rf "$work/one$round" "$work/ten$round"
done
line() { printf '%-44s %12.0f %12.0f %7.2f %7s\n' "$@"; }
printf '%-44s %12s %12s %7s %7s\n' "transactions/s, $CONNECTIONS connections" peer traced ratio target
p=$(median "$peer") o=$(median "$one") ot=$(median "$one_traced") t=$(median "$ten") tt=$(median "$ten_traced")
line 'one row: pgbench BEGIN, marker, INSERT, COMMIT' "$p" "$ot" "$(ratio "$ot" "$p")" 2.0
line 'one row: the same without a ledger' "$o" "$ot" "$(ratio "$ot" "$o")" ''
line 'ten rows: the same without a ledger' "$t" "$tt" "$(ratio "$tt" "$t")" 0.9
