package headgate.console.flows;

import headgate.flow.FlowRecord;
import headgate.flow.FlowRecord.Side;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// An IPFIX file (RFC 5655): messages of RFC 7011 one after the other, each a record of both
/// directions (RFC 5103).
///
/// ```
///  0                     15 16                    31
/// +------------------------+------------------------+
/// |      Version (10)      |         Length         |
/// |                   Export Time                   |
/// |                 Sequence Number                 |
/// |              Observation Domain ID              |
/// +------------------------+------------------------+
/// |         Set ID         |         Length         |   a set of templates (ID 2) or of records of
/// |             templates or records …              |   one template (its ID); one or more sets
/// +------------------------+------------------------+
/// ```
///
/// A template is written before its first record. Messages fit into a datagram, so that the file's
/// messages may be sent to a collector as they are. Interim records are left out: counts are
/// totals, and a collector would add them up.
public final class IpfixFile implements FlowSink {
    /// Where the messages go.
    @FunctionalInterface
    public interface Destination {
        WritableByteChannel open() throws IOException;
    }

    static final int MAX_MESSAGE_BYTES = 1400;

    private static final int VERSION = 10;
    private static final int HEADER_BYTES = 16;
    private static final int SET_HEADER_BYTES = 4;
    private static final int TEMPLATE_SET = 2;
    private static final int FIRST_TEMPLATE = 256;
    private static final int ENTERPRISE_BIT = 0x8000;
    private static final int OBSERVATION_DOMAIN = 1;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    /// The private enterprise number of reverse elements (RFC 5103, section 6.1).
    private static final int REVERSE_ENTERPRISE = 29305;

    /// Which elements records have, and the number of their template.
    private record Template(int id, List<IpfixElement> forward, List<IpfixElement> reverse) {}

    /// What a template has, as bits by [IpfixElement#ordinal].
    private record Shape(int forward, int reverse) {}

    private final Destination destination;
    private final Map<Shape, Template> templates = new HashMap<>();
    private final ByteBuffer message = ByteBuffer.allocate(MAX_MESSAGE_BYTES);
    private final ByteBuffer entry = ByteBuffer.allocate(MAX_MESSAGE_BYTES);
    private WritableByteChannel channel;
    private int setStart;
    private int setId;
    private int recordsInMessage;
    private int recordsBefore;
    private long latestNanos = Long.MIN_VALUE;

    /// @param destination opened with the first record, or at the end: a source that cannot be read
    ///   must not cost an old file
    public IpfixFile(Destination destination) {
        this.destination = destination;
        message.position(HEADER_BYTES);
    }

    @Override
    public void onRecord(FlowRecord record) {
        if (record.interim()) {
            return;
        }
        Template template = template(record);
        entry.clear();
        writeRecord(template, record);
        put(template.id);
        recordsInMessage++;
        latestNanos = Math.max(latestNanos, record.lastNanos());
    }

    @Override
    public void flush() {
        try {
            open();
            writeMessage();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        if (channel == null) {
            return;
        }
        try {
            writeMessage();
        } finally {
            channel.close();
        }
    }

    private void open() throws IOException {
        if (channel == null) {
            channel = destination.open();
        }
    }

    // ---- Templates and records ----

    private Template template(FlowRecord record) {
        var forward = elements(record, record.originator(), false);
        var reverse =
                record.responder().packets() == 0
                        ? List.<IpfixElement>of()
                        : elements(record, record.responder(), true);
        var shape = new Shape(bits(forward), bits(reverse));
        Template known = templates.get(shape);
        if (known != null) {
            return known;
        }
        var template = new Template(FIRST_TEMPLATE + templates.size(), forward, reverse);
        templates.put(shape, template);
        entry.clear();
        writeTemplate(template);
        put(TEMPLATE_SET);
        return template;
    }

    private static List<IpfixElement> elements(FlowRecord record, Side side, boolean reverse) {
        var elements = new ArrayList<IpfixElement>();
        for (IpfixElement element : IpfixElement.values()) {
            if ((!reverse || element.isReversible()) && element.isOf(record, side)) {
                elements.add(element);
            }
        }
        return elements;
    }

    private static int bits(List<IpfixElement> elements) {
        int bits = 0;
        for (IpfixElement element : elements) {
            bits |= 1 << element.ordinal();
        }
        return bits;
    }

    private void writeTemplate(Template template) {
        entry.putShort((short) template.id);
        entry.putShort((short) (template.forward.size() + template.reverse.size()));
        for (IpfixElement element : template.forward) {
            entry.putShort((short) element.id).putShort((short) element.length);
        }
        for (IpfixElement element : template.reverse) {
            entry.putShort((short) (ENTERPRISE_BIT | element.id)).putShort((short) element.length);
            entry.putInt(REVERSE_ENTERPRISE);
        }
    }

    private void writeRecord(Template template, FlowRecord record) {
        for (IpfixElement element : template.forward) {
            element.write(record, record.originator(), entry);
        }
        for (IpfixElement element : template.reverse) {
            element.write(record, record.responder(), entry);
        }
    }

    // ---- Messages ----

    /// Adds what is in the entry to a set of this number, in this message or the next one.
    private void put(int wantedSet) {
        entry.flip();
        int needed = entry.remaining() + (setId == wantedSet ? 0 : SET_HEADER_BYTES);
        if (needed > message.remaining()) {
            flush();
        }
        if (setId != wantedSet) {
            endSet();
            setStart = message.position();
            setId = wantedSet;
            message.putShort((short) wantedSet).putShort((short) 0);
        }
        message.put(entry);
    }

    private void endSet() {
        if (setId != 0) {
            message.putShort(setStart + Short.BYTES, (short) (message.position() - setStart));
            setId = 0;
        }
    }

    private void writeMessage() throws IOException {
        if (message.position() == HEADER_BYTES) {
            return;
        }
        endSet();
        message.putShort(0, (short) VERSION);
        message.putShort(2, (short) message.position());
        message.putInt(4, (int) Math.floorDiv(latestNanos, NANOS_PER_SECOND));
        message.putInt(8, recordsBefore);
        message.putInt(12, OBSERVATION_DOMAIN);
        message.flip();
        while (message.hasRemaining()) {
            channel.write(message);
        }
        message.clear().position(HEADER_BYTES);
        recordsBefore += recordsInMessage;
        recordsInMessage = 0;
    }
}
