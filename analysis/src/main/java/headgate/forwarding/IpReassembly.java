package headgate.forwarding;

import headgate.forwarding.Reassembly.Datagram;
import headgate.forwarding.Reassembly.Fragment;
import headgate.forwarding.Reassembly.Limits;

/// Reassembly of IPv4 datagrams (kernel: `ip_defrag`, `ip_frag_queue`).
final class IpReassembly {
    /// Who collects fragments: the host itself, for local delivery; datagrams of the two are apart.
    static final int FOR_DELIVERY = 0;

    /// Who collects fragments: connection tracking, before packets are routed.
    static final int FOR_TRACKING = 1;

    private static final int LONGEST = 65535;
    private static final int DONT_FRAGMENT = 0x4000;
    private static final int CONGESTION_EXPERIENCED = 3;
    private static final int REASSEMBLY_TIME_EXCEEDED = 1;
    private static final String FUNCTION = "ip_defrag";

    final Reassembly fragments = new Reassembly(LONGEST);

    private static Limits limits(HostSnapshot host) {
        return new Limits(
                host.sysctl("net.ipv4.ipfrag_time", 30) * 1_000_000_000L,
                host.sysctl("net.ipv4.ipfrag_high_thresh", 4 << 20));
    }

    /// Takes [Decision#skb], a fragment; it becomes the whole packet, with the options of the first
    /// fragment, if this was the last that was missing.
    ///
    /// @param user who collects
    /// @return whether that ended the decision
    boolean takes(Decision decision, int user) {
        Skb skb = decision.skb;
        decision.count(SnmpCounter.IP_REASM_REQDS);
        int end = skb.fragmentOffset + skb.length - skb.headerLength;
        end = skb.moreFragments ? end & ~7 : end;
        var datagram =
                new Datagram(
                        0,
                        Integer.toUnsignedLong(skb.source),
                        0,
                        Integer.toUnsignedLong(skb.destination),
                        skb.u16(4),
                        skb.protocol,
                        user);
        var fragment =
                new Fragment(
                        skb.headerLength,
                        skb.headerLength,
                        skb.fragmentOffset,
                        end - skb.fragmentOffset,
                        skb.moreFragments,
                        skb.tos & 3,
                        skb.dontFragment,
                        decision.options.found());
        int device = decision.device.index();
        switch (fragments.add(
                datagram, fragment, skb, device, decision.nowNanos, limits(decision.host))) {
            case COMPLETE -> {
                finish(decision);
                return false;
            }
            case WAITING -> decision.outcome = Decision.Outcome.REASSEMBLING;
            case DUPLICATE -> decision.drop(DropReason.DUP_FRAG, FUNCTION);
            case OVERLAP -> {
                decision.count(SnmpCounter.IP_EXT_REASM_OVERLAPS);
                decision.count(SnmpCounter.IP_REASM_FAILS);
                decision.drop(DropReason.NOT_SPECIFIED, FUNCTION);
            }
            case CONTRADICTION, NO_ROOM -> {
                decision.count(SnmpCounter.IP_REASM_FAILS);
                decision.drop(DropReason.NOT_SPECIFIED, FUNCTION);
            }
            case FAILED -> {
                decision.count(SnmpCounter.IP_REASM_FAILS);
                decision.outcome = Decision.Outcome.CONSUMED;
            }
        }
        return true;
    }

    /// Kernel: `ip_frag_reasm`.
    private void finish(Decision decision) {
        Skb skb = decision.skb;
        decision.count(SnmpCounter.IP_REASM_OKS);
        skb.put16(2, skb.length);
        skb.put16(6, fragments.isUnfragmentable() ? DONT_FRAGMENT : 0);
        if (fragments.isCongested()) {
            skb.put8(1, skb.u8(1) | CONGESTION_EXPERIENCED);
        }
        skb.readHeader();
        skb.putHeaderChecksum();
        decision.options.recall(fragments.ofFirst());
    }

    /// Gives up the datagram that waited longest, if that was too long, and tells its source
    /// (kernel: `ip_expire`).
    ///
    /// @return false if there is none; otherwise the decision is about its first fragment
    boolean expires(Decision decision) {
        Datagram datagram =
                fragments.giveUpOldest(decision.skb, decision.nowNanos, limits(decision.host));
        if (datagram == null) {
            return false;
        }
        decision.count(SnmpCounter.IP_REASM_FAILS);
        decision.count(SnmpCounter.IP_REASM_TIMEOUT);
        Skb skb = decision.skb;
        decision.device = decision.host.device(fragments.device());
        if (skb.captured == 0 || decision.device == null) {
            decision.end(Decision.Outcome.CONSUMED);
            return true;
        }
        skb.beginAgain(Skb.ETH_P_IP);
        skb.readHeader();
        decision.options.recall(fragments.ofFirst());
        boolean routed = decision.routesInput(skb.source, skb.destination);
        if (decision.isIncomplete()) {
            return true;
        }
        boolean forHost = decision.input == Decision.Input.LOCAL;
        if (routed && (forHost || datagram.scope() == FOR_DELIVERY)) {
            decision.dropAndTell(
                    DropReason.FRAG_REASM_TIMEOUT,
                    "ip_expire",
                    Icmp.TIME_EXCEEDED,
                    REASSEMBLY_TIME_EXCEEDED,
                    0);
        } else {
            decision.drop(DropReason.FRAG_REASM_TIMEOUT, "ip_expire");
        }
        return true;
    }
}
