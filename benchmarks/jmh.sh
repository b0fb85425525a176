#!/usr/bin/env bash
# Runs the micro-benchmarks whose names match: benchmarks/jmh.sh [PATTERN] [options of JMH: -prof gc, -f 1, -wi 3 …]
set -euo pipefail
source "$(dirname "$0")/environment.sh"
machine
exec "$java" "${jvm[@]}" -cp "$class_path" org.openjdk.jmh.Main "${@:-.*}"
