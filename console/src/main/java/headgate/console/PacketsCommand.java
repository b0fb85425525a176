package headgate.console;

import com.fasterxml.jackson.core.JsonGenerator;
import headgate.packet.Frame;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "packets",
        mixinStandardHelpOptions = true,
        addMethodSubcommands = false,
        description = {"Print, filter or extract packets.", ""},
        footer = {
            "",
            "json and jsonl give header fields under tshark's names, outer header first where several",
            "have one. Frames that cannot be decoded to the end say why, and are never left out.",
            "  headgate packets -r day.pcap -c 10 -e -v tcp port 443",
            "  headgate packets -r day.pcap.zst -w dns.pcapng udp port 53",
            "  headgate packets -r day.pcap -T jsonl | jq 'select(.\"tcp.flags\" == 2)'"
        })
final class PacketsCommand implements Callable<Integer> {
    @Mixin private TrafficOptions traffic;
    @Mixin private OutputOptions output;

    @Option(
            names = {"-c", "--count"},
            paramLabel = "N",
            description = "Stop after so many packets.")
    private Long count;

    @Option(
            names = {"-w", "--write"},
            paramLabel = "FILE",
            description = "Write pcapng instead of text; - for stdout.")
    private String writeFile;

    @Option(
            names = "-n",
            description = "As in tcpdump; names are never looked up, with it or without.")
    private boolean numeric;

    @Option(names = "-e", description = "Print the link-layer header too.")
    private boolean showsLink;

    @Option(names = "-v", description = "Print the IP header's other fields and the checksums.")
    private boolean isVerbose;

    @Option(names = "-X", description = "Print all captured bytes too, in hex and ASCII.")
    private boolean dumpsBytes;

    @Option(
            names = "-A",
            description = "Print the payload too, as text; what is not ASCII as \\x1b.")
    private boolean printsPayload;

    @Option(names = "-t", description = "Print no time.")
    private boolean noTime;

    @Option(names = "-tt", description = "Print the time as seconds since 1970.")
    private boolean epochTime;

    @Option(names = "-ttt", description = "Print the time since the packet before.")
    private boolean deltaTime;

    @Option(names = "-tttt", description = "Print the date too.")
    private boolean dateTime;

    @Option(names = "-ttttt", description = "Print the time since the first packet.")
    private boolean elapsedTime;

    @Spec private CommandSpec spec;

    private PacketFields fields;
    private long number;

    @Override
    public Integer call() throws IOException {
        if (count != null && count < 0) {
            throw new ParameterException(
                    spec.commandLine(), "-c " + count + ": must not be negative");
        }
        if (writeFile != null) {
            return write();
        }
        return output.isText() ? printText() : printFields();
    }

    private long limit() {
        return count == null ? Long.MAX_VALUE : count;
    }

    // ---- Text ----

    private int printText() throws IOException {
        PrintWriter out = output.out();
        var text = new PacketText(time(), ZoneId.systemDefault(), showsLink, isVerbose);
        int status = traffic.readUpTo(limit(), frame -> print(frame, text, out)).exitCode();
        out.flush();
        return status;
    }

    private PacketText.Time time() {
        if (noTime) {
            return PacketText.Time.NONE;
        }
        if (epochTime) {
            return PacketText.Time.EPOCH;
        }
        if (deltaTime) {
            return PacketText.Time.DELTA;
        }
        if (elapsedTime) {
            return PacketText.Time.ELAPSED;
        }
        return dateTime ? PacketText.Time.DATE : PacketText.Time.DAY;
    }

    private void print(Frame frame, PacketText text, PrintWriter out) {
        out.println(text.of(frame));
        if (dumpsBytes) {
            PayloadText.dump(frame, out);
        }
        if (printsPayload) {
            PayloadText.print(frame, out);
        }
        if (traffic.isLive()) {
            out.flush();
        }
    }

    // ---- Fields ----

    private int printFields() throws IOException {
        try (var rows = output.rows()) {
            return traffic.readUpTo(limit(), frame -> add(rows, frame)).exitCode();
        }
    }

    private void add(JsonRows rows, Frame frame) {
        if (number++ == 0) {
            fields = new PacketFields(traffic.describesInterfaces());
        }
        rows.add(json -> row(json, number, fields.of(frame)));
        if (traffic.isLive()) {
            rows.flush();
        }
    }

    private static void row(JsonGenerator json, long number, Map<String, List<Object>> fields)
            throws IOException {
        json.writeStartObject();
        json.writeNumberField("n", number);
        for (var field : fields.entrySet()) {
            json.writeFieldName(field.getKey());
            values(json, field.getValue());
        }
        json.writeEndObject();
    }

    private static void values(JsonGenerator json, List<Object> values) throws IOException {
        if (values.size() > 1) {
            json.writeStartArray();
        }
        for (Object value : values) {
            json.writePOJO(value);
        }
        if (values.size() > 1) {
            json.writeEndArray();
        }
    }

    // ---- pcapng ----

    private int write() throws IOException {
        Path path = writeFile.equals("-") ? null : Path.of(writeFile);
        if (path != null && traffic.reads(path)) {
            throw new ParameterException(
                    spec.commandLine(), "-w " + path + ": is the file that is read");
        }
        try (var file = new PacketFile(path)) {
            int status = traffic.readUpTo(limit(), frame -> write(frame, file)).exitCode();
            file.open();
            output.err().println(file.frames() + " packets written");
            output.err().flush();
            return status;
        }
    }

    private void write(Frame frame, PacketFile file) {
        try {
            file.write(frame, traffic.interfaces());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
