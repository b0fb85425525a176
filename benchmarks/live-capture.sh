#!/usr/bin/env bash
# What taking frames from an interface costs, per frame, and whether any is lost: benchmarks/live-capture.sh [BURSTS] [FRAMES]
# Two network namespaces joined by a veth pair (needs root and iproute2); one thread sends frames of 64 bytes as fast as it can;
# a ring in C (receive-ring.c, needs gcc), the agent's ring and libpcap each take them once. CPU time of the taking thread; the kernel's part
# is charged to the sender.
set -euo pipefail
bursts=${1:-20} frames=${2:-500000} # the first 8 bursts warm up
((bursts > 8)) || { echo "live-capture: needs more than 8 bursts" >&2; exit 2; }
source "$(dirname "$0")/environment.sh"
machine
near=hg-bench-$$-near far=hg-bench-$$-far
ip netns add $near
ip netns add $far
for namespace in $near $far; do # nobody speaks unasked
    ip netns exec $namespace sh -c 'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6'
done
ip link add cap0 netns $near type veth peer name peer0 netns $far
ip -n $near address add 10.77.0.1/24 dev cap0
ip -n $far address add 10.77.0.2/24 dev peer0
ip -n $near link set cap0 up
ip -n $far link set peer0 up
# Frames end at the near interface: nobody answers, no socket has to be fed.
ip -n $far neighbour add 10.77.0.9 lladdr 02:00:00:00:00:09 dev peer0

work=$(mktemp -d) ready=$work/ready receiver=
trap 'kill $receiver 2> /dev/null || true; ip netns delete $near; ip netns delete $far; rm -rf "$work"' EXIT
trap exit INT TERM
receive() { # c|ring|pcap
    if [[ $1 == c ]]; then
        ip netns exec $near "$work/receive-ring" cap0 "$bursts" "$ready"
    else
        ip netns exec $near "$java" "${jvm[@]}" -cp "$class_path" headgate.benchmarks.LiveBenchmark receive "$1" cap0 "$bursts" "$ready"
    fi
}
race() { # c|ring|pcap
    mkfifo "$ready"
    receive "$1" > "$work/$1" &
    receiver=$!
    read -r _ < "$ready"
    rm "$ready"
    ip netns exec $far "$java" "${jvm[@]}" -cp "$class_path" headgate.benchmarks.LiveBenchmark send 10.77.0.9 "$bursts" "$frames"
    wait $receiver
    cat "$work/$1"
}
if command -v gcc > /dev/null; then
    gcc -O2 -Wall -o "$work/receive-ring" "$benchmarks/receive-ring.c"
    race c
else
    echo "# no gcc: the ring in C is left out"
fi
race ring
race pcap
median() {
    grep -o 'median [0-9.]*' "$work/$1" | cut -d' ' -f2
}
if [[ -f $work/c ]]; then
    echo "ring : c  $(awk "BEGIN { printf \"%.2f\", $(median ring) / $(median c) }")"
fi
