package headgate.flow;

import headgate.flow.app.Application;
import headgate.flow.app.ApplicationDecoder;
import headgate.flow.app.ApplicationParser;
import headgate.flow.app.ApplicationParser.Outcome;
import headgate.flow.app.Conversation;
import headgate.packet.Frame;
import headgate.packet.IpProtocol;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// What the two sides of each flow say first, by the number of its row.
///
/// A message that is whole in its first segment or datagram is read where it lies. Otherwise the
/// side's first bytes are put together in a [StreamStart], and further datagrams are read, until
/// its parser has seen enough. Then the row is marked, and frames of that side come here no more.
/// All that is kept for all flows has one limit.
final class FlowOpenings {
    /// Fewer bytes prove nothing: such a first segment waits for the next one.
    private static final int MIN_TO_TELL = 16;

    /// Of an [Opening] without its parts.
    private static final int OPENING_BYTES = 128;

    private static final int FIRST_ROOM = 1024;

    private static final Application[] APPLICATIONS = Application.values();

    private final ApplicationDecoder decoder = new ApplicationDecoder();
    private final Metadata fields = new Metadata();
    private final long capacityBytes;
    private final boolean keepsMetadata;

    /// Of flows whose sides are being put together; null for others.
    private Opening[] openings = {};

    /// Metadata of sides that have been read; null for none.
    private byte[][] told = {};

    private long usedBytes;
    private long withoutRoom;
    private long cut;

    // What was made of the side at hand so far.
    private ApplicationParser parser;
    private Conversation conversation;
    private byte[] said;
    private boolean saidIsCut;

    /// A flow of which one side or both have begun a message, or have said what the other side's
    /// cannot be read without.
    private static final class Opening {
        final Conversation conversation;
        final StreamStart[] starts = new StreamStart[2];

        /// How many of each side were read.
        final int[] datagrams = new int[2];

        /// Metadata of the sides that go on.
        final byte[][] said = {Metadata.NONE, Metadata.NONE};

        ApplicationParser parser;
        boolean isCut;
        int chargedBytes;

        Opening(Conversation conversation) {
            this.conversation = conversation;
        }

        int bytes() {
            int bytes = OPENING_BYTES + conversation.sizeBytes();
            for (int side = 0; side < 2; side++) {
                bytes += said[side].length + (starts[side] == null ? 0 : starts[side].capacity());
            }
            return bytes;
        }
    }

    FlowOpenings(FlowSettings settings) {
        capacityBytes = settings.maxOpeningBytes();
        keepsMetadata = settings.keepsMetadata();
    }

    /// Messages that were not read to the end, or whose metadata was not kept, because all flows
    /// together had no room.
    long withoutRoom() {
        return withoutRoom;
    }

    /// Messages with more metadata than is kept of one.
    long cut() {
        return cut;
    }

    // ---- Frames ----

    /// Takes the payload of a frame whose side has not been heard to the end.
    void onPayload(int number, FlowRow row, int side, Frame frame) {
        ensure(number);
        take(openings[number], side);
        if (frame.protocol == IpProtocol.TCP) {
            onSegment(number, row, side, frame);
        } else {
            onDatagram(number, row, side, frame);
        }
    }

    /// A datagram is read alone; what goes on in the next one is in the conversation.
    private void onDatagram(int number, FlowRow row, int side, Frame frame) {
        byte[] before = said;
        Outcome outcome = read(row, frame, frame.bytes, payload(frame), payloadEnd(frame));
        said = before.length == 0 ? said : Metadata.joined(before, said);
        boolean hasRoom = before.length + said.length <= Metadata.MAX_BYTES;
        if (outcome == Outcome.NEED_MORE
                && hasRoom
                && (openings[number] != null || open(number))
                && ++openings[number].datagrams[side] < StreamStart.MAX_SEGMENTS) {
            goOn(number, side);
        } else {
            settle(number, row, side, outcome);
        }
    }

    private void onSegment(int number, FlowRow row, int side, Frame frame) {
        Opening opening = openings[number];
        StreamStart start = opening == null ? null : opening.starts[side];
        int inStream = TcpTracker.offsetInStream(row, side, frame);
        int base = start != null ? start.base() : TcpTracker.hasStart(row, side) ? 0 : inStream;
        int at = inStream - base;
        // What was sent before the first byte that counts: a keep-alive, for one.
        int skipped = Math.max(-at, 0);
        long offset = payload(frame) + skipped;
        int count = frame.payloadCaptured - skipped;
        if (count <= 0) {
            return;
        }
        at = Math.max(at, 0);
        Outcome outcome = Outcome.NEED_MORE;
        boolean isWhereItLies = start == null && at == 0;
        if (isWhereItLies) {
            outcome = read(row, frame, frame.bytes, offset, offset + count);
        }
        if (outcome == Outcome.NEED_MORE && start == null && !isCutByCapture(frame)) {
            start = begin(number, side, base);
        }
        if (outcome == Outcome.NEED_MORE
                && start != null
                && start.add(at, frame.bytes, offset, count)
                && !isWhereItLies) {
            outcome = read(row, frame, start.bytes(), 0, start.length());
        }
        boolean goesOn = start != null && !start.isFull() && !isCutByCapture(frame);
        if (outcome == Outcome.NEED_MORE && goesOn) {
            goOn(number, side);
        } else {
            settle(number, row, side, outcome);
        }
    }

    private static long payload(Frame frame) {
        return frame.start + frame.payloadOffset;
    }

    private static long payloadEnd(Frame frame) {
        return payload(frame) + frame.payloadCaptured;
    }

    private void take(Opening opening, int side) {
        parser = opening == null ? null : opening.parser;
        conversation = opening == null ? new Conversation() : opening.conversation;
        conversation.fromClient = side == FlowRow.ORIGINATOR;
        said = opening == null ? Metadata.NONE : opening.said[side];
        saidIsCut = opening != null && opening.isCut;
    }

    private static boolean isCutByCapture(Frame frame) {
        return frame.payloadCaptured < frame.payloadLength;
    }

    /// Reads what the side has said so far, all of it.
    private Outcome read(FlowRow row, Frame frame, MemorySegment bytes, long from, long to) {
        said = Metadata.NONE;
        int application = row.application();
        parser =
                application == 0
                        ? decoder.find(frame, bytes, from, to)
                        : decoder.parserOf(APPLICATIONS[application - 1], frame.protocol);
        if (!keepsMetadata && parser != null && parser.recognises(bytes, from, to)) {
            return Outcome.DONE;
        }
        fields.clear();
        Outcome outcome =
                parser == null
                        ? Outcome.NOT_MINE
                        : parser.parse(bytes, from, to, conversation, fields);
        if (outcome == Outcome.NOT_MINE) {
            parser = null;
            boolean tooFew = frame.protocol == IpProtocol.TCP && to - from < MIN_TO_TELL;
            return tooFew ? Outcome.NEED_MORE : outcome;
        }
        if (keepsMetadata) {
            said = fields.toBytes();
            saidIsCut = fields.isCut();
        }
        return outcome;
    }

    /// Begins to put a side together; null if there is no room.
    private StreamStart begin(int number, int side, int base) {
        if (openings[number] == null && !open(number)) {
            return null;
        }
        var start = new StreamStart(base);
        openings[number].starts[side] = start;
        return start;
    }

    private boolean open(int number) {
        var opening = new Opening(conversation);
        if (usedBytes + opening.bytes() > capacityBytes) {
            withoutRoom++;
            return false;
        }
        openings[number] = opening;
        charge(opening);
        return true;
    }

    private void charge(Opening opening) {
        int bytes = opening.bytes();
        usedBytes += bytes - opening.chargedBytes;
        opening.chargedBytes = bytes;
    }

    private void goOn(int number, int side) {
        Opening opening = openings[number];
        opening.said[side] = said;
        opening.isCut = saidIsCut;
        opening.parser = parser;
        charge(opening);
    }

    // ---- What has been said ----

    /// Nothing more is wanted of this side.
    private void settle(int number, FlowRow row, int side, Outcome outcome) {
        row.mark(FlowRow.HEARD << side);
        Opening opening = openings[number];
        if (parser == null) {
            row.mark(FlowRow.CONTENT_UNKNOWN);
        } else {
            row.setApplication(parser.application().ordinal() + 1);
            cut += saidIsCut ? 1 : 0;
            tell(number, said);
            if (!keepsMetadata) {
                row.mark(FlowRow.HEARD << 1 - side);
            }
        }
        boolean isOver = row.has(FlowRow.HEARD << 1 - side);
        if (opening != null) {
            opening.starts[side] = null;
            opening.said[side] = Metadata.NONE;
            if (isOver || opening.starts[1 - side] == null && !opening.conversation.isNeeded()) {
                close(number);
            } else {
                charge(opening);
            }
        } else if (keepsMetadata && !isOver && outcome == Outcome.DONE && conversation.isNeeded()) {
            open(number);
        }
    }

    private void tell(int number, byte[] metadata) {
        if (metadata.length == 0) {
            return;
        }
        if (usedBytes + metadata.length > capacityBytes) {
            withoutRoom++;
            return;
        }
        usedBytes += metadata.length;
        told[number] = Metadata.joined(told(number), metadata);
    }

    private void close(int number) {
        usedBytes -= openings[number].chargedBytes;
        openings[number] = null;
    }

    /// Metadata of the sides that were heard to the end, as it may be restored.
    byte[] told(int number) {
        return number >= told.length || told[number] == null ? Metadata.NONE : told[number];
    }

    /// Takes back what [#told] gave.
    void restore(int number, byte[] metadata) {
        ensure(number);
        tell(number, metadata);
    }

    /// The row is about to be another flow's.
    void forget(int number) {
        if (number >= told.length) {
            return;
        }
        if (openings[number] != null) {
            close(number);
        }
        usedBytes -= told(number).length;
        told[number] = null;
    }

    private void ensure(int number) {
        if (number >= told.length) {
            int room = Math.max(number + 1, Math.max(FIRST_ROOM, 2 * told.length));
            openings = Arrays.copyOf(openings, room);
            told = Arrays.copyOf(told, room);
        }
    }

    // ---- For records ----

    /// Fields and their values, of both sides.
    Map<String, List<String>> metadata(int number) {
        byte[] all = told(number);
        Opening opening = number < openings.length ? openings[number] : null;
        if (opening != null) {
            all = Metadata.joined(all, Metadata.joined(opening.said[0], opening.said[1]));
        }
        return Metadata.read(all);
    }

    /// By what was said; by the ports where that was not captured; otherwise, and where it is
    /// nothing known, empty.
    String application(int number, FlowRow row) {
        if (row.application() != 0) {
            return APPLICATIONS[row.application() - 1].label();
        }
        Opening opening = number < openings.length ? openings[number] : null;
        if (opening != null && opening.parser != null) {
            return opening.parser.application().label();
        }
        boolean nothingSaid =
                row.get(FlowRow.PAYLOAD_BYTES) == 0 && row.get(FlowRow.PAYLOAD_BYTES + 1) == 0;
        if (nothingSaid || row.has(FlowRow.CONTENT_UNKNOWN)) {
            return "";
        }
        Application known =
                decoder.knownBy(
                        row.protocol(), row.port(FlowRow.ORIGINATOR), row.port(FlowRow.RESPONDER));
        return known == null ? "" : known.label();
    }
}
