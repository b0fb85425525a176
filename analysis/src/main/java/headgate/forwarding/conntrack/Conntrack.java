package headgate.forwarding.conntrack;

import headgate.forwarding.conntrack.NfPacket.Presence;
import headgate.packet.IpProtocol;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/// The connections of a host (kernel: `nf_conntrack_core.c`). Time is that of the packets.
///
/// Not for use by several threads at once.
public final class Conntrack {
    /// First byte of the keys of [#drainChanged].
    public static final byte KEY = 'c';

    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long UDP_STREAM_NANOS = 2 * NANOS_PER_SECOND;
    private static final int SMALLEST_TABLE = 1024;

    /// Version of GRE that carries PPTP (RFC 2637), whose calls only a helper knows.
    private static final int PPTP = 1;

    /// What that carries.
    private static final int PPP = 0x880b;

    /// Buckets that are looked through for a connection that can make room (kernel:
    /// `NF_CT_EVICTION_RANGE`).
    private static final int EVICTION_RANGE = 8;

    private static final int KEY_BYTES = 1 + 4 + 4 * 8 + 4;
    private static final int VALUE_BYTES = KEY_BYTES + 4 + 4 + 8 + 8 + 4 + 1;

    private ConntrackSettings settings;
    private TcpTracking tcpTracking;
    private final Tuple tuple = new Tuple();
    private final Tuple inverse = new Tuple();
    private final QuotedTuple quoted = new QuotedTuple();

    private NfConn[] originals = new NfConn[SMALLEST_TABLE];
    private NfConn[] replies = new NfConn[SMALLEST_TABLE];
    private int count;
    private int sweep;
    private long nowNanos;

    /// Whether the last [#find] met the reply direction.
    private boolean foundReply;

    /// Zones in which the directions of the packet's connection are looked for.
    private int zoneOriginal;

    private int zoneReply;

    private final List<NfConn> changed = new ArrayList<>();
    private final List<byte[]> removed = new ArrayList<>();

    /// Addresses that connections were translated to whose ports cannot be told.
    private final Set<Long> unknownBindings = new HashSet<>();

    /// Addresses from which answers may come to what is not known.
    private final Set<Long> unknownSenders = new HashSet<>();

    /// Addresses of which one was chosen that cannot be told.
    private final Set<Choice> unknownChoices = new LinkedHashSet<>();

    /// A range of addresses that one was chosen of.
    ///
    /// @param source whether they stand for a source
    record Choice(
            boolean source,
            int protocol,
            long firstHigh,
            long firstLow,
            long lastHigh,
            long lastLow) {
        static final int BYTES = 2 + 4 * Long.BYTES;

        static Choice read(ByteBuffer from) {
            return new Choice(
                    from.get() == 1,
                    Byte.toUnsignedInt(from.get()),
                    from.getLong(),
                    from.getLong(),
                    from.getLong(),
                    from.getLong());
        }

        void write(ByteBuffer to) {
            to.put((byte) (source ? 1 : 0)).put((byte) protocol);
            to.putLong(firstHigh).putLong(firstLow).putLong(lastHigh).putLong(lastLow);
        }

        boolean has(int protocol, long high, long low) {
            return protocol == this.protocol
                    && compare(firstHigh, firstLow, high, low) <= 0
                    && compare(high, low, lastHigh, lastLow) <= 0;
        }

        private static int compare(long high, long low, long otherHigh, long otherLow) {
            int order = Long.compareUnsigned(high, otherHigh);
            return order != 0 ? order : Long.compareUnsigned(low, otherLow);
        }
    }

    private long dropped;
    private long evicted;

    public Conntrack(ConntrackSettings settings) {
        use(settings);
    }

    /// Other settings from here on; connections stay as they are.
    public void use(ConntrackSettings settings) {
        this.settings = settings;
        tcpTracking = new TcpTracking(settings);
    }

    /// Connections that are tracked.
    public int count() {
        return count;
    }

    /// Packets that were dropped because the table was full.
    public long dropped() {
        return dropped;
    }

    /// Unanswered connections that made room for others.
    public long evicted() {
        return evicted;
    }

    /// Finds or begins the connection of a packet (kernel: `nf_conntrack_in`).
    ///
    /// @param verify whether checksums are looked at: for packets from the wire
    /// @return false if the packet is to be dropped, because the table is full
    public boolean in(NfPacket packet, boolean verify) {
        nowNanos = packet.timeNanos;
        sweep();
        if (packet.connection != null || packet.ctInfo == CtInfo.UNTRACKED) {
            return true;
        }
        takeZone(packet);
        if (packet.isFragment()) {
            packet.ctUnknown = "a fragment that was not reassembled";
            return true;
        }
        // In IPv6 the headers may end beyond the packet (kernel: `ipv6_skip_exthdr`).
        boolean outside =
                packet.family == NfPacket.IPV4
                        && packet.presence(0, packet.transport) == Presence.ABSENT;
        if (!packet.hasTransport || outside) {
            return true;
        }
        tuple.family = packet.family;
        if (packet.transportProtocol == icmp(packet.family) && handlesIcmp(packet, verify)) {
            return true;
        }
        if (!isSound(packet, verify)) {
            return true;
        }
        readTuple(packet, tuple);
        return track(packet);
    }

    private void takeZone(NfPacket packet) {
        zoneOriginal = (packet.zoneDirections & NfPacket.ORIGINAL) != 0 ? packet.zone : 0;
        zoneReply = (packet.zoneDirections & NfPacket.REPLY) != 0 ? packet.zone : 0;
        packet.zoneDirections = 0;
    }

    private static int icmp(int family) {
        return family == NfPacket.IPV4 ? IpProtocol.ICMP : IpProtocol.ICMPV6;
    }

    /// ICMP errors belong to the connection of the packet that they quote.
    ///
    /// @return true if nothing is left to do
    private boolean handlesIcmp(NfPacket packet, boolean verify) {
        Presence presence = packet.presence(packet.transport, 8);
        if (presence != Presence.HERE) {
            noteCut(packet, presence);
            return true;
        }
        int type = packet.u8(packet.transport);
        if (verify && settings.checksum() && !TransportChecksum.isRight(packet)) {
            return true;
        }
        if (!IcmpTracking.isKnown(packet.family, type)) {
            return true;
        }
        if (IcmpTracking.isUntracked(packet.family, type)) {
            packet.ctInfo = CtInfo.UNTRACKED;
            return true;
        }
        if (!IcmpTracking.isError(packet.family, type)) {
            return false;
        }
        relate(packet);
        return true;
    }

    private void relate(NfPacket packet) {
        if (!quoted.read(packet, inverse)) {
            if (quoted.isCut()) {
                packet.ctUnknown = "the capture cuts what an ICMP error quotes";
            }
            return;
        }
        if (!tuple.invert(inverse)) {
            return;
        }
        NfConn connection = find(tuple);
        if (connection == null) {
            noteUnknownBinding(packet, inverse);
            return;
        }
        Tuple met = foundReply ? connection.reply : connection.original;
        if (met.destinationHigh != packet.destinationHigh()
                || met.destinationLow != packet.destinationLow()) {
            return;
        }
        packet.connection = connection;
        packet.ctInfo = foundReply ? CtInfo.RELATED_REPLY : CtInfo.RELATED;
    }

    private static void noteCut(NfPacket packet, Presence presence) {
        if (presence == Presence.CUT) {
            packet.ctUnknown = "the capture cuts the transport header";
        }
    }

    private boolean isSound(NfPacket packet, boolean verify) {
        int at = packet.transport;
        int needed =
                switch (packet.transportProtocol) {
                    case IpProtocol.TCP -> 20;
                    case IpProtocol.UDP, IpProtocol.UDP_LITE -> 8;
                    default -> 0;
                };
        Presence presence = packet.presence(at, needed);
        if (needed > 0 && presence != Presence.HERE) {
            noteCut(packet, presence);
            return false;
        }
        boolean check = verify && settings.checksum();
        return switch (packet.transportProtocol) {
            case IpProtocol.TCP ->
                    tcpTracking.isSound(packet) && (!check || TransportChecksum.isRight(packet));
            case IpProtocol.UDP -> isSoundUdp(packet, check);
            case IpProtocol.UDP_LITE -> isSoundUdpLite(packet, check);
            case IpProtocol.GRE -> !isCall(packet) || packet.u16(at + 2) == PPP;
            case IpProtocol.SCTP ->
                    (!check || TransportChecksum.isSctpRight(packet)) && isUnmodelled(packet);
            default -> true;
        };
    }

    private static boolean isUnmodelled(NfPacket packet) {
        packet.ctUnknown =
                "connections of protocol " + packet.transportProtocol + " are not modelled";
        return false;
    }

    private static boolean isSoundUdp(NfPacket packet, boolean check) {
        int length = packet.u16(packet.transport + 4);
        if (length < 8 || length > packet.length - packet.transport) {
            return false;
        }
        if (packet.u16(packet.transport + 6) == 0 || !check) {
            return true;
        }
        packet.summed = true;
        return TransportChecksum.isRight(packet);
    }

    private static boolean isSoundUdpLite(NfPacket packet, boolean check) {
        int length = packet.length - packet.transport;
        int said = packet.u16(packet.transport + 4);
        int coverage = said == 0 ? length : said;
        return coverage >= 8
                && coverage <= length
                && packet.u16(packet.transport + 6) != 0
                && (!check || TransportChecksum.isUdpLiteRight(packet, coverage));
    }

    /// Whether it is GRE of PPTP (RFC 2637), whose packets bear the number of a call.
    private static boolean isCall(NfPacket packet) {
        return packet.presence(packet.transport, 8) == Presence.HERE
                && (packet.u16(packet.transport) & 7) == PPTP;
    }

    private static void readTuple(NfPacket packet, Tuple tuple) {
        tuple.family = packet.family;
        tuple.protocol = packet.transportProtocol;
        tuple.sourceHigh = packet.sourceHigh();
        tuple.sourceLow = packet.sourceLow();
        tuple.destinationHigh = packet.destinationHigh();
        tuple.destinationLow = packet.destinationLow();
        tuple.sourcePort = tuple.destinationPort = 0;
        int at = packet.transport;
        if (tuple.isIcmp()) {
            tuple.sourcePort = packet.u16(at + 4);
            tuple.destinationPort = packet.u16(at);
        } else if (hasPorts(tuple.protocol)) {
            tuple.sourcePort = packet.u16(at);
            tuple.destinationPort = packet.u16(at + 2);
        } else if (tuple.protocol == IpProtocol.GRE && isCall(packet)) {
            // The call of the other direction only a helper knows.
            tuple.destinationPort = packet.u16(at + 6);
        }
    }

    static boolean hasPorts(int protocol) {
        return protocol == IpProtocol.TCP
                || protocol == IpProtocol.UDP
                || protocol == IpProtocol.UDP_LITE;
    }

    /// @return false if the packet is to be dropped
    private boolean track(NfPacket packet) {
        NfConn connection = find(tuple);
        if (connection != null) {
            boolean reply = foundReply;
            if (connection.unknown != null) {
                packet.ctUnknown = connection.unknown;
                keepUnknown(connection);
                return true;
            }
            switch (takes(connection, packet, reply)) {
                case ACCEPT -> join(packet, connection, reply);
                case INVALID -> {}
                case REPEAT -> {
                    remove(connection);
                    return track(packet);
                }
            }
            return true;
        }
        inverse.copy(tuple);
        if (tuple.invert(inverse) && noteUnknownBinding(packet, tuple)) {
            return true;
        }
        tuple.copy(inverse);
        return begin(packet);
    }

    private TcpTracking.Answer takes(NfConn connection, NfPacket packet, boolean reply) {
        switch (packet.transportProtocol) {
            case IpProtocol.TCP -> {
                return tcpTracking.take(connection, packet, reply ? 1 : 0, this);
            }
            case IpProtocol.UDP -> takeUdp(connection);
            case IpProtocol.UDP_LITE ->
                    takeBothWays(connection, settings.udpTimeout(), settings.udpTimeoutStream());
            case IpProtocol.GRE ->
                    takeBothWays(connection, settings.greTimeout(), settings.greTimeoutStream());
            default ->
                    refresh(connection, tuple.isIcmp() ? icmpTimeout() : settings.genericTimeout());
        }
        return TcpTracking.Answer.ACCEPT;
    }

    private int icmpTimeout() {
        return tuple.family == NfPacket.IPV4 ? settings.icmpTimeout() : settings.icmpv6Timeout();
    }

    /// A conversation that goes on after two seconds counts as a stream, and lives longer.
    private void takeUdp(NfConn connection) {
        if (!connection.has(NfConn.SEEN_REPLY)) {
            refresh(connection, settings.udpTimeout());
            return;
        }
        boolean stream = nowNanos - connection.streamNanos > 0;
        if (stream) {
            connection.status |= NfConn.ASSURED;
        }
        refresh(connection, stream ? settings.udpTimeoutStream() : settings.udpTimeout());
    }

    private void takeBothWays(NfConn connection, int timeout, int streamTimeout) {
        boolean answered = connection.has(NfConn.SEEN_REPLY);
        connection.status |= answered ? NfConn.ASSURED : 0;
        refresh(connection, answered ? streamTimeout : timeout);
    }

    private void join(NfPacket packet, NfConn connection, boolean reply) {
        packet.connection = connection;
        if (reply) {
            packet.ctInfo = CtInfo.ESTABLISHED_REPLY;
            if (!connection.has(NfConn.SEEN_REPLY)) {
                connection.status |= NfConn.SEEN_REPLY;
                touch(connection);
            }
        } else {
            packet.ctInfo =
                    connection.has(NfConn.SEEN_REPLY)
                            ? CtInfo.ESTABLISHED
                            : connection.has(NfConn.EXPECTED) ? CtInfo.RELATED : CtInfo.NEW;
        }
    }

    private boolean begin(NfPacket packet) {
        if (!inverse.invert(tuple)
                || tuple.isIcmp()
                        && !IcmpTracking.isQuery(tuple.family, tuple.destinationPort >>> 8)) {
            return true;
        }
        if (count >= settings.max() && !makeRoom(tuple.hash())) {
            dropped++;
            return false;
        }
        var connection = new NfConn();
        connection.table = this;
        connection.original.copy(tuple);
        connection.original.zone = zoneOriginal;
        connection.reply.copy(inverse);
        connection.reply.zone = zoneReply;
        if (packet.transportProtocol == IpProtocol.TCP) {
            if (!tcpTracking.begin(connection, packet)) {
                return true;
            }
            if (tcpTracking.take(connection, packet, 0, this) != TcpTracking.Answer.ACCEPT) {
                return true;
            }
        } else {
            connection.streamNanos = nowNanos + UDP_STREAM_NANOS;
            takes(connection, packet, false);
        }
        packet.connection = connection;
        packet.ctInfo = CtInfo.NEW;
        return true;
    }

    /// Removes an unanswered connection that lies near (kernel: `early_drop`). Which one a kernel
    /// takes depends on a hash that it draws at boot.
    private boolean makeRoom(int hash) {
        for (int i = 0; i < EVICTION_RANGE; i++) {
            int bucket = hash + i & originals.length - 1;
            for (NfConn c = originals[bucket]; c != null; c = c.nextOriginal) {
                if (isExpired(c) || !c.has(NfConn.ASSURED) || c.tcp != null && c.tcp.isClosing()) {
                    remove(c);
                    evicted++;
                    return true;
                }
            }
        }
        return false;
    }

    /// Lets the host's own packet about another one, an ICMP error or a reset, belong to the
    /// connection of that one (kernel: `nf_ct_attach`).
    public void attach(NfPacket answer, NfPacket about) {
        if (about.connection != null) {
            answer.connection = about.connection;
            answer.ctInfo = about.ctInfo.isReply() ? CtInfo.RELATED : CtInfo.RELATED_REPLY;
        }
    }

    /// Takes a new connection into the table, its first packet having come through (kernel:
    /// `nf_conntrack_confirm`).
    ///
    /// @return false if the packet is to be dropped: another connection took its place
    public boolean confirm(NfPacket packet) {
        NfConn connection = packet.connection;
        if (connection == null || connection.isConfirmed() || packet.ctInfo.isReply()) {
            return true;
        }
        boolean oneZone = connection.original.zone == connection.reply.zone;
        if (findOriginal(connection.original) != null
                || findReply(connection.reply) != null
                || oneZone && findReply(connection.original) != null
                || oneZone && findOriginal(connection.reply) != null) {
            return false;
        }
        connection.status |= NfConn.CONFIRMED;
        connection.expiresNanos += nowNanos;
        insert(connection);
        touch(connection);
        return true;
    }

    private void insert(NfConn connection) {
        if (count >= originals.length) {
            grow();
        }
        connection.hashOriginal = connection.original.hash();
        connection.hashReply = connection.reply.hash();
        link(connection);
        count++;
    }

    private void link(NfConn connection) {
        int original = connection.hashOriginal & originals.length - 1;
        connection.nextOriginal = originals[original];
        originals[original] = connection;
        int reply = connection.hashReply & replies.length - 1;
        connection.nextReply = replies[reply];
        replies[reply] = connection;
    }

    private void grow() {
        NfConn[] old = originals;
        originals = new NfConn[old.length * 2];
        replies = new NfConn[old.length * 2];
        for (NfConn bucket : old) {
            while (bucket != null) {
                NfConn next = bucket.nextOriginal;
                link(bucket);
                bucket = next;
            }
        }
    }

    /// The connection of which one direction is `tuple`, in the zone of that direction;
    /// [#foundReply] says which.
    private NfConn find(Tuple tuple) {
        tuple.zone = zoneOriginal;
        NfConn c = findOriginal(tuple);
        foundReply = c == null;
        if (c != null) {
            return c;
        }
        tuple.zone = zoneReply;
        return findReply(tuple);
    }

    private NfConn findOriginal(Tuple tuple) {
        int hash = tuple.hash();
        NfConn c = originals[hash & originals.length - 1];
        while (c != null && !(c.hashOriginal == hash && c.original.isSame(tuple))) {
            c = c.nextOriginal;
        }
        return alive(c);
    }

    private NfConn findReply(Tuple tuple) {
        int hash = tuple.hash();
        NfConn c = replies[hash & replies.length - 1];
        while (c != null && !(c.hashReply == hash && c.reply.isSame(tuple))) {
            c = c.nextReply;
        }
        return alive(c);
    }

    private NfConn alive(NfConn connection) {
        if (connection != null && isExpired(connection)) {
            remove(connection);
            return null;
        }
        return connection;
    }

    private boolean isExpired(NfConn connection) {
        return nowNanos - connection.expiresNanos >= 0;
    }

    void refresh(NfConn connection, int seconds) {
        long nanos = seconds * NANOS_PER_SECOND;
        connection.expiresNanos = connection.isConfirmed() ? nowNanos + nanos : nanos;
        touch(connection);
    }

    void remove(NfConn connection) {
        if (connection.has(NfConn.DYING) || !connection.isConfirmed()) {
            return;
        }
        connection.status |= NfConn.DYING;
        int original = connection.hashOriginal & originals.length - 1;
        if (originals[original] == connection) {
            originals[original] = connection.nextOriginal;
        } else {
            NfConn before = originals[original];
            while (before.nextOriginal != connection) {
                before = before.nextOriginal;
            }
            before.nextOriginal = connection.nextOriginal;
        }
        int reply = connection.hashReply & replies.length - 1;
        if (replies[reply] == connection) {
            replies[reply] = connection.nextReply;
        } else {
            NfConn before = replies[reply];
            while (before.nextReply != connection) {
                before = before.nextReply;
            }
            before.nextReply = connection.nextReply;
        }
        count--;
        removed.add(key(connection));
    }

    /// Looks through one bucket for connections whose time is over, so that all are found in time.
    private void sweep() {
        sweep = sweep + 1 & originals.length - 1;
        NfConn c = originals[sweep];
        while (c != null) {
            NfConn next = c.nextOriginal;
            if (isExpired(c)) {
                remove(c);
            }
            c = next;
        }
    }

    // ---- Translation of addresses. ----

    /// Whether it is decided how this address of the connection is translated.
    public static boolean isBound(NfConn connection, NatRange.Manip manip) {
        return connection.has(
                manip == NatRange.Manip.SOURCE ? NfConn.SRC_NAT_DONE : NfConn.DST_NAT_DONE);
    }

    /// Decides it (kernel: `nf_nat_setup_info`).
    ///
    /// @param range what a rule wants; without address and port, the connection stays as it is
    /// @return why the outcome cannot be told; null if it can
    public String bind(NfConn connection, NatRange range, NatRange.Manip manip) {
        boolean source = manip == NatRange.Manip.SOURCE;
        connection.status |= source ? NfConn.SRC_NAT_DONE : NfConn.DST_NAT_DONE;
        if (connection.isConfirmed()) {
            return null;
        }
        Tuple now = tuple;
        now.invert(connection.reply);
        inverse.copy(now);
        String unknown = choose(inverse, range, source, connection);
        if (unknown != null) {
            forget(connection, range, source, unknown);
            return unknown;
        }
        if (!inverse.isSame(now)) {
            connection.reply.invert(inverse);
            connection.status |= source ? NfConn.SRC_NAT : NfConn.DST_NAT;
        }
        return null;
    }

    /// Changes `to` into what the range wants (kernel: `get_unique_tuple`).
    private String choose(Tuple to, NatRange range, boolean source, NfConn connection) {
        if (range.hasAddress) {
            if (range.firstHigh != range.lastHigh || range.firstLow != range.lastLow) {
                return "the kernel chooses among several addresses by a hash drawn at boot";
            }
            if (source) {
                to.sourceHigh = range.firstHigh;
                to.sourceLow = range.firstLow;
            } else {
                to.destinationHigh = range.firstHigh;
                to.destinationLow = range.firstLow;
            }
        }
        if (range.random && hasPorts(to.protocol)) {
            return "the kernel draws a port by lot";
        }
        boolean portless = !hasPorts(to.protocol) && !(to.isIcmp() && source);
        if (portless) {
            return null;
        }
        int port = source ? to.sourcePort : to.destinationPort;
        if (range.hasPort) {
            if (port >= range.firstPort
                    && port <= range.lastPort
                    && (range.firstPort == range.lastPort || !isTaken(to, connection))) {
                return null;
            }
            if (range.firstPort != range.lastPort) {
                return "the kernel draws a port between "
                        + range.firstPort
                        + " and "
                        + range.lastPort;
            }
            if (source) {
                to.sourcePort = range.firstPort;
            } else {
                to.destinationPort = range.firstPort;
            }
            return null;
        }
        return isTaken(to, connection)
                ? "another connection has the port, and the kernel draws one by lot"
                : null;
    }

    private final Tuple taken = new Tuple();

    /// Whether answers to `to` would belong to another connection.
    private boolean isTaken(Tuple to, NfConn connection) {
        taken.invert(to);
        NfConn other = findReply(taken);
        if (other == null && connection.original.zone == connection.reply.zone) {
            other = findOriginal(taken);
        }
        return other != null && other != connection;
    }

    /// The connection is kept at once, so that its later packets are not taken for new ones.
    private void forget(NfConn connection, NatRange range, boolean source, String why) {
        if (range.hasAddress
                && (range.firstHigh != range.lastHigh || range.firstLow != range.lastLow)) {
            connection.unknown = why;
            connection.choice =
                    new Choice(
                            source,
                            inverse.protocol,
                            range.firstHigh,
                            range.firstLow,
                            range.lastHigh,
                            range.lastLow);
            unknownChoices.add(connection.choice);
        } else {
            forgetPorts(connection, inverse, why);
        }
        if (findOriginal(connection.original) == null) {
            connection.status |= NfConn.CONFIRMED;
            insert(connection);
            keepUnknown(connection);
        }
    }

    /// Keeps the connection that a packet began of which nobody knows whether it came through, and
    /// how it was translated: its later packets, and what could be answers to it, cannot be told.
    public void abandon(NfPacket packet) {
        NfConn connection = packet.connection;
        if (connection == null || connection.isConfirmed() || packet.ctInfo.isReply()) {
            return;
        }
        connection.unknown = "what became of an earlier packet of the connection is not known";
        unknownSenders.add(
                binding(
                        connection.reply.sourceHigh,
                        connection.reply.sourceLow,
                        connection.reply.protocol));
        if (findOriginal(connection.original) == null) {
            connection.status |= NfConn.CONFIRMED;
            insert(connection);
            keepUnknown(connection);
        }
    }

    /// Nothing ends such a connection but silence for as long as any of its protocol may last.
    private void keepUnknown(NfConn connection) {
        refresh(
                connection,
                connection.tcp != null
                        ? settings.tcpTimeouts()[TcpTracking.ESTABLISHED]
                        : settings.udpTimeoutStream());
    }

    /// The connection is known, but not what answers to it look like.
    private void forgetPorts(NfConn connection, Tuple to, String why) {
        connection.unknown = why;
        unknownBindings.add(binding(to.sourceHigh, to.sourceLow, to.protocol));
    }

    private static long binding(long high, long low, int protocol) {
        return (high * 31 + low) * 257 + protocol;
    }

    /// @param sent what a packet of the translated connection would look like on the far side
    private boolean noteUnknownBinding(NfPacket packet, Tuple sent) {
        boolean unknown =
                !unknownBindings.isEmpty()
                        && unknownBindings.contains(
                                binding(sent.sourceHigh, sent.sourceLow, sent.protocol));
        unknown |=
                !unknownSenders.isEmpty()
                        && unknownSenders.contains(
                                binding(sent.destinationHigh, sent.destinationLow, sent.protocol));
        for (Choice choice : unknownChoices) {
            unknown |=
                    choice.source()
                            ? choice.has(sent.protocol, sent.sourceHigh, sent.sourceLow)
                            : choice.has(sent.protocol, sent.destinationHigh, sent.destinationLow);
        }
        if (unknown) {
            packet.ctUnknown = "the ports of a translated connection are not known";
        }
        return unknown;
    }

    // ---- Changelog. ----

    void touch(NfConn connection) {
        if (!connection.changed && connection.isConfirmed()) {
            connection.changed = true;
            changed.add(connection);
        }
    }

    /// Hands over each connection that changed since the last call: its key, and its state, or null
    /// if it is gone.
    public void drainChanged(BiConsumer<byte[], byte[]> sink) {
        for (byte[] key : removed) {
            sink.accept(key, null);
        }
        removed.clear();
        for (NfConn connection : changed) {
            connection.changed = false;
            if (!connection.has(NfConn.DYING)) {
                sink.accept(key(connection), state(connection));
            }
        }
        changed.clear();
    }

    private static byte[] key(NfConn connection) {
        var key = ByteBuffer.allocate(KEY_BYTES);
        put(key.put(KEY), connection.original);
        return key.array();
    }

    private static void put(ByteBuffer to, Tuple tuple) {
        to.put((byte) tuple.family).put((byte) tuple.protocol).putShort((short) tuple.zone);
        to.putLong(tuple.sourceHigh).putLong(tuple.sourceLow);
        to.putLong(tuple.destinationHigh).putLong(tuple.destinationLow);
        to.putShort((short) tuple.sourcePort).putShort((short) tuple.destinationPort);
    }

    private static void get(ByteBuffer from, Tuple tuple) {
        tuple.family = from.get();
        tuple.protocol = Byte.toUnsignedInt(from.get());
        tuple.zone = Short.toUnsignedInt(from.getShort());
        tuple.sourceHigh = from.getLong();
        tuple.sourceLow = from.getLong();
        tuple.destinationHigh = from.getLong();
        tuple.destinationLow = from.getLong();
        tuple.sourcePort = Short.toUnsignedInt(from.getShort());
        tuple.destinationPort = Short.toUnsignedInt(from.getShort());
    }

    private static byte[] state(NfConn connection) {
        boolean tcp = connection.tcp != null;
        boolean chosen = connection.choice != null;
        var state =
                ByteBuffer.allocate(
                        VALUE_BYTES
                                + (tcp ? TcpTracking.State.BYTES : 0)
                                + (chosen ? Choice.BYTES : 0));
        state.put((byte) (chosen ? 2 : connection.unknown != null ? 1 : 0));
        put(state, connection.reply);
        state.putInt(connection.mark).putInt(connection.status);
        state.putLong(connection.expiresNanos).putLong(connection.streamNanos);
        state.putInt(connection.masqueradeIndex).put((byte) (tcp ? 1 : 0));
        if (tcp) {
            connection.tcp.write(state);
        }
        if (chosen) {
            connection.choice.write(state);
        }
        return state.array();
    }

    /// Takes back what [#drainChanged] gave.
    ///
    /// @throws IllegalArgumentException if it is not such an entry
    public void restore(byte[] key, byte[] stateOrNull) {
        if (key.length != KEY_BYTES || key[0] != KEY) {
            throw new IllegalArgumentException("not the key of a connection");
        }
        get(ByteBuffer.wrap(key, 1, KEY_BYTES - 1), tuple);
        if (stateOrNull != null && stateOrNull.length < VALUE_BYTES) {
            throw new IllegalArgumentException("not the state of a connection");
        }
        int hash = tuple.hash();
        NfConn old = originals[hash & originals.length - 1];
        while (old != null && !old.original.isSame(tuple)) {
            old = old.nextOriginal;
        }
        if (old != null) {
            remove(old);
            removed.removeLast();
        }
        if (stateOrNull != null) {
            restore(ByteBuffer.wrap(stateOrNull));
        }
    }

    private void restore(ByteBuffer state) {
        var connection = new NfConn();
        connection.table = this;
        connection.original.copy(tuple);
        int unknown = state.get();
        get(state, connection.reply);
        connection.mark = state.getInt();
        connection.status = state.getInt() | NfConn.CONFIRMED;
        connection.status &= ~NfConn.DYING;
        connection.expiresNanos = state.getLong();
        connection.streamNanos = state.getLong();
        connection.masqueradeIndex = state.getInt();
        if (state.get() == 1) {
            if (state.remaining() < TcpTracking.State.BYTES) {
                throw new IllegalArgumentException("not the state of a TCP connection");
            }
            connection.tcp = new TcpTracking.State();
            connection.tcp.read(state.slice());
            state.position(state.position() + TcpTracking.State.BYTES);
        } else if (tuple.protocol == IpProtocol.TCP) {
            throw new IllegalArgumentException("not the state of a TCP connection");
        }
        if (state.remaining() != (unknown == 2 ? Choice.BYTES : 0)) {
            throw new IllegalArgumentException("not the state of a connection");
        }
        if (unknown == 2) {
            connection.unknown = "the address of a translated connection is not known";
            connection.choice = Choice.read(state);
            unknownChoices.add(connection.choice);
        } else if (unknown == 1) {
            unknownSenders.add(
                    binding(
                            connection.reply.sourceHigh,
                            connection.reply.sourceLow,
                            connection.reply.protocol));
            inverse.invert(connection.reply);
            forgetPorts(connection, inverse, "the ports of a translated connection are not known");
        }
        insert(connection);
    }
}
