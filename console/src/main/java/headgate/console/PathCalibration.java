package headgate.console;

import headgate.capture.calibration.Calibration;
import headgate.capture.calibration.CostFigure;
import headgate.capture.host.HostProbe;
import headgate.softnet.HostProfile;
import headgate.softnet.ProfileKey;
import headgate.softnet.SoftnetProfile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// `headgate path --calibrate`: measures what the receive path costs on this host, and writes a
/// profile of its settings and these costs.
final class PathCalibration {
    private final OutputOptions output;

    PathCalibration(OutputOptions output) {
        this.output = output;
    }

    /// @param file what to write
    /// @throws IOException with what is missing
    int run(Path file) throws IOException {
        List<CostFigure> figures;
        try {
            figures = Calibration.measure(this::say, Interruption::raised);
        } catch (IOException e) {
            if (Interruption.raised()) {
                return ExitCode.INTERRUPTED;
            }
            throw new CommandFailure(ExitCode.INPUT, "--calibrate: " + e.getMessage());
        }
        write(file, figures);
        print(figures);
        say("written to " + file + "; use it with: headgate path -p " + file);
        return ExitCode.DONE;
    }

    private void say(String words) {
        output.err().println("headgate: calibrating: " + TextTable.escape(words));
        output.err().flush();
    }

    private void write(Path file, List<CostFigure> figures) throws IOException {
        var documents = HostProbe.take(ProfileSource.HOST, _ -> {}).documents();
        HostProfile host = HostProfile.of(ProfileSource.HOST, documents, List.of());
        var settings = new LinkedHashMap<String, String>();
        host.profile()
                .settings()
                .forEach((key, value) -> {
                    if (!value.equals(SoftnetProfile.LINUX_6.settings().get(key))) {
                        settings.put(key, value);
                    }
                });
        var remarks = new LinkedHashMap<String, String>();
        for (CostFigure figure : figures) {
            if (isKey(figure.key())) {
                settings.put(figure.key(), Long.toString(figure.value()));
                remarks.put(figure.key(), spread(figure));
            }
        }
        List<String> words =
                List.of(
                        "Settings of this host, and costs measured on it by headgate path --calibrate.",
                        "Each cost is a median; behind it, what a tenth lies below and above.");
        ProfileFile.write(file, words, SoftnetProfile.LINUX_6.name(), settings, remarks);
    }

    private static boolean isKey(String key) {
        return Arrays.stream(ProfileKey.values()).anyMatch(it -> it.key().equals(key));
    }

    private static String spread(CostFigure figure) {
        return String.format(
                Locale.ROOT, "%d to %d, %d samples", figure.low(), figure.high(), figure.samples());
    }

    private void print(List<CostFigure> figures) {
        if (!output.isText()) {
            try (var rows = output.rows()) {
                for (CostFigure figure : figures) {
                    rows.add(json -> {
                        json.writeStartObject();
                        json.writeStringField("type", "cost");
                        json.writeStringField("key", figure.key());
                        json.writeNumberField("value", figure.value());
                        json.writeNumberField("p10", figure.low());
                        json.writeNumberField("p90", figure.high());
                        json.writeNumberField("samples", figure.samples());
                        json.writeEndObject();
                    });
                }
            }
            return;
        }
        Map<String, String> kernel = SoftnetProfile.LINUX_6.settings();
        var table = new TextTable("cost", ">measured", ">p10", ">p90", ">samples", ">linux-6");
        for (CostFigure figure : figures) {
            table.row(
                    figure.key(),
                    figure.value(),
                    figure.low(),
                    figure.high(),
                    figure.samples(),
                    kernel.get(figure.key()));
        }
        table.print(output.out());
        output.out().flush();
    }
}
