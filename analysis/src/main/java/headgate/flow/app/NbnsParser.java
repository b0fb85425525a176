package headgate.flow.app;

import headgate.packet.IpAddress;
import headgate.packet.IpProtocol;
import headgate.packet.NetworkOrder;
import java.lang.foreign.MemorySegment;

/// The name service of NetBIOS, RFC 1002, section 4.2: messages as in DNS, with names of 16 octets
/// that stand as 32 letters, a nibble each (RFC 1001, section 14.1).
final class NbnsParser implements ApplicationParser {
    private static final int HEADER_LENGTH = 12;
    private static final int NAME_LENGTH = 16;
    private static final int RESPONSE = 0x8000;

    /// Type of a record with addresses.
    private static final int NB = 32;

    private final DomainName name = new DomainName();
    private final byte[] octets = new byte[NAME_LENGTH];

    @Override
    public Application application() {
        return Application.NBNS;
    }

    @Override
    public int protocol() {
        return IpProtocol.UDP;
    }

    @Override
    public boolean hasFormOf(Application other) {
        return other == Application.DNS;
    }

    @Override
    public boolean recognises(MemorySegment bytes, long offset, long limit) {
        return false;
    }

    @Override
    public Outcome parse(MemorySegment bytes, long offset, long limit, FieldSink fields) {
        if (limit - offset < HEADER_LENGTH) {
            return Outcome.NOT_MINE;
        }
        fields.add("nbns.id", NetworkOrder.u16(bytes, offset));
        int flags = NetworkOrder.u16(bytes, offset + 2);
        fields.add("nbns.flags.response", (flags & RESPONSE) != 0);
        int questions = NetworkOrder.u16(bytes, offset + 4);
        int answers = NetworkOrder.u16(bytes, offset + 6);
        long at = offset + HEADER_LENGTH;
        for (int i = 0; i < questions && at != DomainName.BAD; i++) {
            at = readName(bytes, offset, at, limit, fields);
        }
        for (int i = 0; i < answers && at != DomainName.BAD; i++) {
            at = readRecord(bytes, offset, at, limit, fields);
        }
        return Outcome.DONE;
    }

    /// Name, type and class; returns where they end, or [DomainName#BAD].
    private long readName(
            MemorySegment bytes, long message, long from, long limit, FieldSink fields) {
        long end = name.read(bytes, message, from, limit);
        if (end == DomainName.BAD || limit - end < 4 || !decode()) {
            return DomainName.BAD;
        }
        fields.add("nbns.name", text());
        fields.add("nbns.type", NetworkOrder.u16(bytes, end));
        return end + 4;
    }

    private long readRecord(
            MemorySegment bytes, long message, long from, long limit, FieldSink fields) {
        long at = readName(bytes, message, from, limit, fields);
        if (at == DomainName.BAD || limit - at < 6) {
            return DomainName.BAD;
        }
        int type = NetworkOrder.u16(bytes, at - 4);
        long data = at + 6;
        long end = data + NetworkOrder.u16(bytes, at + 4);
        if (end > limit) {
            return DomainName.BAD;
        }
        // Each entry: flags of 16 bits, address (RFC 1002, section 4.2.13).
        for (long entry = data; type == NB && end - entry >= 6; entry += 6) {
            fields.add("nbns.addr", IpAddress.formatV4(NetworkOrder.i32(bytes, entry + 2)));
        }
        return end;
    }

    private boolean decode() {
        if (name.length() < 2 * NAME_LENGTH) {
            return false;
        }
        for (int i = 0; i < NAME_LENGTH; i++) {
            int high = name.octet(2 * i) - 'A';
            int low = name.octet(2 * i + 1) - 'A';
            if ((high | low) < 0 || high > 15 || low > 15) {
                return false;
            }
            octets[i] = (byte) (high << 4 | low);
        }
        return true;
    }

    /// The name without the blanks that fill it up, and what kind of name it is: the last octet.
    private String text() {
        int length = NAME_LENGTH - 1;
        while (length > 0 && (octets[length - 1] == ' ' || octets[length - 1] == 0)) {
            length--;
        }
        return "%s<%02x>".formatted(FieldText.of(octets, length), octets[NAME_LENGTH - 1]);
    }
}
