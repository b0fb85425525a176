#!/usr/bin/env bash
# Frames per CPU second of the stream processor, exactly once, with a real broker beside it: benchmarks/stream.sh [FRAMES [ROUNDS]]
# CPU time is that of the processor's own process (fetching, decompressing, decoding, engines, changelogs, commits); the broker's is
# given beside it. Medians over the rounds, after twelve rounds of warm-up, since until then the compiler takes more CPU than the engines.
set -euo pipefail
frames=${1:-500000}
rounds=${2:-5}
source "$(dirname "$0")/environment.sh"
machine
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
"$java" "${jvm[@]}" -Dheadgate.log.level=error -cp "$class_path" headgate.benchmarks.StreamThroughput "$directory" "$frames" "$rounds"
