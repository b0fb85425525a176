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
                            + " its own.")
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
            names = "--ring",
            paramLabel = "MIB",
            description =
                    "What the kernel may hold before it drops; MiB (default: ${DEFAULT-VALUE}).",
            defaultValue = "64")
    private int ringMebibytes;

    @Option(
            names = "--snaplen",
            paramLabel = "BYTES",
            description = "Publish no more of a frame; 0 = all of it (default: ${DEFAULT-VALUE}).",
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
                    });
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
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
                            live.ringBytes = (int) ringBytes;
                        });
        return new Input.Live(
                interfaceNames.stream()
                        .map(name -> common.with(live -> live.interfaceName = name))
                        .toList(),
                liveSource);
    }
}
