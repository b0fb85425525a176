package headgate.capture;

import java.io.IOException;

/// A source could not be opened on this host. The message says what is missing and what to do.
public final class CaptureOpenException extends IOException {
    private static final long serialVersionUID = 1L;

    /// What was in the way.
    public enum Reason {
        NO_SUCH_INTERFACE,
        INTERFACE_DOWN,
        NO_PERMISSION,
        LIBPCAP_MISSING,
        NO_MEMORY,
        /// The operating system, the interface's link layer or the kernel's configuration.
        NOT_SUPPORTED
    }

    private final Reason reason;

    public CaptureOpenException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    /// The interface is not there; names those that are.
    public static CaptureOpenException noSuchInterface(String name) {
        return new CaptureOpenException(
                Reason.NO_SUCH_INTERFACE,
                "no interface '%s' on this host; there is %s"
                        .formatted(name, String.join(", ", CaptureInterfaces.names())));
    }

    /// CAP_NET_RAW is missing; says how to give it.
    public static CaptureOpenException noPermission(String name) {
        return new CaptureOpenException(
                Reason.NO_PERMISSION,
                ("capturing on '%s' needs the capability CAP_NET_RAW, which this process does not have:"
                                + " run as root, or start it with ambient capabilities"
                                + " (systemd: AmbientCapabilities=CAP_NET_RAW;"
                                + " docker: --cap-add NET_RAW), see docs/live-capture.md")
                        .formatted(name));
    }

    public static CaptureOpenException interfaceDown(String name) {
        return new CaptureOpenException(
                Reason.INTERFACE_DOWN,
                "interface '%s' is down; set it up with: ip link set %s up".formatted(name, name));
    }
}
