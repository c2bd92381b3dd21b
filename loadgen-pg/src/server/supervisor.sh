# Runs commands in a directory of its own, and ends and removes all of it when stdin ends, so that the client which
# holds the other end of stdin may be killed at any moment. Arguments: the directory, which must not exist yet; or the
# directory and "again", which clears up where an earlier shell could not.
# Each line of stdin is a signal and a command, one run at a time; the signal is how this run is asked to end.
# Answers on stdout: "made", or "failed WHY"; then for each run "started PID" and "exited STATUS".

unset LOADGEN_PG_SUPERVISOR
PATH=$PATH:/usr/bin:/bin
dir=$1
worker=
left=

# Are there processes left? The working directory finds them, whatever group, session or parent they have by now.
remaining() {
    left=
    if [ -e /proc/self/cwd ]; then
        for process in /proc/[0-9]*; do
            if [ "$process/cwd" -ef "$dir" ] || [ "$process/cwd" -ef "$dir/data" ]; then
                left="$left ${process#/proc/}"
            fi
        done
    else
        by_parentage
    fi
    [ -n "$left" ]
}

# The same where there is no /proc: our process group, and the children of its members (each backend has its own group).
by_parentage() {
    ps -A -o pid= -o ppid= -o pgid= >"$dir/processes" &
    lister=$!
    wait "$lister"
    for pass in 1 2; do
        while read -r pid parent group; do
            case "$pid" in "$$" | "$lister") continue ;; esac
            case "$group $left " in "$$ "* | *" $parent "*)
                case "$left " in *" $pid "*) ;; *) left="$left $pid" ;; esac
                ;;
            esac
        done <"$dir/processes"
    done
}

finish() {
    trap : HUP INT TERM
    cd /
    # What was stopped has to run to hear us.
    ! remaining || kill -s CONT $left
    # A server that is asked to quit gives its own processes five seconds, and removes its shared memory. A program that
    # has only just begun ignores the signal, as what a shell runs in the background does, so it is asked again.
    tries=0
    while [ "$tries" -lt 350 ] && remaining; do
        [ -z "$worker" ] || kill -s TERM "$worker"
        tries=$((tries + 1))
        sleep 0.02 || sleep 1
    done
    while [ "$tries" -lt 700 ] && remaining; do
        tries=$((tries + 1))
        kill -s KILL $left
        sleep 0.02 || sleep 1
    done
    rm -rf "$dir"
    [ ! -e "$dir" ]
    exit
}

# One run of a command: what finish() sends to it is passed on, as the signal that this run asked for.
run() {
    signal=$1
    child=
    stop=
    # With a stopped server among us, the end of the client hangs up on the whole group.
    trap : HUP INT QUIT PIPE
    trap 'stop=1; ask' TERM
    eval "$2" </dev/null >>log 2>&1 3<&- 4>&- &
    child=$!
    [ -z "$stop" ] || ask
    echo "started $child" >&4
    while wait "$child"; status=$?; kill -s 0 "$child"; do :; done
    echo "exited $status" >&4
}

ask() {
    [ -z "$child" ] || { kill -s "$signal" "$child"; kill -s CONT "$child"; }
}

# What runs in the background gets an empty stdin, so the pipes move out of the way.
exec 3<&0 4>&1 </dev/null >/dev/null 2>&1
umask 022
trap : HUP INT QUIT TERM PIPE
if [ "$2" = again ]; then
    finish
fi
if ! why=$(LC_ALL=C mkdir "$dir" 2>&1); then
    echo "failed $why" >&4
    exit 1
fi
trap finish EXIT
trap 'exit 1' INT TERM
cd "$dir" || exit
echo made >&4
while read -r signal command <&3; do
    [ -z "$worker" ] || wait "$worker"
    run "$signal" "$command" &
    worker=$!
done
