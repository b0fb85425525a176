package headgate.forwarding.conntrack;

/// What tells one direction of a connection from all others (kernel: `struct nf_conntrack_tuple`).
/// Mutable, so that one of them serves every lookup.
public final class Tuple {
    /// [NfPacket#IPV4] or [NfPacket#IPV6].
    public int family;

    public int protocol;
    public int zone;

    /// Upper halves are 0 in IPv4.
    public long sourceHigh;

    public long sourceLow;
    public long destinationHigh;
    public long destinationLow;

    /// Port; the identifier of ICMP queries; 0 for protocols without.
    public int sourcePort;

    /// Port; type << 8 | code for ICMP.
    public int destinationPort;

    void copy(Tuple other) {
        family = other.family;
        protocol = other.protocol;
        zone = other.zone;
        sourceHigh = other.sourceHigh;
        sourceLow = other.sourceLow;
        destinationHigh = other.destinationHigh;
        destinationLow = other.destinationLow;
        sourcePort = other.sourcePort;
        destinationPort = other.destinationPort;
    }

    /// Makes this the direction opposite to `other`.
    ///
    /// @return false if there is none: an ICMP message that nobody answers
    boolean invert(Tuple other) {
        family = other.family;
        protocol = other.protocol;
        zone = other.zone;
        sourceHigh = other.destinationHigh;
        sourceLow = other.destinationLow;
        destinationHigh = other.sourceHigh;
        destinationLow = other.sourceLow;
        if (!isIcmp()) {
            sourcePort = other.destinationPort;
            destinationPort = other.sourcePort;
            return true;
        }
        sourcePort = other.sourcePort;
        int answer = IcmpTracking.answerTo(family, other.destinationPort >>> 8);
        destinationPort = answer << 8 | other.destinationPort & 0xff;
        return answer >= 0;
    }

    boolean isIcmp() {
        return protocol == (family == NfPacket.IPV4 ? 1 : 58);
    }

    boolean isSame(Tuple other) {
        return sourceLow == other.sourceLow
                && destinationLow == other.destinationLow
                && sourcePort == other.sourcePort
                && destinationPort == other.destinationPort
                && protocol == other.protocol
                && sourceHigh == other.sourceHigh
                && destinationHigh == other.destinationHigh
                && family == other.family
                && zone == other.zone;
    }

    int hash() {
        long hash = mix(sourceLow, sourceHigh ^ (long) protocol << 32 ^ (long) zone << 40);
        hash = mix(hash ^ destinationLow, destinationHigh ^ family);
        hash = mix(hash, (long) sourcePort << 32 | destinationPort);
        return (int) (hash ^ hash >>> 32);
    }

    private static long mix(long a, long b) {
        long mixed = (a ^ b * 0x9e37_79b9_7f4a_7c15L) * 0xbf58_476d_1ce4_e5b9L;
        return mixed ^ mixed >>> 31;
    }
}
