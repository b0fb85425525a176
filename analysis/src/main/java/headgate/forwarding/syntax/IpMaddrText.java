package headgate.forwarding.syntax;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import headgate.forwarding.SnapshotException;
import java.io.IOException;
import java.io.InputStream;

/// `ip maddr`: a line for each device, and an indented one for each group that it has joined.
final class IpMaddrText implements Syntax {
    @Override
    public void read(String name, InputStream in, Sink sink) throws IOException, SnapshotException {
        var lines = new Lines(name, in);
        ObjectNode device = null;
        String place = "";
        for (String line = lines.next(); line != null; line = lines.next()) {
            var words = new Words(line);
            if (!words.hasMore()) {
                continue;
            }
            if (device != null && Character.isWhitespace(line.charAt(0))) {
                String family = words.next();
                if (!family.equals("link")) {
                    device.withArray("maddr")
                            .addObject()
                            .put("family", family)
                            .put("address", words.next());
                }
                continue;
            }
            if (device != null) {
                sink.add(place, device);
            }
            String index = words.next();
            device = JsonNodeFactory.instance.objectNode();
            device.put("ifindex", index.substring(0, Math.max(0, index.length() - 1)));
            device.put("ifname", words.next());
            place = lines.place();
        }
        if (device != null) {
            sink.add(place, device);
        }
    }
}
