package headgate.packet;

import java.lang.foreign.MemorySegment;

/// IEEE 802.2 LLC header, and the Subnetwork Access Protocol (SNAP) that RFC 1042 puts behind it.
///
/// ```
///  0              7 8             15 16            23 or 31
/// +----------------+----------------+---------------------------------+
/// |      DSAP      |      SSAP      |   Control (1 or 2 bytes)        |
/// +----------------+----------------+---------------------------------+
/// |  SNAP: organization code (24)   |     protocol identifier (16)    |
/// +---------------------------------+---------------------------------+
/// ```
public final class LlcView {
    /// With a control field of one byte.
    public static final int MIN_HEADER_LENGTH = 3;

    public static final int SAP_STP = 0x42;
    public static final int SAP_SNAP = 0xaa;
    public static final int SAP_IPV4 = 0x06;

    /// Organization code of protocol identifiers that are EtherTypes (RFC 1042).
    public static final int ENCAPSULATED_ETHERNET = 0;

    /// Of Cisco's spanning tree per VLAN.
    private static final int CISCO = 0x00000c;

    private static final int PER_VLAN_SPANNING_TREE = 0x010b;
    private static final int SNAP_LENGTH = 5;
    private static final int UNNUMBERED = 3;

    private int destination;
    private int source;
    private int headerLength;
    private boolean isSnap;
    private int organization;
    private int protocol;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail; after any other answer [#headerLength()] tells what is needed.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        headerLength = MIN_HEADER_LENGTH;
        if (limit - offset < MIN_HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        destination = NetworkOrder.u8(bytes, offset);
        source = NetworkOrder.u8(bytes, offset + 1);
        int control = NetworkOrder.u8(bytes, offset + 2);
        boolean isUnnumbered = (control & UNNUMBERED) == UNNUMBERED;
        isSnap = isUnnumbered && destination == SAP_SNAP && (source & 0xfe) == SAP_SNAP;
        headerLength += isSnap ? SNAP_LENGTH : isUnnumbered ? 0 : 1;
        if (limit - offset < headerLength) {
            return Check.TRUNCATED;
        }
        organization = isSnap ? NetworkOrder.i32(bytes, offset + 2) & 0xffffff : 0;
        protocol = isSnap ? NetworkOrder.u16(bytes, offset + 6) : -1;
        return Check.OK;
    }

    /// 3, 4 or 8 bytes.
    public int headerLength() {
        return headerLength;
    }

    public int destinationServiceAccessPoint() {
        return destination;
    }

    public int sourceServiceAccessPoint() {
        return source;
    }

    public boolean isSnap() {
        return isSnap;
    }

    /// Whether a spanning tree protocol's message follows.
    public boolean isSpanningTree() {
        return isSnap
                ? organization == CISCO && protocol == PER_VLAN_SPANNING_TREE
                : destination == SAP_STP && source == SAP_STP;
    }

    /// 24 bits; 0 if there is no SNAP.
    public int organizationCode() {
        return organization;
    }

    /// Of SNAP, an EtherType if the organization code is 0; -1 if there is no SNAP.
    public int protocolIdentifier() {
        return protocol;
    }
}
