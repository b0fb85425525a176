package headgate.capture.afpacket;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The interfaces of one network namespace, asked through a socket that belongs to it; see
/// netdevice(7). Needs no permission, but for [#enableHardwareTimestamps].
///
/// An interface keeps its index as long as it lives; its name may change.
public final class NetDevices implements AutoCloseable {
    /// What [#index] says of an interface that is not there.
    public static final int NONE = -1;

    static final int IFF_UP = 1;
    static final int IFF_LOOPBACK = 8;

    private static final int IFNAMSIZ = 16;
    private static final int IFREQ_BYTES = 40;

    private static final int SIOCGIFNAME = 0x8910;
    private static final int SIOCGIFFLAGS = 0x8913;
    private static final int SIOCGIFHWADDR = 0x8927;
    private static final int SIOCGIFINDEX = 0x8933;
    private static final int SIOCETHTOOL = 0x8946;
    private static final int SIOCSHWTSTAMP = 0x89b0;

    /// `struct ethtool_drvinfo`: command (4), driver (32), …
    private static final int ETHTOOL_GDRVINFO = 3;

    private static final int DRVINFO_BYTES = 196;
    private static final int DRIVER = 4;

    /// `struct ethtool_ts_info`: command, so_timestamping, phc_index, tx_types, 3 reserved,
    /// rx_filters, 3 reserved.
    private static final int ETHTOOL_GET_TS_INFO = 0x41;

    private static final int TS_INFO_BYTES = 44;
    private static final int SO_TIMESTAMPING = 4;
    private static final int RX_FILTERS = 28;
    private static final int SOF_TIMESTAMPING_RX_HARDWARE = 1 << 2;
    private static final int SOF_TIMESTAMPING_RAW_HARDWARE = 1 << 6;
    private static final int HWTSTAMP_FILTER_ALL = 1;

    private final int socket;
    private final boolean borrowed;

    private NetDevices(int socket, boolean borrowed) {
        this.socket = socket;
        this.borrowed = borrowed;
    }

    /// Those of the calling thread's namespace. Where this is not Linux there are none.
    public static NetDevices open() {
        boolean linux = System.getProperty("os.name").equals("Linux");
        return new NetDevices(
                linux ? Libc.socket(Libc.AF_INET, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0) : NONE,
                false);
    }

    /// Those of the namespace that a socket belongs to; the socket stays its owner's.
    static NetDevices of(int socket) {
        return new NetDevices(socket, true);
    }

    /// Whether interfaces can be asked for at all.
    public boolean isThere() {
        return socket >= 0;
    }

    /// The kernel's number of an interface, or [#NONE].
    public int index(String name) {
        return integer(name, SIOCGIFINDEX, NONE);
    }

    /// What an interface is called now; null if it is no more.
    public String name(int index) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ifreq = arena.allocate(IFREQ_BYTES, 8);
            ifreq.set(JAVA_INT, IFNAMSIZ, index);
            return ask(SIOCGIFNAME, ifreq) < 0 ? null : ifreq.getString(0);
        }
    }

    /// `IFF_…`; 0 for an interface that is not there.
    int flags(String name) {
        return integer(name, SIOCGIFFLAGS, 0) & 0xffff;
    }

    public boolean isUp(String name) {
        return (flags(name) & IFF_UP) != 0;
    }

    /// `ARPHRD_…` of if_arp.h, or [#NONE].
    int hardwareType(String name) {
        int type = integer(name, SIOCGIFHWADDR, NONE);
        return type == NONE ? NONE : type & 0xffff;
    }

    /// As `ethtool -i` tells it; empty if it tells none. Virtual interfaces say here what they are:
    /// `veth`, `bridge`, `802.1Q VLAN Support`.
    public String driver(String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(DRVINFO_BYTES, 4);
            info.set(JAVA_INT, 0, ETHTOOL_GDRVINFO);
            return askWith(arena, name, SIOCETHTOOL, info) < 0 ? "" : info.getString(DRIVER);
        }
    }

    /// Whether the device can stamp every frame that it receives, as `ethtool -T` tells it.
    boolean hasHardwareTimestamps(String name) {
        int needed = SOF_TIMESTAMPING_RX_HARDWARE | SOF_TIMESTAMPING_RAW_HARDWARE;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(TS_INFO_BYTES, 4);
            info.set(JAVA_INT, 0, ETHTOOL_GET_TS_INFO);
            return askWith(arena, name, SIOCETHTOOL, info) >= 0
                    && (info.get(JAVA_INT, SO_TIMESTAMPING) & needed) == needed
                    && (info.get(JAVA_INT, RX_FILTERS) >> HWTSTAMP_FILTER_ALL & 1) == 1;
        }
    }

    /// Tells the device to stamp every frame that it receives (`struct hwtstamp_config`); needs
    /// CAP_NET_ADMIN. Returns a negative errno if it refuses.
    int enableHardwareTimestamps(String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment config = arena.allocateFrom(JAVA_INT, 0, 0, HWTSTAMP_FILTER_ALL);
            return askWith(arena, name, SIOCSHWTSTAMP, config);
        }
    }

    private int integer(String name, int request, int absent) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ifreq = named(arena, name);
            return ask(request, ifreq) < 0 ? absent : ifreq.get(JAVA_INT, IFNAMSIZ);
        }
    }

    private int askWith(Arena arena, String name, int request, MemorySegment argument) {
        MemorySegment ifreq = named(arena, name);
        ifreq.set(ADDRESS, IFNAMSIZ, argument);
        return ask(request, ifreq);
    }

    /// A name that is too long is no interface's: the empty one gets the same answer.
    private static MemorySegment named(Arena arena, String name) {
        MemorySegment ifreq = arena.allocate(IFREQ_BYTES, 8);
        byte[] bytes = name.getBytes(UTF_8);
        if (bytes.length < IFNAMSIZ) {
            MemorySegment.copy(bytes, 0, ifreq, ValueLayout.JAVA_BYTE, 0, bytes.length);
        }
        return ifreq;
    }

    private int ask(int request, MemorySegment ifreq) {
        return socket < 0 ? NONE : Libc.ioctl(socket, request, ifreq);
    }

    @Override
    public void close() {
        if (socket >= 0 && !borrowed) {
            Libc.close(socket);
        }
    }
}
