package headgate.capture.afpacket;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import headgate.capture.LiveSettings.Fanout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Sockets that share the frames of their interfaces (PACKET_FANOUT of packet(7)).
final class FanoutGroup {
    private static final int PACKET_FANOUT = 18;
    private static final int PACKET_FANOUT_FLAG_UNIQUEID = 0x2000;

    /// Of the group, because the kernel does not look at what each member asked for.
    private static final int PACKET_FANOUT_FLAG_IGNORE_OUTGOING = 0x4000;

    private final int typeAndFlags;
    private int id;
    private int members;

    FanoutGroup(Fanout fanout, boolean ignoresOutgoing) {
        int type =
                switch (fanout) {
                    case HASH -> 0;
                    case CPU -> 2;
                    case QUEUE -> 5;
                };
        typeAndFlags = type | (ignoresOutgoing ? PACKET_FANOUT_FLAG_IGNORE_OUTGOING : 0);
    }

    /// Lets a socket in. It must be bound. The first one makes the group, under a number that
    /// nobody else in this namespace uses.
    ///
    /// @return a negative errno if the kernel refuses
    int join(int socket) {
        try (Arena arena = Arena.ofConfined()) {
            int flags = members == 0 ? typeAndFlags | PACKET_FANOUT_FLAG_UNIQUEID : typeAndFlags;
            MemorySegment value = arena.allocateFrom(JAVA_INT, flags << 16 | id);
            int returned = Libc.setsockopt(socket, Libc.SOL_PACKET, PACKET_FANOUT, value);
            if (returned >= 0 && members == 0) {
                MemorySegment length = arena.allocateFrom(JAVA_INT, Integer.BYTES);
                returned = Libc.getsockopt(socket, Libc.SOL_PACKET, PACKET_FANOUT, value, length);
                id = value.get(JAVA_INT, 0) & 0xffff;
            }
            members++;
            return returned;
        }
    }
}
