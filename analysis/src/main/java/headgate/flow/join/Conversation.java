package headgate.flow.join;

import headgate.flow.ConnState;
import headgate.flow.EndReason;
import headgate.flow.FlowRecord;
import headgate.flow.join.JoinedFlow.End;
import headgate.flow.join.JoinedFlow.Sighting;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/// One conversation: the flows that belong to it, and what was told of it.
final class Conversation {
    private static final ConnState[] STATES = ConnState.values();
    private static final EndReason[] REASONS = EndReason.values();

    /// The flow of one capture point. One that sees fragments in another lane than the rest of
    /// their flow has two.
    private static final class Part {
        final String capturePoint;
        final long firstNanos;
        long lastNanos;
        ConnState state;
        EndReason endReason;
        SideSums originator = SideSums.NONE;
        SideSums responder = SideSums.NONE;

        Part(String capturePoint, long firstNanos) {
            this.capturePoint = capturePoint;
            this.firstNanos = firstNanos;
            lastNanos = firstNanos;
        }

        void take(FlowRecord record) {
            lastNanos = Math.max(lastNanos, record.lastNanos());
            state = record.state();
            endReason = record.endReason();
            originator = originator.max(SideSums.of(record.originator()));
            responder = responder.max(SideSums.of(record.responder()));
        }

        boolean ended() {
            return endReason != EndReason.NOT_ENDED;
        }
    }

    /// Its name in the changelog.
    final long number;

    final String communityId;
    private final int ipVersion;
    private final int protocol;
    private final End originator;
    private final End responder;
    private final List<Part> parts = new ArrayList<>(1);
    private String application = "";
    private SideSums toldOriginator = SideSums.NONE;
    private SideSums toldResponder = SideSums.NONE;
    private boolean endTold;
    private boolean rttTold;
    private long joinedToldNanos = Long.MIN_VALUE;

    /// The round in which the last record of it came.
    long heardRound;

    /// Another conversation of the same ends.
    Conversation next;

    Conversation(long number, FlowRecord first) {
        this.number = number;
        communityId = first.communityId();
        ipVersion = first.ipVersion();
        protocol = first.protocol();
        originator = end(first.originator());
        responder = end(first.responder());
    }

    private static End end(FlowRecord.Side side) {
        return new End(side.addressHigh(), side.addressLow(), side.port(), SideSums.NONE);
    }

    /// Whether that very flow is part of it.
    boolean has(FlowRecord record, String capturePoint) {
        return part(record, capturePoint) != null;
    }

    private Part part(FlowRecord record, String capturePoint) {
        for (Part part : parts) {
            if (part.firstNanos == record.firstNanos() && part.capturePoint.equals(capturePoint)) {
                return part;
            }
        }
        return null;
    }

    /// For how long both go on at the same time; negative: how far they are apart.
    long overlapNanos(FlowRecord record) {
        long best = Long.MIN_VALUE;
        for (Part part : parts) {
            best = Math.max(best, overlapNanos(part, record));
        }
        return best;
    }

    private static long overlapNanos(Part part, FlowRecord record) {
        return difference(
                Math.min(part.lastNanos, record.lastNanos()),
                Math.max(part.firstNanos, record.firstNanos()));
    }

    /// Times come from captures: what would overflow is the largest difference there is.
    static long difference(long nanos, long fromNanos) {
        long difference = nanos - fromNanos;
        boolean overflow = ((nanos ^ fromNanos) & (nanos ^ difference)) < 0;
        return overflow ? (nanos < fromNanos ? Long.MIN_VALUE : Long.MAX_VALUE) : difference;
    }

    /// Whether this capture point has a flow in it that ended before the record's, or began after:
    /// the ports were used again.
    boolean hasAnotherOf(FlowRecord record, String capturePoint) {
        boolean another = false;
        for (Part part : parts) {
            if (part.capturePoint.equals(capturePoint)) {
                if (overlapNanos(part, record) >= 0) {
                    return false;
                }
                another = true;
            }
        }
        return another;
    }

    /// The record with the sides as they are here.
    FlowRecord orient(FlowRecord record) {
        FlowRecord.Side side = record.originator();
        boolean same =
                side.addressLow() == originator.low()
                        && side.addressHigh() == originator.high()
                        && side.port() == originator.port();
        return same ? record : record.reversed();
    }

    /// Takes a record of one of its flows, and says what it adds.
    ///
    /// @param record with the sides as they are here
    FlowStep take(FlowRecord record, String capturePoint) {
        Part part = part(record, capturePoint);
        boolean begins = parts.isEmpty();
        if (part == null) {
            part = new Part(capturePoint, record.firstNanos());
            parts.add(part);
        }
        long from = part.lastNanos;
        part.take(record);
        if (!record.application().isEmpty()) {
            application = record.application();
        }
        SideSums originatorNow = largest(true).max(toldOriginator);
        SideSums responderNow = largest(false).max(toldResponder);
        boolean ends = part.ended() && !endTold;
        boolean knowsRtt = !rttTold && record.handshakeRttNanos() >= 0;
        var step =
                new FlowStep(
                        record,
                        capturePoint,
                        begins,
                        ends,
                        Math.min(from, record.lastNanos()),
                        record.lastNanos(),
                        originatorNow.minus(toldOriginator),
                        responderNow.minus(toldResponder),
                        knowsRtt ? record.handshakeRttNanos() : -1);
        toldOriginator = originatorNow;
        toldResponder = responderNow;
        endTold |= ends;
        rttTold |= knowsRtt;
        return step;
    }

    /// Of each number the largest that a capture point has.
    private SideSums largest(boolean ofOriginator) {
        if (parts.size() == 1) {
            Part only = parts.getFirst();
            return ofOriginator ? only.originator : only.responder;
        }
        SideSums largest = SideSums.NONE;
        for (Sighting point : sightings()) {
            largest = largest.max(ofOriginator ? point.originator() : point.responder());
        }
        return largest;
    }

    /// Whether it has ended wherever it was seen.
    boolean ended() {
        for (Part part : parts) {
            if (!part.ended()) {
                return false;
            }
        }
        return true;
    }

    /// What there is to tell after a record: nothing while one capture point alone saw it.
    ///
    /// @return null if there is nothing
    JoinedFlow joined(long interimNanos) {
        if (parts.size() == 1) {
            return null;
        }
        List<Sighting> points = sightings();
        if (points.size() == 1) {
            return null;
        }
        long last = points.stream().mapToLong(Sighting::lastNanos).max().getAsLong();
        boolean ended = ended();
        boolean due =
                joinedToldNanos == Long.MIN_VALUE
                        || difference(last, joinedToldNanos) >= interimNanos;
        if (!ended && !due) {
            return null;
        }
        joinedToldNanos = last;
        return new JoinedFlow(
                communityId,
                ipVersion,
                protocol,
                new End(originator.high(), originator.low(), originator.port(), toldOriginator),
                new End(responder.high(), responder.low(), responder.port(), toldResponder),
                points.stream().mapToLong(Sighting::firstNanos).min().getAsLong(),
                last,
                ended,
                application,
                points);
    }

    private List<Sighting> sightings() {
        var points = new LinkedHashMap<String, Sighting>();
        for (Part part : parts) {
            points.merge(part.capturePoint, sighting(part), Conversation::both);
        }
        return List.copyOf(points.values());
    }

    private static Sighting sighting(Part part) {
        return new Sighting(
                part.capturePoint,
                part.firstNanos,
                part.lastNanos,
                part.state,
                part.endReason,
                part.originator,
                part.responder);
    }

    /// Two flows of the same capture point.
    private static Sighting both(Sighting first, Sighting second) {
        return new Sighting(
                first.capturePoint(),
                Math.min(first.firstNanos(), second.firstNanos()),
                Math.max(first.lastNanos(), second.lastNanos()),
                first.state(),
                first.endReason() == EndReason.NOT_ENDED ? first.endReason() : second.endReason(),
                first.originator().plus(second.originator()),
                first.responder().plus(second.responder()));
    }

    // ---- Changelog ----

    byte[] state() {
        var bytes = new ByteArrayOutputStream(256);
        try (var out = new DataOutputStream(bytes)) {
            out.writeUTF(communityId);
            out.writeByte(ipVersion);
            out.writeByte(protocol);
            write(out, originator);
            write(out, responder);
            out.writeUTF(application);
            write(out, toldOriginator);
            write(out, toldResponder);
            out.writeBoolean(endTold);
            out.writeBoolean(rttTold);
            out.writeLong(joinedToldNanos);
            out.writeLong(heardRound);
            out.writeInt(parts.size());
            for (Part part : parts) {
                out.writeUTF(part.capturePoint);
                out.writeLong(part.firstNanos);
                out.writeLong(part.lastNanos);
                out.writeByte(part.state.ordinal());
                out.writeByte(part.endReason.ordinal());
                write(out, part.originator);
                write(out, part.responder);
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private static void write(DataOutputStream out, End end) throws IOException {
        out.writeLong(end.high());
        out.writeLong(end.low());
        out.writeInt(end.port());
    }

    private static void write(DataOutputStream out, SideSums sums) throws IOException {
        out.writeLong(sums.packets());
        out.writeLong(sums.bytes());
        out.writeLong(sums.payloadBytes());
        out.writeLong(sums.retransmissions());
        out.writeLong(sums.zeroWindows());
    }

    /// What [#state] of another one wrote.
    Conversation(long number, byte[] state) {
        this.number = number;
        try (var in = new DataInputStream(new ByteArrayInputStream(state))) {
            communityId = in.readUTF();
            ipVersion = in.readByte();
            protocol = in.readUnsignedByte();
            originator = readEnd(in);
            responder = readEnd(in);
            application = in.readUTF();
            toldOriginator = readSums(in);
            toldResponder = readSums(in);
            endTold = in.readBoolean();
            rttTold = in.readBoolean();
            joinedToldNanos = in.readLong();
            heardRound = in.readLong();
            for (int left = in.readInt(); left > 0; left--) {
                var part = new Part(in.readUTF(), in.readLong());
                part.lastNanos = in.readLong();
                part.state = STATES[in.readByte()];
                part.endReason = REASONS[in.readByte()];
                part.originator = readSums(in);
                part.responder = readSums(in);
                parts.add(part);
            }
        } catch (IOException damaged) {
            throw new UncheckedIOException(damaged);
        }
    }

    private static End readEnd(DataInputStream in) throws IOException {
        return new End(in.readLong(), in.readLong(), in.readInt(), SideSums.NONE);
    }

    private static SideSums readSums(DataInputStream in) throws IOException {
        return new SideSums(
                in.readLong(), in.readLong(), in.readLong(), in.readLong(), in.readLong());
    }
}
