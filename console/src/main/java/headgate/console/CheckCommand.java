package headgate.console;

import com.fasterxml.jackson.core.JsonGenerator;
import headgate.capture.CaptureCapability;
import headgate.capture.CaptureCapability.Finding;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = {
            "Check whether this host can capture, and what is missing.",
            "With --brokers, also whether a Kafka cluster can be used."
        },
        footer = {
            "",
            "Exit status: 0 everything needed is there, 1 something is missing, 4 brokers do not answer."
        })
final class CheckCommand implements Callable<Integer> {
    private static final int BROKER_MILLIS = 5_000;

    @Option(
            names = "--brokers",
            paramLabel = "HOST:PORT",
            description = "Brokers to ask, separated by commas.")
    private String brokers;

    @Mixin private OutputOptions output;

    @Override
    public Integer call() {
        var capability = CaptureCapability.probe();
        var findings = new ArrayList<Finding>();
        findings.add(new Finding("Java", true, Runtime.version().toString(), ""));
        findings.addAll(capability.findings());
        boolean reached = true;
        if (brokers != null) {
            Finding answer = askBrokers();
            findings.add(answer);
            reached = answer.good();
        }
        print(findings, capability.canCapture());
        return !reached
                ? ExitCode.BROKER
                : capability.canCapture() ? ExitCode.DONE : ExitCode.FOUND;
    }

    private void print(List<Finding> findings, boolean canCapture) {
        if (!output.isText()) {
            try (var rows = output.rows()) {
                findings.forEach(each -> rows.add(json -> write(json, each)));
            }
            return;
        }
        var table = new TextTable("", "what", "found", "what to do");
        findings.forEach(each ->
                table.row(each.good() ? "ok" : "--", each.subject(), each.detail(), each.remedy()));
        var out = output.out();
        table.print(out);
        out.println();
        out.println(
                canCapture
                        ? "This host can capture. Try: headgate flows -i IFACE, headgate run -i IFACE"
                        : "This host cannot capture yet; files can be read: headgate flows -r FILE");
        out.flush();
    }

    private Finding askBrokers() {
        Map<String, Object> settings =
                Map.of(
                        AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, brokers,
                        AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, BROKER_MILLIS,
                        AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, BROKER_MILLIS);
        try (var admin = Admin.create(settings)) {
            int nodes = admin.describeCluster().nodes().get().size();
            int topics = admin.listTopics().names().get().size();
            return new Finding(
                    "brokers", true, "%d at %s, %d topics".formatted(nodes, brokers, topics), "");
        } catch (KafkaException | ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            return new Finding(
                    "brokers",
                    false,
                    brokers + ": " + cause.getMessage(),
                    "check address, port and listeners; a broker must be reachable from here");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Finding("brokers", false, "interrupted", "");
        }
    }

    private static void write(JsonGenerator json, Finding finding) throws IOException {
        json.writeStartObject();
        json.writeStringField("subject", finding.subject());
        json.writeBooleanField("good", finding.good());
        json.writeStringField("detail", finding.detail());
        json.writeStringField("remedy", finding.remedy());
        json.writeEndObject();
    }
}
