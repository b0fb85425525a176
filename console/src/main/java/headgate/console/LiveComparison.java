package headgate.console;

import headgate.console.live.LiveRouter;
import headgate.forwarding.Decision;
import headgate.forwarding.EgressFrames;
import headgate.forwarding.ForwardingPath;
import headgate.forwarding.NetDevice;
import headgate.forwarding.Verdict;
import headgate.packet.Frame;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// Lets a router on this host's own kernel receive frames, and holds what it does with each to what
/// the forwarding engine says: frames that leave, by device and byte for byte, and SNMP counters.
final class LiveComparison {
    private static final int ETHERNET_HEADER = 14;
    private static final int ETHER_TYPE = 12;
    private static final int IPV6 = 0x86dd;
    private static final int ICMPV6_TYPE = ETHERNET_HEADER + 40;
    private static final int NEXT_HEADER = ETHERNET_HEADER + 6;
    private static final int DESTINATION = ETHERNET_HEADER + 24;
    private static final int MULTICAST = 0xff;
    private static final int FRAGMENT = 44;
    private static final int FRAGMENT_HEADER = 8;

    /// Headers that may stand before a fragment header: hop-by-hop and destination options,
    /// routing.
    private static final List<Integer> BEFORE_FRAGMENT = List.of(0, 60, 43);

    private static final int HOP_BY_HOP_ICMPV6_TYPE = ICMPV6_TYPE + 8;

    private final LiveRouter router;
    private final ForwardingPath path;
    private Map<String, Long> before;

    LiveComparison(LiveRouter router, ForwardingPath path) {
        this.router = router;
        this.path = path;
    }

    /// How one frame fared.
    ///
    /// @param incomplete why the engine has no answer; empty if it has one
    /// @param differences between kernel and engine; empty if there are none
    record Outcome(Verdict verdict, String incomplete, List<String> differences) {
        boolean isEqual() {
            return incomplete.isEmpty() && differences.isEmpty();
        }
    }

    /// @param frame is copied
    Outcome compare(Frame frame, NetDevice device) throws IOException {
        begin();
        byte[] bytes =
                frame.bytes
                        .asSlice(frame.start, frame.lengthCaptured)
                        .toArray(ValueLayout.JAVA_BYTE);
        List<LiveRouter.Sent> sent = router.receive(device.name(), bytes);
        return compare(sent, path.judge(frame, device));
    }

    /// What happens from here on is compared.
    void begin() throws IOException {
        router.drain();
        before = router.counters();
    }

    /// @param sent what left since [#begin]
    Outcome compare(List<LiveRouter.Sent> sent, Decision decision) throws IOException {
        Verdict verdict = path.verdict(decision);
        if (verdict instanceof Verdict.Incomplete incomplete) {
            return new Outcome(verdict, incomplete.why(), List.of());
        }
        String unsure = verdict.trail().consequences().incomplete();
        if (!unsure.isEmpty()) {
            return new Outcome(verdict, unsure, List.of());
        }
        var differences = new ArrayList<String>();
        compareEgress(withoutChatter(sent), decision.effects.egress, differences);
        compareCounters(verdict.trail().counters(), differences);
        return new Outcome(verdict, "", differences);
    }

    /// What the router says of itself from time to time: router solicitations, group reports.
    private static List<LiveRouter.Sent> withoutChatter(List<LiveRouter.Sent> sent) {
        return sent.stream().filter(frame -> !isChatter(frame.bytes())).toList();
    }

    private static boolean isChatter(byte[] frame) {
        if (frame.length <= HOP_BY_HOP_ICMPV6_TYPE
                || u16(frame, ETHER_TYPE) != IPV6
                || (frame[DESTINATION] & 255) != MULTICAST) {
            return false;
        }
        int type = frame[ICMPV6_TYPE] & 255;
        int behindOption = frame[HOP_BY_HOP_ICMPV6_TYPE] & 255;
        return switch (frame[NEXT_HEADER]) {
            case 58 -> type == 133;
            case 0 -> behindOption == 143 || behindOption == 131 || behindOption == 132;
            default -> false;
        };
    }

    private static int u16(byte[] frame, int at) {
        return (frame[at] & 255) << 8 | frame[at + 1] & 255;
    }

    private static void compareEgress(
            List<LiveRouter.Sent> sent, EgressFrames ours, List<String> differences) {
        var left = new HashMap<String, List<byte[]>>();
        for (LiveRouter.Sent frame : sent) {
            left.computeIfAbsent(frame.device(), _ -> new ArrayList<>()).add(frame.bytes());
        }
        for (int i = 0; i < ours.count(); i++) {
            String device = ours.device(i).name();
            String what = ours.kind(i) + " out " + device;
            List<byte[]> frames = left.getOrDefault(device, List.of());
            if (frames.isEmpty()) {
                differences.add(what + ": the kernel sends none");
                continue;
            }
            byte[] kernel = frames.removeFirst();
            byte[] own = ours.copy(i);
            maskChance(ours.kind(i), kernel);
            maskChance(ours.kind(i), own);
            if (!Arrays.equals(kernel, own)) {
                differences.add(what + ": kernel " + hex(kernel) + ", engine " + hex(own));
            }
        }
        left.forEach((device, frames) ->
                frames.forEach(frame ->
                        differences.add("the kernel also sends out " + device + " " + hex(frame))));
    }

    private static String hex(byte[] frame) {
        return HexFormat.of().formatHex(frame, 0, Math.min(frame.length, 128));
    }

    /// What the kernel draws at random for packets of its own: the identification of IPv4, and with
    /// it the header's checksum; that of fragments of IPv6; sequence numbers.
    private static void maskChance(EgressFrames.Kind kind, byte[] frame) {
        switch (kind) {
            case FORWARD, ARP_REQUEST, ARP_REPLY, TCP_RESET -> {}
            case FORWARD_FRAGMENT -> {
                int at = u16(frame, ETHER_TYPE) == IPV6 ? fragmentHeader(frame) : -1;
                if (at >= 0) {
                    Arrays.fill(frame, at + 4, at + FRAGMENT_HEADER, (byte) 0);
                }
            }
            default -> {
                if (frame.length >= ETHERNET_HEADER + 20 && u16(frame, ETHER_TYPE) == 0x0800) {
                    for (int at : new int[] {18, 19, 24, 25}) {
                        frame[at] = 0;
                    }
                }
            }
        }
    }

    /// Where the fragment header of an IPv6 packet starts; -1 if it has none.
    private static int fragmentHeader(byte[] frame) {
        int at = ETHERNET_HEADER + 40;
        int next = frame[NEXT_HEADER];
        while (BEFORE_FRAGMENT.contains(next) && at + FRAGMENT_HEADER <= frame.length) {
            next = frame[at];
            at += ((frame[at + 1] & 255) + 1) * 8;
        }
        return next == FRAGMENT && at + FRAGMENT_HEADER <= frame.length ? at : -1;
    }

    private void compareCounters(Map<String, Integer> ours, List<String> differences)
            throws IOException {
        var moved = new HashMap<String, Long>();
        router.counters()
                .forEach((name, value) -> {
                    long delta = value - before.getOrDefault(name, 0L);
                    if (delta != 0) {
                        moved.put(name, delta);
                    }
                });
        var names = new TreeSet<>(moved.keySet());
        names.addAll(ours.keySet());
        for (String name : names) {
            long kernel = moved.getOrDefault(name, 0L);
            long own = ours.getOrDefault(name, 0);
            if (kernel != own) {
                differences.add("%s: kernel +%d, engine +%d".formatted(name, kernel, own));
            }
        }
    }
}
