package headgate.packet;

/// EtherTypes that the decoder acts on (IEEE 802 Numbers, IANA registry).
public final class EtherType {
    public static final int IPV4 = 0x0800;
    public static final int ARP = 0x0806;
    public static final int IPV6 = 0x86dd;

    /// Customer tag, IEEE 802.1Q.
    public static final int VLAN = 0x8100;

    /// Service tag, IEEE 802.1ad.
    public static final int PROVIDER_BRIDGING = 0x88a8;

    /// Service tag as bridges wrote it before IEEE 802.1ad.
    public static final int QINQ_OLD = 0x9100;

    /// Smaller values of the field are no types (IEEE 802.3 clause 3.2.6).
    private static final int FIRST_TYPE = 1536;

    /// Of an IEEE 802.3 frame; what lies between has no meaning.
    static final int MAX_LENGTH = 1500;

    private EtherType() {}

    /// Whether a length/type field, or the protocol of a cooked header, is an EtherType.
    public static boolean isType(int lengthOrType) {
        return lengthOrType >= FIRST_TYPE;
    }

    static boolean isVlan(int etherType) {
        return etherType == VLAN || etherType == PROVIDER_BRIDGING || etherType == QINQ_OLD;
    }
}
