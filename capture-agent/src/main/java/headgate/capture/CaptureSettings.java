package headgate.capture;

import static headgate.capture.file.CaptureFileSource.STANDARD_INPUT;

import headgate.schema.Topics;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// What one capture agent does: the record that all its flags end in.
///
/// @param agent name of this agent, part of every record and key; may not contain `/`
/// @param input what is captured
/// @param snaplen most bytes of a frame that are published; 0 means no limit
/// @param headersOnly whether payload stays here
/// @param dedupMillis a frame that came so long before, VLAN tags aside, is left out, at most
///   [DuplicateWindow#MAX_MILLIS]; 0 leaves none out
/// @param sampling one of so many flows is published, 1 all of them; arrivals are published of
///   every frame
/// @param autostop when the capture ends by itself
/// @param files where frames are saved, too; null nowhere
/// @param hostDocuments a directory with the documents of the host that the frames come from; null
///   publishes those of this host for an interface, and none for a file
/// @param publishing where to
public record CaptureSettings(
        String agent,
        Input input,
        int snaplen,
        boolean headersOnly,
        int dedupMillis,
        int sampling,
        Autostop autostop,
        FileRing files,
        Path hostDocuments,
        Publishing publishing) {

    /// What is captured.
    public sealed interface Input {
        /// Capture files.
        ///
        /// @param paths files, directories for the captures in them, or
        ///   [headgate.capture.file.CaptureFileSource#STANDARD_INPUT]; several are merged by time
        /// @param speed times the recorded pace; 0 flat out
        /// @param follow whether the one file or directory is still being written to
        /// @param filter pcap-filter(7) expression; empty takes every frame
        record File(List<Path> paths, double speed, boolean follow, String filter)
                implements Input {
            public File {
                paths = List.copyOf(paths);
                require(!paths.isEmpty(), "a capture file is needed");
                require(
                        speed >= 0 && speed < Double.POSITIVE_INFINITY,
                        "speed " + speed + " is not 0 or more");
                require(
                        !follow || paths.size() == 1 && !paths.getFirst().equals(STANDARD_INPUT),
                        "what is followed must be one file or one directory");
            }

            /// One whole file.
            public File(Path path, double speed, String filter) {
                this(List.of(path), speed, false, filter);
            }

            /// The name of the first file, and how many more there are.
            public String name() {
                Path first = paths.getFirst();
                String name =
                        first.equals(STANDARD_INPUT)
                                ? "stdin"
                                : first.toAbsolutePath().normalize().getFileName().toString();
                return paths.size() == 1 ? name : name + "+" + (paths.size() - 1);
            }
        }

        /// Interfaces of this host, each a capture point of its own, until the agent is stopped.
        record Live(List<LiveSettings> interfaces, FrameSources.Live kind) implements Input {
            public Live {
                interfaces = List.copyOf(interfaces);
                require(!interfaces.isEmpty(), "interface: a name is needed");
            }
        }
    }

    /// Where frames go, and what happens when they cannot.
    ///
    /// @param brokers `HOST:PORT`, several separated by commas
    /// @param lanes how many ways flows are spread, 1 to 1024; also the partitions of a `frames`
    ///   topic that is not there yet
    /// @param outboxBytes what may wait for the broker before a file waits or a live source sheds;
    ///   one poll's frames may go beyond it
    /// @param giveUpAfter how long a broker may be away
    /// @param spoolDirectory where what no broker takes waits, and outlives the agent; null if
    ///   nowhere: then it waits in the outbox alone, and not longer than `giveUpAfter`
    /// @param spoolBytes what may wait there
    /// @param client further settings of the Kafka clients, such as those of TLS and SASL
    public record Publishing(
            String brokers,
            Topics topics,
            int lanes,
            long outboxBytes,
            Duration giveUpAfter,
            Path spoolDirectory,
            long spoolBytes,
            Map<String, String> client) {
        private static final long LEAST_OUTBOX_BYTES = 1 << 20;

        public Publishing {
            client = Map.copyOf(client);
            Topics.requireAddresses(brokers);
            require(lanes >= 1 && lanes <= 1024, "lanes " + lanes + " is not within 1 and 1024");
            require(
                    outboxBytes >= LEAST_OUTBOX_BYTES,
                    "outbox " + outboxBytes + " is less than " + LEAST_OUTBOX_BYTES + " bytes");
            require(
                    giveUpAfter.compareTo(Duration.ofSeconds(1)) >= 0,
                    "give-up-after must be 1 second or more");
            require(
                    spoolBytes >= Spool.LEAST_BYTES,
                    "spool-size " + spoolBytes + " is less than " + Spool.LEAST_BYTES + " bytes");
        }

        /// Four lanes, 40 MiB, two minutes, no spool.
        public static Publishing to(String brokers) {
            return new Publishing(
                    brokers,
                    Topics.DEFAULT,
                    4,
                    40 << 20,
                    Duration.ofMinutes(2),
                    null,
                    1 << 30,
                    Map.of());
        }

        /// A copy in which some values are others: `publishing.with(draft -> draft.lanes = 8)`.
        public Publishing with(Consumer<Draft> change) {
            var draft = new Draft(this);
            change.accept(draft);
            return new Publishing(
                    draft.brokers,
                    draft.topics,
                    draft.lanes,
                    draft.outboxBytes,
                    draft.giveUpAfter,
                    draft.spoolDirectory,
                    draft.spoolBytes,
                    draft.client);
        }

        /// Settings that are being changed; checked when they become [Publishing] again.
        public static final class Draft {
            public String brokers;
            public Topics topics;
            public int lanes;
            public long outboxBytes;
            public Duration giveUpAfter;
            public Path spoolDirectory;
            public long spoolBytes;
            public Map<String, String> client;

            private Draft(Publishing from) {
                brokers = from.brokers;
                topics = from.topics;
                lanes = from.lanes;
                outboxBytes = from.outboxBytes;
                giveUpAfter = from.giveUpAfter;
                spoolDirectory = from.spoolDirectory;
                spoolBytes = from.spoolBytes;
                client = from.client;
            }
        }
    }

    public CaptureSettings {
        require(!agent.isBlank(), "agent: a name is needed");
        require(agent.indexOf('/') < 0, "agent '" + agent + "' must not contain '/'");
        require(snaplen >= 0, "snaplen " + snaplen + " is not 0 or more");
        require(
                dedupMillis >= 0 && dedupMillis <= DuplicateWindow.MAX_MILLIS,
                "dedup %d is not within 0 and %d ms"
                        .formatted(dedupMillis, DuplicateWindow.MAX_MILLIS));
        require(sampling >= 1, "sample " + sampling + " is not 1 or more");
    }

    /// Whole frames, in this host's name.
    public static CaptureSettings of(Input input, Publishing publishing) {
        return new CaptureSettings(
                hostName(), input, 0, false, 0, 1, Autostop.NONE, null, null, publishing);
    }

    /// A copy in which some values are others: `settings.with(draft -> draft.agent = "gw1")`.
    public CaptureSettings with(Consumer<Draft> change) {
        var draft = new Draft(this);
        change.accept(draft);
        return new CaptureSettings(
                draft.agent,
                draft.input,
                draft.snaplen,
                draft.headersOnly,
                draft.dedupMillis,
                draft.sampling,
                draft.autostop,
                draft.files,
                draft.hostDocuments,
                draft.publishing);
    }

    /// Settings that are being changed; checked when they become [CaptureSettings] again.
    public static final class Draft {
        public String agent;
        public Input input;
        public int snaplen;
        public boolean headersOnly;
        public int dedupMillis;
        public int sampling;
        public Autostop autostop;
        public FileRing files;
        public Path hostDocuments;
        public Publishing publishing;

        private Draft(CaptureSettings from) {
            agent = from.agent;
            input = from.input;
            snaplen = from.snaplen;
            headersOnly = from.headersOnly;
            dedupMillis = from.dedupMillis;
            sampling = from.sampling;
            autostop = from.autostop;
            files = from.files;
            hostDocuments = from.hostDocuments;
            publishing = from.publishing;
        }
    }

    /// What the agent is called unless it is told.
    public static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException _) {
            return "localhost";
        }
    }

    /// What is captured, for people: the interfaces, or the file's name, which is also what records
    /// call it.
    public String inputName() {
        return switch (input) {
            case Input.File files -> files.name();
            case Input.Live(var interfaces, _) ->
                    String.join(
                            ", ", interfaces.stream().map(LiveSettings::interfaceName).toList());
        };
    }

    String filter() {
        return switch (input) {
            case Input.File(_, _, _, var filter) -> filter;
            case Input.Live(var interfaces, _) -> interfaces.getFirst().filter();
        };
    }

    boolean isLive() {
        return input instanceof Input.Live;
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
