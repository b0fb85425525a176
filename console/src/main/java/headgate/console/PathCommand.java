package headgate.console;

import headgate.packet.FlowHash;
import headgate.packet.Frame;
import headgate.packet.ToeplitzHash;
import headgate.softnet.PathStats;
import headgate.softnet.SoftnetProfile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "path",
        mixinStandardHelpOptions = true,
        addMethodSubcommands = false,
        description = {
            "Replay traffic through a model of the Linux receive path and show, stage by stage,",
            "queue depth, delay and drops. Give -p twice or more to compare."
        },
        footer = {
            "",
            "Exit status: 0 done, 1 --fail-on met, 2 usage, 3 input unreadable or cut.",
            "",
            "  headgate path -r burst.pcap -p linux-6 -p linux-6 --set backlog=300",
            "  headgate path -r burst.pcap --sweep backlog=16..65536 --commands"
        })
final class PathCommand implements Callable<Integer> {
    /// `sll_pkttype` of frames that the capturing host sent itself.
    private static final int OUTGOING = 4;

    private static final long SHORT_BURST_NANOS = 100_000;
    private static final long LONG_BURST_NANOS = 1_000_000;

    @Mixin private TrafficOptions traffic;

    @Mixin private OutputOptions output;

    @Option(
            names = "--arrivals",
            paramLabel = "FILE",
            description =
                    "Arrivals instead of frames: lines of time_ns,length,flow,service_ns, the last two"
                            + " optional; - for stdin; .gz is read.")
    private String arrivals;

    @Option(
            names = {"-p", "--profile"},
            paramLabel = "PROFILE",
            description =
                    "What the traffic goes through: a name (headgate profile list), host for this"
                            + " host, a profile file, the folder of a snapshot (default: linux-6);"
                            + " repeat to compare.")
    private List<String> profileWords = List.of("linux-6");

    @Option(
            names = "--device",
            paramLabel = "NAME",
            description =
                    "The interfaces of -p host or of a snapshot that traffic arrives on, as eth0+eth1"
                            + " (default: -i, or all that have interrupts of their own).")
    private String device;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description =
                    "Override in the last profile: backlog, weight, budget, budget_usecs, cpus, rps,"
                            + " flow_limit, packet_ns …; an unknown key prints them all. eth1.ring is"
                            + " that of one interface.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = "--speed",
            paramLabel = "FACTOR",
            description = "Replay faster or slower (2 = twice the rate).",
            defaultValue = "1")
    private double speed;

    @Option(
            names = "--sweep",
            paramLabel = "KEY=A..B",
            description =
                    "Find the smallest value in that range without drops (of a cost the largest), in"
                            + " the last profile; 16 values at once.")
    private String sweepText;

    @Option(
            names = "--every",
            paramLabel = "DURATION",
            description = "A line for each interval with traffic (100ms, 1s), and the totals.")
    private String every;

    @Option(
            names = "--bursts",
            description =
                    "Find microbursts: times when more arrives within 100 us, or 1 ms, than one CPU"
                            + " can do in it; and the bursts that queues take.")
    private boolean bursts;

    @Option(
            names = "--fates",
            description = "A line for each frame: delivered, or dropped where and why.")
    private boolean fates;

    @Option(
            names = "--commands",
            description = "Print the commands that set the best profile on a host.")
    private boolean commands;

    @Option(
            names = "--fail-on",
            paramLabel = "COND",
            description =
                    "Exit 1 if true for any profile: drops>0, drops>0.1%%, delay.p99>5ms,"
                            + " time_squeeze>0.")
    private String failOn;

    @Option(
            names = "--calibrate",
            description =
                    "Measure what the path costs on this host, in network namespaces made for it"
                            + " (root, iproute2; some seconds), and write a profile.")
    private boolean calibrate;

    @Option(
            names = "-o",
            paramLabel = "FILE",
            description = "The profile that --calibrate writes (default: ${DEFAULT-VALUE}).",
            defaultValue = "host.profile")
    private Path calibrated;

    /// Of each interface of the first host among the profiles whose interfaces tell their keys: its
    /// frames meet the queues that they met there. To all other profiles one hash is as good as
    /// another. Null where the interface does not tell its key.
    private ToeplitzHash[] rss = {null};

    @Override
    public Integer call() throws IOException {
        if (calibrate) {
            return new PathCalibration(output).run(calibrated);
        }
        checkOptions();
        FailCondition condition =
                failOn == null ? null : checked(() -> FailCondition.parse(failOn));
        long everyNanos = every == null ? 0 : checked(() -> TimeSpan.parseNanos(every));
        List<ProfileSource> sources = sources();
        List<SoftnetProfile> profiles = checked(() -> profiles(sources));
        sources.stream()
                .filter(source -> !source.rss().isEmpty())
                .findFirst()
                .ifPresent(source ->
                        rss =
                                source.base().interfaces().names().stream()
                                        .map(source.rss()::get)
                                        .toArray(ToeplitzHash[]::new));
        PathSweep sweep =
                sweepText == null
                        ? null
                        : checked(() -> new PathSweep(sweepText, profiles.getLast()));
        List<PathRun> runs = runs(sources, profiles);

        try (var report = new PathReport(output, inputName(), runs.size())) {
            for (int i = 0; i < runs.size(); i++) {
                prepare(i, runs.get(i), report);
            }
            PathIntervals intervals =
                    everyNanos == 0
                            ? null
                            : new PathIntervals(
                                    runs(sources, profiles), everyNanos, report::interval);
            int status = replay(runs, intervals, sweep, report);
            if (commands) {
                report.commands(bestProfile(runs, sweep), device());
            }
            boolean isMet =
                    condition != null
                            && runs.stream().map(PathRun::stats).anyMatch(condition::isMet);
            return status == ExitCode.DONE && isMet ? ExitCode.FOUND : status;
        }
    }

    private void prepare(int number, PathRun run, PathReport report) {
        if (bursts) {
            run.findBursts(SHORT_BURST_NANOS, LONG_BURST_NANOS);
        }
        if (fates) {
            run.tellFates(report.fates(number, run));
        }
    }

    private int replay(
            List<PathRun> runs, PathIntervals intervals, PathSweep sweep, PathReport report)
            throws IOException {
        var feed = new PathFeed(speed);
        feed.addAll(runs);
        if (intervals != null) {
            feed.add(intervals);
        }
        if (sweep != null) {
            feed.addAll(sweep.next());
        }
        int status = read(feed);
        if (intervals != null) {
            intervals.finish();
        }
        feed.finish();
        report.totals(feed.arrivals(), feed.spanNanos(), runs);
        if (sweep != null) {
            search(sweep);
            report.sweep(sweep);
        }
        warnOfClamped(runs.getFirst().stats(), feed.firstBackwards());
        return feed.arrivals() == 0 && status == ExitCode.DONE ? nothingArrived() : status;
    }

    /// A check that nothing was put to has not passed.
    private int nothingArrived() {
        output.err()
                .println(
                        "headgate: "
                                + inputName()
                                + ": no frame arrived"
                                + (arrivals == null
                                        ? ""
                                        : "; lines of " + ArrivalsFile.LINE + " are read"));
        return arrivals == null ? ExitCode.DONE : ExitCode.INPUT;
    }

    /// Passes over the traffic until the value is known; traffic that comes only once has had its
    /// pass.
    private void search(PathSweep sweep) throws IOException {
        while (sweep.narrow() && canReadAgain() && !Interruption.raised()) {
            var feed = new PathFeed(speed);
            feed.addAll(sweep.next());
            traffic.setStage("pass %d of the sweep".formatted(sweep.passes()));
            read(feed);
            feed.finish();
        }
    }

    private boolean canReadAgain() {
        return !traffic.isLive() && !inputName().equals("standard input");
    }

    private int read(ArrivalHandler handler) throws IOException {
        if (arrivals == null) {
            return traffic.read(frame -> take(frame, handler)).exitCode();
        }
        var file = new ArrivalsFile(arrivals);
        file.read(handler, traffic.progress(inputName()));
        if (file.damage() != null) {
            String damage = inputName() + ": " + file.damage();
            if (file.arrivals() == 0) {
                throw new CommandFailure(ExitCode.INPUT, damage);
            }
            output.err().println("headgate: " + damage);
            return ExitCode.INPUT;
        }
        return Interruption.raised() ? ExitCode.INTERRUPTED : ExitCode.DONE;
    }

    private void take(Frame frame, ArrivalHandler handler) {
        if (frame.packetType != OUTGOING) {
            handler.onArrival(
                    frame.arrivalNanos,
                    frame.lengthOnWire,
                    hash(frame),
                    ArrivalHandler.SERVICE_AS_PROFILED,
                    frame.interfaceId);
        }
    }

    private int hash(Frame frame) {
        ToeplitzHash hash = rss[Integer.remainderUnsigned(frame.interfaceId, rss.length)];
        if (hash != null) {
            return hash.ofAddressesAndPorts(frame);
        }
        return frame.rxHash == 0 ? FlowHash.symmetric(frame) : frame.rxHash;
    }

    private void checkOptions() {
        if (arrivals != null && traffic.isGiven()) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--arrivals stands for itself: leave -r and -i away");
        }
        if (!(speed >= 1e-6 && speed <= 1e6)) {
            throw new CommandFailure(ExitCode.USAGE, "--speed takes a factor of 1e-6 to 1e6");
        }
        if (every != null && checked(() -> TimeSpan.parseNanos(every)) < 1000) {
            throw new CommandFailure(ExitCode.USAGE, "--every takes 1us or more");
        }
    }

    private List<ProfileSource> sources() throws IOException {
        var sources = new ArrayList<ProfileSource>();
        for (String word : profileWords) {
            try {
                sources.add(ProfileSource.of(word, device()));
            } catch (IllegalArgumentException e) {
                throw new CommandFailure(ExitCode.USAGE, e.getMessage());
            }
            for (String note : sources.getLast().notes()) {
                output.err().println("headgate: " + word + ": " + TextTable.escape(note));
            }
        }
        return sources;
    }

    private String device() {
        return device != null ? device : traffic.interfaceName();
    }

    private List<SoftnetProfile> profiles(List<ProfileSource> sources) {
        var profiles = new ArrayList<SoftnetProfile>();
        sources.forEach(source -> profiles.add(source.base()));
        profiles.add(profiles.removeLast().asking(settings));
        return profiles;
    }

    private static List<PathRun> runs(List<ProfileSource> sources, List<SoftnetProfile> profiles) {
        var runs = new ArrayList<PathRun>();
        for (int i = 0; i < profiles.size(); i++) {
            SoftnetProfile profile = profiles.get(i);
            runs.add(new PathRun(sources.get(i).difference(profile), profile));
        }
        return runs;
    }

    /// The one that the sweep found; else the one with the fewest drops, then the shortest delay.
    private static SoftnetProfile bestProfile(List<PathRun> runs, PathSweep sweep) {
        if (sweep != null && sweep.found() != null) {
            return sweep.foundProfile();
        }
        return runs.stream()
                .min(
                        Comparator.<PathRun>comparingLong(run -> run.stats().dropped())
                                .thenComparingLong(run -> run.stats().waiting().p99Nanos()))
                .orElseThrow()
                .profile();
    }

    private String inputName() {
        if (arrivals != null) {
            return arrivals.equals("-") ? "standard input" : arrivals;
        }
        return traffic.name();
    }

    private void warnOfClamped(PathStats stats, long first) {
        if (stats.clampedArrivals() > 0) {
            output.err()
                    .printf(
                            Locale.ROOT,
                            "headgate: %s: %,d arrivals lie before the one before them%s and were taken"
                                    + " as arriving with it; times must not fall%n",
                            inputName(),
                            stats.clampedArrivals(),
                            first > 0 ? ", the first of them is number " + first + "," : "");
        }
    }

    /// What the user wrote is refused with exit code 2.
    private static <T> T checked(Supplier<T> parsing) {
        try {
            return parsing.get();
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, e.getMessage());
        }
    }
}
