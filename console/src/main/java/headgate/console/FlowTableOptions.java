package headgate.console;

import headgate.capture.FrameHandler;
import headgate.flow.FlowListener;
import headgate.flow.FlowRecord;
import headgate.flow.FlowSettings;
import headgate.flow.FlowTable;
import headgate.flow.FlowTableStatistics;
import headgate.flow.FlowTotals;
import headgate.flow.LossPlace;
import headgate.flow.ZeekPackets;
import headgate.packet.Frame;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// What is one flow: where it ends, how many are kept, by whose rules; and traffic read by them.
final class FlowTableOptions {
    @Option(
            names = "--idle",
            paramLabel = "SECONDS",
            description =
                    "End a flow that was idle for so long (default: a file's never; live: by"
                            + " protocol).")
    private Double idleSeconds;

    @Option(
            names = "--zeek",
            description =
                    "Follow Zeek's rules of where a connection ends and who began it; as "
                            + "text, write a conn.log.")
    private boolean zeek;

    @Option(
            names = "--max-flows",
            paramLabel = "N",
            description =
                    "Most flows alive at once; more end one early (default: ${DEFAULT-VALUE}).",
            defaultValue = "1000000")
    private int maxFlows;

    @Option(
            names = "--max-detailed",
            paramLabel = "N",
            description =
                    "Most flows alive at once whose round trips, gaps and kinds of"
                            + " retransmissions are kept (default: ${DEFAULT-VALUE}).",
            defaultValue = "65536")
    private int maxDetailed;

    @Option(
            names = "-C",
            description = "With --zeek: count frames with wrong checksums, as zeek -C does.")
    private boolean ignoreChecksums;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /// How a reading ended.
    ///
    /// @param seen what the table counted
    record Reading(TrafficOptions.End end, FlowTableStatistics seen) {}

    /// Whether flows are Zeek's connections.
    boolean followsZeek() {
        return zeek;
    }

    /// The rules that were chosen.
    ///
    /// @param plain those that hold where none were
    FlowSettings settings(FlowSettings plain, boolean givesDetail, boolean givesMetadata) {
        if (zeek && idleSeconds != null) {
            throw usage("--zeek has idle times of its own: leave --idle out");
        }
        if (idleSeconds != null && !(idleSeconds * 1e9 >= 1)) {
            throw usage("--idle " + idleSeconds + ": must be seconds above 0");
        }
        if (ignoreChecksums && !zeek) {
            throw usage("-C goes with --zeek: otherwise no checksum is verified");
        }
        try {
            FlowSettings settings =
                    (zeek ? FlowSettings.ZEEK : plain)
                            .with(draft -> {
                                draft.maxFlows = maxFlows;
                                draft.maxDetailedFlows =
                                        givesDetail ? maxDetailed : Math.min(maxDetailed, 0);
                                draft.verifiesChecksums &= !ignoreChecksums;
                                draft.keepsMetadata = givesMetadata;
                            });
            return idleSeconds == null
                    ? settings
                    : settings.withIdleNanos((long) (idleSeconds * 1e9));
        } catch (IllegalArgumentException e) {
            throw usage("--" + e.getMessage());
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /// Reads all traffic; the listener has had every flow when this returns.
    Reading read(TrafficOptions traffic, FlowSettings settings, FlowListener listener)
            throws IOException {
        var placed = new Placed(listener);
        var table = new FlowTable(settings, placed);
        var packets = new ZeekPackets(settings, table::onFrame);
        var end = traffic.read(zeek ? packets::onFrame : new Counter(table));
        placed.lostAt = end.lostAt();
        table.endAll();
        say(
                packets.incompletePackets(),
                "packets of which not all fragments came: %d; in no connection");
        say(
                packets.wrongChecksums(),
                "packets around others with a wrong checksum, not looked into: %d");
        return new Reading(end, table.statistics());
    }

    /// Lets the table know several frames at once.
    private record Counter(FlowTable table) implements FrameHandler {
        @Override
        public void onFrame(Frame frame) {
            table.onFrame(frame);
        }

        @Override
        public void onFrames(Frame[] frames, int from, int to) {
            table.onFrames(frames, from, to);
        }
    }

    /// Gives missing bytes their place: none is known before the end of the traffic.
    private static final class Placed implements FlowListener {
        private final FlowListener next;
        private LossPlace lostAt = LossPlace.UNKNOWN;

        Placed(FlowListener next) {
            this.next = next;
        }

        @Override
        public boolean wants(FlowTotals flow) {
            return next.wants(flow);
        }

        @Override
        public void onRecord(FlowRecord record) {
            next.onRecord(record.missingBytes() == 0 ? record : record.lostAt(lostAt));
        }
    }

    /// Says on standard error what stands between the rows and what was seen.
    ///
    /// @param givesDetail whether the rows have details
    void explain(FlowTableStatistics seen, boolean givesDetail) {
        say(seen.framesLate(), "frames older than one before them: %d; counted, time went on");
        say(
                seen.endedEvicted(),
                "flows ended early to make room: %d; raise --max-flows (" + maxFlows + ")");
        if (givesDetail) {
            say(
                    seen.flowsWithoutDetail(),
                    "flows without details for want of room: %d; raise --max-detailed ("
                            + maxDetailed
                            + ")");
        }
        say(seen.tunnelsWithoutRoom(), "flows whose tunnels were not kept for want of room: %d");
        say(
                seen.framesWithWrongChecksum(),
                "frames with a wrong checksum, not counted: %d (-C counts them)");
        say(
                seen.openingsWithoutRoom(),
                "first messages of which something was not kept for want of room: %d");
        spec.commandLine().getErr().flush();
    }

    private void say(long count, String what) {
        if (count > 0) {
            spec.commandLine().getErr().println("headgate: " + what.formatted(count));
        }
    }
}
