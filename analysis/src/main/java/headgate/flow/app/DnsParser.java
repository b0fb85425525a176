package headgate.flow.app;

import headgate.packet.IpAddress;
import headgate.packet.IpProtocol;
import headgate.packet.NetworkOrder;
import java.lang.foreign.MemorySegment;

/// Domain names, RFC 1035, section 4, and what has the same form: multicast DNS (RFC 6762) and
/// LLMNR (RFC 4795). Over TCP each message follows its length (RFC 1035, section 4.2.2).
///
/// ```
///  0                               16              32
/// +-------------------------------+---------------+---------------+
/// |              ID               |QR Opcode AA TC RD RA Z  RCODE |
/// +-------------------------------+-------------------------------+
/// |           questions           |            answers            |
/// +-------------------------------+-------------------------------+
/// |          authorities          |          additional           |
/// +-------------------------------+-------------------------------+
/// ```
final class DnsParser implements ApplicationParser {
    private static final int HEADER_LENGTH = 12;
    private static final int RECORD_HEADER_LENGTH = 10;
    private static final int RESPONSE = 0x8000;
    private static final int UPDATE = 5;

    /// Opcodes other than QUERY, and bit Z.
    private static final int RESERVED = 0x7840;

    /// AA, TC and RCODE.
    private static final int RESPONSE_ONLY = 0x060f;

    /// Of the types that IANA has assigned for use; later ones are experiments.
    private static final int HIGHEST_KNOWN_TYPE = 258;

    private static final int CLASS_IN = 1;
    private static final int MAX_BITMAP_LENGTH = 32;

    // Types of the records that are read (IANA registry).
    private static final int A = 1;
    private static final int NS = 2;
    private static final int CNAME = 5;
    private static final int SOA = 6;
    private static final int PTR = 12;
    private static final int MX = 15;
    private static final int TXT = 16;
    private static final int AAAA = 28;
    private static final int SRV = 33;
    private static final int DNAME = 39;
    private static final int OPT = 41;
    private static final int NSEC = 47;
    private static final int NSEC3 = 50;
    private static final int SVCB = 64;
    private static final int HTTPS = 65;
    private static final int CAA = 257;

    private final Application application;
    private final int protocol;
    private final DomainName name = new DomainName();

    // The message at hand.
    private MemorySegment bytes;
    private long message;
    private long limit;
    private long at;
    private FieldSink fields;

    DnsParser(Application application, int protocol) {
        this.application = application;
        this.protocol = protocol;
    }

    @Override
    public Application application() {
        return application;
    }

    @Override
    public int protocol() {
        return protocol;
    }

    @Override
    public boolean hasFormOf(Application other) {
        return other == Application.DNS;
    }

    /// In a datagram: one question of a known type in class IN, and no bit set and no count that
    /// name servers do not use.
    @Override
    public boolean recognises(MemorySegment bytes, long offset, long limit) {
        if (application != Application.DNS
                || protocol != IpProtocol.UDP
                || limit - offset < HEADER_LENGTH
                || !isPlain(bytes, offset)) {
            return false;
        }
        long end = name.read(bytes, offset, offset + HEADER_LENGTH, limit);
        return end != DomainName.BAD
                && limit - end >= 4
                && NetworkOrder.u16(bytes, end) >= A
                && NetworkOrder.u16(bytes, end) <= HIGHEST_KNOWN_TYPE
                && NetworkOrder.u16(bytes, end + 2) == CLASS_IN;
    }

    /// A query with one question and no answers, or a response to one.
    private static boolean isPlain(MemorySegment bytes, long offset) {
        int flags = NetworkOrder.u16(bytes, offset + 2);
        boolean response = (flags & RESPONSE) != 0;
        int records = NetworkOrder.u16(bytes, offset + 6) + NetworkOrder.u16(bytes, offset + 8);
        return (flags & (response ? RESERVED : RESERVED | RESPONSE_ONLY)) == 0
                && NetworkOrder.u16(bytes, offset + 4) == 1
                && (response ? records < 512 : records == 0)
                && NetworkOrder.u16(bytes, offset + 10) < 64;
    }

    @Override
    public Outcome parse(MemorySegment bytes, long offset, long limit, FieldSink fields) {
        this.fields = fields;
        if (protocol == IpProtocol.TCP) {
            return parseStream(bytes, offset, limit);
        }
        if (limit - offset < HEADER_LENGTH) {
            return Outcome.NOT_MINE;
        }
        place(bytes, offset, limit);
        readMessage();
        return Outcome.DONE;
    }

    private Outcome parseStream(MemorySegment bytes, long offset, long limit) {
        long start = offset;
        while (limit - start >= 2) {
            int length = NetworkOrder.u16(bytes, start);
            if (length < HEADER_LENGTH) {
                return start == offset ? Outcome.NOT_MINE : Outcome.DONE;
            }
            if (limit - start - 2 < length) {
                return beginning(bytes, start + 2, limit);
            }
            place(bytes, start + 2, start + 2 + length);
            readMessage();
            start += 2 + length;
        }
        return start == offset || start < limit ? Outcome.NEED_MORE : Outcome.DONE;
    }

    /// Of a message whose rest is in later segments.
    private Outcome beginning(MemorySegment bytes, long offset, long limit) {
        if (limit - offset >= HEADER_LENGTH) {
            place(bytes, offset, limit);
            readMessage();
        }
        return Outcome.NEED_MORE;
    }

    private void place(MemorySegment bytes, long offset, long limit) {
        this.bytes = bytes;
        this.message = offset;
        this.limit = limit;
        this.at = offset + HEADER_LENGTH;
    }

    private void readMessage() {
        int flags = NetworkOrder.u16(bytes, message + 2);
        boolean response = (flags & RESPONSE) != 0;
        boolean update = (flags >>> 11 & 0xf) == UPDATE;
        fields.add("dns.id", NetworkOrder.u16(bytes, message));
        fields.add("dns.flags.response", response);
        if (response) {
            fields.add("dns.flags.rcode", flags & 0xf);
        }
        int answers = NetworkOrder.u16(bytes, message + 6);
        fields.add(update ? "dns.count.prerequisites" : "dns.count.answers", answers);
        long records =
                answers
                        + (long) NetworkOrder.u16(bytes, message + 8)
                        + NetworkOrder.u16(bytes, message + 10);
        if (readQuestions(NetworkOrder.u16(bytes, message + 4))) {
            readRecords(records);
        }
    }

    /// Goes past a name and `more` bytes; false if they are not there.
    private boolean take(int more) {
        long end = name.read(bytes, message, at, limit);
        if (end == DomainName.BAD || limit - end < more) {
            return false;
        }
        at = end + more;
        return true;
    }

    private boolean readQuestions(int count) {
        for (int i = 0; i < count; i++) {
            if (!take(4)) {
                return false;
            }
            fields.add("dns.qry.name", name.text());
            fields.add("dns.qry.type", NetworkOrder.u16(bytes, at - 4));
        }
        return true;
    }

    /// Answers, authorities and additional records alike. One that is cut is left out.
    private void readRecords(long count) {
        for (long i = 0; i < count && take(RECORD_HEADER_LENGTH); i++) {
            long header = at - RECORD_HEADER_LENGTH;
            int length = NetworkOrder.u16(bytes, header + 8);
            if (limit - at < length) {
                return;
            }
            readRecord(NetworkOrder.u16(bytes, header), header, at + length);
            at += length;
        }
    }

    /// Type, class, time to live, length, data.
    private void readRecord(int type, long header, long end) {
        if (type == SRV) {
            addServiceName(name.text());
        } else {
            fields.add("dns.resp.name", name.text());
        }
        fields.add("dns.resp.type", type);
        if (type == OPT) {
            // RFC 6891, section 6.1.2: the class holds the size.
            fields.add("dns.rr.udp_payload_size", NetworkOrder.u16(bytes, header + 2));
        } else {
            int timeToLive = NetworkOrder.i32(bytes, header + 4);
            fields.add("dns.resp.ttl", Integer.toUnsignedLong(timeToLive));
        }
        readData(type, header + RECORD_HEADER_LENGTH, end);
    }

    /// RFC 2782: _Service._Proto.Name.
    private void addServiceName(String text) {
        String[] parts = text.split("\\.", 3);
        fields.add("dns.srv.service", parts[0]);
        if (parts.length == 3) {
            fields.add("dns.srv.proto", parts[1]);
            fields.add("dns.srv.name", parts[2]);
        }
    }

    private void readData(int type, long from, long to) {
        switch (type) {
            case A -> {
                if (to - from == 4) {
                    fields.add("dns.a", IpAddress.formatV4(NetworkOrder.i32(bytes, from)));
                }
            }
            case AAAA -> {
                if (to - from == 16) {
                    fields.add("dns.aaaa", address6(from));
                }
            }
            case CNAME -> readName("dns.cname", from, to);
            case NS -> readName("dns.ns", from, to);
            case PTR -> readName("dns.ptr.domain_name", from, to);
            case DNAME -> readName("dns.dname", from, to);
            case MX -> {
                if (readNumber("dns.mx.preference", from, to)) {
                    readName("dns.mx.mail_exchange", from + 2, to);
                }
            }
            case SOA -> {
                long next = readName("dns.soa.mname", from, to);
                if (next != DomainName.BAD) {
                    readName("dns.soa.rname", next, to);
                }
            }
            case SRV -> {
                if (readNumber("dns.srv.priority", from, to)
                        && readNumber("dns.srv.weight", from + 2, to)
                        && readNumber("dns.srv.port", from + 4, to)) {
                    readName("dns.srv.target", from + 6, to);
                }
            }
            case SVCB, HTTPS -> {
                if (readNumber("dns.svcb.svcpriority", from, to)) {
                    readName("dns.svcb.targetname", from + 2, to);
                }
            }
            case TXT -> readStrings("dns.txt", from, to);
            case CAA -> readAuthorization(from, to);
            case NSEC -> readDenial(readName("dns.nsec.next_domain_name", from, to), to);
            case NSEC3 -> readDenial(hashEnd(from, to), to);
            default -> {}
        }
    }

    private String address6(long at) {
        return IpAddress.format(6, NetworkOrder.i64(bytes, at), NetworkOrder.i64(bytes, at + 8));
    }

    private boolean readNumber(String field, long from, long to) {
        if (to - from < 2) {
            return false;
        }
        fields.add(field, NetworkOrder.u16(bytes, from));
        return true;
    }

    /// Returns where the name ends; it may refer to any earlier place in the message.
    private long readName(String field, long from, long to) {
        long end = name.read(bytes, message, from, to);
        if (end != DomainName.BAD) {
            fields.add(field, name.text());
        }
        return end;
    }

    private void readStrings(String field, long from, long to) {
        for (long string = from; string < to; ) {
            long end = string + 1 + NetworkOrder.u8(bytes, string);
            if (end > to) {
                return;
            }
            fields.add(field, FieldText.of(bytes, string + 1, end));
            string = end;
        }
    }

    /// RFC 8659, section 4.1: flags, length of the tag, tag, value.
    private void readAuthorization(long from, long to) {
        if (to - from < 2 || to - from - 2 < NetworkOrder.u8(bytes, from + 1)) {
            return;
        }
        long value = from + 2 + NetworkOrder.u8(bytes, from + 1);
        fields.add("dns.caa.tag", FieldText.of(bytes, from + 2, value));
        fields.add("dns.caa.value", FieldText.of(bytes, value, to));
    }

    /// RFC 5155, section 3.2: algorithm, flags, iterations, salt and hash, each after its length.
    private long hashEnd(long from, long to) {
        long salt = from + 5;
        long hash = salt > to ? salt : salt + NetworkOrder.u8(bytes, salt - 1) + 1;
        return hash > to ? DomainName.BAD : hash + NetworkOrder.u8(bytes, hash - 1);
    }

    /// The types that there are for a name: blocks of bits, RFC 4034, section 4.1.2.
    private void readDenial(long from, long to) {
        for (long block = from; block != DomainName.BAD && to - block > 2; ) {
            int first = NetworkOrder.u8(bytes, block) << 8;
            long end = block + 2 + NetworkOrder.u8(bytes, block + 1);
            if (end > to || end - block - 2 > MAX_BITMAP_LENGTH) {
                return;
            }
            for (int bit = 0; bit < 8 * (end - block - 2); bit++) {
                if ((NetworkOrder.u8(bytes, block + 2 + bit / 8) & 0x80 >>> bit % 8) != 0) {
                    fields.add("dns.resp.type", first + bit);
                }
            }
            block = end;
        }
    }
}
