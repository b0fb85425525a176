package headgate.console;

import java.util.ArrayList;
import java.util.List;

/// The user's wish to stop, as SIGINT and SIGTERM bring it: long work looks here or registers to be
/// told.
final class Interruption {
    private static volatile boolean raised;
    private static final List<Runnable> LISTENERS = new ArrayList<>();

    private Interruption() {}

    static boolean raised() {
        return raised;
    }

    /// Runs `listener` when the user asks to stop; at once if that has happened already.
    static void onRaise(Runnable listener) {
        synchronized (LISTENERS) {
            if (!raised) {
                LISTENERS.add(listener);
                return;
            }
        }
        listener.run();
    }

    static void raise() {
        List<Runnable> listeners;
        synchronized (LISTENERS) {
            raised = true;
            listeners = List.copyOf(LISTENERS);
        }
        listeners.forEach(Runnable::run);
    }
}
