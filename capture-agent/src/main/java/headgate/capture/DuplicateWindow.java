package headgate.capture;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import headgate.packet.Frame;
import headgate.packet.LinkType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;

/// Knows the copies that mirror ports make: a switch that mirrors what comes in and what goes out
/// shows a frame twice, once with the VLAN tag and once without it, or with another one.
///
/// A frame is a duplicate when the same bytes came at most so long before, on whatever interface,
/// the VLAN tags after the Ethernet addresses aside. Bytes that fill a frame up to Ethernet's least
/// length do not count if they are zero. A routed copy has other addresses and another time to
/// live: it is no duplicate but the frame's next hop. Two frames that were cut are compared as far
/// as both could have been captured.
///
/// What is kept of a frame is a hash of 64 bits under a key of this run, so that nobody can make
/// frames that pass for others.
public final class DuplicateWindow {
    /// The longest window: what a network delays a frame by, many times over.
    public static final int MAX_MILLIS = 1000;

    private static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// Least length of an Ethernet frame, IEEE 802.3, without frame check sequence.
    private static final int LEAST_LENGTH = 60;

    private static final int ADDRESSES = 12;
    private static final int TAG = 4;
    private static final int MAX_TAGS = Frame.MAX_VLAN_TAGS;

    private static final int SETS = 1 << 13;
    private static final int WAYS = 8;

    private final long windowNanos;
    private final long[] hashes = new long[SETS * WAYS];
    private final long[] times = new long[SETS * WAYS];
    private final boolean[] used = new boolean[SETS * WAYS];
    private final long key = new SecureRandom().nextLong() | 1;
    private long forgotten;

    /// @param windowMillis 1 to [#MAX_MILLIS]
    public DuplicateWindow(int windowMillis) {
        if (windowMillis < 1 || windowMillis > MAX_MILLIS) {
            throw new IllegalArgumentException(
                    "dedup %d is not within 1 and %d ms".formatted(windowMillis, MAX_MILLIS));
        }
        windowNanos = TimeUnit.MILLISECONDS.toNanos(windowMillis);
    }

    /// Whether the frame is a duplicate of one before it; if not, later ones are compared with it.
    /// The frame need not be decoded.
    public boolean isDuplicate(Frame frame) {
        long hash = hash(frame);
        long now = frame.arrivalNanos;
        int set = (int) (hash >>> 51) * WAYS;
        int free = set;
        long freeAge = -1;
        for (int i = set; i < set + WAYS; i++) {
            long age = used[i] ? age(now, times[i]) : Long.MAX_VALUE;
            if (hashes[i] == hash && age <= windowNanos) {
                return true;
            }
            if (age > freeAge) {
                freeAge = age;
                free = i;
            }
        }
        if (freeAge <= windowNanos) {
            forgotten++;
        }
        hashes[free] = hash;
        times[free] = now;
        used[free] = true;
        return false;
    }

    /// Frames that had to be forgotten within the window, because too many came: copies of them may
    /// have been missed. It begins with some ten thousand frames in a window.
    public long forgotten() {
        return forgotten;
    }

    /// Several sources may be some microseconds apart: time may go back.
    private static long age(long now, long then) {
        long age = Math.abs(now - then);
        return age < 0 ? Long.MAX_VALUE : age;
    }

    private long hash(Frame frame) {
        MemorySegment bytes = frame.bytes;
        boolean ethernet = frame.linkType == LinkType.ETHERNET;
        int tags = ethernet ? tags(frame) * TAG : 0;
        boolean cut = frame.lengthCaptured < frame.lengthOnWire;
        // Whoever has no tag shows more of the frame behind it.
        int end = frame.lengthCaptured - (cut ? MAX_TAGS * TAG - tags : 0);
        int wire = frame.lengthOnWire - tags;
        if (ethernet && !cut) {
            end = withoutPadding(frame, end, tags);
            wire = Math.max(wire, LEAST_LENGTH);
        }
        long hash = mix(key ^ wire, frame.linkType);
        int start = 0;
        if (ethernet && frame.lengthCaptured >= ADDRESSES) {
            hash = mix(hash, bytes.get(U64, frame.start));
            hash = mix(hash, bytes.get(U32, frame.start + Long.BYTES));
            start = ADDRESSES + tags;
        }
        return rest(hash, bytes, frame.start + start, frame.start + Math.max(start, end));
    }

    private static long rest(long hash, MemorySegment bytes, long from, long end) {
        long at = from;
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            hash = mix(hash, bytes.get(U64, at));
        }
        for (; at < end; at++) {
            hash = mix(hash, bytes.get(JAVA_BYTE, at));
        }
        return mix(hash, end - from);
    }

    /// How many VLAN tags follow the addresses, of those that are whole.
    private static int tags(Frame frame) {
        int count = 0;
        int at = ADDRESSES;
        while (count < MAX_TAGS && at + TAG + 2 <= frame.lengthCaptured && isTag(frame, at)) {
            count++;
            at += TAG;
        }
        return count;
    }

    private static boolean isTag(Frame frame, int at) {
        int type =
                Byte.toUnsignedInt(frame.bytes.get(JAVA_BYTE, frame.start + at)) << 8
                        | Byte.toUnsignedInt(frame.bytes.get(JAVA_BYTE, frame.start + at + 1));
        return type == 0x8100 || type == 0x88a8 || type == 0x9100;
    }

    /// The end of a frame without the zeros at its end, as far as they may be there only to fill
    /// it.
    private static int withoutPadding(Frame frame, int end, int tags) {
        int shortened = end;
        while (shortened - tags > ADDRESSES
                && shortened - tags <= LEAST_LENGTH
                && frame.bytes.get(JAVA_BYTE, frame.start + shortened - 1) == 0) {
            shortened--;
        }
        return shortened;
    }

    /// Both halves of the product: every bit of both words moves every bit of the result.
    private static long mix(long hash, long word) {
        long a = hash ^ 0x9e3779b97f4a7c15L;
        long b = word ^ 0xd1b54a32d192ed03L;
        return a * b ^ Math.unsignedMultiplyHigh(a, b) ^ Long.rotateLeft(hash, 23);
    }
}
