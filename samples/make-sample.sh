#!/usr/bin/env bash
# Makes the bundled capture: real programs in network namespaces, talking over a trunk that loses and reorders frames.
#
#   client  (native VLAN) ─┐                                                            ┌─ router ── core ── server
#   visitor (VLAN 20)     ─┴─ switch A ══ trunk, captured at switch A's end ══ switch B ─┘
#
# Switch A's end of the trunk is called lan0, after the router's interface that its native VLAN leads to: so the
# router's tables, which are recorded too, know the interface that the frames name.
# usage: sudo samples/make-sample.sh [OUT.pcapng]
# Needs root, iproute2, python3, nginx, openssl, curl, dnsmasq, dig, sshd and ssh, traceroute, ping.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
out=$(realpath -m "${1:-$here/sample.pcapng}")
for program in ip python3 nginx openssl curl dnsmasq dig sshd ssh traceroute ping; do
    PATH=$PATH:/usr/sbin command -v "$program" >/dev/null || { echo "make-sample: needs $program" >&2; exit 2; }
done
export PATH=$PATH:/usr/sbin
"$here/../headgate" --version >/dev/null # built before the clock runs
work=$(mktemp -d)
spaces=(hg-client hg-visitor hg-switcha hg-switchb hg-router hg-core hg-server)

cleanup() {
    kill "${started[@]}" $(cat "$work/nginx.pid" 2>/dev/null) 2>/dev/null || true
    for space in "${spaces[@]}"; do ip netns del "$space" 2>/dev/null || true; done
    rm -rf "$work"
}
trap cleanup EXIT

in_() { local space=$1; shift; ip netns exec "hg-$space" "$@"; }
started=()
start() { local space=$1; shift; ip netns exec "hg-$space" "$@" & started+=($!); } # the program itself, not a shell
link() { ip -n "hg-$1" link add "$2" type veth peer name "$4" netns "hg-$3"; }

for space in "${spaces[@]}"; do
    ip netns add "$space"
    ip -n "$space" link set lo up
    ip netns exec "$space" sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
done
link switcha lan0 switchb trunk
link router core core router
link core server server core
for end in "switcha lan0" "switchb trunk" "router core" "core router" "core server" "server core"; do
    read -r space device <<<"$end"
    ip -n "hg-$space" link set "$device" up
    in_ "$space" ethtool -K "$device" tx off tso off gso off gro off >/dev/null 2>&1 || true
done

ready() { for _ in $(seq 100); do grep -q READY "$1" 2>/dev/null && return; sleep 0.05; done; echo "make-sample: a switch did not start" >&2; cat "$1"* >&2; exit 1; }
start switcha python3 "$here/switch.py" lan0 0.008 4 1 eth0=hg-client:0 eth1=hg-visitor:20 >"$work/a" 2>"$work/a.err"
start switchb python3 "$here/switch.py" trunk 0.008 4 2 lan0=hg-router:0 lan20=hg-router:20 >"$work/b" 2>"$work/b.err"
ready "$work/a"; ready "$work/b"

give() { # space device ipv4/len ipv6/len
    ip -n "hg-$1" link set "$2" up
    ip -n "hg-$1" address add "$3" dev "$2"
    ip -n "hg-$1" -6 address add "$4" dev "$2" nodad
}
give client eth0 192.0.2.10/25 2001:db8:1::10/64
give visitor eth1 192.0.2.140/25 2001:db8:2::140/64
give router lan0 192.0.2.1/25 2001:db8:1::1/64
give router lan20 192.0.2.129/25 2001:db8:2::1/64
give router core 203.0.113.1/30 2001:db8:f1::1/64
give core router 203.0.113.2/30 2001:db8:f1::2/64
give core server 203.0.113.5/30 2001:db8:f2::1/64
give server core 203.0.113.6/30 2001:db8:f2::2/64
ip -n hg-server address add 198.51.100.80/32 dev lo
ip -n hg-server -6 address add 2001:db8:5::80/128 dev lo nodad
route() { ip -n "hg-$1" route add "$2" via "$3"; }
for space in router core; do in_ "$space" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1; done
route client default 192.0.2.1; route client ::/0 2001:db8:1::1
route visitor default 192.0.2.129; route visitor ::/0 2001:db8:2::1
route router default 203.0.113.2; route router ::/0 2001:db8:f1::2
route core 192.0.2.0/24 203.0.113.1; route core 198.51.100.0/24 203.0.113.6
route core 2001:db8::/34 2001:db8:f1::1; route core 2001:db8:5::/48 2001:db8:f2::2
route server default 203.0.113.5; route server ::/0 2001:db8:f2::1

# ---- servers ----
mkdir -p "$work/www"
head -c 420000 /dev/zero | openssl enc -aes-128-ctr -pass pass:headgate -nosalt 2>/dev/null >"$work/www/photo.bin"
python3 -c 'print("<html><body>" + "".join(f"<p>paragraph {n} of the sample page</p>" for n in range(900)) + "</body></html>")' >"$work/www/index.html"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj /CN=www.example.net \
    -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
cat >"$work/nginx.conf" <<EOF
pid $work/nginx.pid; error_log $work/nginx.log; worker_processes 1; user root;
events { worker_connections 64; }
http {
    access_log off; default_type application/octet-stream; types { text/html html; }
    client_body_temp_path $work/t1; proxy_temp_path $work/t2; fastcgi_temp_path $work/t3; uwsgi_temp_path $work/t4; scgi_temp_path $work/t5;
    server {
        listen 198.51.100.80:80; listen [2001:db8:5::80]:80; listen 198.51.100.80:443 ssl http2; listen [2001:db8:5::80]:443 ssl http2;
        ssl_certificate $work/cert.pem; ssl_certificate_key $work/key.pem; root $work/www;
    }
}
EOF
in_ server nginx -c "$work/nginx.conf"
start server dnsmasq -k --no-resolv --no-hosts --pid-file= --listen-address=198.51.100.80,2001:db8:5::80 --bind-interfaces \
    --address=/www.example.net/198.51.100.80 --address=/www.example.net/2001:db8:5::80 \
    --txt-record=example.net,"v=spf1 -all" --mx-host=example.net,mail.example.net,10 --local=/example.net/ >"$work/dns" 2>&1
ssh-keygen -q -t ed25519 -N '' -f "$work/host"; ssh-keygen -q -t ed25519 -N '' -f "$work/user"
mkdir -p /run/sshd
start server /usr/sbin/sshd -D -f /dev/null -h "$work/host" -o ListenAddress=198.51.100.80 -o PidFile=none \
    -o AuthorizedKeysFile="$work/user.pub" -o StrictModes=no -o PermitRootLogin=yes -o UsePAM=no >"$work/sshd" 2>&1
sleep 1

# ---- capture ----
start switcha "$here/../headgate" packets -i lan0 -w "$out" 2>"$work/capture"
capture=$!
for _ in $(seq 600); do # until there is its packet socket beside the switch's
    (($(in_ switcha cat /proc/net/packet | wc -l) > 2)) && break
    sleep 0.1
done
sleep 0.5

# ---- what people do ----
quiet() { "$@" >/dev/null 2>&1 || true; }
resolve=(--resolve www.example.net:443:198.51.100.80 --resolve www.example.net:80:198.51.100.80)
quiet in_ client ping -c 5 -i 0.2 198.51.100.80
quiet in_ client ping -6 -c 4 -i 0.2 2001:db8:5::80
for name in "www.example.net A" "www.example.net AAAA" "example.net TXT" "example.net MX" "nowhere.example.net A"; do
    # shellcheck disable=SC2086
    quiet in_ client dig +tries=3 +time=1 @198.51.100.80 $name
done
quiet in_ visitor dig +tries=3 +time=1 @2001:db8:5::80 www.example.net AAAA
quiet in_ visitor dig +tcp +time=2 @198.51.100.80 example.net TXT
quiet in_ client curl -s "${resolve[@]}" http://www.example.net/ http://www.example.net/missing -o /dev/null -o /dev/null
quiet in_ client curl -sk "${resolve[@]}" https://www.example.net/photo.bin -o /dev/null &
first=$!
quiet in_ visitor curl -sk --http1.1 "${resolve[@]}" https://www.example.net/photo.bin -o /dev/null
quiet wait "$first"
quiet in_ client curl -s -6 --resolve www.example.net:80:[2001:db8:5::80] http://www.example.net/photo.bin -o /dev/null
quiet in_ visitor curl -s "${resolve[@]}" http://www.example.net/index.html -o /dev/null
quiet in_ client ssh -F /dev/null -i "$work/user" -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no -o BatchMode=yes \
    root@198.51.100.80 'seq 2000; uptime'
quiet in_ client traceroute -n -N 1 -w 1 -q 2 198.51.100.80
quiet in_ visitor traceroute -6 -n -N 1 -w 1 -q 2 2001:db8:5::80
quiet in_ client ping -c 3 -i 0.3 -s 3600 198.51.100.80                    # fragments
quiet in_ client curl -s --max-time 2 http://198.51.100.80:8081/            # refused: RST
quiet in_ visitor curl -s --max-time 2 http://198.51.100.99/                # nobody there: unreachable from the core
quiet in_ client bash -c 'echo hello > /dev/udp/198.51.100.80/9999'         # closed: port unreachable
sleep 1
kill "$capture"; wait "$capture" || true
cat "$work/capture" >&2

# ---- what the router says of itself: the tables that `headgate forward -R` reads ----
router=$(dirname "$out")/router
mkdir -p "$router"
in_ router ip -j addr >"$router/addr.json"
in_ router ip -j -d link >"$router/link.json"
in_ router ip -j route show table all >"$router/route4.json"
in_ router ip -6 -j route show table all >"$router/route6.json"
in_ router ip -j rule >"$router/rule4.json"
in_ router ip -6 -j rule >"$router/rule6.json"
in_ router ip -j neigh >"$router/neigh.json"
in_ router ip -j maddr >"$router/maddr.json"
in_ router ip -j nexthop >"$router/nexthop.json"
in_ router sysctl -a 2>/dev/null | grep -E '^net\.(ipv4\.(conf|ip_|icmp_|fib_|ipfrag_|route)|ipv6\.(conf|icmp|fib_|route)|core\.(netdev_|dev_weight))' >"$router/sysctl.txt"

ls -l "$out" "$router" >&2
