#!/usr/bin/env bash
# What taking frames from an interface costs, per frame, and whether any is lost: benchmarks/live-capture.sh [BURSTS] [FRAMES]
# Two network namespaces joined by a veth pair (needs root and iproute2); one thread sends frames of 64 bytes as fast as it can;
# the ring and libpcap each take them once. CPU time of the taking thread; the kernel's part is charged to the sender.
set -euo pipefail
bursts=${1:-7} frames=${2:-500000}
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

receiver=
trap 'kill $receiver 2> /dev/null || true; ip netns delete $near; ip netns delete $far; rm -f "$ready"' EXIT
trap exit INT TERM
race() { # ring|pcap
    ready=$(mktemp -u)
    mkfifo "$ready"
    ip netns exec $near "$java" "${jvm[@]}" -cp "$class_path" headgate.benchmarks.LiveBenchmark receive "$1" cap0 "$bursts" "$ready" &
    receiver=$!
    read -r _ < "$ready"
    rm "$ready"
    ip netns exec $far "$java" "${jvm[@]}" -cp "$class_path" headgate.benchmarks.LiveBenchmark send 10.77.0.9 "$bursts" "$frames"
    wait $receiver
}
race ring
race pcap
