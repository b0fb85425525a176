package headgate.capture;

import headgate.capture.CaptureSettings.Input;
import headgate.capture.CaptureSettings.Publishing;
import headgate.schema.Topics;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The flags of every command that captures and publishes: what is captured, and what of it goes to
/// which topics.
public final class CaptureOptions {
    @Option(
            names = {"-i", "--interface"},
            paramLabel = "IFACE",
            description =
                    "Capture live (needs CAP_NET_RAW); repeat for several, each a capture point of"
                            + " its own; eth0+eth1 joins the two directions of a tap.")
    private List<String> interfaceNames = List.of();

    @Mixin private final InputOptions input = new InputOptions();

    @Option(
            names = "--speed",
            paramLabel = "FACTOR",
            description =
                    "Of a file: times the recorded pace; 0 flat out (default: ${DEFAULT-VALUE}).")
    private double speed;

    @Option(
            names = "--source",
            paramLabel = "KIND",
            description = "What captures live: auto, ring or pcap (default: auto).",
            defaultValue = "AUTO")
    private FrameSources.Live liveSource;

    @Option(
            names = "--libpcap",
            paramLabel = "FILE",
            description = "The library to load as libpcap, such as one that knows PF_RING.")
    private Path libpcap;

    @Option(
            names = {"-B", "--ring"},
            paramLabel = "MIB",
            description =
                    "What the kernel may hold, per thread, before it drops; MiB (default:"
                            + " ${DEFAULT-VALUE}).",
            defaultValue = "64")
    private int ringMebibytes;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description =
                    "Rings per interface, each with a thread of its own (default: ${DEFAULT-VALUE}).",
            defaultValue = "1")
    private int threads;

    @Option(
            names = "--fanout",
            paramLabel = "BY",
            description =
                    "By what frames are spread over them: hash (of the flow), cpu or queue (default:"
                            + " hash).",
            defaultValue = "HASH")
    private LiveSettings.Fanout fanout;

    @Option(
            names = "--timestamps",
            paramLabel = "CLOCK",
            description = "software, or hardware where the device has it (default: software).",
            defaultValue = "SOFTWARE")
    private LiveSettings.Timestamps timestamps;

    @Option(
            names = {"-Q", "--direction"},
            paramLabel = "WAY",
            description = "in, out or both, as this host sees it (default: both).",
            defaultValue = "BOTH")
    private LiveSettings.Direction direction;

    @Option(
            names = {"-p", "--no-promiscuous-mode"},
            description = "Leave the interface as it is: no frames for other addresses.")
    private boolean notPromiscuous;

    @Option(
            names = "--block-timeout",
            paramLabel = "MILLIS",
            description =
                    "Longest time that a frame waits for its block to fill (default:"
                            + " ${DEFAULT-VALUE}).",
            defaultValue = "20")
    private int blockTimeoutMillis;

    @Option(
            names = "--busy-poll",
            paramLabel = "MICROS",
            description =
                    "How long a thread looks for frames before it sleeps; costs a CPU (default:"
                            + " ${DEFAULT-VALUE}).",
            defaultValue = "0")
    private int busyPollMicros;

    @Option(
            names = {"-s", "--snaplen"},
            paramLabel = "BYTES",
            description = "Take no more of a frame; 0 = all of it (default: ${DEFAULT-VALUE}).",
            defaultValue = "0")
    private int snaplen;

    @Option(names = "--headers-only", description = "Publish no payload.")
    private boolean headersOnly;

    @Option(
            names = "--sample",
            paramLabel = "N",
            description =
                    "Publish one of N flows, and the arrivals of all (default: ${DEFAULT-VALUE}).",
            defaultValue = "1")
    private int sampling;

    @Option(names = "-c", paramLabel = "N", description = "Stop after N frames.")
    private long packets = Autostop.NEVER;

    @Option(
            names = {"-a", "--autostop"},
            paramLabel = "CONDITION",
            description =
                    "Stop at duration:SECONDS, packets:N, or filesize:KB (of the file of -w).")
    private List<String> stopConditions = List.of();

    @Option(
            names = {"-w", "--write"},
            paramLabel = "FILE",
            description = "Save frames as pcapng, too; - for standard output.")
    private Path saveTo;

    @Option(
            names = {"-b", "--ring-buffer"},
            paramLabel = "CONDITION",
            description =
                    "Begin the next file at duration:SECONDS or filesize:KB; files:N keeps the"
                            + " latest N.")
    private List<String> nextFile = List.of();

    @Option(
            names = "--topic-prefix",
            paramLabel = "PREFIX",
            description = "Before each topic's name (default: ${DEFAULT-VALUE}).",
            defaultValue = "headgate.")
    private String topicPrefix;

    @Option(
            names = "--agent",
            paramLabel = "NAME",
            description = "What this agent is called (default: the host's name).")
    private String agent;

    @Option(
            names = "--lanes",
            paramLabel = "N",
            description =
                    "Ways that flows are spread, and partitions of a new frames topic"
                            + " (default: ${DEFAULT-VALUE}).")
    private int lanes;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /// @param speed of a file, unless the user says
    /// @param lanes unless the user says
    public CaptureOptions(double speed, int lanes) {
        this.speed = speed;
        this.lanes = lanes;
    }

    /// Whether the user named neither a file nor an interface.
    public boolean namesNothing() {
        return !input.isGiven() && interfaceNames.isEmpty();
    }

    /// Reads this file, as if the user had named it.
    ///
    /// @param agent what the agent is called, unless the user says
    public void play(Path file, String agent) {
        input.name(file);
        if (this.agent == null) {
            this.agent = agent;
        }
    }

    /// The settings that the flags end in.
    ///
    /// @throws ParameterException when they contradict each other, or one is out of its range
    public CaptureSettings settings(String brokers) {
        if (input.isGiven() != interfaceNames.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "name either a capture with -r FILE or an interface with -i IFACE");
        }
        if (saveTo == null
                && (!nextFile.isEmpty()
                        || stopConditions.stream().anyMatch(a -> a.startsWith("filesize:")))) {
            throw new ParameterException(
                    spec.commandLine(), "-b and filesize: are about files: name one with -w");
        }
        if (saveTo != null && interfaceNames.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "-w saves what comes from interfaces; to copy frames of a file: headgate"
                            + " packets -r FILE -w FILE");
        }
        if (libpcap != null) {
            useLibpcap();
        }
        try {
            var publishing =
                    Publishing.to(brokers)
                            .with(to -> {
                                to.topics = Topics.with(topicPrefix);
                                to.lanes = lanes;
                            });
            return CaptureSettings.of(input(), publishing)
                    .with(settings -> {
                        settings.agent = agent == null ? settings.agent : agent;
                        settings.snaplen = snaplen;
                        settings.headersOnly = headersOnly;
                        settings.dedupMillis = input.dedupMillis();
                        settings.sampling = sampling;
                        settings.autostop = Autostop.parse(packets, stopConditions);
                        settings.files = saveTo == null ? null : FileRing.parse(saveTo, nextFile);
                    });
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private void useLibpcap() {
        try {
            FrameSources.useLibpcap(libpcap);
        } catch (CaptureOpenException e) {
            throw new ParameterException(spec.commandLine(), "--libpcap: " + e.getMessage(), e);
        }
    }

    private Input input() {
        if (input.isGiven()) {
            return input.input(speed);
        }
        long ringBytes = (long) ringMebibytes << 20;
        if (ringBytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("ring " + ringMebibytes + " is more than 2047 MiB");
        }
        LiveSettings common =
                LiveSettings.of(interfaceNames.getFirst())
                        .with(live -> {
                            live.filter = input.filter();
                            live.snaplen = snaplen == 0 ? live.snaplen : snaplen;
                            live.ringBytes = (int) ringBytes;
                            live.threads = threads;
                            live.fanout = fanout;
                            live.timestamps = timestamps;
                            live.direction = direction;
                            live.promiscuous = !notPromiscuous;
                            live.blockTimeoutMillis = blockTimeoutMillis;
                            live.busyPollMicros = busyPollMicros;
                        });
        return new Input.Live(
                interfaceNames.stream()
                        .map(name -> common.with(live -> live.interfaceName = name))
                        .toList(),
                liveSource);
    }
}
