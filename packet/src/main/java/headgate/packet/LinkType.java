package headgate.packet;

/// Link-layer header types, numbered as in pcap and pcapng files (draft-ietf-opsawg-pcaplinktype).
public final class LinkType {
    public static final int NULL = 0;
    public static final int ETHERNET = 1;

    /// Raw IP as some BSD-derived files number it; 14 is that of OpenBSD.
    public static final int BSD_RAW = 12;

    public static final int OPENBSD_RAW = 14;
    public static final int TOKEN_RING = 6;
    public static final int ARCNET_BSD = 7;
    public static final int PPP = 9;
    public static final int FDDI = 10;
    public static final int PPP_HDLC = 50;
    public static final int PPP_ETHER = 51;

    /// ATM with LLC, RFC 2684 (which replaced RFC 1483).
    public static final int ATM_RFC1483 = 100;

    public static final int RAW = 101;
    public static final int CISCO_HDLC = 104;
    public static final int IEEE802_11 = 105;

    /// Linux Classical IP over ATM: no header at all.
    public static final int ATM_CLIP = 106;

    public static final int FRAME_RELAY = 107;
    public static final int LOOP = 108;
    public static final int LINUX_SLL = 113;
    public static final int IEEE802_11_RADIOTAP = 127;
    public static final int ARCNET_LINUX = 129;
    public static final int PPI = 192;
    public static final int IPNET = 226;
    public static final int IPV4 = 228;
    public static final int IPV6 = 229;
    public static final int NFLOG = 239;
    public static final int IPOIB = 242;
    public static final int PKTAP = 258;
    public static final int LINUX_SLL2 = 276;

    private LinkType() {}
}
