package headgate.console;

import headgate.capture.host.HostProbe;
import headgate.forwarding.HostDocuments;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "snapshot",
        mixinStandardHelpOptions = true,
        description = {
            "Write what the standard tools say of this host into a folder: addresses, links, routes,",
            "rules, neighbours, packet filter, settings, receive rings, steering, interrupts."
        },
        footer = {
            "",
            "The packet filter (nft) needs CAP_NET_ADMIN. What could not be had stands in missing.txt.",
            "",
            "Exit status: 0 done, 2 usage, 3 the folder cannot be written.",
            "",
            "  headgate snapshot -o gw1",
            "  headgate path -r day.pcap -p gw1",
            "  headgate forward -r day.pcap -R gw1"
        })
final class SnapshotCommand implements Callable<Integer> {
    @Option(
            names = "-o",
            paramLabel = "DIR",
            description = "The folder, new or empty (default: ${DEFAULT-VALUE}).",
            defaultValue = "snapshot")
    private Path directory;

    @Mixin private OutputOptions output;

    @Override
    public Integer call() throws IOException {
        makeDirectory();
        var missing = new ArrayList<String>();
        HostDocuments host = HostProbe.take(ProfileSource.HOST, missing::add);
        for (Map.Entry<String, String> document : host.documents().entrySet()) {
            Files.writeString(directory.resolve(document.getKey()), document.getValue());
        }
        print(host, missing);
        return ExitCode.DONE;
    }

    /// A snapshot is one moment's: nothing of another one may lie between its documents.
    private void makeDirectory() throws IOException {
        try {
            Files.createDirectories(directory);
        } catch (FileAlreadyExistsException e) {
            throw new CommandFailure(ExitCode.USAGE, directory + ": is a file; name a folder");
        }
        try (var files = Files.list(directory)) {
            if (files.findAny().isPresent()) {
                throw new CommandFailure(
                        ExitCode.USAGE, directory + ": is not empty; name another folder with -o");
            }
        }
    }

    private void print(HostDocuments host, List<String> missing) {
        if (!output.isText()) {
            try (var rows = output.rows()) {
                host.documents()
                        .forEach((name, text) ->
                                rows.add(json -> {
                                    json.writeStartObject();
                                    json.writeStringField("document", name);
                                    json.writeNumberField("characters", text.length());
                                    json.writeEndObject();
                                }));
                missing.forEach(words ->
                        rows.add(json -> {
                            json.writeStartObject();
                            json.writeStringField("missing", words);
                            json.writeEndObject();
                        }));
            }
            return;
        }
        var out = output.out();
        out.printf(
                "%s: %d documents of kernel %s%n",
                TextTable.escape(directory.toString()),
                host.documents().size(),
                TextTable.escape(host.kernelRelease()));
        missing.forEach(words -> out.println("missing: " + TextTable.escape(words)));
        out.flush();
    }
}
