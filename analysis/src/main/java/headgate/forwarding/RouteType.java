package headgate.forwarding;

import java.util.Locale;

/// Route types of rtnetlink(7), with the error that the kernel's `fib_props` gives each.
public enum RouteType {
    UNICAST(Errno.NONE),
    LOCAL(Errno.NONE),
    BROADCAST(Errno.NONE),
    ANYCAST(Errno.NONE),
    MULTICAST(Errno.NONE),
    BLACKHOLE(Errno.EINVAL),
    UNREACHABLE(Errno.EHOSTUNREACH),
    PROHIBIT(Errno.EACCES),
    THROW(Errno.EAGAIN);

    private final Errno error;
    private final String label = name().toLowerCase(Locale.ROOT);

    RouteType(Errno error) {
        this.error = error;
    }

    public Errno error() {
        return error;
    }

    /// The word that `ip route` uses.
    public String label() {
        return label;
    }

    /// The type that `ip route` calls `label`; null if there is none.
    static RouteType of(String label) {
        for (RouteType type : values()) {
            if (type.label.equals(label)) {
                return type;
            }
        }
        return null;
    }
}
