package headgate.console;

/// Exit codes are part of the interface: scripts depend on them.
final class ExitCode {
    /// Done; nothing was found that the user asked to be told of.
    static final int DONE = 0;

    /// Done, and the condition of `--fail-on` was met.
    static final int FOUND = 1;

    /// Unknown flag, bad value.
    static final int USAGE = 2;

    /// The input could not be read, or not to its end; or what was asked for not be written.
    static final int INPUT = 3;

    /// A broker or server could not be reached, or refused.
    static final int BROKER = 4;

    /// A bug of ours.
    static final int INTERNAL = 5;

    /// Stopped by the user; partial results were printed.
    static final int INTERRUPTED = 130;

    private ExitCode() {}
}
