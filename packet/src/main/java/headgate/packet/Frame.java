package headgate.packet;

import java.lang.foreign.MemorySegment;

/// The facts of one frame: where its bytes are, what the capture says of it, and what its headers
/// say.
///
/// One object is reused from frame to frame. A source places the bytes, [FrameDecoder] fills in the
/// facts, engines and codecs read them; nobody keeps it. What decides a frame's way is a field; all
/// other facts are methods, which take them from the header's words when asked. What a frame has
/// not is the value that the comment gives for "absent".
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

    /// The kernel's hash of the flow (`skb->hash`): that of the interface, where its driver hands
    /// it up, else one of the kernel's own; 0 unknown. A source that has it sets it.
    public int rxHash;

    // ---- Layers, outer to inner. ----

    /// How many headers were read.
    public int layerCount;

    /// Each `offset << 8 | ordinal`; no header starts beyond 16 MiB.
    private final int[] layers = new int[MAX_LAYERS];

    /// Two no-operations, then timestamps: how RFC 7323 appendix A aligns them, and nearly every
    /// sender does.
    private static final int ALIGNED_TIMESTAMPS = 0x0101080a;

    private static final int ALIGNED_TIMESTAMPS_LENGTH = 12;

    private static final Layer[] LAYERS = Layer.values();

    // ---- Link layer. ----

    /// EtherType of the network layer, after all VLAN tags; -1 if unknown.
    public int etherType;

    /// How many VLAN tags the frame carries, outer to inner in [#vlanTags].
    public int vlanCount;

    /// Each `TPID << 16 | TCI`; TCI is priority (3 bits), drop eligible (1), VLAN identifier (12).
    public final int[] vlanTags = new int[MAX_VLAN_TAGS];

    // ---- Network layer. ----

    /// 4, 6, or 0 if there is no IP header that could be read.
    public int ipVersion;

    /// Where the (innermost) IP header starts; -1 if there is none.
    public int networkOffset;

    /// IPv4 header length, or IPv6 header with all its extension headers; bytes.
    public int networkHeaderLength;

    /// IPv6: the upper 64 bits of the address. IPv4: 0.
    public long sourceHigh;

    /// IPv6: the lower 64 bits of the address. IPv4: the 32 bits of the address.
    public long sourceLow;

    public long destinationHigh;
    public long destinationLow;

    /// Protocol number of the payload, after all IPv6 extension headers; -1 if unknown.
    public int protocol;

    // ---- Transport layer. ----

    /// Where the transport header starts; -1 if there is none that could be read.
    public int transportOffset;

    /// TCP, UDP, SCTP, DCCP or UDP-Lite source port; -1 if there is none.
    public int sourcePort;

    public int destinationPort;

    /// Checksum of any transport as on the wire, 16 bits, in SCTP 32; 0 if there is none.
    public int transportChecksum;

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

    // ---- The headers that the facts below are taken from; placed by the decoder. ----

    final EthernetView ethernet = new EthernetView();
    final ArpView arp = new ArpView();
    final Ipv4View ipv4 = new Ipv4View();
    final Ipv6View ipv6 = new Ipv6View();
    final Ipv6FragmentView ipv6Fragment = new Ipv6FragmentView();
    final TcpView tcp = new TcpView();
    final UdpView udp = new UdpView();
    final IcmpView icmp = new IcmpView();
    final IgmpView igmp = new IgmpView();
    private final TcpOptionsView tcpOptions = new TcpOptionsView();

    // TCP options, read when the first of them is asked for: see readTcpOptions.
    private int maximumSegmentSize;
    private int windowScale;
    private boolean sackPermitted;
    private boolean hasTimestamps;
    private int timestampValue;
    private int timestampEchoReply;

    /// Which of these headers the frame has, and which fields above may be other than "absent".
    int present;

    public Frame() {
        clear();
    }

    /// Which header is number `index`, 0 ≤ index < layerCount.
    public Layer layer(int index) {
        needLayers();
        return LAYERS[layers[index] & 0xff];
    }

    /// Where header number `index` starts.
    public int layerOffset(int index) {
        needLayers();
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
        if ((present & ERROR) == 0) {
            present |= ERROR;
            check = Check.TOO_DEEP;
            errorLayer = layer;
            errorOffset = offset;
            errorBytesNeeded = 1;
            errorBytesPresent = 0;
            errorLimitedBy = null;
        }
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

    // ---- Link layer. ----

    /// 48 bits, first byte on the wire highest; -1 where the link layer has no such address.
    public long destinationMac() {
        return has(DESTINATION_MAC) ? ethernet.destination() : -1;
    }

    /// As [#destinationMac()].
    public long sourceMac() {
        return has(SOURCE_MAC) ? ethernet.source() : -1;
    }

    // ---- ARP, RFC 826. ----

    /// 1 request, 2 reply; -1 if the frame is not ARP.
    public int arpOperation() {
        return has(ARP) ? arp.operation() : -1;
    }

    /// As [#destinationMac()]; 0 if the frame is not ARP between such addresses.
    public long arpSenderMac() {
        return has(ARP) && arp.hasMacAddresses() ? arp.senderMac() : 0;
    }

    /// As [#arpSenderMac()].
    public long arpTargetMac() {
        return has(ARP) && arp.hasMacAddresses() ? arp.targetMac() : 0;
    }

    /// IPv4 address as an unsigned 32-bit number; 0 if the frame is not ARP for IPv4.
    public int arpSenderAddress() {
        return has(ARP) && arp.hasIpv4Addresses() ? arp.senderAddress() : 0;
    }

    /// As [#arpSenderAddress()].
    public int arpTargetAddress() {
        return has(ARP) && arp.hasIpv4Addresses() ? arp.targetAddress() : 0;
    }

    // ---- Network layer. ----

    /// IPv4 time to live or IPv6 hop limit; 0 if there is no IP header.
    public int timeToLive() {
        return has(IPV4) ? ipv4.timeToLive() : has(IPV6) ? ipv6.hopLimit() : 0;
    }

    /// IPv4 type of service or IPv6 traffic class: DSCP (6 bits) and ECN (2 bits).
    public int trafficClass() {
        return has(IPV4) ? ipv4.typeOfService() : has(IPV6) ? ipv6.trafficClass() : 0;
    }

    /// Bytes that the IP header claims for itself and its payload: IPv4 total length; IPv6 40 +
    /// payload length; 0 if there is no IP header.
    public int networkLength() {
        if (has(IPV4)) {
            return ipv4.totalLength();
        }
        return has(IPV6) ? Ipv6View.HEADER_LENGTH + ipv6.payloadLength() : 0;
    }

    /// IPv4 identification (16 bits), or that of an IPv6 fragment header (32 bits, unsigned); 0 if
    /// there is none.
    public int identification() {
        if (has(IPV4)) {
            return ipv4.identification();
        }
        return has(IPV6_FRAGMENT) ? ipv6Fragment.identification() : 0;
    }

    /// False for IPv6.
    public boolean dontFragment() {
        return has(IPV4) && ipv4.dontFragment();
    }

    public boolean moreFragments() {
        return has(IPV4)
                ? ipv4.moreFragments()
                : has(IPV6_FRAGMENT) && ipv6Fragment.moreFragments();
    }

    /// Of this fragment's data in the original payload; bytes.
    public int fragmentOffset() {
        if (has(IPV4)) {
            return ipv4.fragmentOffset();
        }
        return has(IPV6_FRAGMENT) ? ipv6Fragment.fragmentOffset() : 0;
    }

    /// Whether this is a fragment other than an atomic one (RFC 6946).
    public boolean isFragment() {
        return moreFragments() || fragmentOffset() > 0;
    }

    /// IPv4 header checksum as on the wire; 0 for IPv6.
    public int networkChecksum() {
        return has(IPV4) ? ipv4.headerChecksum() : 0;
    }

    /// IPv6 flow label, 20 bits; 0 for IPv4.
    public int flowLabel() {
        return has(IPV6) ? ipv6.flowLabel() : 0;
    }

    /// IPv6: the next header field of the fixed header itself; IPv4: -1.
    public int nextHeader() {
        return has(IPV6) ? ipv6.nextHeader() : -1;
    }

    // ---- TCP, RFC 9293. ----

    /// As on the wire; take it as unsigned. 0 if the frame is not TCP.
    public int sequenceNumber() {
        return has(TCP) ? tcp.sequenceNumber() : 0;
    }

    /// As [#sequenceNumber()].
    public int acknowledgmentNumber() {
        return has(TCP) ? tcp.acknowledgmentNumber() : 0;
    }

    /// With options; bytes; 0 if the frame is not TCP.
    public int tcpHeaderLength() {
        return has(TCP) ? tcp.headerLength() : 0;
    }

    /// The lower 12 bits of the TCP flags word: reserved (3), AE, CWR, ECE, URG, ACK, PSH, RST,
    /// SYN, FIN; 0 if the frame is not TCP.
    public int tcpFlags() {
        return has(TCP) ? tcp.flags() : 0;
    }

    /// As on the wire, not scaled; 0 if the frame is not TCP.
    public int window() {
        return has(TCP) ? tcp.window() : 0;
    }

    /// 0 if the frame is not TCP.
    public int urgentPointer() {
        return has(TCP) ? tcp.urgentPointer() : 0;
    }

    /// TCP option maximum segment size; -1 if absent.
    public int maximumSegmentSize() {
        needTcpOptions();
        return maximumSegmentSize;
    }

    /// TCP option window scale (shift count); -1 if absent.
    public int windowScale() {
        needTcpOptions();
        return windowScale;
    }

    /// Whether the TCP option is present.
    public boolean sackPermitted() {
        needTcpOptions();
        return sackPermitted;
    }

    /// Whether the TCP timestamps option is present.
    public boolean hasTimestamps() {
        needTcpOptions();
        return hasTimestamps;
    }

    /// Of the TCP timestamps option; 0 if it is absent.
    public int timestampValue() {
        needTcpOptions();
        return timestampValue;
    }

    /// As [#timestampValue()].
    public int timestampEchoReply() {
        needTcpOptions();
        return timestampEchoReply;
    }

    /// Most who look at a frame ask for none of them.
    private void needTcpOptions() {
        if (!has(TCP_OPTIONS)) {
            readTcpOptions();
        }
    }

    private void readTcpOptions() {
        setTcpOptions(-1, -1, false);
        int length = tcpHeaderLength() - TcpView.MIN_HEADER_LENGTH;
        long at = start + transportOffset + TcpView.MIN_HEADER_LENGTH;
        if (length == ALIGNED_TIMESTAMPS_LENGTH) {
            long first = NetworkOrder.i64(bytes, at);
            if ((int) (first >>> 32) == ALIGNED_TIMESTAMPS) {
                setTimestamps((int) first, NetworkOrder.i32(bytes, at + 8));
                return;
            }
        }
        readTcpOptionsOneByOne(at, length);
    }

    private void readTcpOptionsOneByOne(long at, int length) {
        tcpOptions.wrap(bytes, at, at + length);
        while (tcpOptions.next()) {
            if (tcpOptions.isMaximumSegmentSize()) {
                maximumSegmentSize = tcpOptions.maximumSegmentSize();
            } else if (tcpOptions.isWindowScale()) {
                windowScale = tcpOptions.windowScale();
            } else if (tcpOptions.isSackPermitted()) {
                sackPermitted = true;
            } else if (tcpOptions.isTimestamps()) {
                setTimestamps(tcpOptions.timestampValue(), tcpOptions.timestampEchoReply());
            }
        }
    }

    // ---- UDP, ICMP, IGMP. ----

    /// UDP length field; -1 if the frame is not UDP.
    public int udpLength() {
        return has(UDP) ? udp.length() : -1;
    }

    /// Type of ICMP (ipVersion 4), ICMPv6 (6) or IGMP; -1 if the frame is none of these.
    public int icmpType() {
        return has(ICMP) ? icmp.type() : has(IGMP) ? igmp.type() : -1;
    }

    /// As [#icmpType()], but 0 if the frame is none of these.
    public int icmpCode() {
        return has(ICMP) ? icmp.code() : has(IGMP) ? igmp.maxResponseCode() : 0;
    }

    /// Identifier of ICMP and ICMPv6 echo messages, and of others that have one; -1 if there is
    /// none.
    public int icmpIdentifier() {
        return has(ICMP_IDENTIFIER) ? icmp.identifier() : -1;
    }

    /// The sequence number beside [#icmpIdentifier()]; -1 if there is none.
    public int icmpSequence() {
        return has(ICMP_IDENTIFIER) ? icmp.sequenceNumber() : -1;
    }

    /// IGMP group address as an unsigned 32-bit number; 0 if there is none.
    public int igmpGroup() {
        return has(IGMP) ? igmp.groupAddress() : 0;
    }

    // ---- Facts from elsewhere than bytes: for codecs and whoever makes up frames. ----

    /// Either may be -1: absent.
    public void setMacs(long destination, long source) {
        ethernet.set(destination, source);
        present &= ~(DESTINATION_MAC | SOURCE_MAC);
        present |= LINK | (destination < 0 ? 0 : DESTINATION_MAC) | (source < 0 ? 0 : SOURCE_MAC);
    }

    /// Of Ethernet and IPv4.
    public void setArp(
            int operation, long senderMac, int senderAddress, long targetMac, int targetAddress) {
        arp.set(operation, senderMac, senderAddress, targetMac, targetAddress);
        present |= ARP;
    }

    /// All of the header but its length and addresses.
    public void setIpv4(
            int typeOfService,
            int totalLength,
            int identification,
            boolean dontFragment,
            boolean moreFragments,
            int fragmentOffset,
            int timeToLive,
            int protocol,
            int checksum) {
        ipVersion = 4;
        this.protocol = protocol;
        ipv4.set(typeOfService, totalLength, timeToLive, checksum);
        ipv4.setFragment(identification, dontFragment, moreFragments, fragmentOffset);
        present |= IP | IPV4;
    }

    /// All of the fixed header but its addresses.
    public void setIpv6(
            int trafficClass, int flowLabel, int payloadLength, int nextHeader, int hopLimit) {
        ipVersion = 6;
        ipv6.set(trafficClass, flowLabel, payloadLength, nextHeader, hopLimit);
        present |= IP | IPV6;
    }

    public void setIpv6Fragment(int identification, boolean moreFragments, int fragmentOffset) {
        ipv6Fragment.set(identification, moreFragments, fragmentOffset);
        present |= IPV6_FRAGMENT;
    }

    /// All of the header but its ports, without options.
    public void setTcp(
            int sequenceNumber,
            int acknowledgmentNumber,
            int headerLength,
            int flags,
            int window,
            int checksum,
            int urgentPointer) {
        tcp.set(sequenceNumber, acknowledgmentNumber, headerLength, flags, window, urgentPointer);
        transportChecksum = checksum;
        present |= TRANSPORT | TCP;
        setTcpOptions(-1, -1, false);
    }

    /// All but the timestamps, which are absent then; -1 says absent.
    public void setTcpOptions(int maximumSegmentSize, int windowScale, boolean sackPermitted) {
        this.maximumSegmentSize = maximumSegmentSize;
        this.windowScale = windowScale;
        this.sackPermitted = sackPermitted;
        hasTimestamps = false;
        timestampValue = timestampEchoReply = 0;
        present |= TCP_OPTIONS;
    }

    public void setTimestamps(int value, int echoReply) {
        hasTimestamps = true;
        timestampValue = value;
        timestampEchoReply = echoReply;
    }

    public void setUdpLength(int length) {
        udp.setLength(length);
        present |= TRANSPORT | UDP;
    }

    /// Of ICMP and ICMPv6; an identifier of -1 says that there is none, and no sequence number.
    public void setIcmp(int type, int code, int identifier, int sequenceNumber) {
        icmp.set(type, code, identifier, sequenceNumber);
        present |= TRANSPORT | ICMP | (identifier < 0 ? 0 : ICMP_IDENTIFIER);
    }

    public void setIgmp(int type, int maxResponseCode, int group) {
        igmp.set(type, maxResponseCode, group);
        present |= TRANSPORT | IGMP;
    }

    // ----

    /// Sets every fact to "absent"; keeps where the bytes are and what the capture says.
    public void clear() {
        layerCount = vlanCount = 0;
        etherType = -1;
        payloadOffset = payloadLength = payloadCaptured = 0;
        clear(CLEARED);
        // Whoever clears fills in fields by hand; the decoder cannot know which.
        present = CLEARED;
    }

    // ---- For the decoder. ----

    static final int LINK = 1;
    static final int DESTINATION_MAC = 1 << 1;
    static final int SOURCE_MAC = 1 << 2;
    static final int ARP = 1 << 3;
    static final int IP = 1 << 4;
    static final int IPV4 = 1 << 5;
    static final int IPV6 = 1 << 6;
    static final int IPV6_FRAGMENT = 1 << 7;
    static final int TRANSPORT = 1 << 8;
    static final int TCP = 1 << 9;
    static final int TCP_OPTIONS = 1 << 10;
    static final int UDP = 1 << 11;
    static final int ICMP = 1 << 12;
    static final int ICMP_IDENTIFIER = 1 << 13;
    static final int IGMP = 1 << 14;
    static final int ERROR = 1 << 15;

    /// The layers follow from the other facts and are not written yet.
    static final int LAYERS_DUE = 1 << 16;

    /// Of every frame of [PlainWalk].
    private static final int PLAIN =
            LINK | DESTINATION_MAC | SOURCE_MAC | IP | TRANSPORT | LAYERS_DUE;

    /// Those with fields that [#clear] sets to "absent".
    static final int CLEARED = IP | TRANSPORT | ERROR;

    /// What an IP header in this one replaces.
    static final int OF_PACKET =
            IP
                    | IPV4
                    | IPV6
                    | IPV6_FRAGMENT
                    | TRANSPORT
                    | TCP
                    | TCP_OPTIONS
                    | UDP
                    | ICMP
                    | ICMP_IDENTIFIER
                    | IGMP;

    /// Notes that the frame is Ethernet, with the VLAN tags that are already placed, this IP header
    /// and this transport, and nothing else. Most who look at a frame ask for none of its layers.
    void setPlain(int ip, int transport) {
        present = PLAIN | ip | transport;
        etherType = ip == IPV4 ? EtherType.IPV4 : EtherType.IPV6;
        layerCount = vlanCount + 3;
    }

    private void needLayers() {
        if (has(LAYERS_DUE)) {
            writePlainLayers();
        }
    }

    private void writePlainLayers() {
        present &= ~LAYERS_DUE;
        layerCount = 0;
        addLayer(Layer.ETHERNET, 0);
        for (int i = 0; i < vlanCount; i++) {
            addLayer(Layer.VLAN, EthernetView.HEADER_LENGTH + i * VlanView.HEADER_LENGTH);
        }
        addLayer(has(IPV4) ? Layer.IPV4 : Layer.IPV6, networkOffset);
        addLayer(has(TCP) ? Layer.TCP : Layer.UDP, transportOffset);
    }

    boolean has(int header) {
        return (present & header) != 0;
    }

    /// Forgets the packet so far, since another is in it.
    void forgetPacket() {
        clear(present & (IP | TRANSPORT));
        present &= ~OF_PACKET;
    }

    /// Places the view of the IP header where that header is: it was tried on what is none.
    void placeOnPacket() {
        if (has(IPV4)) {
            ipv4.wrap(bytes, start + networkOffset, Long.MAX_VALUE);
        } else {
            ipv6.wrap(bytes, start + networkOffset, Long.MAX_VALUE);
        }
    }

    /// Sets to "absent" the fields of those of IP, TRANSPORT and ERROR that are stale.
    void clear(int stale) {
        if ((stale & IP) != 0) {
            ipVersion = 0;
            networkOffset = protocol = -1;
            networkHeaderLength = 0;
            sourceHigh = sourceLow = destinationHigh = destinationLow = 0;
        }
        if ((stale & TRANSPORT) != 0) {
            transportOffset = sourcePort = destinationPort = -1;
            transportChecksum = 0;
        }
        if ((stale & ERROR) != 0) {
            check = Check.OK;
            errorLayer = null;
            errorLimitedBy = null;
            errorOffset = errorBytesNeeded = errorBytesPresent = 0;
        }
    }
}
