package headgate.softnet.tap;

import headgate.sim.EventCalendar;
import headgate.sim.QueueDepth;
import headgate.sim.ServiceQueue;
import headgate.sim.Waits;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// A capture socket and the program that reads it.
///
/// Packets go in by [#offer] in order of time. The subclass decides which find room, and which the
/// reader may see; the reader takes them one after the other, each for as long as it costs, on a
/// CPU of its own (TP-1). Nothing here allocates per packet. Not for several threads at once.
///
/// ```
/// offer ─► buffer or ring ─► reader: asleep ─► woken ─► reading ─► asleep
///             │ full: dropped
/// ```
public abstract sealed class Tap permits PacketSocket, TpacketV2Ring, TpacketV3Ring, TimedReadTap {
    /// Packets that no tap can exceed, by the bounds of [TapSettings].
    static final int LIMIT = 1 << 24;

    /// The due time of what is not due.
    static final long NEVER = EventCalendar.NEVER;

    /// What stands for the reader, and for the alarm, in saved state.
    private static final int READER = 0;

    private static final int ALARM = 1;

    private enum Phase {
        ASLEEP,
        WOKEN,
        READING
    }

    private static final Phase[] PHASES = Phase.values();

    private final TapSettings settings;

    /// Two things can be due, the reader's next step and the alarm: two numbers, not a calendar.
    private long readerDueNanos = NEVER;

    private long alarmDueNanos = NEVER;

    /// Which of them was set last: at equal times it comes second.
    private boolean isReaderSetLast;

    private long nowNanos = Long.MIN_VALUE;

    /// What was accepted and the reader has not taken yet.
    private final ServiceQueue packets = new ServiceQueue(LIMIT);

    private final QueueDepth depth = new QueueDepth();
    private final Waits waits = new Waits();
    private Phase phase = Phase.ASLEEP;

    /// Packets at the head of the queue that the reader takes without asking again.
    private int readable;

    private long accepted;
    private long dropped;
    private long intervalOffered;
    private long intervalDropped;
    private long intervalDelivered;

    Tap(TapSettings settings) {
        this.settings = settings;
    }

    /// @throws IllegalArgumentException for [TapKind#OFF]
    public static Tap of(TapSettings settings) {
        return switch (settings.kind()) {
            case OFF -> throw new IllegalArgumentException("nobody captures: there is no tap");
            case RCVBUF -> new PacketSocket(settings);
            case TPACKET_V2 -> new TpacketV2Ring(settings);
            case TPACKET_V3 -> new TpacketV3Ring(settings);
            case PF_RING -> new PfRing(settings);
            case WINPCAP -> new NpfCpuBuffer(settings);
            case WINPCAP_OLD -> new NpfBuffer(settings);
            case BPF -> new BpfBuffers(settings);
        };
    }

    /// A packet comes whose reading takes what the settings say.
    ///
    /// @return whether it found room
    public final boolean offer(long sequence, long nowNanos, int lengthBytes) {
        return offer(sequence, nowNanos, lengthBytes, settings.reader().packetNanos());
    }

    /// A packet comes.
    ///
    /// @param nowNanos not before the latest event
    /// @param readerNanos until the reader is done with it
    /// @return whether it found room
    public final boolean offer(long sequence, long nowNanos, int lengthBytes, long readerNanos) {
        runUntil(nowNanos);
        intervalOffered++;
        if (!admit(nowNanos, lengthBytes)) {
            dropped++;
            intervalDropped++;
            return false;
        }
        accepted++;
        packets.add(sequence, nowNanos, readerNanos, lengthBytes);
        depth.change(packets.length(), nowNanos);
        admitted(nowNanos);
        return true;
    }

    /// The time up to which everything has happened.
    public final long nowNanos() {
        return nowNanos;
    }

    /// Lets everything happen that is due up to that time.
    public final void runUntil(long nanos) {
        for (long due = nextDueNanos(); due <= nanos && due != NEVER; due = nextDueNanos()) {
            nowNanos = due;
            if (isReaderNext()) {
                readerDueNanos = NEVER;
                read(due);
            } else {
                alarmDueNanos = NEVER;
                timerExpired(due);
            }
        }
        nowNanos = Math.max(nowNanos, nanos);
    }

    private long nextDueNanos() {
        return Math.min(readerDueNanos, alarmDueNanos);
    }

    private boolean isReaderNext() {
        return readerDueNanos < alarmDueNanos
                || readerDueNanos == alarmDueNanos && !isReaderSetLast;
    }

    /// Lets everything happen that the packets so far lead to.
    ///
    /// @return when the last of it happened
    public final long runUntilIdle() {
        while (nextDueNanos() != NEVER) {
            runUntil(nextDueNanos());
        }
        return nowNanos;
    }

    /// Makes room for a packet, or refuses it.
    abstract boolean admit(long nowNanos, int lengthBytes);

    /// The packet that was admitted is in the queue.
    abstract void admitted(long nowNanos);

    /// The reader is done with what it had and asks for more.
    ///
    /// @return how many packets it may take before it asks again; 0 sends it to sleep
    abstract int fetch(long nowNanos);

    /// The reader begins with a packet.
    void taken(int lengthBytes) {}

    /// What [#alarmAt] asked for.
    void timerExpired(long nowNanos) {
        throw new IllegalStateException("nobody set a timer");
    }

    final void wakeReader(long nowNanos) {
        if (phase == Phase.ASLEEP) {
            phase = Phase.WOKEN;
            readerAt(nowNanos + settings.reader().wakeupNanos());
        }
    }

    private void readerAt(long nanos) {
        readerDueNanos = nanos;
        isReaderSetLast = true;
    }

    final void alarmAt(long nanos) {
        alarmDueNanos = nanos;
        isReaderSetLast = false;
    }

    final void cancelAlarm() {
        alarmDueNanos = NEVER;
    }

    /// [#NEVER] if it is not set.
    final long alarmNanos() {
        return alarmDueNanos;
    }

    final boolean isReaderAsleep() {
        return phase == Phase.ASLEEP;
    }

    /// Bytes of a frame that the capture keeps.
    final int caplen(int lengthBytes) {
        return Math.clamp(lengthBytes, 0, settings.snaplen());
    }

    /// Of the packet that has `index` others before it.
    final int lengthBytes(int index) {
        return packets.lengthBytes(index);
    }

    /// Packets that are accepted and not taken.
    final int queued() {
        return packets.length();
    }

    final TapSettings settings() {
        return settings;
    }

    /// TP-2: takes the next packet, or sleeps.
    private void read(long nowNanos) {
        if (readable == 0) {
            readable = Math.min(fetch(nowNanos), packets.length());
            phase = readable == 0 ? Phase.ASLEEP : Phase.READING;
        }
        if (readable == 0) {
            return;
        }
        readable--;
        waits.add(nowNanos - packets.headSinceNanos());
        readerAt(nowNanos + packets.headServiceNanos());
        int lengthBytes = packets.headLengthBytes();
        packets.removeHead();
        depth.change(packets.length(), nowNanos);
        intervalDelivered++;
        taken(lengthBytes);
    }

    /// Since the socket was opened.
    public final TapStat stat() {
        return stat(accepted, dropped);
    }

    TapStat stat(long acceptedPackets, long droppedPackets) {
        return new TapStat(settings.kind(), acceptedPackets, droppedPackets, 0, 0, 0, 0);
    }

    /// Packets that fit, where that does not depend on their length; else -1.
    public long capacity() {
        return -1;
    }

    /// Packets that came in the interval.
    public final long offered() {
        return intervalOffered;
    }

    /// Packets of the interval that found no room.
    public final long dropped() {
        return intervalDropped;
    }

    /// Packets that the reader took in the interval.
    public final long delivered() {
        return intervalDelivered;
    }

    /// Accepted packets that the reader has not taken.
    public final QueueDepth depth() {
        return depth;
    }

    /// How long the packets that the reader took in the interval had waited for it.
    public final Waits waits() {
        return waits;
    }

    /// What is asked of an interval counts from here on.
    public final void startInterval(long nowNanos) {
        intervalOffered = 0;
        intervalDropped = 0;
        intervalDelivered = 0;
        waits.reset();
        depth.startInterval(nowNanos);
    }

    /// Writes everything that the future depends on.
    public final void save(DataOutput out) throws IOException {
        saveDue(out);
        packets.save(out);
        depth.save(out);
        waits.save(out);
        out.writeByte(phase.ordinal());
        out.writeInt(readable);
        out.writeLong(accepted);
        out.writeLong(dropped);
        out.writeLong(intervalOffered);
        out.writeLong(intervalDropped);
        out.writeLong(intervalDelivered);
        saveState(out);
    }

    /// Takes over what [#save] wrote for a tap of the same settings.
    ///
    /// @throws IOException if it cannot be that
    public final void restore(DataInput in) throws IOException {
        restoreDue(in);
        packets.restore(in);
        depth.restore(in);
        waits.restore(in);
        phase = PHASES[Math.floorMod(in.readByte(), PHASES.length)];
        readable = Math.clamp(in.readInt(), 0, packets.length());
        accepted = in.readLong();
        dropped = in.readLong();
        intervalOffered = in.readLong();
        intervalDropped = in.readLong();
        intervalDelivered = in.readLong();
        restoreState(in);
    }

    /// What is due, in the order in which it comes.
    private void saveDue(DataOutput out) throws IOException {
        out.writeLong(nowNanos);
        int due = (readerDueNanos == NEVER ? 0 : 1) + (alarmDueNanos == NEVER ? 0 : 1);
        out.writeInt(due);
        boolean isReader = isReaderNext();
        for (int i = 0; i < due; i++, isReader = !isReader) {
            out.writeInt(isReader ? READER : ALARM);
            out.writeLong(isReader ? readerDueNanos : alarmDueNanos);
        }
    }

    private void restoreDue(DataInput in) throws IOException {
        nowNanos = in.readLong();
        int due = in.readInt();
        if (due < 0 || due > 2) {
            throw new IOException("a tap with %d things due cannot be".formatted(due));
        }
        for (int i = 0; i < due; i++) {
            if (in.readInt() == READER) {
                readerAt(in.readLong());
            } else {
                alarmAt(in.readLong());
            }
        }
    }

    abstract void saveState(DataOutput out) throws IOException;

    abstract void restoreState(DataInput in) throws IOException;
}
