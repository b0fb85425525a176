package headgate.forwarding.conntrack;

/// What a NAT rule translates to (kernel: `struct nf_nat_range2`). Reused.
public final class NatRange {
    /// Which address of a connection is translated.
    public enum Manip {
        SOURCE,
        DESTINATION
    }

    public boolean hasAddress;
    public long firstHigh;
    public long firstLow;
    public long lastHigh;
    public long lastLow;
    public boolean hasPort;
    public int firstPort;
    public int lastPort;

    /// Whether ports are drawn by lot.
    public boolean random;

    public void clear() {
        hasAddress = hasPort = random = false;
        firstHigh = firstLow = lastHigh = lastLow = 0;
        firstPort = lastPort = 0;
    }

    public void setAddress(long high, long low) {
        hasAddress = true;
        firstHigh = lastHigh = high;
        firstLow = lastLow = low;
    }
}
