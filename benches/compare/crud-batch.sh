#!/usr/bin/env bash
# Inserts of 100 rows a statement by `crud`, which remembers and hashes every row, against psql's \copy of a file that is
# ready, on one connection each. Both write the same table from empty.
#
# ROWS is how many; 500,000 unless set. The target is a ratio of 0.9.
source "$(dirname "$0")/lib.sh"
ROWS=${ROWS:-500000}
start_server

sql "create table bulk (
       id bigint primary key, reference uuid not null, status varchar(20) not null, amount numeric(12,2) not null,
       quantity integer not null, active boolean not null, placed_on date not null, created_at timestamptz not null,
       email varchar(120) not null, note text)"

# The file of the peer holds what loadgen writes into such a table.
"$LOADGEN" seed --url "$URL" --rows "$ROWS" --seed 1 --format json -q >"$work/first.out"
sql "\copy bulk to '$work/bulk.tsv'"
echo "jobs: [{workload: {crud: {operations: {insert: 1}, rows: {insert: 100}}}}]" >"$work/plan.yaml"

there() { # NAME
  local rows
  rows=$(sql 'select count(*) from bulk')
  [ "$rows" = "$ROWS" ] || { echo "$1 left $rows rows instead of $ROWS" >&2; exit 1; }
}

peer='' ours=''
for _ in $(seq "$ROUNDS"); do
  sql 'truncate bulk'
  begun=$EPOCHREALTIME
  "$BIN/psql" -qX -v ON_ERROR_STOP=1 -c "\copy bulk from '$work/bulk.tsv'"
  ended=$EPOCHREALTIME
  there '\copy'
  peer+=" $(awk -v n="$ROWS" -v a="$begun" -v b="$ended" 'BEGIN {print n / (b - a)}')"
  sql 'truncate bulk'
  timed loadgen "$LOADGEN" run "$work/plan.yaml" --url "$URL" --seed 1 --lanes 1 --connections 1 \
    --operations "$((ROWS / 100))" --format json -q
  there loadgen
  ours+=" $(json loadgen "sum(j['rows'].values()) / j['duration_s']")"
done
p=$(median "$peer") l=$(median "$ours")
printf '%-28s %12s %12s %7s %7s\n' 'rows, one connection' '\copy /s' 'loadgen /s' ratio target
printf '%-28s %12.0f %12.0f %7.2f %7s\n' 'crud, 100 rows a statement' "$p" "$l" "$(ratio "$l" "$p")" 0.90
