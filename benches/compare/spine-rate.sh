#!/usr/bin/env bash
# How late operations start at 10,000 a second: loadgen against pgbench -R, alternating; and how long a start takes.
source "$(dirname "$0")/lib.sh"
SECONDS_EACH=${SECONDS_EACH:-8}
RATE=${RATE:-10000}
start_server
fresh() { sql "drop table if exists t; create table t (id bigint generated always as identity primary key, n bigint not null)" 2>/dev/null; }
printf '\\set n random(1, 1000000000)\ninsert into t (n) values (:n);\n' >"$work/insert.sql"
echo 'jobs: [{workload: {crud: {operations: {insert: 1}}}}]' >"$work/plan.yaml"

p_lag='' l_lag='' errors='' ratios=''
for _ in $(seq "$ROUNDS"); do
  fresh
  rm -f "$work"/log.*
  (cd "$work" && "$BIN/pgbench" -n -M prepared -f insert.sql -c 8 -j 2 -T "$SECONDS_EACH" -R "$RATE" -l --log-prefix=log) >/dev/null 2>&1
  # With -R the last field is the schedule lag, microseconds.
  p=$(cat "$work"/log.* | awk '{print $NF}' | sort -n | awk '{a[NR]=$1} END {print a[int(NR*0.99)]}')
  fresh
  timed loadgen "$LOADGEN" run "$work/plan.yaml" --url "$URL" --seed 1 --connections 8 --rate "$RATE/s" \
    --duration "${SECONDS_EACH}s" --format json -q
  l=$(json loadgen "j['scenarios']['insert']['lag_ms']['p99'] * 1000")
  p_lag+=" $p" l_lag+=" $l" ratios+=" $(ratio "$l" "$p")"
  errors+=" $(json loadgen "abs(j['offered'] - $RATE * $SECONDS_EACH) / ($RATE * $SECONDS_EACH) * 100")"
done
echo "lag p99 at $RATE/s: pgbench -R $(median "$p_lag") us, loadgen $(median "$l_lag") us, ratio $(median "$ratios"); rate off by $(median "$errors") %"

fresh
sql "$(for i in $(seq 100); do echo "create table many_$i (id bigserial primary key, a text, b integer, c numeric(10,2),
  d timestamptz, e boolean, f uuid, g jsonb, h date, i varchar(40));"; done)"
times=''
for _ in $(seq "$ROUNDS"); do
  begun=$EPOCHREALTIME
  "$LOADGEN" run --url "$URL" --operations 1 --lanes 1 --connections 1 --seed 1 --format json -q >/dev/null
  times+=" $(awk -v a="$begun" -v b="$EPOCHREALTIME" 'BEGIN {print (b - a) * 1000}')"
done
echo "start, 101 tables, one operation, end: $(median "$times") ms"
