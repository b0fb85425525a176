package headgate.forwarding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What one frame makes the host do: frames that leave, packets freed on the way, counters,
/// datagrams to sockets, changes of the neighbour table. Stands beside the verdict, and is filled
/// in the order in which the kernel does these things. Reused: it holds until the path judges the
/// next frame; [#toRecord] makes a copy that may be kept.
public final class Effects {
    /// States of a neighbour entry (`NUD_…`) that a single frame can bring about.
    public enum NeighbourState {
        INCOMPLETE,
        REACHABLE,
        STALE,
        DELAY,
        PROBE,
        FAILED
    }

    /// A packet that was freed with a reason (kernel: `kfree_skb_reason`).
    ///
    /// @param function that freed it
    /// @param protocol EtherType of the packet
    public record Drop(DropReason reason, String function, int protocol) {}

    /// A datagram that a socket of the host received.
    ///
    /// @param lengthBytes of its payload
    /// @param source address of the sender
    public record Delivery(Sockets.Socket socket, int lengthBytes, String source, int sourcePort) {}

    /// A neighbour entry that came to be or changed.
    ///
    /// @param mac 48 bits; -1 if it is not known
    /// @param router whether the neighbour said that it is one (IPv6)
    public record NeighbourChange(
            NetDevice device, String address, NeighbourState state, long mac, boolean router) {}

    /// Frames that leave now.
    public final EgressFrames egress = new EgressFrames(this::lose);

    /// Frames that leave when the neighbour that a packet waits for turns out not to be there.
    public final EgressFrames onNeighbourFailed = new EgressFrames(this::lose);

    public final SnmpCounters counters = new SnmpCounters();

    /// Datagrams to sockets, in order.
    public final List<Delivery> deliveries = new ArrayList<>();

    public final List<NeighbourChange> neighbourChanges = new ArrayList<>();

    private DropReason[] dropReasons = new DropReason[4];
    private String[] dropFunctions = new String[4];
    private int[] dropProtocols = new int[4];
    private int dropCount;

    /// Why what is told here is not all of it; null if it is.
    public String incomplete;

    /// Whether what is told now happens only if the neighbour fails: then nothing is counted.
    private boolean later;

    /// Where among the drops those of looped packets begin; all of them while there are none.
    private int firstLooped;

    private boolean inLoop;

    void clear() {
        firstLooped = 0;
        inLoop = false;
        egress.clear();
        onNeighbourFailed.clear();
        counters.clear();
        deliveries.clear();
        neighbourChanges.clear();
        dropCount = 0;
        later = false;
        incomplete = null;
    }

    /// Says that there is more to it, which is not modelled or not known. The verdict itself
    /// stands.
    public void incomplete(String why) {
        if (incomplete == null) {
            incomplete = why;
        }
    }

    /// From here on, tells what happens to a packet that the host sent to itself: its processor
    /// takes that up when it is done with the packet that came in (kernel: `loopback_xmit`,
    /// `__netif_rx`).
    void beginLoop() {
        inLoop = true;
    }

    void endLoop() {
        inLoop = false;
    }

    /// From here on, tells what happens if the neighbour fails: frames go to [#onNeighbourFailed],
    /// and neither counters nor drops move.
    void beginLater() {
        later = true;
    }

    void endLater() {
        later = false;
    }

    /// Whether [#beginLater] was called: a further packet that waits is then not told.
    boolean isLater() {
        return later;
    }

    /// Where frames that leave belong.
    public EgressFrames frames() {
        return later ? onNeighbourFailed : egress;
    }

    /// A device without carrier has a queue that drops all (kernel: `noop_enqueue`).
    private void lose(int etherType) {
        drop(DropReason.QDISC_DROP, "__dev_queue_xmit", etherType);
    }

    public void count(SnmpCounter counter, int amount) {
        if (!later) {
            counters.add(counter, amount);
        }
    }

    public void count(SnmpCounters.MessageGroup group, int type) {
        if (!later) {
            counters.add(group, type);
        }
    }

    /// @param function the kernel function that frees the packet
    /// @param protocol EtherType of the packet
    public void drop(DropReason reason, String function, int protocol) {
        if (later) {
            return;
        }
        if (dropCount == dropReasons.length) {
            dropReasons = Arrays.copyOf(dropReasons, dropCount * 2);
            dropFunctions = Arrays.copyOf(dropFunctions, dropCount * 2);
            dropProtocols = Arrays.copyOf(dropProtocols, dropCount * 2);
        }
        int at = inLoop ? dropCount : firstLooped++;
        int moved = dropCount++ - at;
        System.arraycopy(dropReasons, at, dropReasons, at + 1, moved);
        System.arraycopy(dropFunctions, at, dropFunctions, at + 1, moved);
        System.arraycopy(dropProtocols, at, dropProtocols, at + 1, moved);
        dropReasons[at] = reason;
        dropFunctions[at] = function;
        dropProtocols[at] = protocol;
    }

    /// What was told of the packet's end, in words that follow others.
    public String summary() {
        var text = new StringBuilder();
        for (Delivery delivery : deliveries) {
            text.append(", to a socket of ")
                    .append(delivery.socket().kind())
                    .append(" on ")
                    .append(delivery.socket().localAddress())
                    .append(" port ")
                    .append(delivery.socket().localPort());
        }
        for (int i = 0; i < dropCount; i++) {
            text.append(", ").append(dropReasons[i]).append(" in ").append(dropFunctions[i]);
        }
        for (int i = 0; i < egress.count(); i++) {
            text.append(", sends ").append(egress.kind(i));
        }
        return text.toString();
    }

    public int dropCount() {
        return dropCount;
    }

    public DropReason dropReason(int index) {
        return dropReasons[index];
    }

    /// All of it, as a value that may be kept.
    Verdict.Consequences toRecord() {
        var drops = new ArrayList<Drop>();
        for (int i = 0; i < dropCount; i++) {
            drops.add(new Drop(dropReasons[i], dropFunctions[i], dropProtocols[i]));
        }
        return new Verdict.Consequences(
                frames(egress),
                drops,
                deliveries,
                neighbourChanges,
                frames(onNeighbourFailed),
                incomplete == null ? "" : incomplete);
    }

    private static List<Verdict.EgressFrame> frames(EgressFrames from) {
        var frames = new ArrayList<Verdict.EgressFrame>();
        for (int i = 0; i < from.count(); i++) {
            frames.add(
                    new Verdict.EgressFrame(
                            from.kind(i), from.device(i).name(), from.copy(i), from.wireLength(i)));
        }
        return frames;
    }
}
