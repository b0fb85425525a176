package headgate.console;

import headgate.forwarding.RouteQuery;
import headgate.packet.IpAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/// Reads a route query as `ip route get` takes it: `DST [from SRC] [iif DEV] [tos N] [mark N]
/// [ipproto N] [sport N] [dport N]`.
final class RouteSpec {
    static final String SYNTAX =
            "DST [from SRC] [iif DEV] [tos N] [mark N] [ipproto tcp|udp|icmp|icmpv6|N] [sport N]"
                    + " [dport N]";

    private RouteSpec() {}

    /// @throws IllegalArgumentException that says what is wrong and what is right
    static RouteQuery parse(String text) {
        Deque<String> words = new ArrayDeque<>(List.of(text.strip().split("\\s+")));
        IpAddress destination = IpAddress.parse(words.removeFirst());
        IpAddress source = new IpAddress(destination.version(), 0, 0);
        String device = "";
        int tos = 0;
        int mark = 0;
        int protocol = -1;
        int sourcePort = 0;
        int destinationPort = 0;
        while (!words.isEmpty()) {
            String key = words.removeFirst();
            if (words.isEmpty()) {
                throw new IllegalArgumentException(
                        "'" + key + "' needs a value; the form is: " + SYNTAX);
            }
            String value = words.removeFirst();
            switch (key) {
                case "from" -> source = IpAddress.parse(value);
                case "iif" -> device = value;
                case "tos" -> tos = number(key, value, 255);
                case "mark" -> mark = number(key, value, 0xffff_ffffL);
                case "ipproto" -> protocol = protocol(value);
                case "sport" -> sourcePort = number(key, value, 65535);
                case "dport" -> destinationPort = number(key, value, 65535);
                default ->
                        throw new IllegalArgumentException(
                                "'" + key + "' is not known; the form is: " + SYNTAX);
            }
        }
        return new RouteQuery(
                destination, source, device, tos, mark, protocol, sourcePort, destinationPort);
    }

    private static int protocol(String name) {
        return switch (name) {
            case "icmp" -> 1;
            case "icmpv6" -> 58;
            case "tcp" -> 6;
            case "udp" -> 17;
            default -> number("ipproto", name, 255);
        };
    }

    private static int number(String what, String text, long most) {
        try {
            long value = Long.decode(text);
            if (value >= 0 && value <= most) {
                return (int) value;
            }
        } catch (NumberFormatException e) {
            // Falls through, as numbers out of range do.
        }
        throw new IllegalArgumentException(
                "%s '%s' is not a number from 0 to %d".formatted(what, text, most));
    }
}
