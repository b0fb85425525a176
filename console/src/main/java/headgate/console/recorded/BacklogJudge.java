package headgate.console.recorded;

import headgate.console.recorded.JudgedRun.Judging;
import headgate.softnet.DropReason;
import headgate.softnet.PathStats;
import headgate.softnet.QueueLayer;
import headgate.softnet.ReceivePath;
import headgate.softnet.RxListener;
import headgate.softnet.SoftnetProfile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BiConsumer;

/// Holds the modelled backlog against recordings of a real kernel's.
final class BacklogJudge {
    /// Phases of the tick that are tried where a run's own is not known.
    private static final int PHASES = 8;

    private BacklogJudge() {}

    static List<JudgedRun> judge(Path directory) throws IOException {
        var judged = new ArrayList<JudgedRun>();
        for (RecordedCase recorded : RecordedCase.readAll(directory)) {
            for (RecordedRun run : recorded.runs()) {
                judged.add(judge(recorded, run));
            }
        }
        return judged;
    }

    private static JudgedRun judge(RecordedCase recorded, RecordedRun run) {
        boolean isExact = recorded.kind().startsWith("exact-");
        boolean isSqueeze = recorded.kind().equals("random-squeeze");
        SoftnetProfile own = run.calibrated(recorded.profile());
        Answer answer = Answer.to(own, run, RecordedRun::replay);
        var differences = new Differences();
        if (isExact) {
            answer.addDifferences(recorded, run, differences);
        } else if (isSqueeze) {
            addImpossibleSqueeze(own, run, differences);
        }
        boolean isRate = !isExact && !isSqueeze;
        return new JudgedRun(
                recorded.kind(),
                recorded.id(),
                run.file(),
                isRate ? Judging.RATE : Judging.EXACT,
                isExact ? run.preconditionsMet() : run.quiet(),
                new Counts(
                        run.accepted(),
                        run.dropped(),
                        run.pollWorks().size(),
                        run.timeSqueeze(),
                        run.flowLimitCount()),
                answer.counts(),
                isRate
                        ? Answer.to(recorded.profile(), run, RecordedRun::replayBlind).counts()
                        : null,
                differences.words());
    }

    /// RP-26: the tick's phase is not recorded; some phase has to give what was measured.
    private static void addImpossibleSqueeze(
            SoftnetProfile profile, RecordedRun run, Differences differences) {
        var possible = new ArrayList<Long>();
        for (int i = 0; i < PHASES; i++) {
            long phaseNanos = profile.cpus().tickNanos() * i / PHASES;
            Answer answer =
                    Answer.to(
                            profile.with("tick_phase_ns", Long.toString(phaseNanos)),
                            run,
                            RecordedRun::replay);
            possible.add(answer.stats.timeSqueeze());
            if (answer.stats.dropped() != run.dropped()) {
                differences.add("dropped", answer.stats.dropped(), run.dropped());
                return;
            }
        }
        if (!possible.contains(run.timeSqueeze())) {
            differences.add("time_squeeze, by the tick's phase", possible, run.timeSqueeze());
        }
    }

    /// What the model says of one run.
    private record Answer(
            PathStats stats, List<Integer> pollWorks, List<Integer> dropped, long receivedRps) {
        private static final class Observer implements RxListener {
            final List<Integer> pollWorks = new ArrayList<>();
            final List<Integer> dropped = new ArrayList<>();

            @Override
            public void polled(int cpu, long atNanos, int work, boolean inKsoftirqd) {
                pollWorks.add(work);
            }

            @Override
            public void dropped(long sequence, long atNanos, int cpu, DropReason reason) {
                dropped.add((int) sequence);
            }
        }

        static Answer to(
                SoftnetProfile profile, RecordedRun run, BiConsumer<RecordedRun, QueueLayer> how) {
            var observer = new Observer();
            var path = new ReceivePath(profile, observer);
            how.accept(run, path);
            return new Answer(
                    path.drain(path.runUntilIdle()),
                    observer.pollWorks,
                    observer.dropped,
                    path.softnetStat(1).receivedRps());
        }

        Counts counts() {
            return new Counts(
                    accepted(),
                    stats.dropped(),
                    pollWorks.size(),
                    stats.timeSqueeze(),
                    stats.flowLimitCount());
        }

        private long accepted() {
            return stats.offered() - stats.dropped();
        }

        void addDifferences(RecordedCase recorded, RecordedRun run, Differences differences) {
            differences.compare("accepted", accepted(), run.accepted());
            differences.compare("dropped", stats.dropped(), run.dropped());
            differences.compare("time_squeeze", stats.timeSqueeze(), run.timeSqueeze());
            differences.compare("flow_limit_count", stats.flowLimitCount(), run.flowLimitCount());
            differences.compare("received_rps", receivedRps, run.receivedRps());
            differences.compare("packets dropped", dropped, run.droppedPackets());
            if (!agreesInPolls(recorded, run)) {
                differences.add("polls", pollWorks, run.pollWorks());
            }
            recorded.exact()
                    .forEach((name, value) ->
                            differences.compare("rule: " + name, field(name), value));
            if (!recorded.exactPollWorks().isEmpty()) {
                differences.compare("rule: poll_works", pollWorks, recorded.exactPollWorks());
            }
        }

        /// The log has the polls of every NAPI of that CPU. In the kind that is about polls ours
        /// have to be in it one after the other, and what others did may only come after them.
        private boolean agreesInPolls(RecordedCase recorded, RecordedRun run) {
            if (!recorded.kind().equals("exact-poll")) {
                return Collections.indexOfSubList(run.pollWorks(), pollWorks) >= 0;
            }
            return run.pollWorks().size() >= pollWorks.size()
                    && run.pollWorks().subList(0, pollWorks.size()).equals(pollWorks);
        }

        private Object field(String name) {
            return switch (name) {
                case "accepted" -> accepted();
                case "dropped" -> stats.dropped();
                case "polls" -> (long) pollWorks.size();
                case "time_squeeze" -> stats.timeSqueeze();
                case "flow_limit_count" -> stats.flowLimitCount();
                // The run on the sender's CPU that sends the interrupt is not in the receiver's
                // log.
                case "net_rx_runs" -> stats.netRxRuns() - stats.ipis();
                default -> "not known to the model";
            };
        }
    }
}
