#!/usr/bin/env bash
# Frames per CPU second of the stream processor, exactly once, with a real broker beside it: benchmarks/stream.sh [FRAMES [ROUNDS [LOAD…]]]
# LOAD is FLOWS, FLOWS_AND_VERDICTS or ALL_ENGINES. CPU time is that of the processor's own process, which `./headgate stream` starts (fetching,
# decompressing, decoding, engines, changelogs, commits, compiler); the broker's is given beside it. Medians over the rounds, after a warm-up.
set -euo pipefail
frames=${1:-2000000}
rounds=${2:-3}
source "$(dirname "$0")/environment.sh"
machine
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
"$java" "${jvm[@]}" -Dheadgate.log.level=error -cp "$class_path" headgate.benchmarks.StreamThroughput "$directory" "$home/headgate" "$frames" "$rounds" "${@:3}"
