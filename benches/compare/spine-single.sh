#!/usr/bin/env bash
# One row a transaction: loadgen against pgbench with prepared statements, alternating, both over the same Unix socket.
source "$(dirname "$0")/lib.sh"
SECONDS_EACH=${SECONDS_EACH:-5}
start_server

fresh() {
  sql "drop table if exists t; create table t (id bigint generated always as identity primary key,
       name varchar(60) not null, amount numeric(12,2) not null, created_on timestamptz not null)"
}
fill() { sql "insert into t (name, amount, created_on) select 'name ' || i, i, now() from generate_series(1, 100000) i"; }

cat >"$work/insert.sql" <<'SQL'
\set n random(1, 1000000000)
\set a random(1, 1000000)
insert into t (name, amount, created_on) values ('name ' || :n, :a, now()) returning id;
SQL
cat >"$work/update.sql" <<'SQL'
\set id random(1, 100000)
\set n random(1, 1000000000)
\set a random(1, 1000000)
update t set name = 'name ' || :n, amount = :a, created_on = now() where id = :id;
SQL

printf '%-7s %5s %12s %12s %6s %14s %14s %6s\n' op conns pgbench/s loadgen/s ratio 'pgbench us/op' 'loadgen us/op' ratio
for op in insert update; do
  # Updates need rows of the lanes' own: one operation in twenty inserts.
  weights=$([ $op = insert ] && echo '{insert: 1}' || echo '{insert: 1, update: 19}')
  for conns in 4 16; do
    p_rate='' l_rate='' p_cpu='' l_cpu='' rates='' cpus=''
    for _ in $(seq "$ROUNDS"); do
      fresh
      [ $op = insert ] || fill
      timed pgbench "$BIN/pgbench" -n -M prepared -f "$work/$op.sql" -c "$conns" -j 2 -T "$SECONDS_EACH"
      p=$(awk '/^tps/ {print $3}' "$work/pgbench.out")
      p_ops=$(awk '/actually processed/ {print $NF + 0}' "$work/pgbench.out")
      pc=$(awk -v c="$CPU" -v n="$p_ops" 'BEGIN {print c / n * 1e6}')
      fresh
      cat >"$work/plan.yaml" <<YAML
jobs: [{workload: {crud: {operations: $weights}}, lanes: 64}]
YAML
      timed loadgen "$LOADGEN" run "$work/plan.yaml" --url "$URL" --seed 1 --connections "$conns" \
        --duration "${SECONDS_EACH}s" --format json -q
      l=$(json loadgen "j['outcomes']['committed'] / j['duration_s']")
      lc=$(awk -v c="$CPU" -v n="$(json loadgen "j['outcomes']['committed']")" 'BEGIN {print c / n * 1e6}')
      p_rate+=" $p" l_rate+=" $l" p_cpu+=" $pc" l_cpu+=" $lc" rates+=" $(ratio "$l" "$p")" cpus+=" $(ratio "$lc" "$pc")"
    done
    printf '%-7s %5s %12.0f %12.0f %6.2f %14.1f %14.1f %6.2f\n' $op "$conns" "$(median "$p_rate")" "$(median "$l_rate")" \
      "$(median "$rates")" "$(median "$p_cpu")" "$(median "$l_cpu")" "$(median "$cpus")"
  done
done
