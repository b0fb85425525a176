package headgate.packet;

/// Link-layer header types, numbered as in pcap and pcapng files (draft-ietf-opsawg-pcaplinktype).
public final class LinkType {
    public static final int NULL = 0;
    public static final int ETHERNET = 1;

    /// Raw IP as some BSD-derived files number it; 14 is that of OpenBSD.
    public static final int BSD_RAW = 12;

    public static final int OPENBSD_RAW = 14;
    public static final int RAW = 101;
    public static final int LOOP = 108;
    public static final int LINUX_SLL = 113;
    public static final int IPV4 = 228;
    public static final int IPV6 = 229;
    public static final int LINUX_SLL2 = 276;

    private LinkType() {}
}
