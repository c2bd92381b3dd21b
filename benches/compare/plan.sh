#!/usr/bin/env bash
# How long it takes to look at a schema: `loadgen plan`, and a run of one operation, on TABLES tables of 20 columns. Introspection,
# rights, planning and samples are all in it; there is no peer.
#
# TABLES is how many; a thousand unless set.
source "$(dirname "$0")/lib.sh"
TABLES=${TABLES:-1000}
start_server

sql "do \$\$ begin for i in 1..$TABLES loop execute format(
       'create table t%s (
          id bigserial primary key, name text, email varchar(120), first_name text, last_name text, city text, country text,
          postcode varchar(10), price numeric(10,2), quantity int default 3, status text, created_at timestamptz default now(),
          updated_at timestamptz, note text, active boolean, kind smallint, ref uuid, tags text[], doc jsonb, score real)', i);
     end loop; end \$\$"

# seconds COMMAND...: the median over the rounds.
seconds() {
  local all=''
  for _ in $(seq "$ROUNDS"); do
    local begun=$EPOCHREALTIME
    "$@" >"$work/out" 2>"$work/err" || { cat "$work/err" >&2; exit 1; }
    local ended=$EPOCHREALTIME
    all+=" $(awk -v a="$begun" -v b="$ended" 'BEGIN {print b - a}')"
  done
  median "$all"
}

printf 'plan of %s tables: %.2f s\n' "$TABLES" "$(seconds "$LOADGEN" plan --url "$URL" --seed 1 --format json)"
printf 'run of one operation: %.2f s\n' \
  "$(seconds "$LOADGEN" run --url "$URL" --seed 1 --operations 1 --lanes 1 -q --format json)"
