package headgate.forwarding;

import headgate.forwarding.EgressFrames.Kind;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// ARP packets that the host sends (kernel: `arp_solicit`, `arp_send_dst`).
final class Arp {
    static final int REQUEST = 1;
    static final int REPLY = 2;

    /// Bytes of a packet for Ethernet and IPv4.
    static final int LENGTH = 28;

    private static final long EVERYBODY = 0xffff_ffff_ffffL;
    private static final int ETHERNET = 1;

    private final Decision decision;

    Arp(Decision decision) {
        this.decision = decision;
    }

    /// Asks for the link address of `target`, for a packet that waits.
    void solicit(NetDevice device, int target, Skb waiting) {
        if (isAsked(device, target)) {
            return;
        }
        int announce = device.conf().arpAnnounce();
        if (announce < 0) {
            decision.effects.incomplete(
                    "net.ipv4.conf." + device + ".arp_announce is not in the snapshot");
            return;
        }
        int sender = 0;
        if (announce == 0 && decision.host.isLocal(waiting.source)
                || announce == 1
                        && decision.host.isLocal(waiting.source)
                        && device.isOnLink(target, waiting.source)) {
            sender = waiting.source;
        }
        if (sender == 0) {
            sender = decision.host.selectAddress(device, target, FibInfo.SCOPE_LINK);
        }
        send(Kind.ARP_REQUEST, device, EVERYBODY, REQUEST, sender, 0, target);
    }

    /// One question is enough for all packets that wait.
    private boolean isAsked(NetDevice device, int target) {
        EgressFrames frames = decision.effects.frames();
        for (int i = 0; i < frames.count(); i++) {
            if (frames.kind(i) == Kind.ARP_REQUEST
                    && frames.device(i) == device
                    && frames.bytes().get(Skb.U32, frames.start(i) + frames.length(i) - 4L)
                            == target) {
                return true;
            }
        }
        return false;
    }

    /// @param targetMac 0 where it is asked for
    void send(
            Kind kind,
            NetDevice device,
            long destinationMac,
            int operation,
            int sender,
            long targetMac,
            int target) {
        EgressFrames frames = decision.effects.frames();
        int at = frames.begin(kind, device, destinationMac, Skb.ETH_P_ARP, LENGTH, LENGTH);
        if (at < 0) {
            return;
        }
        MemorySegment bytes = frames.bytes();
        bytes.set(Skb.U16, at, (short) ETHERNET);
        bytes.set(Skb.U16, at + 2, (short) Skb.ETH_P_IP);
        bytes.set(ValueLayout.JAVA_BYTE, at + 4, (byte) 6);
        bytes.set(ValueLayout.JAVA_BYTE, at + 5, (byte) 4);
        bytes.set(Skb.U16, at + 6, (short) operation);
        EgressFrames.putMac(bytes, at + 8, device.mac());
        bytes.set(Skb.U32, at + 14, sender);
        EgressFrames.putMac(bytes, at + 18, targetMac);
        bytes.set(Skb.U32, at + 24, target);
    }
}
