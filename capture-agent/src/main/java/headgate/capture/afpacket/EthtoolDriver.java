package headgate.capture.afpacket;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// The driver of an interface, as `ethtool -i` tells it; needs no permission. Virtual interfaces
/// say here what they are: `veth`, `bridge`, `802.1Q VLAN Support`.
public final class EthtoolDriver {
    private static final int ETHTOOL_GDRVINFO = 3;

    /// `struct ethtool_drvinfo`: command (4), driver (32), …
    private static final int DRVINFO_BYTES = 196;

    private static final int DRIVER = 4;
    private static final int IFREQ_BYTES = 40;
    private static final int IFNAMSIZ = 16;

    private EthtoolDriver() {}

    /// The driver's name; empty if the interface has none to tell, or this is not Linux.
    public static String of(String interfaceName) {
        if (!System.getProperty("os.name").equals("Linux")) {
            return "";
        }
        int socket = Libc.socket(Libc.AF_INET, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0);
        if (socket < 0) {
            return "";
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(interfaceName);
            if (name.byteSize() > IFNAMSIZ) {
                return "";
            }
            MemorySegment drvinfo = arena.allocate(DRVINFO_BYTES, 4);
            drvinfo.set(JAVA_INT, 0, ETHTOOL_GDRVINFO);
            MemorySegment ifreq = arena.allocate(IFREQ_BYTES, 8);
            MemorySegment.copy(name, 0, ifreq, 0, name.byteSize());
            ifreq.set(ADDRESS, IFNAMSIZ, drvinfo);
            return Libc.ioctl(socket, Libc.SIOCETHTOOL, ifreq) < 0 ? "" : drvinfo.getString(DRIVER);
        } finally {
            Libc.close(socket);
        }
    }
}
