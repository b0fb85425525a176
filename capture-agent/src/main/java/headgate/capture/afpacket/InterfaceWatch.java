package headgate.capture.afpacket;

import java.util.function.Consumer;

/// Follows one interface through its life: it may go down and up, be renamed, be removed and made
/// again. Tells people what happened, once each time.
public final class InterfaceWatch {
    private final NetDevices devices;
    private final String wanted;
    private final Consumer<String> notices;

    private volatile String name;
    private int index;
    private boolean up;

    /// @param wanted what the interface is called now, and what one has to be called that takes its
    ///   place
    public InterfaceWatch(NetDevices devices, String wanted, Consumer<String> notices) {
        this.devices = devices;
        this.wanted = wanted;
        this.notices = notices;
        name = wanted;
        index = devices.index(wanted);
        up = devices.isUp(wanted);
    }

    /// What it is called now, or was called last.
    public String name() {
        return name;
    }

    /// The kernel's number; [NetDevices#NONE] while it is not there.
    public int index() {
        return index;
    }

    /// Looks again. Returns whether another interface has taken the place of one that was removed.
    public boolean cameBack() {
        if (index == NetDevices.NONE) {
            return isThereAgain();
        }
        String now = devices.name(index);
        if (now == null) {
            index = NetDevices.NONE;
            notices.accept(
                    "interface '%s' was removed; waiting for one called '%s'"
                            .formatted(name, wanted));
            return false;
        }
        if (!now.equals(name)) {
            notices.accept("interface '%s' is called '%s' now".formatted(name, now));
            name = now;
        }
        noteState();
        return false;
    }

    private boolean isThereAgain() {
        index = devices.index(wanted);
        if (index == NetDevices.NONE) {
            return false;
        }
        name = wanted;
        up = true;
        notices.accept("interface '%s' is there again".formatted(name));
        noteState();
        return true;
    }

    private void noteState() {
        boolean now = devices.isUp(name);
        if (now != up) {
            notices.accept(
                    now
                            ? "interface '%s' is up again".formatted(name)
                            : "interface '%s' is down; waiting for it".formatted(name));
            up = now;
        }
    }
}
