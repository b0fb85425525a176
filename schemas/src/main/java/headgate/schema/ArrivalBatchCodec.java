package headgate.schema;

import headgate.schema.FrameBatchHeader.Interface;
import headgate.softnet.SoftnetStat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.Schema;

/// Arrivals ⇄ values of the topic `arrivals` (`arrival-batch.avsc`), in columns and with no object
/// per arrival.
///
/// One object writes one batch at a time, or reads one value at a time, on one thread.
public final class ArrivalBatchCodec {
    public static final Schema SCHEMA = SchemaFiles.load("arrival-batch");

    private static final AvroFraming FRAMING = new AvroFraming(SCHEMA);
    private static final int UNKNOWN_PACKET_TYPE = -1;

    private final AvroOutput out = new AvroOutput(1024);
    private final AvroInput in = new AvroInput();

    private Measured measured;
    private int[] rssInterfaces = {};
    private int count;
    private long[] arrivalNanos = new long[256];
    private int[] lengthOnWire = new int[256];
    private int[] flowHash = new int[256];
    private int[] packetType = new int[256];
    private int[] interfaceId = new int[256];

    /// Adds an arrival; its sequence is one more than that of the arrival before it.
    public void add(
            long arrivalNanos, int lengthOnWire, int flowHash, int packetType, int interfaceId) {
        if (count == this.arrivalNanos.length) {
            makeRoomFor(2 * count);
        }
        this.arrivalNanos[count] = arrivalNanos;
        this.lengthOnWire[count] = lengthOnWire;
        this.flowHash[count] = flowHash;
        this.packetType[count] = packetType;
        this.interfaceId[count] = interfaceId;
        count++;
    }

    private void makeRoomFor(int arrivals) {
        arrivalNanos = Arrays.copyOf(arrivalNanos, arrivals);
        lengthOnWire = Arrays.copyOf(lengthOnWire, arrivals);
        flowHash = Arrays.copyOf(flowHash, arrivals);
        packetType = Arrays.copyOf(packetType, arrivals);
        interfaceId = Arrays.copyOf(interfaceId, arrivals);
    }

    /// Lets the batch carry what the host counted.
    public void setMeasured(Measured measured) {
        this.measured = measured;
    }

    /// Says for this batch and those that follow which interfaces' arrivals have their RSS hash.
    public void setRssInterfaces(int... numbers) {
        rssInterfaces = numbers.clone();
    }

    /// How many arrivals the batch has so far.
    public int count() {
        return count;
    }

    /// The batch as a value; the next batch starts empty.
    ///
    /// @param interfaces those that arrivals name
    /// @param untilNanos no frame from before this time is still to come
    public byte[] finish(
            String agent,
            String capturePoint,
            List<Interface> interfaces,
            long batchSequence,
            long firstSequence,
            long untilNanos) {
        return finish(
                agent, capturePoint, interfaces, batchSequence, firstSequence, untilNanos, false);
    }

    /// The batch as a value; the next batch starts empty.
    ///
    /// @param interfaces those that arrivals name
    /// @param untilNanos no frame from before this time is still to come
    /// @param last whether the capture has ended with this batch
    public byte[] finish(
            String agent,
            String capturePoint,
            List<Interface> interfaces,
            long batchSequence,
            long firstSequence,
            long untilNanos,
            boolean last) {
        out.reset();
        FRAMING.begin(out);
        out.writeString(agent);
        out.writeString(capturePoint);
        FrameBatchCodec.writeInterfaces(out, interfaces);
        out.writeLong(batchSequence);
        out.writeLong(firstSequence);
        out.writeLong(count == 0 ? untilNanos : arrivalNanos[0]);
        out.writeLong(untilNanos);
        out.writeBoolean(last);
        writeMeasured();
        writeColumn(rssInterfaces, rssInterfaces.length);
        writeDeltas();
        writeColumn(lengthOnWire, count);
        writeColumn(flowHash, count);
        writeColumn(packetType, allAre(packetType, UNKNOWN_PACKET_TYPE) ? 0 : count);
        writeColumn(interfaceId, allAre(interfaceId, 0) ? 0 : count);
        count = 0;
        measured = null;
        return out.toByteArray();
    }

    private void writeMeasured() {
        out.writeIndex(measured == null ? 0 : 1);
        if (measured == null) {
            return;
        }
        out.writeLong(measured.startedNanos());
        out.writeLong(measured.atNanos());
        out.writeLong(measured.nic().received());
        out.writeLong(measured.nic().missed());
        out.writeLong(measured.nic().dropped());
        out.writeLong(measured.nic().errors());
        out.setItemCount(measured.cpus().size());
        for (SoftnetStat row : measured.cpus()) {
            out.writeInt(row.cpu());
            out.writeLong(row.processed());
            out.writeLong(row.dropped());
            out.writeLong(row.timeSqueeze());
            out.writeLong(row.receivedRps());
            out.writeLong(row.flowLimitCount());
            out.writeInt(row.inputQlen() + row.processQlen());
        }
        out.writeArrayEnd();
        out.writeLong(measured.socket().received());
        out.writeLong(measured.socket().dropped());
        out.writeLong(measured.socket().interfaceDropped());
        out.writeLong(measured.socket().freezes());
    }

    private Measured readMeasured() {
        if (in.readIndexBelow(2) == 0) {
            return null;
        }
        return new Measured(
                in.readLong(),
                in.readLong(),
                new Ledger.Nic(in.readLong(), in.readLong(), in.readLong(), in.readLong()),
                readCpus(),
                new Ledger.Source(in.readLong(), in.readLong(), in.readLong(), in.readLong()));
    }

    private List<SoftnetStat> readCpus() {
        var rows = new ArrayList<SoftnetStat>();
        for (long left = in.readArrayStart(); left > 0; left = in.arrayNext()) {
            for (; left > 0; left--) {
                rows.add(
                        new SoftnetStat(
                                in.readInt(),
                                in.readLong(),
                                in.readLong(),
                                in.readLong(),
                                in.readLong(),
                                in.readLong(),
                                in.readInt(),
                                0));
            }
        }
        return rows;
    }

    private List<Integer> readNumbers() {
        var numbers = new ArrayList<Integer>();
        for (long left = in.readArrayStart(); left > 0; left = in.arrayNext()) {
            for (; left > 0; left--) {
                numbers.add(in.readInt());
            }
        }
        return numbers;
    }

    private void writeDeltas() {
        out.setItemCount(count);
        int at = out.room(AvroBytes.LONGEST_NUMBER * count);
        long before = count == 0 ? 0 : arrivalNanos[0];
        for (int i = 0; i < count; i++) {
            at = AvroBytes.putLong(out.array(), at, arrivalNanos[i] - before);
            before = arrivalNanos[i];
        }
        out.wroteTo(at);
        out.writeArrayEnd();
    }

    private void writeColumn(int[] column, int length) {
        out.setItemCount(length);
        int at = out.room(AvroBytes.LONGEST_NUMBER * length);
        for (int i = 0; i < length; i++) {
            at = AvroBytes.putInt(out.array(), at, column[i]);
        }
        out.wroteTo(at);
        out.writeArrayEnd();
    }

    private boolean allAre(int[] column, int value) {
        for (int i = 0; i < count; i++) {
            if (column[i] != value) {
                return false;
            }
        }
        return true;
    }

    /// Hands over the header and then each arrival of a value. Nothing is handed over of a value
    /// that is damaged.
    ///
    /// @throws UnreadableValueException when the value is not framed as a batch, or is damaged
    public void read(byte[] value, ArrivalBatchHandler handler) {
        FRAMING.open(value, in);
        var header =
                new ArrivalBatchHeader(
                        in.readString(),
                        in.readString(),
                        FrameBatchCodec.readInterfaces(in),
                        in.readLong(),
                        in.readLong(),
                        in.readLong(),
                        in.readLong(),
                        in.readBoolean(),
                        readMeasured(),
                        readNumbers());
        readColumns(header.firstArrivalNanos());
        in.end();
        int arrivals = count;
        count = 0;
        handler.onBatch(header, arrivals);
        for (int i = 0; i < arrivals; i++) {
            handler.onArrival(
                    header.firstSequence() + i,
                    arrivalNanos[i],
                    lengthOnWire[i],
                    flowHash[i],
                    packetType[i],
                    interfaceId[i]);
        }
    }

    private void readColumns(long firstArrivalNanos) {
        count = 0;
        long nanos = firstArrivalNanos;
        for (long left = in.readArrayStart(); left > 0; left = in.arrayNext()) {
            if (count + left > arrivalNanos.length) {
                makeRoomFor((int) (count + left));
            }
            for (; left > 0; left--) {
                nanos += in.readLong();
                arrivalNanos[count++] = nanos;
            }
        }
        readColumn("lengthOnWire", lengthOnWire);
        readColumn("flowHash", flowHash);
        readSparseColumn("packetType", packetType, UNKNOWN_PACKET_TYPE);
        readSparseColumn("interfaceId", interfaceId, 0);
    }

    private void readColumn(String name, int[] column) {
        requireLength(name, readInts(name, column));
    }

    private void readSparseColumn(String name, int[] column, int otherwise) {
        int length = readInts(name, column);
        if (length == 0) {
            Arrays.fill(column, 0, count, otherwise);
        } else {
            requireLength(name, length);
        }
    }

    private int readInts(String name, int[] column) {
        int length = 0;
        for (long left = in.readArrayStart(); left > 0; left = in.arrayNext()) {
            if (length + left > count) {
                requireLength(name, length + left);
            }
            for (; left > 0; left--) {
                column[length++] = in.readInt();
            }
        }
        return length;
    }

    private void requireLength(String name, long length) {
        if (length != count) {
            throw new UnreadableValueException(
                    "%d values of %s for %d arrivals".formatted(length, name, count));
        }
    }
}
