package headgate.console;

import com.fasterxml.jackson.core.JsonGenerator;
import headgate.softnet.Bursts;
import headgate.softnet.DropReason;
import headgate.softnet.NetCoreSysctls;
import headgate.softnet.NetInterface;
import headgate.softnet.NicSettings;
import headgate.softnet.PathStats;
import headgate.softnet.SoftnetCosts;
import headgate.softnet.SoftnetProfile;
import headgate.softnet.SoftnetRow;
import headgate.softnet.StageStats;
import headgate.softnet.WaitQuantiles;
import headgate.softnet.tap.TapSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;

/// What `headgate path` prints. Every figure is modelled, and says so.
final class PathReport implements AutoCloseable {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /// What libpcap asks for unless it is told otherwise.
    private static final long LIBPCAP_BUFFER_BYTES = 2 << 20;

    private final PrintWriter out;
    private final JsonRows rows;
    private final String input;
    private final boolean areSeveral;
    private boolean hasIntervals;

    /// @param runs how many profiles stand side by side
    PathReport(OutputOptions output, String input, int runs) {
        this.out = output.out();
        this.rows = output.isText() ? null : output.rows();
        this.input = TextTable.escape(input == null ? "" : input);
        this.areSeveral = runs > 1;
    }

    @Override
    public void close() {
        if (rows != null) {
            rows.close();
        }
        out.flush();
    }

    // ---- Intervals. ----

    /// One profile in one interval.
    void interval(PathRun run, PathStats stats) {
        if (rows != null) {
            rows.add(json -> writeInterval(json, run, stats));
            return;
        }
        if (!hasIntervals) {
            hasIntervals = true;
            out.printf(
                    Locale.ROOT,
                    "%-30s %12s %12s %12s %9s %12s %9s  modelled%n",
                    "from",
                    "offered",
                    "delivered",
                    "drops",
                    "peak",
                    "delay p99",
                    "squeezes");
        }
        out.printf(
                Locale.ROOT,
                "%-30s %,12d %,12d %,12d %,9d %12s %,9d  %s%n",
                time(stats.startNanos()),
                stats.offered(),
                stats.delivered(),
                stats.dropped(),
                stats.stages().getFirst().depthMax(),
                TimeSpan.format(stats.waiting().p99Nanos()),
                stats.timeSqueeze(),
                run.name());
        out.flush();
    }

    // ---- Frames. ----

    /// What one profile did with one frame.
    ///
    /// @param run its place among the runs
    FateLog.Sink fates(int run, PathRun of) {
        return (number, arrivalNanos, length, reason, atNanos, endNanos, cpu) -> {
            if (rows == null) {
                String what =
                        reason == null
                                ? "delivered by CPU %d, waited %s"
                                : "dropped for CPU %d after %s: " + reason;
                out.println(
                        letter(run)
                                + format("%,9d  ", number)
                                + format("%-30s  ", time(arrivalNanos))
                                + format("%5d bytes  ", length)
                                + what.formatted(cpu, TimeSpan.format(atNanos - arrivalNanos)));
                return;
            }
            rows.add(json -> {
                json.writeStartObject();
                json.writeStringField("type", "fate");
                json.writeBooleanField("modelled", true);
                json.writeStringField("profile", of.name());
                json.writeNumberField("frame", number);
                json.writeStringField("arrival", time(arrivalNanos));
                json.writeNumberField("length", length);
                json.writeStringField("fate", reason == null ? "delivered" : "dropped");
                if (reason != null) {
                    json.writeStringField("reason", reason.name());
                }
                json.writeNumberField("cpu", cpu);
                json.writeNumberField("waited_ns", atNanos - arrivalNanos);
                json.writeNumberField("service_ns", endNanos - atNanos);
                json.writeEndObject();
            });
        };
    }

    // ---- Totals. ----

    /// The whole of the traffic under every profile.
    ///
    /// @param spanNanos from the first arrival to the last
    void totals(long arrivals, long spanNanos, List<PathRun> runs) {
        if (rows != null) {
            runs.forEach(run -> rows.add(json -> writeTotal(json, run)));
            if (areSeveral) {
                rows.add(json -> {
                    json.writeStartObject();
                    json.writeStringField("type", "verdict");
                    json.writeBooleanField("modelled", true);
                    json.writeStringField("sentence", PathWords.verdict(runs));
                    json.writeEndObject();
                });
            }
            return;
        }
        if (hasIntervals) {
            out.println();
        }
        out.printf(
                Locale.ROOT,
                "%s: %,d frames in %s. What follows is modelled, not measured.%n%n",
                input,
                arrivals,
                TimeSpan.format(spanNanos));
        for (int i = 0; i < runs.size(); i++) {
            out.println(letter(i) + runs.get(i).name());
        }
        out.println();
        stages(runs);
        out.println();
        delays(runs);
        out.println();
        for (int i = 0; i < runs.size(); i++) {
            out.println(letter(i) + PathWords.firstLimit(runs.get(i)));
        }
        if (areSeveral) {
            out.println(PathWords.verdict(runs));
        }
        bursts(runs);
        softnetStats(runs);
        tapStats(runs);
    }

    private void stages(List<PathRun> runs) {
        var table =
                new TextTable(
                        "stage",
                        ">peak/capacity",
                        ">mean depth",
                        ">offered",
                        ">delivered",
                        ">drops",
                        ">share",
                        "");
        for (String stage : stageNames(runs)) {
            for (int i = 0; i < runs.size(); i++) {
                stage(table, letter(i) + stage, runs.get(i), stage);
            }
        }
        table.print(out);
    }

    /// The stages of all runs, each once, in the order in which a packet meets them.
    private static List<String> stageNames(List<PathRun> runs) {
        var names = new ArrayList<String>();
        for (PathRun run : runs) {
            int at = 0;
            for (StageStats stage : run.stats().stages()) {
                if (!names.contains(stage.stage())) {
                    names.add(at, stage.stage());
                }
                at = names.indexOf(stage.stage()) + 1;
            }
        }
        return names;
    }

    /// A stage that packets do not pass through is bypassed, which is not the same as empty.
    private static void stage(TextTable table, String label, PathRun run, String name) {
        StageStats it =
                run.stats().stages().stream()
                        .filter(stage -> stage.stage().equals(name))
                        .findFirst()
                        .orElse(null);
        if (it == null || it.offered() == 0 && run.stats().delivered() > 0) {
            table.row(label, "bypassed", null, null, null, null, null, null);
            return;
        }
        long dropped = it.droppedPackets();
        PathRun.FirstDrop first = run.firstDrop();
        table.row(
                label,
                it.depthMax() + (it.capacity() < 0 ? "/-" : "/" + it.capacity()),
                format("%.1f", it.depthMean()),
                format("%,d", it.offered()),
                format("%,d", it.delivered()),
                format("%,d", dropped),
                share(dropped, it.offered()),
                first != null && it.dropped().containsKey(first.reason()) ? "<- first limit" : "");
    }

    private void delays(List<PathRun> runs) {
        var table =
                new TextTable(
                        "delay",
                        ">p50",
                        ">p90",
                        ">p99",
                        ">p99.9",
                        ">max",
                        ">polls",
                        ">packets/poll",
                        ">squeezes",
                        ">ksoftirqd",
                        ">busiest CPU");
        for (int i = 0; i < runs.size(); i++) {
            PathStats it = runs.get(i).stats();
            WaitQuantiles waiting = it.waiting();
            table.row(
                    letter(i) + "waiting",
                    TimeSpan.format(waiting.p50Nanos()),
                    TimeSpan.format(waiting.p90Nanos()),
                    TimeSpan.format(waiting.p99Nanos()),
                    TimeSpan.format(waiting.p999Nanos()),
                    TimeSpan.format(waiting.maxNanos()),
                    format("%,d", it.polls()),
                    format("%.1f", it.polls() == 0 ? 0.0 : (double) it.work() / it.polls()),
                    format("%,d", it.timeSqueeze()),
                    share(it.ksoftirqdRuns(), it.netRxRuns()),
                    "CPU " + it.busiestCpu() + " " + percent(it.busiestCpuLoad()));
        }
        table.print(out);
    }

    /// What came too densely for one CPU, and what queues take of it.
    private void bursts(List<PathRun> runs) {
        var told = new HashSet<SoftnetCosts>();
        for (int i = 0; i < runs.size(); i++) {
            // What is too dense for a CPU depends on nothing else of a profile.
            if (!told.add(runs.get(i).profile().costs())) {
                continue;
            }
            for (Bursts bursts : runs.get(i).bursts()) {
                out.println();
                PathBursts.print(out, letter(i), bursts);
            }
        }
    }

    private void softnetStats(List<PathRun> runs) {
        out.println();
        out.println("/proc/net/softnet_stat, modelled:");
        for (int i = 0; i < runs.size(); i++) {
            for (SoftnetRow row : runs.get(i).softnetStats()) {
                out.println(letter(i) + row);
            }
        }
    }

    private void tapStats(List<PathRun> runs) {
        if (runs.stream().allMatch(run -> run.profile().tap().isOff())) {
            return;
        }
        out.println();
        out.println("what the capturing program reads, modelled:");
        for (int i = 0; i < runs.size(); i++) {
            PathRun run = runs.get(i);
            if (!run.profile().tap().isOff()) {
                out.println(letter(i) + run.profile().tap().kind().word() + ": " + run.tapStat());
            }
        }
    }

    // ---- What follows the totals. ----

    void sweep(PathSweep sweep) {
        if (rows == null) {
            out.println();
            var table = new TextTable(">" + sweep.key(), ">drops", ">share", ">delay p99");
            sweep.course()
                    .forEach((value, run) -> {
                        PathStats stats = run.stats();
                        table.row(
                                value,
                                format("%,d", stats.dropped()),
                                share(stats.dropped(), stats.offered()),
                                TimeSpan.format(stats.waiting().p99Nanos()));
                    });
            table.print(out);
            out.println(sweep.sentence());
            return;
        }
        rows.add(json -> {
            json.writeStartObject();
            json.writeStringField("type", "sweep");
            json.writeBooleanField("modelled", true);
            json.writeStringField("key", sweep.key());
            if (sweep.found() == null) {
                json.writeNullField("found");
            } else {
                json.writeNumberField("found", sweep.found());
            }
            json.writeBooleanField("coarse", sweep.isCoarse());
            json.writeStringField("sentence", sweep.sentence());
            json.writeArrayFieldStart("tried");
            for (var each : sweep.tried().entrySet()) {
                PathStats stats = each.getValue().stats();
                json.writeStartObject();
                json.writeNumberField("value", each.getKey());
                json.writeNumberField("offered", stats.offered());
                json.writeNumberField("dropped", stats.dropped());
                json.writeNumberField("delay_p99_ns", stats.waiting().p99Nanos());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    /// The commands that give a host the settings of a profile, where they differ from a kernel's
    /// own.
    ///
    /// @param device the interface to steer; null if it is not known
    void commands(SoftnetProfile profile, String device) {
        List<String> lines = commandLines(profile, device);
        if (rows == null) {
            out.println();
            lines.forEach(out::println);
            return;
        }
        rows.add(json -> {
            json.writeStartObject();
            json.writeStringField("type", "commands");
            json.writeStringField("profile", profile.name());
            json.writeArrayFieldStart("commands");
            for (String line : lines) {
                json.writeString(line);
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private static List<String> commandLines(SoftnetProfile profile, String device) {
        NetCoreSysctls ours = profile.sysctls();
        NetCoreSysctls kernel = NetCoreSysctls.defaults(profile.cpus().hz());
        var lines = new ArrayList<String>();
        sysctl(lines, "netdev_max_backlog", ours.netdevMaxBacklog(), kernel.netdevMaxBacklog());
        sysctl(lines, "dev_weight", ours.devWeight(), kernel.devWeight());
        sysctl(lines, "netdev_budget", ours.netdevBudget(), kernel.netdevBudget());
        sysctl(lines, "netdev_budget_usecs", ours.netdevBudgetUsecs(), kernel.netdevBudgetUsecs());
        // The length counts when a CPU's bit is turned on, so it comes first.
        sysctl(lines, "flow_limit_table_len", ours.flowLimitTableLen(), kernel.flowLimitTableLen());
        sysctl(
                lines,
                "flow_limit_cpu_bitmap",
                ours.flowLimitCpuBitmap().hex(),
                kernel.flowLimitCpuBitmap().hex());
        List<NetInterface> interfaces = profile.netInterfaces();
        for (NetInterface it : interfaces) {
            interfaceLines(lines, it, interfaces.size() > 1 ? it.name() : nameOf(it, device));
        }
        String captured = device == null ? nameOf(interfaces.getFirst(), null) : device;
        captureLines(lines, profile.tap(), captured);
        if (lines.isEmpty()) {
            lines.add("# nothing to set: these are the kernel's own settings");
        }
        return lines;
    }

    /// What the only interface is called where the commands will be used; a profile that is no
    /// host's does not know.
    private static String nameOf(NetInterface only, String device) {
        boolean isUnnamed = SoftnetProfile.LINUX_6.interfaces().names().contains(only.name());
        return device != null ? device : isUnnamed ? "IFACE" : only.name();
    }

    private static void interfaceLines(List<String> lines, NetInterface settings, String device) {
        if (settings.nic().hasRings()) {
            nicLines(lines, settings.nic(), device);
        }
        if (settings.rpsCpus().isEmpty()) {
            return;
        }
        for (int queue = 0; queue < Math.max(1, settings.nic().rxQueues()); queue++) {
            lines.add(
                    "echo %s > /sys/class/net/%s/queues/rx-%d/rps_cpus"
                            .formatted(settings.rpsCpus().hex(), device, queue));
        }
    }

    /// An interface has no settings of the kernel's own: all of them are said.
    private static void nicLines(List<String> lines, NicSettings nic, String device) {
        lines.add("ethtool -L %s combined %d".formatted(device, nic.rxQueues()));
        lines.add("ethtool -G %s rx %d".formatted(device, nic.ring()));
        lines.add(
                "ethtool -C %s rx-usecs %d rx-frames %d"
                        .formatted(device, nic.rxUsecs(), nic.rxFrames()));
        String sys = " > /sys/class/net/" + device + "/";
        if (nic.napiDeferHardIrqs() > 0) {
            lines.add("echo " + nic.napiDeferHardIrqs() + sys + "napi_defer_hard_irqs");
        }
        if (nic.groFlushTimeoutNanos() > 0) {
            lines.add("echo " + nic.groFlushTimeoutNanos() + sys + "gro_flush_timeout");
        }
        if (!nic.threadedCpus().isEmpty()) {
            lines.add("echo 1" + sys + "threaded");
        }
    }

    /// How a capture gets the room that it has in the profile, where that is not the room that it
    /// has by itself.
    private static void captureLines(List<String> lines, TapSettings tap, String device) {
        long ringBytes = (long) tap.ring().blockSize() * tap.ring().blocks();
        boolean isUsualRing = ringBytes == LIBPCAP_BUFFER_BYTES;
        switch (tap.kind()) {
            case OFF -> {}
            case RCVBUF ->
                    sysctl(
                            lines,
                            "rmem_default",
                            tap.socket().skRcvbuf(),
                            TapSettings.SocketBuffer.DEFAULT.skRcvbuf());
            case TPACKET_V2 -> {
                if (!isUsualRing) {
                    lines.add(tcpdump(device, ringBytes) + " --immediate-mode");
                }
            }
            case TPACKET_V3 -> {
                if (!isUsualRing) {
                    long mebibytes = Math.ceilDiv(ringBytes, 1 << 20);
                    lines.add("headgate agent -i " + device + " --ring " + mebibytes);
                    lines.add("# or " + tcpdump(device, ringBytes));
                }
            }
            case PF_RING -> {
                if (!tap.slots().equals(TapSettings.PfRingSlots.DEFAULT)) {
                    lines.add("modprobe pf_ring min_num_slots=" + tap.slots().minNumSlots());
                }
            }
            case WINPCAP, WINPCAP_OLD -> {
                if (!tap.buffer().equals(TapSettings.ReadBuffer.WINPCAP)) {
                    lines.add(
                            "# in the program: pcap_setbuff(p, %d); pcap_setmintocopy(p, %d);"
                                    .formatted(tap.buffer().bytes(), tap.buffer().minToCopy()));
                }
            }
            case BPF -> {
                lines.add("sysctl net.bpf.maxbufsize=" + tap.buffer().bytes());
                lines.add(tcpdump(device, tap.buffer().bytes()));
            }
        }
    }

    private static String tcpdump(String device, long bytes) {
        return "tcpdump -i %s -B %d".formatted(device, Math.ceilDiv(bytes, 1024));
    }

    private static void sysctl(List<String> lines, String name, Object ours, Object kernel) {
        if (!ours.equals(kernel)) {
            lines.add("sysctl -w net.core." + name + "=" + ours);
        }
    }

    // ---- JSON. ----

    private static void writeInterval(JsonGenerator json, PathRun run, PathStats stats)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("type", "interval");
        json.writeBooleanField("modelled", true);
        json.writeStringField("profile", run.name());
        writeStats(json, stats);
        json.writeEndObject();
    }

    private static void writeTotal(JsonGenerator json, PathRun run) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", "total");
        json.writeBooleanField("modelled", true);
        json.writeStringField("profile", run.name());
        json.writeObjectFieldStart("settings");
        for (var setting : run.profile().settings().entrySet()) {
            json.writeStringField(setting.getKey(), setting.getValue());
        }
        json.writeEndObject();
        writeStats(json, run.stats());
        PathRun.FirstDrop first = run.firstDrop();
        if (first != null) {
            json.writeStringField("first_drop", time(first.atNanos()));
            json.writeStringField("first_drop_reason", first.reason().name());
            json.writeStringField(
                    "first_drop_stage", PathWords.stageOf(run.stats(), first.reason()));
        }
        json.writeStringField("first_limit", PathWords.firstLimit(run));
        json.writeArrayFieldStart("bursts");
        for (Bursts bursts : run.bursts()) {
            PathBursts.write(json, bursts);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("softnet_stat");
        for (SoftnetRow row : run.softnetStats()) {
            json.writeString(row.toString());
        }
        json.writeEndArray();
        if (!run.profile().tap().isOff()) {
            json.writeObjectFieldStart("tap");
            for (var counter : run.tapStat().counters().entrySet()) {
                json.writeNumberField(counter.getKey(), counter.getValue());
            }
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private static void writeStats(JsonGenerator json, PathStats stats) throws IOException {
        json.writeStringField("start", time(stats.startNanos()));
        json.writeStringField("end", time(stats.endNanos()));
        json.writeNumberField("offered", stats.offered());
        json.writeNumberField("delivered", stats.delivered());
        json.writeNumberField("dropped", stats.dropped());
        json.writeNumberField("queued", stats.queued());
        json.writeArrayFieldStart("stages");
        for (StageStats stage : stats.stages()) {
            writeStage(json, stage);
        }
        json.writeEndArray();
        writeDelay(json, stats.waiting());
        json.writeNumberField("polls", stats.polls());
        json.writeNumberField("work", stats.work());
        json.writeNumberField("net_rx_runs", stats.netRxRuns());
        json.writeNumberField("ksoftirqd_runs", stats.ksoftirqdRuns());
        json.writeNumberField("time_squeeze", stats.timeSqueeze());
        json.writeNumberField("irqs", stats.irqs());
        json.writeNumberField("ipis", stats.ipis());
        json.writeNumberField("flow_limit_count", stats.flowLimitCount());
        json.writeNumberField("softirq_ns", stats.softirqNanos());
        json.writeNumberField("busiest_cpu", stats.busiestCpu());
        json.writeNumberField("busiest_cpu_ns", stats.busiestCpuNanos());
        json.writeNumberField("clamped_arrivals", stats.clampedArrivals());
    }

    private static void writeStage(JsonGenerator json, StageStats stage) throws IOException {
        json.writeStartObject();
        json.writeStringField("stage", stage.stage());
        json.writeNumberField("capacity", stage.capacity());
        json.writeNumberField("offered", stage.offered());
        json.writeNumberField("delivered", stage.delivered());
        json.writeObjectFieldStart("dropped");
        for (DropReason reason : DropReason.values()) {
            Long packets = stage.dropped().get(reason);
            if (packets != null) {
                json.writeNumberField(reason.name(), packets);
            }
        }
        json.writeEndObject();
        json.writeNumberField("depth_last", stage.depthLast());
        json.writeNumberField("depth_max", stage.depthMax());
        json.writeNumberField("depth_mean", stage.depthMean());
        writeDelay(json, stage.waiting());
        json.writeEndObject();
    }

    private static void writeDelay(JsonGenerator json, WaitQuantiles waiting) throws IOException {
        json.writeObjectFieldStart("delay");
        json.writeNumberField("count", waiting.count());
        json.writeNumberField("mean_ns", waiting.meanNanos());
        json.writeNumberField("p50_ns", waiting.p50Nanos());
        json.writeNumberField("p90_ns", waiting.p90Nanos());
        json.writeNumberField("p99_ns", waiting.p99Nanos());
        json.writeNumberField("p999_ns", waiting.p999Nanos());
        json.writeNumberField("max_ns", waiting.maxNanos());
        json.writeEndObject();
    }

    // ---- Words. ----

    private String letter(int run) {
        return areSeveral ? PathWords.letter(run) + "  " : "";
    }

    private static String share(long part, long whole) {
        return whole == 0 ? "-" : percent((double) part / whole);
    }

    private static String percent(double share) {
        return format("%.1f %%", 100 * share);
    }

    private static String format(String format, Object value) {
        return String.format(Locale.ROOT, format, value);
    }

    private static String time(long nanos) {
        return Instant.ofEpochSecond(
                        Math.floorDiv(nanos, NANOS_PER_SECOND),
                        Math.floorMod(nanos, NANOS_PER_SECOND))
                .toString();
    }
}
