#!/usr/bin/env bash
# Times `headgate run`, broker, agent and stream processor on this machine: how long until the first flow shows, the median of three,
# and how many frames a second of a large capture are played and go through all engines. The screen is written twice a second.
# benchmarks/run.sh FILE.pcap
set -euo pipefail
file=${1:?a pcap file of some hundred megabytes}
source "$(dirname "$0")/environment.sh"
machine
cat "$file" > /dev/null # into the page cache
"$home/headgate" run --until-end > /dev/null 2>&1 # makes its caches, the first time

first_flow() {
    local begin line
    begin=$(date +%s%N)
    while read -r line; do
        if [[ $line =~ flows\ ([0-9,]+) && ${BASH_REMATCH[1]} != 0 ]]; then
            echo $((($(date +%s%N) - begin) / 1000000))
            break
        fi
    done < <("$home/headgate" run --duration 15 2> /dev/null)
    wait
}
echo "run to first flow: $(for _ in 1 2 3; do first_flow; done | sort -n | sed -n 2p) ms"

"$home/headgate" run -r "$file" --speed 0 --until-end 2> /dev/null | awk '
    function number(text) { gsub(/,/, "", text); return text + 0 }
    /^[0-9:]+  frames/ && !seconds {
        frames = number($3)
        if ($0 ~ /played and answered/) { count = split($1, clock, ":"); for (i = 1; i <= count; i++) seconds = seconds * 60 + clock[i] }
    }
    /^capture / { residual = $NF; for (i = 1; i < NF; i++) if ($i == "lost") lost = $(i + 1) }
    END {
        if (!seconds) { print "the capture was not answered"; exit 1 }
        printf "%d frames played and answered in %d s: %.0f a second, lost %s, residual %s\n", frames, seconds, frames / seconds, lost, residual
    }'
