package headgate.console;

import com.fasterxml.jackson.core.JsonGenerator;
import headgate.capture.CaptureInterfaces;
import headgate.capture.HostInterface;
import headgate.packet.MacAddress;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "interfaces",
        mixinStandardHelpOptions = true,
        description = "List the interfaces of this host that frames can be captured on.")
final class InterfacesCommand implements Callable<Integer> {
    @Mixin private OutputOptions output;

    @Override
    public Integer call() {
        var interfaces = CaptureInterfaces.list();
        if (!output.isText()) {
            try (var rows = output.rows()) {
                interfaces.forEach(each -> rows.add(json -> write(json, each)));
            }
            return ExitCode.DONE;
        }
        var table =
                new TextTable(
                        "interface", "state", "kind", "mac", ">mtu", ">link type", "addresses");
        for (var each : interfaces) {
            table.row(
                    each.name(),
                    state(each),
                    each.kind(),
                    each.mac() < 0 ? null : MacAddress.format(each.mac()),
                    each.mtu() == 0 ? null : each.mtu(),
                    each.linkType(),
                    String.join(" ", each.addresses()));
        }
        table.print(output.out());
        output.out().flush();
        return ExitCode.DONE;
    }

    private static String state(HostInterface each) {
        return each.up() ? each.running() ? "up" : "no carrier" : "down";
    }

    private static void write(JsonGenerator json, HostInterface each) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", each.name());
        json.writeNumberField("index", each.index());
        json.writeStringField("state", state(each));
        json.writeStringField("kind", each.kind());
        if (each.mac() >= 0) {
            json.writeStringField("mac", MacAddress.format(each.mac()));
        }
        json.writeNumberField("mtu", each.mtu());
        json.writeNumberField("link_type", each.linkType());
        json.writeStringField("driver", each.driver());
        json.writeNumberField("speed_megabits", each.speedMegabits());
        json.writeNumberField("receive_queues", each.receiveQueues());
        json.writeArrayFieldStart("addresses");
        for (String address : each.addresses()) {
            json.writeString(address);
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
