#!/usr/bin/env bash
# Holds docker-compose.yml to what it promises: system-tests/compose-trial.sh
# Starts the three brokers and two stream processors under a project name of its own, plays the bundled capture at a quarter of its pace,
# kills a broker and a stream processor under it as a power cut would, and then compares every sum with the engines alone, before and
# after both have come back. Takes five to ten minutes and 3 GB of memory on two cores; needs Docker and Compose. Not part of ./verify.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
export COMPOSE_PROJECT_NAME=headgate-trial

if docker compose version >/dev/null 2>&1; then
    compose=(docker compose)
elif command -v docker-compose >/dev/null; then
    compose=(docker-compose)
else
    echo "compose-trial: needs Docker Compose, as 'docker compose' or 'docker-compose'" >&2
    exit 2
fi
docker info >/dev/null || { echo "compose-trial: no Docker daemon answers (see above)" >&2; exit 2; }

answers=$(mktemp)
log=$(mktemp)
stop() {
    local status=$?
    ((status == 0)) || tail -n 20 "$log"
    "${compose[@]}" down --volumes --timeout 5 >/dev/null 2>&1 || true
    rm -f "$answers" "$log"
}
trap stop EXIT

say() { printf '%s  %s\n' "$(date +%T)" "$*"; }
headgate() { docker run --rm headgate "$@" 2>/dev/null; }

# The screen that `headgate top --once` prints, from any broker that answers.
ask() {
    timeout 120 "${compose[@]}" run --rm --no-deps top top --once --brokers kafka-1:9092,kafka-2:9092,kafka-3:9092 2>/dev/null |
        tr -d ',\r' >"$answers" || true
}
number() { sed -nE "s/^$1.* $2 ([0-9]+).*/\1/p" "$answers"; } # LINE WORD: the number behind WORD in that line
flows() { sed -nE 's/^flows +([0-9]+).*/\1/p' "$answers"; }
# Every number of that line is the packets of one fate.
judged() { awk '/^forward / { for (i = 2; i <= NF; i++) if ($i ~ /^[0-9]+$/) sum += $i } END { print sum + 0 }' "$answers"; }
found() {
    echo "received $(number capture received) acknowledged $(number capture acknowledged) lost $(number capture lost)" \
        "residual $(number capture residual) offered $(number path offered) judged $(judged) flows $(flows)"
}

state() { docker inspect --format "{{$2}}" "$("${compose[@]}" ps -q "$1")"; } # SERVICE FIELD

# The stream answers some seconds after the capture has ended, and later where a process was lost.
await() { # WHAT
    local begun=$SECONDS
    while ask; [[ $(found) != "$expected" ]]; do
        if ((SECONDS - begun > 240)); then
            say "$1: NOT as it should be after four minutes"
            printf 'expected  %s\nfound     %s\n' "$expected" "$(found)"
            cat "$answers"
            exit 1
        fi
        sleep 5
    done
    say "$1: $(found)"
}

say "building and starting"
"${compose[@]}" build --quiet >>"$log" 2>&1
"${compose[@]}" up -d stream-1 stream-2 >>"$log" 2>&1

sample=/opt/headgate/samples/sample.pcapng
frames=$(headgate packets -r $sample -T jsonl | wc -l)
expected="received $frames acknowledged $frames lost 0 residual 0 offered $frames judged $frames flows $(headgate flows -r $sample -T jsonl | wc -l)"

say "playing $frames frames"
"${compose[@]}" run -d --name "$COMPOSE_PROJECT_NAME-agent" agent agent --brokers kafka-1:9092,kafka-2:9092,kafka-3:9092 \
    --agent router --host-documents /opt/headgate/samples/router -r $sample --speed 0.25 >>"$log" 2>&1
sleep 20
say "killing kafka-2 and stream-1"
"${compose[@]}" kill kafka-2 stream-1 >>"$log" 2>&1
status=$(timeout 300 docker wait "$COMPOSE_PROJECT_NAME-agent")
say "the agent ends with status $status"
docker logs "$COMPOSE_PROJECT_NAME-agent" 2>&1 | tail -n 1
docker rm "$COMPOSE_PROJECT_NAME-agent" >/dev/null
[[ $status == 0 ]]
await "two brokers and one stream processor left"
"${compose[@]}" start kafka-2 >>"$log" 2>&1
for _ in {1..60}; do
    [[ $(state kafka-2 .State.Health.Status) == healthy ]] && break
    sleep 2
done
"${compose[@]}" start stream-1 >>"$log" 2>&1
sleep 30
for service in kafka-1 kafka-2 kafka-3 stream-1 stream-2; do
    [[ $(state $service .State.Running) == true ]] || { say "$service is not back"; exit 1; }
done
await "all back"
docker stats --no-stream --format '{{.Name}}  {{.MemUsage}}' | grep "$COMPOSE_PROJECT_NAME"
