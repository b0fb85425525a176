package headgate.console.recorded;

import headgate.console.recorded.JudgedRun.Judging;
import headgate.softnet.tap.Tap;
import headgate.softnet.tap.TapStat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Holds modelled capture sockets against recordings of a real kernel's.
final class TapJudge {
    private static final String RETIRE = "afp-v3-retire";

    private TapJudge() {}

    static List<JudgedRun> judge(Path directory) throws IOException {
        var judged = new ArrayList<JudgedRun>();
        for (RecordedTapCase recorded : RecordedTapCase.readAll(directory)) {
            for (RecordedTapRun run : recorded.runs()) {
                judged.add(judge(recorded, run));
            }
        }
        return judged;
    }

    private static JudgedRun judge(RecordedTapCase recorded, RecordedTapRun run) {
        Tap tap = Tap.of(recorded.settings(run));
        var differences = new Differences();
        boolean isRate = recorded.kind().startsWith("afp-rate-");
        if (recorded.kind().equals(RETIRE)) {
            differences.compare("blocks", run.replayToBlocks(tap), run.blockPackets());
        } else {
            run.replay(tap);
        }
        if (isRate) {
            tap.runUntilIdle();
        } else {
            addDifferences(recorded, run, tap.stat(), differences);
        }
        return new JudgedRun(
                recorded.kind(),
                recorded.id(),
                run.file(),
                isRate ? Judging.RATE : Judging.EXACT,
                !isRate || run.quiet(),
                counts(run.accepted(), run.dropped()),
                counts(tap.stat().accepted(), tap.stat().dropped()),
                isRate ? blind(recorded, run) : null,
                differences.words());
    }

    private static Counts blind(RecordedTapCase recorded, RecordedTapRun run) {
        Tap tap = Tap.of(recorded.settings());
        run.replayBlind(tap);
        tap.runUntilIdle();
        return counts(tap.stat().accepted(), tap.stat().dropped());
    }

    private static Counts counts(long accepted, long dropped) {
        return new Counts(accepted, dropped, -1, -1, -1);
    }

    private static void addDifferences(
            RecordedTapCase recorded, RecordedTapRun run, TapStat stat, Differences differences) {
        differences.compare("accepted", stat.accepted(), run.accepted());
        differences.compare("tp_drops", stat.dropped(), run.dropped());
        if (!recorded.kind().equals(RETIRE)) {
            differences.compare("tp_freeze_q_cnt", stat.freezes(), run.freezes());
            differences.compare("sk_rmem_alloc", stat.rmemAlloc(), run.rmemAlloc());
        }
        recorded.exact()
                .forEach((name, value) ->
                        differences.compare("rule: " + name, field(recorded, stat, name), value));
    }

    private static Object field(RecordedTapCase recorded, TapStat stat, String name) {
        return switch (name) {
            case "kernel_accepted" -> stat.accepted();
            case "tp_packets" -> stat.tpPackets();
            case "tp_drops" -> stat.dropped();
            case "freeze" -> stat.freezes();
            case "rmem_alloc_after_send" -> stat.rmemAlloc();
            case "so_rcvbuf_effective" -> recorded.settings().socket().skRcvbuf();
            default -> "not known to the model";
        };
    }
}
