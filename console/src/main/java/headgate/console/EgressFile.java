package headgate.console;

import headgate.forwarding.EgressFrames;
import headgate.forwarding.NetDevice;
import headgate.packet.Frame;
import headgate.packet.LinkType;
import headgate.packet.file.InterfaceDescription;
import headgate.packet.file.PcapngWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// A pcapng file of the frames that leave a router: one interface for each device, and with each
/// frame a comment that says which frame made it leave.
final class EgressFile implements Closeable {
    private final PcapngWriter writer;
    private final Map<NetDevice, Integer> interfaces = new HashMap<>();
    private final Frame frame = new Frame();
    private long frames;

    /// @param path of the file, which is replaced; null for standard output
    EgressFile(Path path) throws IOException {
        writer = new PcapngWriter(PacketFile.channel(path), "headgate forward");
    }

    /// @param cause number of the frame that came in
    /// @param atNanos when it did
    void write(EgressFrames leaving, long cause, long atNanos) throws IOException {
        for (int i = 0; i < leaving.count(); i++) {
            frame.bytes = leaving.bytes();
            frame.start = leaving.start(i);
            frame.lengthCaptured = leaving.length(i);
            frame.lengthOnWire = leaving.wireLength(i);
            frame.arrivalNanos = atNanos;
            String kind = leaving.kind(i).name().toLowerCase(Locale.ROOT).replace('_', ' ');
            writer.write(
                    frame,
                    interfaceOf(leaving.device(i)),
                    PcapngWriter.OUTBOUND,
                    kind + ", by frame " + cause);
            frames++;
        }
    }

    private int interfaceOf(NetDevice device) throws IOException {
        Integer known = interfaces.get(device);
        if (known == null) {
            int linkType = device.mac() < 0 ? LinkType.RAW : LinkType.ETHERNET;
            known = writer.addInterface(new InterfaceDescription(device.name(), linkType, 0));
            interfaces.put(device, known);
        }
        return known;
    }

    /// How many frames left.
    long frames() {
        return frames;
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }
}
