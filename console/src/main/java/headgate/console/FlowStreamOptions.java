package headgate.console;

import headgate.console.FlowsCommand.Format;
import headgate.console.flows.FollowedStream;
import headgate.console.flows.FollowedStream.Side;
import headgate.flow.FlowSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.EnumSet;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// What both sides of one conversation said, instead of flows.
final class FlowStreamOptions {
    @Option(
            names = "--stream",
            paramLabel = "ID",
            description =
                    "Print what both sides of one conversation said, in order: its "
                            + "community id, or its number in the order of -s start, from 1. -T "
                            + "text, hex or raw.")
    private String stream;

    @Option(
            names = "--side",
            paramLabel = "SIDE",
            description = "Of --stream only this side: ${COMPLETION-CANDIDATES}.")
    private Side side;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    boolean isAsked() {
        return stream != null;
    }

    /// @param isList whether something was asked for that only a list of flows has
    void refuseContradictions(Format format, boolean isList) {
        boolean ofStream = format == Format.hex || format == Format.raw;
        if (stream == null) {
            if (side != null || ofStream) {
                throw usage("--side, -T hex and -T raw are of --stream ID");
            }
            return;
        }
        if (format != Format.text && !ofStream) {
            throw usage("--stream is printed with -T text, hex or raw");
        }
        if (format == Format.raw && side == null) {
            throw usage("-T raw is of one side: --side orig or --side resp");
        }
        if (isList) {
            throw usage(
                    "--stream names one conversation: -s -n -e -w --where --app --matrix are of lists");
        }
    }

    /// Prints it, and returns the exit status.
    int print(TrafficOptions traffic, FlowSettings settings, Format format) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        FollowedStream.Listener printer =
                switch (format) {
                    case hex -> new StreamText(out, true);
                    case raw -> new StreamBytes(StandardOutput.OWN);
                    default -> new StreamText(out, false);
                };
        FollowedStream followed = followed(settings, printer);
        var end =
                traffic.read(frame -> {
                    followed.onFrame(frame);
                    if (traffic.isLive()) {
                        out.flush();
                    }
                });
        followed.finish();
        out.flush();
        explain(followed);
        return end.exitCode();
    }

    private FollowedStream followed(FlowSettings settings, FollowedStream.Listener printer) {
        var wanted = side == null ? EnumSet.allOf(Side.class) : EnumSet.of(side);
        try {
            return new FollowedStream(stream, settings, wanted, printer);
        } catch (IllegalArgumentException e) {
            throw usage("--stream " + e.getMessage());
        }
    }

    private void explain(FollowedStream followed) {
        if (followed.found() == 0) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "no conversation %s among %d; list them with -s start -n 0 -e community_id"
                            .formatted(stream, followed.conversations()));
        }
        var err = spec.commandLine().getErr();
        err.printf(
                "%d bytes; %d missing in %d places, %d sent again%n",
                followed.bytes(), followed.missing(), followed.holes(), followed.repeated());
        if (followed.givenUp() > 0) {
            err.printf(
                    "headgate: holes that were left because too much came behind them: %d%n",
                    followed.givenUp());
        }
        if (followed.fragments() > 0) {
            err.printf(
                    "headgate: later fragments between these addresses, not in it: %d%n",
                    followed.fragments());
        }
        err.flush();
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
