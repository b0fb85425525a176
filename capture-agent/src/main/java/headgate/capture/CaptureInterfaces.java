package headgate.capture;

import headgate.capture.afpacket.NetDevices;
import headgate.packet.IpAddress;
import headgate.packet.LinkType;
import java.io.IOException;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// The interfaces of this host, as `/sys/class/net` and the JDK know them; needs no permission and
/// no library.
public final class CaptureInterfaces {
    private static final Path SYS_CLASS_NET = Path.of("/sys/class/net");

    /// Of the calling thread's network namespace; `/proc/net` is that of the process.
    private static final Path PROC_NET_DEV = Path.of("/proc/thread-self/net/dev");

    private static final int IFF_UP = 0x1;
    private static final int IFF_PROMISC = 0x100;

    private static final int ARPHRD_ETHER = 1;
    private static final int ARPHRD_RAWIP = 519;
    private static final int ARPHRD_LOOPBACK = 772;
    private static final int ARPHRD_NONE = 65534;

    private CaptureInterfaces() {}

    /// All interfaces, by index.
    public static List<HostInterface> list() {
        try (NetDevices devices = NetDevices.open()) {
            return allNames().stream()
                    .map(name -> describe(name, devices.driver(name)))
                    .sorted(Comparator.comparingInt(HostInterface::index))
                    .toList();
        }
    }

    /// Their names, by index.
    public static List<String> names() {
        return list().stream().map(HostInterface::name).toList();
    }

    /// From `/proc/net/dev`: the JDK lists only interfaces that have an address, and those that
    /// capture often have none.
    private static List<String> allNames() {
        try {
            return Files.readString(PROC_NET_DEV)
                    .lines()
                    .filter(line -> line.contains(":"))
                    .map(line -> line.substring(0, line.indexOf(':')).strip())
                    .toList();
        } catch (IOException _) {
            return namesOfTheJdk();
        }
    }

    private static List<String> namesOfTheJdk() {
        try {
            return NetworkInterface.networkInterfaces().map(NetworkInterface::getName).toList();
        } catch (SocketException _) {
            return List.of(); // The JDK's way to say that there is none.
        }
    }

    private static HostInterface describe(String name, String driver) {
        Path sys = SYS_CLASS_NET.resolve(name);
        int flags = Integer.decode(text(sys, "flags", "0x0"));
        int hardwareType = number(sys, "type", -1);
        return new HostInterface(
                name,
                number(sys, "ifindex", 0),
                (flags & IFF_UP) != 0,
                number(sys, "carrier", 0) == 1,
                hardwareType == ARPHRD_LOOPBACK,
                (flags & IFF_PROMISC) != 0,
                mac(text(sys, "address", "")),
                addresses(name),
                linkType(hardwareType),
                number(sys, "mtu", 0),
                kind(sys, hardwareType, driver),
                driver,
                Math.max(0, number(sys, "speed", 0)),
                receiveQueues(sys.resolve("queues")));
    }

    private static int linkType(int hardwareType) {
        return switch (hardwareType) {
            case ARPHRD_ETHER, ARPHRD_LOOPBACK -> LinkType.ETHERNET;
            case ARPHRD_NONE, ARPHRD_RAWIP -> LinkType.RAW;
            default -> -1;
        };
    }

    private static String kind(Path sys, int hardwareType, String driver) {
        String devtype =
                text(sys, "uevent", "")
                        .lines()
                        .filter(line -> line.startsWith("DEVTYPE="))
                        .map(line -> line.substring("DEVTYPE=".length()))
                        .findFirst()
                        .orElse("");
        if (!devtype.isEmpty()) {
            return devtype;
        }
        if (hardwareType == ARPHRD_LOOPBACK) {
            return "loopback";
        }
        if (Files.exists(sys.resolve("tun_flags"))) {
            return hardwareType == ARPHRD_ETHER ? "tap" : "tun";
        }
        if (hardwareType != ARPHRD_ETHER) {
            return "arphrd " + hardwareType;
        }
        return driver.equals("veth") ? "veth" : "ethernet";
    }

    private static long mac(String text) {
        return text.length() == 17 ? Long.parseLong(text.replace(":", ""), 16) : -1;
    }

    private static List<String> addresses(String name) {
        var addresses = new ArrayList<String>();
        try {
            NetworkInterface known = NetworkInterface.getByName(name);
            if (known == null) {
                return addresses;
            }
            for (InterfaceAddress address : known.getInterfaceAddresses()) {
                String host = address.getAddress().getHostAddress();
                int zone = host.indexOf('%');
                String bare = zone < 0 ? host : host.substring(0, zone);
                addresses.add(IpAddress.parse(bare) + "/" + address.getNetworkPrefixLength());
            }
        } catch (SocketException _) {
            // It went away since it was listed.
        }
        return addresses;
    }

    private static int receiveQueues(Path queues) {
        try (Stream<Path> entries = Files.list(queues)) {
            return (int) entries.filter(q -> q.getFileName().toString().startsWith("rx-")).count();
        } catch (IOException _) {
            return 0;
        }
    }

    private static int number(Path sys, String attribute, int absent) {
        try {
            return Integer.parseInt(text(sys, attribute, ""));
        } catch (NumberFormatException _) {
            return absent;
        }
    }

    /// Some attributes answer EINVAL while the interface is down.
    private static String text(Path sys, String attribute, String absent) {
        try {
            return Files.readString(sys.resolve(attribute)).strip();
        } catch (IOException _) {
            return absent;
        }
    }
}
