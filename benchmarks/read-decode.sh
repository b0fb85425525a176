#!/usr/bin/env bash
# What reading a capture file and decoding its frames costs, per frame: benchmarks/read-decode.sh FILE.pcap
# Thread CPU time and allocation of Headgate's reader beside the bare reading of the bytes, then CPU time of whole processes:
# tcpdump and capinfos on the same file, and tshark on its first frames, where they are installed.
set -euo pipefail
file=${1:?a pcap file of some hundred megabytes}
source "$(dirname "$0")/environment.sh"
machine
cat "$file" > /dev/null # into the page cache
output=$("$java" "${jvm[@]}" -cp "$class_path" headgate.benchmarks.ReadBenchmark "$file")
echo "$output"
frames=${output%% *}

process() { # NAME FRAMES COMMAND…: the median CPU time of five runs
    local name=$1 frames=$2 run
    shift 2
    command -v "$1" > /dev/null || { echo "# $1 is not installed"; return; }
    for run in 1 2 3 4 5; do
        { TIMEFORMAT='%U %S'; time "$@" > /dev/null 2>&1; } 2>&1
    done | awk '{ print $1 + $2 }' | sort -n | sed -n 3p |
        awk -v name="$name" -v frames="$frames" '{ printf "%-26s %10.1f   (process)\n", name, $1 * 1e9 / frames }'
}
process "tcpdump -r -w /dev/null" "$frames" tcpdump -r "$file" -w /dev/null
process "capinfos -c" "$frames" capinfos -c "$file"
few=$((frames < 50000 ? frames : 50000))
process "tshark -T ek, $few frames" "$few" tshark -n -r "$file" -c "$few" -T ek
