package headgate.packet;

/// Spreads flows over lanes, queues and tables.
public final class FlowHash {
    /// Odd numbers with bits well mixed: those of the finalizer of SplitMix64.
    private static final long MULTIPLIER_1 = 0xbf58476d1ce4e5b9L;

    private static final long MULTIPLIER_2 = 0x94d049bb133111ebL;

    private FlowHash() {}

    /// The same number for both directions of a flow and for all fragments of a datagram. A
    /// fragment may lack the ports, so every fragment is hashed by addresses and protocol only.
    /// Frames that are not IP are hashed by their link-layer addresses.
    public static int symmetric(Frame frame) {
        if (frame.ipVersion == 0) {
            return fold(
                    endpoint(0, frame.sourceMac(), 0)
                            + endpoint(0, frame.destinationMac(), 0)
                            + frame.etherType);
        }
        return hash(frame, frame.sourcePort >= 0 && !frame.isFragment());
    }

    /// Chooses the lane, modulo the number of lanes. As [#symmetric] for TCP and SCTP, which hardly
    /// send fragments; for all others without ports, so that fragments meet the rest of their flow.
    /// Adapters spread UDP likewise unless told otherwise (`ethtool -n eth0 rx-flow-hash udp4`).
    public static int lane(Frame frame) {
        boolean withPorts =
                frame.ipVersion == 0
                        || frame.protocol == IpProtocol.TCP
                        || frame.protocol == IpProtocol.SCTP;
        return withPorts ? symmetric(frame) : hash(frame, false);
    }

    private static int hash(Frame frame, boolean hasPorts) {
        int sourcePort = hasPorts ? frame.sourcePort : 0;
        int destinationPort = hasPorts ? frame.destinationPort : 0;
        return fold(
                endpoint(frame.sourceHigh, frame.sourceLow, sourcePort)
                        + endpoint(frame.destinationHigh, frame.destinationLow, destinationPort)
                        + frame.protocol);
    }

    private static long endpoint(long high, long low, int port) {
        long mixed = (high * MULTIPLIER_1 ^ low) * MULTIPLIER_2;
        mixed = (mixed ^ mixed >>> 29 ^ port) * MULTIPLIER_1;
        return mixed ^ mixed >>> 32;
    }

    private static int fold(long sum) {
        long mixed = (sum ^ sum >>> 30) * MULTIPLIER_1;
        mixed = (mixed ^ mixed >>> 27) * MULTIPLIER_2;
        return (int) (mixed >>> 32);
    }
}
