package headgate.schema;

import static headgate.schema.AvroBytes.putBigEndian;
import static headgate.schema.AvroBytes.putByte;
import static headgate.schema.AvroBytes.putInt;
import static headgate.schema.AvroBytes.putLong;
import static headgate.schema.AvroBytes.putMac;
import static headgate.schema.AvroBytes.putSmall;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import headgate.packet.Check;
import headgate.packet.DecodeError;
import headgate.packet.Frame;
import headgate.packet.Layer;
import java.lang.foreign.MemorySegment;

/// One frame ⇄ its fields in the order of `frame.avsc`. What the decoder filled in comes back as it
/// was; a field that it left at "absent" is null or left out with its record.
final class FrameCodec {
    /// More than all fields but the bytes ever take.
    private static final int LONGEST_HEADERS = 512;

    private static final int NULL = 0;
    private static final int PRESENT = 2; // index 1 of a union, in zigzag
    private static final int IPV6_HEADER_LENGTH = 40;
    private static final int IGMP = 2;

    private static final Layer[] LAYERS = Layer.values();
    private static final Check[] CHECKS = Check.values();
    private static final DecodeError.Limit[] LIMITS = DecodeError.Limit.values();

    /// Of the frame that was read last.
    long sequence;

    int flowHash;

    void write(AvroOutput out, Frame frame, long sequence, int flowHash, int bytesToKeep) {
        int kept = Math.min(frame.lengthCaptured, bytesToKeep);
        int at = out.room(LONGEST_HEADERS + kept);
        byte[] to = out.array();
        at = putLong(to, at, sequence);
        at = putLong(to, at, frame.arrivalNanos);
        at = putSmall(to, at, frame.interfaceId);
        at = putSmall(to, at, frame.linkType);
        at = putInt(to, at, frame.lengthOnWire);
        at = putInt(to, at, frame.lengthCaptured);
        at = putInt(to, at, flowHash);
        at = putLayers(to, at, frame);
        at = putLink(to, at, frame);
        at = putArp(to, at, frame);
        at = putSmall(to, at, frame.networkOffset);
        at = putIpv4(to, at, frame);
        at = putIpv6(to, at, frame);
        at = putSmall(to, at, frame.transportOffset);
        at = putTcp(to, at, frame);
        at = putUdp(to, at, frame);
        at = putIcmp(to, at, frame);
        at = putPorts(to, at, frame);
        at = putSmall(to, at, frame.payloadOffset);
        at = putInt(to, at, frame.payloadLength);
        at = putInt(to, at, frame.payloadCaptured);
        at = putError(to, at, frame);
        at = putInt(to, at, kept);
        MemorySegment.copy(frame.bytes, JAVA_BYTE, frame.start, to, at, kept);
        out.wroteTo(at + kept);
    }

    /// Fills in the facts of the next frame; its bytes are those of the value itself.
    void read(AvroInput in, Frame frame) {
        frame.clear();
        sequence = in.readLong();
        frame.arrivalNanos = in.readLong();
        frame.interfaceId = in.readInt();
        frame.linkType = in.readInt();
        frame.lengthOnWire = in.readInt();
        frame.lengthCaptured = in.readInt();
        flowHash = in.readInt();
        readLayers(in, frame);
        readLink(in, frame);
        readArp(in, frame);
        frame.networkOffset = in.readInt();
        readIpv4(in, frame);
        readIpv6(in, frame);
        frame.transportOffset = in.readInt();
        readTcp(in, frame);
        readUdp(in, frame);
        readIcmp(in, frame);
        readIgmp(in, frame);
        readPorts(in, frame);
        frame.payloadOffset = in.readInt();
        frame.payloadLength = in.readInt();
        frame.payloadCaptured = in.readInt();
        readError(in, frame);
        readBytes(in, frame);
    }

    private static int putLayers(byte[] to, int at, Frame frame) {
        int count = frame.layerCount;
        if (count > 0) {
            at = putSmall(to, at, count);
            for (int i = 0; i < count; i++) {
                at = putSmall(to, at, frame.layer(i).ordinal());
                at = putSmall(to, at, frame.layerOffset(i));
            }
        }
        return putByte(to, at, 0);
    }

    private static void readLayers(AvroInput in, Frame frame) {
        for (long left = in.readArrayStart(); left > 0; left = in.arrayNext()) {
            for (; left > 0; left--) {
                Layer layer = LAYERS[in.readIndexBelow(LAYERS.length)];
                if (!frame.addLayer(layer, in.readInt())) {
                    throw new UnreadableValueException(
                            "a frame with more than " + Frame.MAX_LAYERS + " layers");
                }
            }
        }
    }

    private static int putLink(byte[] to, int at, Frame frame) {
        if (frame.destinationMac() >= 0) {
            at = putByte(to, at, PRESENT);
            at = putMac(to, at, frame.destinationMac());
            at = putMac(to, at, frame.sourceMac());
            at = putCooked(to, at, frame, -1);
        } else {
            at = putByte(to, at, NULL);
            at = putCooked(to, at, frame, frame.sourceMac());
        }
        int vlans = frame.vlanCount;
        if (vlans > 0) {
            at = putSmall(to, at, vlans);
            for (int i = 0; i < vlans; i++) {
                at = putVlan(to, at, frame.vlanTags[i]);
            }
        }
        at = putByte(to, at, 0);
        return putNullable(to, at, frame.etherType);
    }

    private static int putCooked(byte[] to, int at, Frame frame, long sourceMac) {
        if (frame.packetType < 0 && sourceMac < 0) {
            return putByte(to, at, NULL);
        }
        at = putByte(to, at, PRESENT);
        at = putSmall(to, at, frame.packetType);
        if (sourceMac < 0) {
            at = putByte(to, at, NULL);
        } else {
            at = putByte(to, at, PRESENT);
            at = putMac(to, at, sourceMac);
        }
        return at;
    }

    private static int putVlan(byte[] to, int at, int tag) {
        at = putInt(to, at, tag >>> 16);
        at = putSmall(to, at, tag >>> 13 & 7);
        at = putByte(to, at, tag >>> 12 & 1);
        return putInt(to, at, tag & 0xfff);
    }

    private static void readLink(AvroInput in, Frame frame) {
        frame.packetType = -1;
        if (present(in)) {
            frame.setMacs(in.readMac(), in.readMac());
        }
        if (present(in)) {
            frame.packetType = in.readInt();
            if (present(in)) {
                frame.setMacs(-1, in.readMac());
            }
        }
        for (long left = in.readArrayStart(); left > 0; left = in.arrayNext()) {
            for (; left > 0; left--) {
                readVlan(in, frame);
            }
        }
        frame.etherType = readNullable(in);
    }

    private static void readVlan(AvroInput in, Frame frame) {
        if (frame.vlanCount == Frame.MAX_VLAN_TAGS) {
            throw new UnreadableValueException(
                    "a frame with more than " + Frame.MAX_VLAN_TAGS + " VLAN tags");
        }
        int tagProtocol = in.readInt();
        int priority = in.readInt();
        int dropEligible = in.readBoolean() ? 1 : 0;
        int tag = tagProtocol << 16 | priority << 13 | dropEligible << 12 | in.readInt();
        frame.vlanTags[frame.vlanCount++] = tag;
    }

    private static int putArp(byte[] to, int at, Frame frame) {
        if (frame.arpOperation() < 0) {
            return putByte(to, at, NULL);
        }
        at = putByte(to, at, PRESENT);
        at = putSmall(to, at, frame.arpOperation());
        at = putMac(to, at, frame.arpSenderMac());
        at = putBigEndian(to, at, frame.arpSenderAddress());
        at = putMac(to, at, frame.arpTargetMac());
        return putBigEndian(to, at, frame.arpTargetAddress());
    }

    private static void readArp(AvroInput in, Frame frame) {
        if (present(in)) {
            frame.setArp(
                    in.readInt(),
                    in.readMac(),
                    (int) in.readUnsignedInt(),
                    in.readMac(),
                    (int) in.readUnsignedInt());
        }
    }

    private static int putIpv4(byte[] to, int at, Frame frame) {
        if (frame.ipVersion != 4) {
            return putByte(to, at, NULL);
        }
        at = putByte(to, at, PRESENT);
        at = putSmall(to, at, frame.networkHeaderLength);
        at = putSmall(to, at, frame.trafficClass());
        at = putInt(to, at, frame.networkLength());
        at = putInt(to, at, frame.identification());
        at = putByte(to, at, frame.dontFragment() ? 1 : 0);
        at = putByte(to, at, frame.moreFragments() ? 1 : 0);
        at = putSmall(to, at, frame.fragmentOffset());
        at = putInt(to, at, frame.timeToLive());
        at = putSmall(to, at, frame.protocol);
        at = putInt(to, at, frame.networkChecksum());
        at = putBigEndian(to, at, (int) frame.sourceLow);
        return putBigEndian(to, at, (int) frame.destinationLow);
    }

    private static void readIpv4(AvroInput in, Frame frame) {
        if (present(in)) {
            frame.networkHeaderLength = in.readInt();
            frame.setIpv4(
                    in.readInt(),
                    in.readInt(),
                    in.readInt(),
                    in.readBoolean(),
                    in.readBoolean(),
                    in.readInt(),
                    in.readInt(),
                    in.readInt(),
                    in.readInt());
            frame.sourceLow = in.readUnsignedInt();
            frame.destinationLow = in.readUnsignedInt();
        }
    }

    private static int putIpv6(byte[] to, int at, Frame frame) {
        if (frame.ipVersion != 6) {
            return putByte(to, at, NULL);
        }
        at = putByte(to, at, PRESENT);
        at = putSmall(to, at, frame.networkHeaderLength);
        at = putSmall(to, at, frame.trafficClass());
        at = putInt(to, at, frame.flowLabel());
        at = putInt(to, at, frame.networkLength() - IPV6_HEADER_LENGTH);
        at = putSmall(to, at, frame.nextHeader());
        at = putInt(to, at, frame.timeToLive());
        at = putSmall(to, at, frame.protocol);
        at = putBigEndian(to, at, frame.sourceHigh);
        at = putBigEndian(to, at, frame.sourceLow);
        at = putBigEndian(to, at, frame.destinationHigh);
        at = putBigEndian(to, at, frame.destinationLow);
        if (frame.identification() == 0 && !frame.isFragment()) {
            return putByte(to, at, NULL);
        }
        at = putByte(to, at, PRESENT);
        at = putLong(to, at, Integer.toUnsignedLong(frame.identification()));
        at = putByte(to, at, frame.moreFragments() ? 1 : 0);
        return putSmall(to, at, frame.fragmentOffset());
    }

    private static void readIpv6(AvroInput in, Frame frame) {
        if (!present(in)) {
            return;
        }
        frame.networkHeaderLength = in.readInt();
        frame.setIpv6(in.readInt(), in.readInt(), in.readInt(), in.readInt(), in.readInt());
        frame.protocol = in.readInt();
        frame.sourceHigh = in.readBigEndianLong();
        frame.sourceLow = in.readBigEndianLong();
        frame.destinationHigh = in.readBigEndianLong();
        frame.destinationLow = in.readBigEndianLong();
        if (present(in)) {
            frame.setIpv6Fragment((int) in.readLong(), in.readBoolean(), in.readInt());
        }
    }

    private static int putTcp(byte[] to, int at, Frame frame) {
        if (frame.tcpHeaderLength() == 0) {
            return putByte(to, at, NULL);
        }
        at = putByte(to, at, PRESENT);
        at = putInt(to, at, frame.sourcePort);
        at = putInt(to, at, frame.destinationPort);
        at = putLong(to, at, Integer.toUnsignedLong(frame.sequenceNumber()));
        at = putLong(to, at, Integer.toUnsignedLong(frame.acknowledgmentNumber()));
        at = putSmall(to, at, frame.tcpHeaderLength());
        at = putSmall(to, at, frame.tcpFlags());
        at = putInt(to, at, frame.window());
        at = putInt(to, at, frame.transportChecksum);
        at = putSmall(to, at, frame.urgentPointer());
        at = putNullable(to, at, frame.maximumSegmentSize());
        at = putNullable(to, at, frame.windowScale());
        at = putByte(to, at, frame.sackPermitted() ? 1 : 0);
        if (!frame.hasTimestamps()) {
            return putByte(to, at, NULL);
        }
        at = putByte(to, at, PRESENT);
        at = putLong(to, at, Integer.toUnsignedLong(frame.timestampValue()));
        return putLong(to, at, Integer.toUnsignedLong(frame.timestampEchoReply()));
    }

    private static void readTcp(AvroInput in, Frame frame) {
        if (!present(in)) {
            return;
        }
        frame.sourcePort = in.readInt();
        frame.destinationPort = in.readInt();
        frame.setTcp(
                (int) in.readLong(),
                (int) in.readLong(),
                in.readInt(),
                in.readInt(),
                in.readInt(),
                in.readInt(),
                in.readInt());
        frame.setTcpOptions(readNullable(in), readNullable(in), in.readBoolean());
        if (present(in)) {
            frame.setTimestamps((int) in.readLong(), (int) in.readLong());
        }
    }

    private static int putUdp(byte[] to, int at, Frame frame) {
        if (frame.udpLength() < 0) {
            return putByte(to, at, NULL);
        }
        at = putByte(to, at, PRESENT);
        at = putInt(to, at, frame.sourcePort);
        at = putInt(to, at, frame.destinationPort);
        at = putInt(to, at, frame.udpLength());
        return putInt(to, at, frame.transportChecksum);
    }

    private static void readUdp(AvroInput in, Frame frame) {
        if (present(in)) {
            frame.sourcePort = in.readInt();
            frame.destinationPort = in.readInt();
            frame.setUdpLength(in.readInt());
            frame.transportChecksum = in.readInt();
        }
    }

    /// ICMP, ICMPv6 and IGMP share their fields in [Frame].
    private static int putIcmp(byte[] to, int at, Frame frame) {
        if (frame.icmpType() < 0) {
            at = putByte(to, at, NULL);
            at = putByte(to, at, NULL);
        } else if (frame.protocol == IGMP) {
            at = putByte(to, at, NULL);
            at = putByte(to, at, PRESENT);
            at = putIcmpStart(to, at, frame);
            at = putBigEndian(to, at, frame.igmpGroup());
        } else {
            at = putByte(to, at, PRESENT);
            at = putIcmpStart(to, at, frame);
            at = putNullable(to, at, frame.icmpIdentifier());
            at = putNullable(to, at, frame.icmpSequence());
            at = putByte(to, at, NULL);
        }
        return at;
    }

    private static int putIcmpStart(byte[] to, int at, Frame frame) {
        at = putSmall(to, at, frame.icmpType());
        at = putSmall(to, at, frame.icmpCode());
        return putInt(to, at, frame.transportChecksum);
    }

    private static void readIcmp(AvroInput in, Frame frame) {
        if (present(in)) {
            int type = in.readInt();
            int code = in.readInt();
            frame.transportChecksum = in.readInt();
            frame.setIcmp(type, code, readNullable(in), readNullable(in));
        }
    }

    private static void readIgmp(AvroInput in, Frame frame) {
        if (present(in)) {
            int type = in.readInt();
            int maxResponseCode = in.readInt();
            frame.transportChecksum = in.readInt();
            frame.setIgmp(type, maxResponseCode, (int) in.readUnsignedInt());
        }
    }

    /// Ports of a transport that has no record of its own.
    private static int putPorts(byte[] to, int at, Frame frame) {
        if (frame.sourcePort < 0 || frame.tcpHeaderLength() > 0 || frame.udpLength() >= 0) {
            return putByte(to, at, NULL);
        }
        at = putByte(to, at, PRESENT);
        at = putInt(to, at, frame.sourcePort);
        at = putInt(to, at, frame.destinationPort);
        return putLong(to, at, Integer.toUnsignedLong(frame.transportChecksum));
    }

    private static void readPorts(AvroInput in, Frame frame) {
        if (present(in)) {
            frame.sourcePort = in.readInt();
            frame.destinationPort = in.readInt();
            frame.transportChecksum = (int) in.readLong();
        }
    }

    private static int putError(byte[] to, int at, Frame frame) {
        if (frame.check == Check.OK) {
            return putByte(to, at, NULL);
        }
        at = putByte(to, at, PRESENT);
        at = putSmall(to, at, frame.check.ordinal());
        at = putNullable(to, at, frame.errorLayer == null ? -1 : frame.errorLayer.ordinal());
        at = putSmall(to, at, frame.errorOffset);
        at = putSmall(to, at, frame.errorBytesNeeded);
        at = putSmall(to, at, frame.errorBytesPresent);
        return putNullable(
                to, at, frame.errorLimitedBy == null ? -1 : frame.errorLimitedBy.ordinal());
    }

    private static void readError(AvroInput in, Frame frame) {
        if (!present(in)) {
            return;
        }
        frame.check = CHECKS[in.readIndexBelow(CHECKS.length)];
        frame.errorLayer = present(in) ? LAYERS[in.readIndexBelow(LAYERS.length)] : null;
        frame.errorOffset = in.readInt();
        frame.errorBytesNeeded = in.readInt();
        frame.errorBytesPresent = in.readInt();
        frame.errorLimitedBy = present(in) ? LIMITS[in.readIndexBelow(LIMITS.length)] : null;
    }

    /// Bytes that the agent did not keep are as good as never captured for whoever reads.
    private static void readBytes(AvroInput in, Frame frame) {
        frame.start = in.skipToBytes();
        int kept = (int) (in.position() - frame.start);
        long payloadEnd = (long) frame.payloadOffset + frame.payloadCaptured;
        if (kept > frame.lengthCaptured
                || frame.payloadOffset < 0
                || frame.payloadCaptured < 0
                || frame.payloadCaptured > 0 && payloadEnd > frame.lengthCaptured) {
            throw new UnreadableValueException(
                    "a frame's lengths contradict each other before byte " + in.position());
        }
        if (kept < frame.lengthCaptured) {
            frame.lengthCaptured = kept;
            int payloadKept = Math.max(0, kept - frame.payloadOffset);
            frame.payloadCaptured = Math.min(frame.payloadCaptured, payloadKept);
        }
    }

    /// Fields of which -1 says "absent".
    private static int putNullable(byte[] to, int at, int value) {
        if (value < 0) {
            at = putByte(to, at, NULL);
        } else {
            at = putByte(to, at, PRESENT);
            at = putInt(to, at, value);
        }
        return at;
    }

    private static int readNullable(AvroInput in) {
        return present(in) ? in.readInt() : -1;
    }

    private static boolean present(AvroInput in) {
        return in.readIndexBelow(2) == 1;
    }
}
