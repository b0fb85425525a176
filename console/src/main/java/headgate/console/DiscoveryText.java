package headgate.console;

import headgate.packet.Check;
import headgate.packet.Frame;
import headgate.packet.IpAddress;
import headgate.packet.MacAddress;
import headgate.packet.MldRecordsView;
import headgate.packet.MldView;
import headgate.packet.NdOptionsView;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// What messages of neighbour discovery and multicast listener discovery are about, in the words of
/// tcpdump. Part of [PacketText].
final class DiscoveryText {
    private static final ValueLayout.OfLong I64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int SOLICITATION = 135;
    private static final int ADVERTISEMENT = 136;
    private static final int TARGET = 8;
    private static final int TARGET_END = 24;

    private final NdOptionsView options = new NdOptionsView();
    private final MldView listener = new MldView();
    private final MldRecordsView records = new MldRecordsView();

    /// Appends nothing for other ICMPv6 messages.
    void append(StringBuilder line, Frame frame) {
        long at = frame.start + frame.transportOffset;
        long limit = frame.start + frame.payloadOffset + frame.payloadCaptured;
        if (MldView.is(frame.icmpType())) {
            listener(line, frame, at, limit);
        } else if (frame.icmpType() == MldView.V2_REPORT) {
            records(line, frame, at, limit);
        } else if (NdOptionsView.offset(frame.icmpType()) >= 0) {
            target(line, frame, at, limit);
            options(line, frame, at, limit);
        }
    }

    private void listener(StringBuilder line, Frame frame, long at, long limit) {
        if (listener.wrap(frame.bytes, at, limit) == Check.OK) {
            IpAddress.append(
                    line.append(", group "),
                    6,
                    listener.multicastAddressHigh(),
                    listener.multicastAddressLow());
        }
    }

    private void records(StringBuilder line, Frame frame, long at, long limit) {
        records.wrap(frame.bytes, at + MldRecordsView.OFFSET, limit);
        while (records.next()) {
            line.append(", group ");
            IpAddress.append(
                    line, 6, records.multicastAddressHigh(), records.multicastAddressLow());
            line.append(" type ").append(records.recordType());
        }
    }

    private static void target(StringBuilder line, Frame frame, long at, long limit) {
        boolean hasTarget = frame.icmpType() == SOLICITATION || frame.icmpType() == ADVERTISEMENT;
        if (!hasTarget || limit - at < TARGET_END) {
            return;
        }
        line.append(frame.icmpType() == SOLICITATION ? ", who has " : ", tgt is ");
        IpAddress.append(
                line,
                6,
                frame.bytes.get(I64, at + TARGET),
                frame.bytes.get(I64, at + TARGET + Long.BYTES));
    }

    private void options(StringBuilder line, Frame frame, long at, long limit) {
        options.wrap(frame.bytes, at + NdOptionsView.offset(frame.icmpType()), limit);
        while (options.next()) {
            if (options.isLinkLayerAddress()) {
                MacAddress.append(line.append(", link-address "), options.linkLayerAddress());
            } else if (options.isPrefix()) {
                IpAddress.append(
                        line.append(", prefix "), 6, options.prefixHigh(), options.prefixLow());
                line.append('/').append(options.prefixLength());
            } else if (options.isMtu()) {
                line.append(", mtu ").append(Integer.toUnsignedString(options.mtu()));
            }
        }
    }
}
