#!/usr/bin/env bash
# A capture file into Kafka, flat out, agent and broker on this machine, beside a bare producer that sends the same values:
# benchmarks/file-to-kafka.sh FILE [ROUNDS]
set -euo pipefail
file=${1:?a capture file of some hundred megabytes}
source "$(dirname "$0")/environment.sh"
machine
cat "$file" > /dev/null # into the page cache
exec "$java" "${jvm[@]}" -Xmx2g -cp "$class_path" headgate.benchmarks.FileToKafka "$file" "${2:-3}" \
    2> "$benchmarks/target/file-to-kafka.log"
