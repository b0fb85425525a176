package headgate.forwarding;

import headgate.forwarding.Reassembly.Datagram;
import headgate.forwarding.Reassembly.Fragment;
import headgate.forwarding.Reassembly.Limits;
import headgate.packet.IpProtocol;

/// Reassembly of IPv6 packets (RFC 8200, section 4.5): of those for the host itself (kernel:
/// `ipv6_frag_rcv`), and of all of them before connection tracking (kernel: `nf_ct_frag6_gather`).
final class Ip6Reassembly {
    private static final int FRAGMENT_HEADER = 8;
    private static final int MOST_PAYLOAD = 65535;
    private static final int CONGESTION_EXPERIENCED = 3 << 4;
    private static final int REASSEMBLY_TIME_EXCEEDED = 1;
    private static final int TIMEOUT_SECONDS = 60;

    /// As kernels have it unless somebody sets it.
    private static final int HIGH_THRESHOLD = 4 << 20;

    private static final String FUNCTION = "ipv6_frag_rcv";

    final Reassembly fragments = new Reassembly(MOST_PAYLOAD + Ip6Header.LENGTH);
    final Reassembly tracked = new Reassembly(MOST_PAYLOAD + Ip6Header.LENGTH);

    private final ExtensionHeaders chain = new ExtensionHeaders();
    private final Ip6Header header = new Ip6Header();
    private int fragmentHeaderAt;
    private int upperLayerAt;
    private int numberAt;

    /// Where the upper layer starts in the packet that [#takes] made whole.
    int upperLayerAt() {
        return upperLayerAt;
    }

    /// Where the number of that layer stands.
    int numberAt() {
        return numberAt;
    }

    private static Limits limits(HostSnapshot host) {
        return limits(host, "net.ipv6.ip6frag_time", "net.ipv6.ip6frag_high_thresh");
    }

    private static Limits trackingLimits(HostSnapshot host) {
        return limits(
                host,
                "net.netfilter.nf_conntrack_frag6_timeout",
                "net.netfilter.nf_conntrack_frag6_high_thresh");
    }

    private static Limits limits(HostSnapshot host, String time, String threshold) {
        return new Limits(
                host.sysctl(time, TIMEOUT_SECONDS) * 1_000_000_000L,
                host.sysctl(threshold, HIGH_THRESHOLD));
    }

    /// Takes [Decision#skb], which is for the host, and whose fragment header starts at `at`.
    ///
    /// @param nextAt where the number of the fragment header stands
    /// @return true if [Decision#skb] is whole now; otherwise the decision is made
    boolean takes(Decision decision, int at, int nextAt) {
        Skb skb = decision.skb;
        header.read(skb.bytes(), 0);
        if (skb.length < at + FRAGMENT_HEADER) {
            return refuses(decision, Icmp6.HEADER_FIELD, at);
        }
        if (!skb.isWhole()) {
            decision.incomplete("the capture cut a fragment for the host itself");
            return false;
        }
        if ((skb.u16(at + 2) & ~6) == 0) {
            decision.count(SnmpCounter.IP6_REASM_OKS);
            upperLayerAt = at + FRAGMENT_HEADER;
            numberAt = at;
            return true;
        }
        if (isHeaderChainCut(skb, at)) {
            return refuses(decision, Icmp6.INCOMPLETE_HEADER, 0);
        }
        Fragment fragment = fragment(skb, at, nextAt);
        if (isTooFar(fragment)) {
            return refuses(decision, Icmp6.HEADER_FIELD, at + 2);
        }
        if (isUneven(fragment)) {
            return refuses(decision, Icmp6.HEADER_FIELD, Ip6Header.PAYLOAD_LENGTH);
        }
        switch (add(fragments, decision, at, fragment, limits(decision.host))) {
            case COMPLETE -> {
                finish(skb, fragments);
                skb.pieces = null;
                decision.count(SnmpCounter.IP6_REASM_OKS);
                return true;
            }
            case WAITING -> decision.end(Decision.Outcome.REASSEMBLING);
            case DUPLICATE -> decision.drop(DropReason.DUP_FRAG, FUNCTION);
            case OVERLAP, CONTRADICTION, NO_ROOM -> {
                decision.count(SnmpCounter.IP6_REASM_FAILS);
                decision.drop(DropReason.NOT_SPECIFIED, FUNCTION);
            }
            case FAILED -> {
                decision.count(SnmpCounter.IP6_REASM_FAILS);
                decision.end(Decision.Outcome.CONSUMED);
            }
        }
        return false;
    }

    private static boolean refuses(Decision decision, int code, int pointer) {
        decision.count(SnmpCounter.IP6_IN_HDR_ERRORS);
        decision.icmp6.tell(Icmp6.PARAMETER_PROBLEM, code, pointer);
        decision.drop(DropReason.NOT_SPECIFIED, FUNCTION);
        return false;
    }

    /// Takes [Decision#skb] for connection tracking, if it is a fragment, or says that it is one.
    /// Nothing is counted. What cannot be read, or has no even length, goes on as it is.
    ///
    /// @return whether that ended the decision
    boolean takesForTracking(Decision decision) {
        Skb skb = decision.skb;
        header.read(skb.bytes(), 0);
        int nextAt = numberOfFragmentHeader(skb);
        if (nextAt < 0 || header.payloadLength == 0) {
            return false;
        }
        int at = fragmentHeaderAt;
        if (skb.length >= at + FRAGMENT_HEADER && skb.captured < at + FRAGMENT_HEADER) {
            return decision.incomplete("the capture cut a fragment before connection tracking");
        }
        if (skb.length < at + FRAGMENT_HEADER) {
            return decision.drop(DropReason.NETFILTER_DROP, "nf_hook_slow");
        }
        Fragment fragment = fragment(skb, at, nextAt);
        if (fragment.offset() == 0 && isHeaderChainCut(skb, at)) {
            return false;
        }
        if (isTooFar(fragment)) {
            return decision.drop(DropReason.NETFILTER_DROP, "nf_hook_slow");
        }
        if (isUneven(fragment)) {
            return false;
        }
        return switch (add(tracked, decision, at, fragment, trackingLimits(decision.host))) {
            case COMPLETE -> {
                finish(skb, tracked);
                decision.header6.read(skb.bytes(), 0);
                yield false;
            }
            case WAITING -> decision.end(Decision.Outcome.REASSEMBLING);
            case DUPLICATE -> decision.drop(DropReason.DUP_FRAG, "nf_ct_frag6_gather");
            case OVERLAP, CONTRADICTION, NO_ROOM ->
                    decision.drop(DropReason.NETFILTER_DROP, "nf_hook_slow");
            case FAILED -> decision.end(Decision.Outcome.CONSUMED);
        };
    }

    /// Kernel: `find_prev_fhdr`.
    ///
    /// @return where the number of the fragment header stands; -1 if there is none
    private int numberOfFragmentHeader(Skb skb) {
        int numberAt = Ip6Header.NEXT_HEADER;
        int at = Ip6Header.LENGTH;
        for (int next = skb.u8(numberAt); next != IpProtocol.FRAGMENT; next = skb.u8(numberAt)) {
            if (!ExtensionHeaders.isExtension(next)
                    || next == ExtensionHeaders.NO_NEXT_HEADER
                    || skb.captured < at + 2) {
                return -1;
            }
            numberAt = at;
            at += ExtensionHeaders.length(next, skb.u8(at + 1));
        }
        fragmentHeaderAt = at;
        return numberAt;
    }

    private static Fragment fragment(Skb skb, int at, int nextAt) {
        int field = skb.u16(at + 2);
        int payloadAt = at + FRAGMENT_HEADER;
        return new Fragment(
                at,
                payloadAt,
                field & ~7,
                skb.length - payloadAt,
                (field & 1) != 0,
                skb.u16(0) >>> 4 & 3,
                false,
                new int[] {nextAt, skb.u8(at)});
    }

    /// Bytes before the fragment header count too, as in the length field.
    private static boolean isTooFar(Fragment fragment) {
        return fragment.offset() + fragment.length() + fragment.head() - Ip6Header.LENGTH
                > MOST_PAYLOAD;
    }

    private static boolean isUneven(Fragment fragment) {
        return fragment.more() && (fragment.length() & 7) != 0;
    }

    /// Whether a first fragment ends before its upper layer starts (kernel:
    /// `ipv6frag_thdr_truncated`).
    private boolean isHeaderChainCut(Skb skb, int at) {
        if ((skb.u16(at + 2) & ~7) != 0) {
            return false;
        }
        chain.walk(skb.bytes(), at + FRAGMENT_HEADER, skb.length, skb.u8(at));
        if (chain.broken) {
            // Only an upper header is missed (kernel: `ipv6frag_thdr_truncated`).
            return false;
        }
        int needed =
                switch (chain.nextHeader) {
                    case IpProtocol.TCP -> 20;
                    case IpProtocol.UDP -> 8;
                    case IpProtocol.ICMPV6 -> 8;
                    default -> 1;
                };
        return skb.length - chain.offset < needed;
    }

    private Reassembly.Result add(
            Reassembly fragments, Decision decision, int at, Fragment fragment, Limits limits) {
        boolean needsDevice = Inet6.needsDevice(header.destinationHigh, header.destinationLow);
        var datagram =
                new Datagram(
                        header.sourceHigh,
                        header.sourceLow,
                        header.destinationHigh,
                        header.destinationLow,
                        decision.skb.i32(at + 4),
                        0,
                        needsDevice ? decision.device.index() : 0);
        return fragments.add(
                datagram,
                fragment,
                decision.skb,
                decision.device.index(),
                decision.nowNanos,
                limits);
    }

    /// Kernel: `ip6_frag_reasm`: the fragment header goes.
    private void finish(Skb skb, Reassembly fragments) {
        numberAt = fragments.ofFirst()[0];
        upperLayerAt = fragments.head();
        skb.put8(numberAt, fragments.ofFirst()[1]);
        skb.put16(Ip6Header.PAYLOAD_LENGTH, skb.length - Ip6Header.LENGTH);
        if (fragments.isCongested()) {
            skb.put16(0, skb.u16(0) | CONGESTION_EXPERIENCED);
        }
    }

    /// Gives up the packet that waited longest, if that was too long, and tells its source (kernel:
    /// `ip6frag_expire_frag_queue`).
    ///
    /// @return false if there is none; otherwise the decision is about its first fragment
    boolean expires(Decision decision) {
        return expires(fragments, decision, limits(decision.host))
                || expires(tracked, decision, trackingLimits(decision.host));
    }

    private static boolean expires(Reassembly fragments, Decision decision, Limits limits) {
        Skb skb = decision.skb;
        if (fragments.giveUpOldest(skb, decision.nowNanos, limits) == null) {
            return false;
        }
        decision.device = decision.host.device(fragments.device());
        if (decision.device == null) {
            return decision.end(Decision.Outcome.CONSUMED);
        }
        decision.count(SnmpCounter.IP6_REASM_FAILS);
        decision.count(SnmpCounter.IP6_REASM_TIMEOUT);
        if (skb.captured == 0) {
            return decision.end(Decision.Outcome.CONSUMED);
        }
        skb.beginAgain(Skb.ETH_P_IPV6);
        decision.header6.read(skb.bytes(), 0);
        decision.icmp6.tell(Icmp6.TIME_EXCEEDED, REASSEMBLY_TIME_EXCEEDED, 0);
        return decision.isIncomplete()
                || decision.drop(DropReason.FRAG_REASM_TIMEOUT, "ip6frag_expire_frag_queue");
    }
}
