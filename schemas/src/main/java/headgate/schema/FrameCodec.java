package headgate.schema;

import headgate.packet.Check;
import headgate.packet.DecodeError;
import headgate.packet.Frame;
import headgate.packet.Layer;

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
        out.ensure(LONGEST_HEADERS + kept);
        out.putLong(sequence);
        out.putLong(frame.arrivalNanos);
        out.putInt(frame.interfaceId);
        out.putInt(frame.linkType);
        out.putInt(frame.lengthOnWire);
        out.putInt(frame.lengthCaptured);
        out.putInt(flowHash);
        writeLayers(out, frame);
        writeLink(out, frame);
        writeArp(out, frame);
        out.putInt(frame.networkOffset);
        writeIpv4(out, frame);
        writeIpv6(out, frame);
        out.putInt(frame.transportOffset);
        writeTcp(out, frame);
        writeUdp(out, frame);
        writeIcmp(out, frame);
        writePorts(out, frame);
        out.putInt(frame.payloadOffset);
        out.putInt(frame.payloadLength);
        out.putInt(frame.payloadCaptured);
        writeError(out, frame);
        out.putInt(kept);
        out.putSegment(frame.bytes, frame.start, kept);
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

    private static void writeLayers(AvroOutput out, Frame frame) {
        int count = frame.layerCount;
        if (count > 0) {
            out.putInt(count);
            for (int i = 0; i < count; i++) {
                out.putInt(frame.layer(i).ordinal());
                out.putInt(frame.layerOffset(i));
            }
        }
        out.putByte(0);
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

    private static void writeLink(AvroOutput out, Frame frame) {
        if (frame.destinationMac() >= 0) {
            out.putByte(PRESENT);
            out.putMac(frame.destinationMac());
            out.putMac(frame.sourceMac());
            writeCooked(out, frame, -1);
        } else {
            out.putByte(NULL);
            writeCooked(out, frame, frame.sourceMac());
        }
        int vlans = frame.vlanCount;
        if (vlans > 0) {
            out.putInt(vlans);
            for (int i = 0; i < vlans; i++) {
                writeVlan(out, frame.vlanTags[i]);
            }
        }
        out.putByte(0);
        writeNullable(out, frame.etherType);
    }

    private static void writeCooked(AvroOutput out, Frame frame, long sourceMac) {
        if (frame.packetType < 0 && sourceMac < 0) {
            out.putByte(NULL);
            return;
        }
        out.putByte(PRESENT);
        out.putInt(frame.packetType);
        if (sourceMac < 0) {
            out.putByte(NULL);
        } else {
            out.putByte(PRESENT);
            out.putMac(sourceMac);
        }
    }

    private static void writeVlan(AvroOutput out, int tag) {
        out.putInt(tag >>> 16);
        out.putInt(tag >>> 13 & 7);
        out.putByte(tag >>> 12 & 1);
        out.putInt(tag & 0xfff);
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

    private static void writeArp(AvroOutput out, Frame frame) {
        if (frame.arpOperation() < 0) {
            out.putByte(NULL);
            return;
        }
        out.putByte(PRESENT);
        out.putInt(frame.arpOperation());
        out.putMac(frame.arpSenderMac());
        out.putBigEndian(frame.arpSenderAddress());
        out.putMac(frame.arpTargetMac());
        out.putBigEndian(frame.arpTargetAddress());
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

    private static void writeIpv4(AvroOutput out, Frame frame) {
        if (frame.ipVersion != 4) {
            out.putByte(NULL);
            return;
        }
        out.putByte(PRESENT);
        out.putInt(frame.networkHeaderLength);
        out.putInt(frame.trafficClass());
        out.putInt(frame.networkLength());
        out.putInt(frame.identification());
        out.putByte(frame.dontFragment() ? 1 : 0);
        out.putByte(frame.moreFragments() ? 1 : 0);
        out.putInt(frame.fragmentOffset());
        out.putInt(frame.timeToLive());
        out.putInt(frame.protocol);
        out.putInt(frame.networkChecksum());
        out.putBigEndian((int) frame.sourceLow);
        out.putBigEndian((int) frame.destinationLow);
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

    private static void writeIpv6(AvroOutput out, Frame frame) {
        if (frame.ipVersion != 6) {
            out.putByte(NULL);
            return;
        }
        out.putByte(PRESENT);
        out.putInt(frame.networkHeaderLength);
        out.putInt(frame.trafficClass());
        out.putInt(frame.flowLabel());
        out.putInt(frame.networkLength() - IPV6_HEADER_LENGTH);
        out.putInt(frame.nextHeader());
        out.putInt(frame.timeToLive());
        out.putInt(frame.protocol);
        out.putBigEndian(frame.sourceHigh);
        out.putBigEndian(frame.sourceLow);
        out.putBigEndian(frame.destinationHigh);
        out.putBigEndian(frame.destinationLow);
        if (frame.identification() == 0 && !frame.isFragment()) {
            out.putByte(NULL);
            return;
        }
        out.putByte(PRESENT);
        out.putLong(Integer.toUnsignedLong(frame.identification()));
        out.putByte(frame.moreFragments() ? 1 : 0);
        out.putInt(frame.fragmentOffset());
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

    private static void writeTcp(AvroOutput out, Frame frame) {
        if (frame.tcpHeaderLength() == 0) {
            out.putByte(NULL);
            return;
        }
        out.putByte(PRESENT);
        out.putInt(frame.sourcePort);
        out.putInt(frame.destinationPort);
        out.putLong(Integer.toUnsignedLong(frame.sequenceNumber()));
        out.putLong(Integer.toUnsignedLong(frame.acknowledgmentNumber()));
        out.putInt(frame.tcpHeaderLength());
        out.putInt(frame.tcpFlags());
        out.putInt(frame.window());
        out.putInt(frame.transportChecksum);
        out.putInt(frame.urgentPointer());
        writeNullable(out, frame.maximumSegmentSize());
        writeNullable(out, frame.windowScale());
        out.putByte(frame.sackPermitted() ? 1 : 0);
        if (!frame.hasTimestamps()) {
            out.putByte(NULL);
            return;
        }
        out.putByte(PRESENT);
        out.putLong(Integer.toUnsignedLong(frame.timestampValue()));
        out.putLong(Integer.toUnsignedLong(frame.timestampEchoReply()));
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

    private static void writeUdp(AvroOutput out, Frame frame) {
        if (frame.udpLength() < 0) {
            out.putByte(NULL);
            return;
        }
        out.putByte(PRESENT);
        out.putInt(frame.sourcePort);
        out.putInt(frame.destinationPort);
        out.putInt(frame.udpLength());
        out.putInt(frame.transportChecksum);
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
    private static void writeIcmp(AvroOutput out, Frame frame) {
        if (frame.icmpType() < 0) {
            out.putByte(NULL);
            out.putByte(NULL);
        } else if (frame.protocol == IGMP) {
            out.putByte(NULL);
            out.putByte(PRESENT);
            writeIcmpStart(out, frame);
            out.putBigEndian(frame.igmpGroup());
        } else {
            out.putByte(PRESENT);
            writeIcmpStart(out, frame);
            writeNullable(out, frame.icmpIdentifier());
            writeNullable(out, frame.icmpSequence());
            out.putByte(NULL);
        }
    }

    private static void writeIcmpStart(AvroOutput out, Frame frame) {
        out.putInt(frame.icmpType());
        out.putInt(frame.icmpCode());
        out.putInt(frame.transportChecksum);
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
    private static void writePorts(AvroOutput out, Frame frame) {
        if (frame.sourcePort < 0 || frame.tcpHeaderLength() > 0 || frame.udpLength() >= 0) {
            out.putByte(NULL);
            return;
        }
        out.putByte(PRESENT);
        out.putInt(frame.sourcePort);
        out.putInt(frame.destinationPort);
        out.putLong(Integer.toUnsignedLong(frame.transportChecksum));
    }

    private static void readPorts(AvroInput in, Frame frame) {
        if (present(in)) {
            frame.sourcePort = in.readInt();
            frame.destinationPort = in.readInt();
            frame.transportChecksum = (int) in.readLong();
        }
    }

    private static void writeError(AvroOutput out, Frame frame) {
        if (frame.check == Check.OK) {
            out.putByte(NULL);
            return;
        }
        out.putByte(PRESENT);
        out.putInt(frame.check.ordinal());
        writeNullable(out, frame.errorLayer == null ? -1 : frame.errorLayer.ordinal());
        out.putInt(frame.errorOffset);
        out.putInt(frame.errorBytesNeeded);
        out.putInt(frame.errorBytesPresent);
        writeNullable(out, frame.errorLimitedBy == null ? -1 : frame.errorLimitedBy.ordinal());
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
    private static void writeNullable(AvroOutput out, int value) {
        if (value < 0) {
            out.putByte(NULL);
        } else {
            out.putByte(PRESENT);
            out.putInt(value);
        }
    }

    private static int readNullable(AvroInput in) {
        return present(in) ? in.readInt() : -1;
    }

    private static boolean present(AvroInput in) {
        return in.readIndexBelow(2) == 1;
    }
}
