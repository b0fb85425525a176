package headgate.forwarding.conntrack;

/// One connection (kernel: `struct nf_conn`).
public final class NfConn {
    /// Bits of [#status] (kernel: `enum ip_conntrack_status`), as `ct status` tests them.
    public static final int EXPECTED = 1;

    public static final int SEEN_REPLY = 2;
    public static final int ASSURED = 4;
    public static final int CONFIRMED = 8;
    public static final int SRC_NAT = 16;
    public static final int DST_NAT = 32;
    static final int NAT = SRC_NAT | DST_NAT;

    /// Set once it is decided whether, and how, that address is translated.
    static final int SRC_NAT_DONE = 128;

    static final int DST_NAT_DONE = 256;
    static final int NAT_DONE = SRC_NAT_DONE | DST_NAT_DONE;
    static final int DYING = 512;

    public final Tuple original = new Tuple();

    /// What answers look like; differs from the inverse of [#original] where addresses are
    /// translated.
    public final Tuple reply = new Tuple();

    public int mark;
    public int status;

    /// When it ends, unless packets prolong it; before it is confirmed, for how long it will live.
    long expiresNanos;

    /// Of a UDP conversation: from when on it counts as a stream.
    long streamNanos;

    /// Index of the device whose address it was given by `masquerade`; 0 if none.
    int masqueradeIndex;

    /// Why its translation cannot be told; null if it can.
    String unknown;

    /// Of which addresses one was chosen that cannot be told; null if none was.
    Conntrack.Choice choice;

    /// Null unless the protocol is TCP.
    TcpTracking.State tcp;

    NfConn nextOriginal;
    NfConn nextReply;
    int hashOriginal;
    int hashReply;

    /// Whether it is among those to be written to the changelog.
    boolean changed;

    Conntrack table;

    public boolean isConfirmed() {
        return (status & CONFIRMED) != 0;
    }

    public boolean has(int bits) {
        return (status & bits) != 0;
    }

    boolean hasAll(int bits) {
        return (status & bits) == bits;
    }

    /// The zone that it was looked for in; 0 if none.
    public int zone() {
        return original.zone != 0 ? original.zone : reply.zone;
    }

    public void setMark(int mark) {
        if (this.mark != mark) {
            this.mark = mark;
            table.touch(this);
        }
    }
}
