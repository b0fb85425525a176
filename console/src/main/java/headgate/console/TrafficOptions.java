package headgate.console;

import headgate.capture.CaptureFilter;
import headgate.capture.CaptureInterface;
import headgate.capture.CaptureSettings.Input;
import headgate.capture.DuplicateWindow;
import headgate.capture.FrameHandler;
import headgate.capture.FrameSource;
import headgate.capture.FrameSources;
import headgate.capture.InputOptions;
import headgate.capture.LiveSettings;
import headgate.flow.LossPlace;
import headgate.packet.Check;
import headgate.packet.Frame;
import headgate.packet.FrameDecoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Where an analysing command takes its frames from, and the loop that reads them.
final class TrafficOptions {
    private static final int FRAMES_PER_POLL = 1024;

    @Mixin private final InputOptions input = new InputOptions();

    @Option(
            names = {"-i", "--interface"},
            paramLabel = "IFACE",
            description = "Capture live (needs CAP_NET_RAW) until Ctrl-C or --duration.")
    private String interfaceName;

    @Option(
            names = "--source",
            paramLabel = "KIND",
            description = "What captures live: auto, ring or pcap (default: auto).",
            defaultValue = "AUTO")
    private FrameSources.Live liveSource;

    @Option(
            names = "--duration",
            paramLabel = "SECONDS",
            description = "Stop a live capture after so long.")
    private double durationSeconds;

    @Option(
            names = "--progress",
            paramLabel = "MODE",
            description =
                    "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}; plain = a line each 10 s).",
            defaultValue = "auto")
    private Progress.Mode progressMode;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    private FrameSource reading;

    /// What is being done with the traffic, for the progress line; empty if that is plain.
    private String stage = "";

    /// How reading ended.
    ///
    /// @param frames frames handed over
    /// @param malformed how many of them could not be decoded to the end
    /// @param damage what was wrong with the input, for people; null if nothing
    /// @param lostAt where the capture lost frames, as far as it tells
    /// @param interrupted whether the user stopped it
    record End(long frames, long malformed, String damage, LossPlace lostAt, boolean interrupted) {
        int exitCode() {
            return interrupted
                    ? ExitCode.INTERRUPTED
                    : damage == null ? ExitCode.DONE : ExitCode.INPUT;
        }
    }

    /// Whether the user named a file or an interface.
    boolean isGiven() {
        return input.isGiven() || interfaceName != null;
    }

    /// The interface that is captured; null if files are read.
    String interfaceName() {
        return interfaceName;
    }

    /// What the source is called, for people.
    String name() {
        return interfaceName == null ? file().name() : interfaceName;
    }

    /// Whether this is one of the files that are read.
    boolean reads(Path path) throws IOException {
        if (interfaceName != null || !Files.exists(path)) {
            return false;
        }
        for (Path source : file().paths()) {
            if (Files.exists(source) && Files.isSameFile(path, source)) {
                return true;
            }
        }
        return false;
    }

    /// Whether frames come as they are captured, and do not end by themselves.
    boolean isLive() {
        return interfaceName != null || input.follow();
    }

    /// Names what the next reading is for.
    void setStage(String words) {
        stage = words;
    }

    /// The progress line of a reading that starts now.
    Progress progress(String what) {
        String label = stage.isEmpty() ? what : what + ", " + stage;
        return new Progress(progressMode, spec.commandLine().getErr(), label, System.nanoTime());
    }

    /// The words of the filter as one expression; empty if there are none.
    String filter() {
        return input.filter();
    }

    /// Reads all frames, decoded, in order; says on standard error what was wrong with the input.
    End read(FrameHandler handler) throws IOException {
        return readUpTo(Long.MAX_VALUE, handler);
    }

    /// Like [#read], but no more than `limit` frames.
    End readUpTo(long limit, FrameHandler handler) throws IOException {
        try (var source = open()) {
            reading = source;
            Interruption.onRaise(source::interrupt);
            return new Reading(source, handler, limit).run();
        }
    }

    /// The interfaces that the frames being read name, so far; for a handler.
    List<CaptureInterface> interfaces() {
        return reading.interfaces();
    }

    /// Whether the source that is being read tells interfaces apart; for a handler.
    boolean describesInterfaces() {
        return reading.describesInterfaces();
    }

    private FrameSource open() throws IOException {
        if (input.isGiven() == (interfaceName != null)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "name either a capture with -r FILE or an interface with -i");
        }
        try {
            return interfaceName == null
                    ? FrameSources.files(file())
                    : FrameSources.live(
                                    LiveSettings.of(interfaceName)
                                            .with(draft -> draft.filter = filter()),
                                    liveSource,
                                    this::say)
                            .getFirst();
        } catch (CaptureFilter.SyntaxException e) {
            throw new CommandFailure(ExitCode.USAGE, e.getMessage());
        }
    }

    private DuplicateWindow duplicateWindow() {
        try {
            return input.dedupMillis() == 0 ? null : new DuplicateWindow(input.dedupMillis());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private Input.File file() {
        try {
            return input.input(0);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private void say(String words) {
        var err = spec.commandLine().getErr();
        err.println("headgate: " + name() + ": " + words);
        err.flush();
    }

    /// One pass over a source.
    private final class Reading implements FrameHandler {
        private final FrameSource source;
        private final FrameHandler handler;
        private final long limit;
        private final FrameDecoder decoder = new FrameDecoder();
        private final DuplicateWindow duplicateWindow;
        private long duplicates;
        private final Progress progress;
        private final long startNanos = System.nanoTime();
        private long frames;
        private long malformed;

        Reading(FrameSource source, FrameHandler handler, long limit) {
            this.source = source;
            this.handler = handler;
            this.limit = limit;
            this.duplicateWindow = duplicateWindow();
            this.progress = progress(name());
        }

        End run() throws IOException {
            while (frames < limit && !Interruption.raised() && !timeIsUp()) {
                int wanted = (int) Math.min(FRAMES_PER_POLL, limit - frames);
                if (source.poll(this, wanted) == FrameSource.END) {
                    break;
                }
                showProgress();
            }
            progress.clear();
            if (duplicates > 0) {
                say(duplicates + " duplicates left out");
            }
            if (duplicateWindow != null && duplicateWindow.forgotten() > 0) {
                say(
                        duplicateWindow.forgotten()
                                + " frames came too close to find all their copies");
            }
            String damage = source.statistics().damage();
            if (damage != null) {
                say(damage);
            }
            return new End(frames, malformed, damage, lostAt(), Interruption.raised());
        }

        private LossPlace lostAt() {
            var seen = source.statistics();
            LossPlace place = LossPlace.UNKNOWN;
            if (seen.dropped() > 0) {
                place = place.and(LossPlace.SOCKET);
            }
            return seen.interfaceDropped() > 0 ? place.and(LossPlace.INTERFACE) : place;
        }

        @Override
        public void onFrame(Frame frame) {
            if (duplicateWindow != null && duplicateWindow.isDuplicate(frame)) {
                duplicates++;
                return;
            }
            decode(frame);
            handler.onFrame(frame);
        }

        @Override
        public void onFrames(Frame[] several, int from, int to) {
            if (duplicateWindow != null) {
                FrameHandler.super.onFrames(several, from, to);
                return;
            }
            for (int i = from; i < to; i++) {
                decode(several[i]);
            }
            handler.onFrames(several, from, to);
        }

        private void decode(Frame frame) {
            decoder.decode(frame);
            frames++;
            if (frame.check != Check.OK) {
                malformed++;
            }
        }

        private boolean timeIsUp() {
            return isLive()
                    && durationSeconds > 0
                    && System.nanoTime() - startNanos > durationSeconds * 1e9;
        }

        private void showProgress() {
            long now = System.nanoTime();
            if (progress.due(now)) {
                var statistics = source.statistics();
                progress.show(
                        now, statistics.bytesRead(), statistics.bytesTotal(), frames, malformed);
            }
        }
    }
}
