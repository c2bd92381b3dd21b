#!/usr/bin/env bash
# The same mixed traffic as the Python event generator, and inserts of 500 rows a statement, on one connection.
#
# EVENT_GENERATOR is the folder with its generator.py (yugabyte/yb-voyager, migtests/scripts/event-generator); needs
# python3 with psycopg2-binary, Faker and PyYAML, and PostgreSQL's tsm_system_rows. Without it the script stops here.
source "$(dirname "$0")/lib.sh"
EVENT_GENERATOR=${EVENT_GENERATOR:-}
[ -f "$EVENT_GENERATOR/generator.py" ] || { echo "skipped: set EVENT_GENERATOR to the peer's folder" >&2; exit 0; }
start_server
cp "$EVENT_GENERATOR"/*.py "$work/"

fresh() {
  sql "drop schema public cascade; create schema public;
       create extension tsm_system_rows;
       create table eg_users (id bigserial primary key, name varchar(60) not null, email varchar(120) not null,
         active boolean not null, score numeric(10,2), created_at timestamp not null, tags text[], profile jsonb);
       create table eg_orders (id bigserial primary key, reference uuid not null, status varchar(20) not null,
         amount numeric(12,2) not null, quantity integer not null, placed_on date not null, note text)" 2>/dev/null
}

# peer NAME OPERATIONS INSERT_ROWS WEIGHTS
peer_config() {
  cat >"$work/event-generator.yaml" <<YAML
connection: {host: $work/pg, port: 5432, database: postgres, user: postgres, password: ''}
generator:
  schema_name: public
  manual_table_list: [eg_users, eg_orders]
  exclude_table_list: []
  num_iterations: $1
  wait_after_operations: 0
  wait_duration_seconds: 0
  table_weights: {eg_users: 1, eg_orders: 1}
  operation_weights: $3
  random_seed: 12345
  faker_seed: 12345
  insert_rows: $2
  update_rows: 2
  delete_rows: 1
  insert_max_retries: 50
  update_max_retries: 3
  enable_index_create_drop: false
  index_events_interval: 5
YAML
}

written() { sql "select sum(n_tup_ins + n_tup_upd + n_tup_del) from pg_stat_user_tables"; }

compare() { # NAME PEER_OPERATIONS OUR_OPERATIONS INSERT_ROWS PEER_WEIGHTS OUR_WEIGHTS
  local p_rate='' l_rate='' p_cpu='' l_cpu=''
  for _ in $(seq "$ROUNDS"); do
    fresh
    peer_config "$2" "$4" "$5"
    local begun=$EPOCHREALTIME
    (cd "$work" && timed peer python3 generator.py && echo "$CPU" >"$work/peer.cpu")
    local ended=$EPOCHREALTIME
    sleep 1 # the server's counters come late
    local rows
    rows=$(written)
    p_rate+=" $(awk -v n="$6" -v o="$2" -v r="$rows" -v a="$begun" -v b="$ended" 'BEGIN {print (n == "rows" ? r : o) / (b - a)}')"
    p_cpu+=" $(awk -v c="$(cat "$work/peer.cpu")" -v r="$rows" 'BEGIN {print c / r * 1e6}')"
    fresh
    echo "jobs: [{workload: {crud: {operations: $7, rows: {insert: $4, update: 2, delete: 1}}}}]" >"$work/plan.yaml"
    timed loadgen "$LOADGEN" run "$work/plan.yaml" --url "$URL" --seed 1 --lanes 1 --connections 1 --operations "$3" \
      --format json -q
    local total="sum(j['rows'].values())"
    [ "$6" = rows ] && of=$total || of="j['outcomes']['committed'] + j['outcomes']['skipped']"
    l_rate+=" $(json loadgen "($of) / j['duration_s']")"
    l_cpu+=" $(awk -v c="$CPU" -v r="$(json loadgen "$total")" 'BEGIN {print c / r * 1e6}')"
  done
  local p l pc lc
  p=$(median "$p_rate") l=$(median "$l_rate") pc=$(median "$p_cpu") lc=$(median "$l_cpu")
  printf '%-28s %10.0f %10.0f %7.1f %12.1f %12.2f %7.0f\n' "$1" "$p" "$l" "$(ratio "$l" "$p")" "$pc" "$lc" "$(ratio "$pc" "$lc")"
}

printf '%-28s %10s %10s %7s %12s %12s %7s\n' traffic 'python /s' 'loadgen /s' ratio 'python us/row' 'loadgen us/row' ratio
compare 'crud 3/2/1, operations' 3000 30000 4 '{INSERT: 3, UPDATE: 2, DELETE: 1}' operations '{insert: 3, update: 2, delete: 1}'
compare 'inserts of 500, rows' 60 2000 500 '{INSERT: 1, UPDATE: 0, DELETE: 0}' rows '{insert: 1}'
