package headgate.packet;

import java.lang.foreign.MemorySegment;

/// The facts of one frame: where its bytes are, what the capture says of it, and what its headers
/// say.
///
/// One object is reused from frame to frame. A source places the bytes, [FrameDecoder] fills in the
/// facts, engines and codecs read them; nobody keeps it. It is a plain struct on purpose: fields
/// that a layer did not fill hold the value that their comment gives for "absent".
///
/// All offsets count from the frame's first byte. Where a frame has nested network headers, the
/// facts are those of the innermost IP header that could be read, and of what follows it; the outer
/// ones are found through the layers. Link-layer facts are those of the outermost header, VLAN tags
/// those before the first IP header.
public final class Frame {
    /// Most headers that are noted for one frame; what lies deeper is payload.
    public static final int MAX_LAYERS = 16;

    /// Most frames and packets in one another that are read; what the innermost carries is payload.
    public static final int MAX_NESTING = 8;

    /// Most VLAN tags that are noted for one frame; a further one is payload.
    public static final int MAX_VLAN_TAGS = 4;

    // ---- Where the bytes are, and what the capture says. Set by the source. ----

    /// Holds the frame's bytes from [#start] on; valid only during the call that handed the frame
    /// over.
    public MemorySegment bytes = MemorySegment.NULL;

    /// Where in [#bytes] the frame starts.
    public long start;

    /// Bytes present. At most [#lengthOnWire], except in a capture file that contradicts itself.
    public int lengthCaptured;

    /// Bytes that the frame had on the wire, without preamble and frame check sequence.
    public int lengthOnWire;

    /// When the frame was seen, in nanoseconds since 1970-01-01T00:00:00Z.
    public long arrivalNanos;

    /// Link-layer header type, numbered as in capture files (LINKTYPE_…): 1 Ethernet, 113 Linux
    /// cooked.
    public int linkType = LinkType.ETHERNET;

    /// Which interface of its source the frame came from, from 0.
    public int interfaceId;

    /// `sll_pkttype` of packet(7): 0 host, 1 broadcast, 2 multicast, 3 other host, 4 outgoing; -1
    /// unknown. A source that has it beside the bytes sets it, all others set -1; the decoder takes
    /// it from the header of Linux cooked captures.
    public int packetType = -1;

    // ---- Layers, outer to inner. ----

    /// How many headers were read.
    public int layerCount;

    /// Each `offset << 8 | ordinal`; no header starts beyond 16 MiB.
    private final int[] layers = new int[MAX_LAYERS];

    private static final Layer[] LAYERS = Layer.values();

    // ---- Link layer. ----

    /// 48 bits, first byte on the wire highest; -1 where the link layer has no such address.
    public long destinationMac;

    public long sourceMac;

    /// EtherType of the network layer, after all VLAN tags; -1 if unknown.
    public int etherType;

    /// How many VLAN tags the frame carries, outer to inner in [#vlanTags].
    public int vlanCount;

    /// Each `TPID << 16 | TCI`; TCI is priority (3 bits), drop eligible (1), VLAN identifier (12).
    public final int[] vlanTags = new int[MAX_VLAN_TAGS];

    // ---- ARP, RFC 826. ----

    /// 1 request, 2 reply; -1 if the frame is not ARP.
    public int arpOperation;

    public long arpSenderMac;
    public long arpTargetMac;

    /// IPv4 address as an unsigned 32-bit number.
    public int arpSenderAddress;

    public int arpTargetAddress;

    // ---- Network layer. ----

    /// 4, 6, or 0 if there is no IP header that could be read.
    public int ipVersion;

    /// Where the (innermost) IP header starts; -1 if there is none.
    public int networkOffset;

    /// IPv6: the upper 64 bits of the address. IPv4: 0.
    public long sourceHigh;

    /// IPv6: the lower 64 bits of the address. IPv4: the 32 bits of the address.
    public long sourceLow;

    public long destinationHigh;
    public long destinationLow;

    /// Protocol number of the payload, after all IPv6 extension headers; -1 if unknown.
    public int protocol;

    /// IPv4 time to live or IPv6 hop limit.
    public int timeToLive;

    /// IPv4 type of service or IPv6 traffic class: DSCP (6 bits) and ECN (2 bits).
    public int trafficClass;

    /// IPv4 header length, or IPv6 header with all its extension headers; bytes.
    public int networkHeaderLength;

    /// Bytes that the IP header claims for itself and its payload: IPv4 total length; IPv6 40 +
    /// payload length.
    public int networkLength;

    /// IPv4 identification (16 bits), or that of an IPv6 fragment header (32 bits, unsigned).
    public int identification;

    public boolean dontFragment;
    public boolean moreFragments;

    /// Of this fragment's data in the original payload; bytes.
    public int fragmentOffset;

    /// IPv4 header checksum as on the wire; 0 for IPv6.
    public int networkChecksum;

    /// IPv6 flow label, 20 bits; 0 for IPv4.
    public int flowLabel;

    /// IPv6: the next header field of the fixed header itself; IPv4: -1.
    public int nextHeader;

    // ---- Transport layer. ----

    /// Where the transport header starts; -1 if there is none that could be read.
    public int transportOffset;

    /// TCP, UDP, SCTP, DCCP or UDP-Lite source port; -1 if there is none.
    public int sourcePort;

    public int destinationPort;

    /// Checksum of any transport as on the wire, 16 bits, in SCTP 32; 0 if there is none.
    public int transportChecksum;

    /// TCP sequence number as on the wire; take it as unsigned.
    public int sequenceNumber;

    public int acknowledgmentNumber;

    /// TCP header length with options; bytes; 0 if the frame is not TCP.
    public int tcpHeaderLength;

    /// The lower 12 bits of the TCP flags word: reserved (3), AE, CWR, ECE, URG, ACK, PSH, RST,
    /// SYN, FIN.
    public int tcpFlags;

    /// As on the wire, not scaled.
    public int window;

    public int urgentPointer;

    /// TCP option maximum segment size; -1 if absent.
    public int maximumSegmentSize;

    /// TCP option window scale (shift count); -1 if absent.
    public int windowScale;

    public boolean sackPermitted;

    /// Whether the TCP timestamps option is present.
    public boolean hasTimestamps;

    public int timestampValue;
    public int timestampEchoReply;

    /// UDP length field; -1 if the frame is not UDP.
    public int udpLength;

    /// Type of ICMP (ipVersion 4), ICMPv6 (6) or IGMP; -1 if the frame is none of these.
    public int icmpType;

    public int icmpCode;

    /// Identifier and sequence number of ICMP and ICMPv6 echo messages; -1 if there are none.
    public int icmpIdentifier;

    public int icmpSequence;

    /// IGMP group address as an unsigned 32-bit number.
    public int igmpGroup;

    // ---- Payload. ----

    /// Where the bytes after the last header that was read start.
    public int payloadOffset;

    /// Payload bytes that the headers promise (without Ethernet padding).
    public int payloadLength;

    /// Payload bytes that were captured, at most [#payloadLength].
    public int payloadCaptured;

    // ---- What was wrong. ----

    /// [Check#OK], or the first thing that was wrong; the facts of the headers before that stand,
    /// and so do those of a header whose fixed part is there but whose options are cut.
    ///
    /// A length that promises more than the frame had on the wire is [Check#BAD_LENGTH] and stops
    /// nothing: all further headers are read from what is there.
    public Check check = Check.OK;

    /// The header in which it was wrong; null if check is OK.
    public Layer errorLayer;

    /// Where that header starts.
    public int errorOffset;

    public int errorBytesNeeded;
    public int errorBytesPresent;
    public DecodeError.Limit errorLimitedBy;

    public Frame() {
        clear();
    }

    /// Which header is number `index`, 0 ≤ index < layerCount.
    public Layer layer(int index) {
        return LAYERS[layers[index] & 0xff];
    }

    /// Where header number `index` starts.
    public int layerOffset(int index) {
        return layers[index] >>> 8;
    }

    /// How many headers are the frame's own: those behind an ICMP or ICMPv6 header are quoted from
    /// the packet that an error is about, and the frame's facts say nothing of them.
    public int ownLayerCount() {
        for (int i = 0; i < layerCount; i++) {
            if (layer(i) == Layer.ICMP || layer(i) == Layer.ICMPV6) {
                return i + 1;
            }
        }
        return layerCount;
    }

    /// The number of the IP header around header number `index`; -1 if there is none.
    public int packetOf(int index) {
        for (int i = index - 1; i >= 0; i--) {
            if (layer(i) == Layer.IPV4 || layer(i) == Layer.IPV6) {
                return i;
            }
        }
        return -1;
    }

    /// Where header number `index` and what it carries end, on the word of the IP headers around
    /// it; never beyond the frame on the wire.
    public int layerEnd(int index) {
        int end = lengthOnWire;
        for (int i = 0; i < index; i++) {
            end = Math.min(end, packetEnd(i));
        }
        return end;
    }

    /// Lengths of 0 are those of segmentation offload, and of jumbograms.
    private int packetEnd(int index) {
        int offset = layerOffset(index);
        int length =
                switch (layer(index)) {
                    case IPV4 -> NetworkOrder.u16(bytes, start + offset + 2);
                    case IPV6 -> {
                        int payload = NetworkOrder.u16(bytes, start + offset + 4);
                        yield payload == 0 ? 0 : payload + Ipv6View.HEADER_LENGTH;
                    }
                    default -> 0;
                };
        return length == 0 ? Integer.MAX_VALUE : offset + length;
    }

    /// Notes one more header; for decoders and codecs. Returns false, and notes [Check#TOO_DEEP]
    /// instead, when there is no room for it.
    public boolean addLayer(Layer layer, int offset) {
        if (layerCount == MAX_LAYERS) {
            noteTooDeep(layer, offset);
            return false;
        }
        layers[layerCount++] = offset << 8 | layer.ordinal();
        return true;
    }

    /// Notes that this header is one more than is read, if nothing is wrong before it.
    void noteTooDeep(Layer layer, int offset) {
        if ((decoded & ERROR) == 0) {
            decoded |= ERROR;
            check = Check.TOO_DEEP;
            errorLayer = layer;
            errorOffset = offset;
            errorBytesNeeded = 1;
            errorBytesPresent = 0;
            errorLimitedBy = null;
        }
    }

    /// Whether this is a fragment other than an atomic one (RFC 6946).
    public boolean isFragment() {
        return moreFragments || fragmentOffset > 0;
    }

    /// The decode error as a value that may be kept; null if there was none.
    public DecodeError error() {
        return check == Check.OK
                ? null
                : new DecodeError(
                        check,
                        errorLayer,
                        errorOffset,
                        errorBytesNeeded,
                        errorBytesPresent,
                        errorLimitedBy);
    }

    /// Sets every fact to "absent"; keeps where the bytes are and what the capture says.
    public void clear() {
        layerCount = vlanCount = 0;
        etherType = -1;
        payloadOffset = payloadLength = payloadCaptured = 0;
        clear(ALL);
        // Whoever clears fills in facts by hand; the decoder cannot know which.
        decoded = ALL;
    }

    // ---- Groups of facts that are set together; for the decoder. ----

    static final int LINK = 1;
    static final int ARP = 1 << 1;
    static final int IP = 1 << 2;
    static final int IPV4 = 1 << 3;
    static final int IPV6 = 1 << 4;
    static final int TRANSPORT = 1 << 5;
    static final int TCP = 1 << 6;
    static final int UDP = 1 << 7;
    static final int ICMP = 1 << 8;
    static final int ERROR = 1 << 9;
    static final int ALL = (1 << 10) - 1;

    /// The groups whose facts may be other than "absent".
    int decoded;

    /// Sets the facts of these groups to "absent".
    void clear(int groups) {
        if ((groups & LINK) != 0) {
            destinationMac = sourceMac = -1;
        }
        if ((groups & ARP) != 0) {
            clearArp();
        }
        if ((groups & IP) != 0) {
            clearIp();
        }
        if ((groups & IPV4) != 0) {
            networkChecksum = 0;
            dontFragment = false;
        }
        if ((groups & IPV6) != 0) {
            sourceHigh = destinationHigh = 0;
            flowLabel = 0;
            nextHeader = -1;
        }
        if ((groups & TRANSPORT) != 0) {
            transportOffset = sourcePort = destinationPort = -1;
            transportChecksum = 0;
        }
        if ((groups & TCP) != 0) {
            clearTcp();
        }
        if ((groups & UDP) != 0) {
            udpLength = -1;
        }
        if ((groups & ICMP) != 0) {
            icmpType = icmpIdentifier = icmpSequence = -1;
            icmpCode = igmpGroup = 0;
        }
        if ((groups & ERROR) != 0) {
            clearError();
        }
    }

    private void clearArp() {
        arpOperation = -1;
        arpSenderMac = arpTargetMac = 0;
        arpSenderAddress = arpTargetAddress = 0;
    }

    private void clearIp() {
        ipVersion = 0;
        networkOffset = protocol = -1;
        sourceLow = destinationLow = 0;
        timeToLive = trafficClass = networkHeaderLength = networkLength = 0;
        identification = fragmentOffset = 0;
        moreFragments = false;
    }

    private void clearTcp() {
        tcpHeaderLength = tcpFlags = window = urgentPointer = 0;
        sequenceNumber = acknowledgmentNumber = 0;
        clearTcpOptions();
    }

    void clearTcpOptions() {
        maximumSegmentSize = windowScale = -1;
        sackPermitted = hasTimestamps = false;
        timestampValue = timestampEchoReply = 0;
    }

    private void clearError() {
        check = Check.OK;
        errorLayer = null;
        errorLimitedBy = null;
        errorOffset = errorBytesNeeded = errorBytesPresent = 0;
    }
}
