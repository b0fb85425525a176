#!/usr/bin/env python3
"""A small VLAN switch with a lossy trunk, for make-sample.sh: kernels without netem or VLAN devices can run it.

usage: switch.py TRUNK LOSS DELAY_MS SEED PORT=NAMESPACE:VLAN ...

Each PORT is a TAP interface that is made here and moved to NAMESPACE. Frames from a port leave on TRUNK with the
port's VLAN tag (VLAN 0: untagged, the native VLAN); frames from TRUNK go to the ports of their VLAN without it.
LOSS is the share of frames lost at this switch, each way: before they enter the trunk or after they left it.
DELAY_MS is what the trunk takes; three frames in a thousand take longer and arrive out of order. SEED decides
which. Prints READY when all ports are there.
"""
import fcntl
import heapq
import os
import random
import select
import socket
import struct
import subprocess
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TAP, IFF_NO_PI = 0x0002, 0x1000
ETH_P_ALL = 0x0003
PACKET_OUTGOING = 4
SOL_PACKET, PACKET_AUXDATA = 263, 8
TP_STATUS_VLAN_VALID = 1 << 4


def open_tap(name):
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
    return fd


def main():
    trunk_name, loss, delay, seed = sys.argv[1], float(sys.argv[2]), float(sys.argv[3]) / 1e3, int(sys.argv[4])
    chance = random.Random(seed)
    trunk = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    trunk.bind((trunk_name, 0))
    trunk.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)  # the kernel takes tags off and reports them beside the frame
    vlan_of, ports_of = {}, {}
    for port in sys.argv[5:]:
        name, place = port.split("=")
        namespace, vlan = place.split(":")
        fd = open_tap(name)
        subprocess.run(["ip", "link", "set", name, "netns", namespace], check=True)
        vlan_of[fd] = int(vlan)
        ports_of.setdefault(int(vlan), []).append(fd)
    print("READY", flush=True)

    waiting, number, last_due = [], 0, 0.0
    poller = select.poll()
    for fd in [*vlan_of, trunk.fileno()]:
        poller.register(fd, select.POLLIN)
    parent = os.getppid()
    while True:
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            trunk.send(heapq.heappop(waiting)[2])
        for fd, _ in poller.poll(max(0.0, (waiting[0][0] - now) * 1e3) if waiting else 1000):
            if fd == trunk.fileno():
                receive(trunk, ports_of, lost=chance.random() < loss)
                continue
            try:
                frame = os.read(fd, 65536)
            except OSError:
                time.sleep(0.01)  # the port is not up yet
                if os.getppid() != parent:
                    return  # whoever started the switch is gone
                continue
            if chance.random() < loss:
                continue
            vlan = vlan_of[fd]
            if vlan:
                frame = frame[:12] + struct.pack("!HH", 0x8100, vlan) + frame[12:]
            last_due = max(last_due, time.monotonic() + delay)
            due = last_due + (delay / 4 if chance.random() < 0.003 else 0)
            heapq.heappush(waiting, (due, number, frame))
            number += 1


def receive(trunk, ports_of, lost):
    frame, ancillary, _, address = trunk.recvmsg(65536, 64)
    if address[2] == PACKET_OUTGOING or lost:
        return
    vlan = 0
    for level, kind, data in ancillary:
        if level == SOL_PACKET and kind == PACKET_AUXDATA:
            status, _, _, _, _, tci, _ = struct.unpack_from("IIIHHHH", data)
            if status & TP_STATUS_VLAN_VALID:
                vlan = tci & 0xFFF
    for fd in ports_of.get(vlan, []):
        try:
            os.write(fd, frame)
        except OSError:
            pass  # a port that is down takes nothing


main()
