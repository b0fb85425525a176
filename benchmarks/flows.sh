#!/usr/bin/env bash
# Races `headgate flows -r FILE` against other flow tools: packets per CPU second (user and system), the median of three runs each.
# benchmarks/flows.sh FILE.pcap     Tools that are not installed are left out (Debian: nfdump, argus-server, softflowd).
set -euo pipefail
file=${1:?a pcap file of some hundred megabytes}
source "$(dirname "$0")/environment.sh"
machine
cat "$file" > /dev/null # into the page cache
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

headgate=("$home/headgate") # with the JVM's options and the cache that users have
count=$("${headgate[@]}" flows -r "$file" -n 1 2>&1 >/dev/null | sed -n 's/.* flows, \([0-9]*\) frames.*/\1/p')
printf '%-34s %10s %10s %14s %10s\n' "tool ($count frames)" 'wall s' 'CPU s' 'frames/CPU s' 'RSS MiB'

race() { # NAME COMMAND…
    local name=$1 run
    shift
    for run in 1 2 3; do
        /usr/bin/time -o "$work/time" -f '%U %S %e %M' "$@" > /dev/null 2> "$work/errors" ||
            { echo "# $name failed: $(tail -n 1 "$work/errors")"; return; }
        cat "$work/time"
    done | awk '{ print $1 + $2, $3, $4 }' | sort -n | sed -n 2p |
        awk -v name="$name" -v frames="$count" \
            '{ printf "%-34s %10.2f %10.2f %14.0f %10.0f\n", name, $2, $1, frames / $1, $3 / 1024 }'
}
other() { # NAME COMMAND…: only where it is installed
    command -v "$2" > /dev/null && race "$@" || echo "# $2 is not installed"
}

race 'headgate flows' "${headgate[@]}" flows -r "$file"
race 'headgate flows -T jsonl' "${headgate[@]}" flows -r "$file" -T jsonl
mkdir "$work/nfpcapd"
other 'nfpcapd' nfpcapd -r "$file" -l "$work/nfpcapd" -t 3600
other 'argus -S 86400' argus -X -S 86400 -r "$file" -w "$work/argus"
other 'softflowd -v 9' softflowd -r "$file" -n 127.0.0.1:29955 -v 9 -m 1000000 -d
