#!/usr/bin/env bash
# Filling a table: `loadgen seed`, which makes its rows, against psql's \copy of a file that is ready, on one connection and on
# two. Both fill the same table from empty, with the same rows; the time is that of the whole command.
#
# ROWS is how many; a million unless set.
source "$(dirname "$0")/lib.sh"
ROWS=${ROWS:-1000000}
start_server

sql "create table bulk (
       id bigint primary key, reference uuid not null, status varchar(20) not null, amount numeric(12,2) not null,
       quantity integer not null, active boolean not null, placed_on date not null, created_at timestamptz not null,
       email varchar(120) not null, note text)"

seed() { "$LOADGEN" seed --url "$URL" --rows "$ROWS" --seed 1 --connections "$1" --format json -q; }

# The file of the peer holds what loadgen has written, so that both sides write the same.
seed 1 >"$work/first.out"
sql "\copy bulk to '$work/bulk.tsv'"
split -n l/2 "$work/bulk.tsv" "$work/half-"

copy() { for file in "$@"; do "$BIN/psql" -qX -v ON_ERROR_STOP=1 -c "\copy bulk from '$file'" & done; wait; }

# rate COMMAND...: rows a second of one filling from empty.
rate() {
  sql 'truncate bulk' >&2
  local begun=$EPOCHREALTIME
  "$@" >"$work/filled.out"
  local ended=$EPOCHREALTIME
  local there
  there=$(sql 'select count(*) from bulk')
  [ "$there" = "$ROWS" ] || { echo "$* left $there rows instead of $ROWS" >&2; exit 1; }
  awk -v n="$ROWS" -v a="$begun" -v b="$ended" 'BEGIN {print n / (b - a)}'
}

compare() { # CONNECTIONS FILE...
  local connections=$1 peer='' ours=''
  shift
  for _ in $(seq "$ROUNDS"); do
    peer+=" $(rate copy "$@")"
    ours+=" $(rate seed "$connections")"
  done
  local p l
  p=$(median "$peer") l=$(median "$ours")
  printf '%-16s %14.0f %14.0f %7.2f\n' "$connections connection(s)" "$p" "$l" "$(ratio "$l" "$p")"
}

printf '%-16s %14s %14s %7s\n' rows '\copy /s' 'loadgen /s' ratio
compare 1 "$work/bulk.tsv"
compare 2 "$work/half-aa" "$work/half-ab"
