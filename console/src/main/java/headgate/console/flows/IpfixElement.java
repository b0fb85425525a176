package headgate.console.flows;

import headgate.flow.FlowRecord;
import headgate.flow.FlowRecord.Side;
import headgate.packet.IpProtocol;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The information elements of IANA's registry that a flow is written in, in the order of the
/// template; names and numbers are the registry's.
///
/// To add one: a constant with its number, its length, and when it is there, and a case in
/// [#write].
enum IpfixElement {
    flowStartMilliseconds(152, Long.BYTES),
    flowEndMilliseconds(153, Long.BYTES),
    flowStartNanoseconds(156, Long.BYTES),
    flowEndNanoseconds(157, Long.BYTES),
    sourceIPv4Address(8, Integer.BYTES),
    destinationIPv4Address(12, Integer.BYTES),
    sourceIPv6Address(27, 2 * Long.BYTES),
    destinationIPv6Address(28, 2 * Long.BYTES),
    sourceTransportPort(7, Short.BYTES),
    destinationTransportPort(11, Short.BYTES),
    protocolIdentifier(4, Byte.BYTES),
    flowEndReason(136, Byte.BYTES),
    biflowDirection(239, Byte.BYTES),
    vlanId(58, Short.BYTES),
    applicationName(96, IpfixElement.VARIABLE),
    octetDeltaCount(1, Long.BYTES),
    packetDeltaCount(2, Long.BYTES),
    layer2OctetDeltaCount(352, Long.BYTES),
    tcpControlBits(6, Short.BYTES),
    icmpTypeCodeIPv4(32, Short.BYTES),
    icmpTypeCodeIPv6(139, Short.BYTES),
    ipClassOfService(5, Byte.BYTES),
    minimumTTL(52, Byte.BYTES),
    maximumTTL(53, Byte.BYTES);

    /// The length of an element that says its length in each record (RFC 7011, section 7).
    static final int VARIABLE = 0xffff;

    /// Longer texts would need a length in three bytes.
    private static final int MAX_TEXT_BYTES = 254;

    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long NANOS_PER_MILLI = 1_000_000;

    /// From 1900, where NTP begins, to 1970.
    private static final long NTP_EPOCH_SECONDS = 2_208_988_800L;

    final int id;
    final int length;

    IpfixElement(int id, int length) {
        this.id = id;
        this.length = length;
    }

    /// Whether it is of one direction, so that RFC 5103 has a reverse one.
    boolean isReversible() {
        return ordinal() >= octetDeltaCount.ordinal();
    }

    /// Whether a record has it for this side.
    boolean isOf(FlowRecord record, Side side) {
        return switch (this) {
            case sourceIPv4Address, destinationIPv4Address -> record.ipVersion() == 4;
            case sourceIPv6Address, destinationIPv6Address -> record.ipVersion() == 6;
            case sourceTransportPort, destinationTransportPort -> FlowField.hasPorts(record);
            case biflowDirection -> record.responder().packets() > 0;
            case vlanId -> !record.vlanIds().isEmpty();
            case applicationName -> !record.application().isEmpty();
            case tcpControlBits -> record.protocol() == IpProtocol.TCP;
            case icmpTypeCodeIPv4 -> record.protocol() == IpProtocol.ICMP;
            case icmpTypeCodeIPv6 -> record.protocol() == IpProtocol.ICMPV6;
            case ipClassOfService -> side.trafficClass() >= 0;
            case minimumTTL, maximumTTL -> side.minTimeToLive() >= 0;
            case flowStartMilliseconds,
                    flowEndMilliseconds,
                    flowStartNanoseconds,
                    flowEndNanoseconds,
                    protocolIdentifier,
                    flowEndReason,
                    octetDeltaCount,
                    packetDeltaCount,
                    layer2OctetDeltaCount ->
                    true;
        };
    }

    /// Writes the value of this side.
    void write(FlowRecord record, Side side, ByteBuffer out) {
        switch (this) {
            case flowStartMilliseconds ->
                    out.putLong(Math.floorDiv(record.firstNanos(), NANOS_PER_MILLI));
            case flowEndMilliseconds ->
                    out.putLong(Math.floorDiv(record.lastNanos(), NANOS_PER_MILLI));
            case flowStartNanoseconds -> out.putLong(ntpTime(record.firstNanos()));
            case flowEndNanoseconds -> out.putLong(ntpTime(record.lastNanos()));
            case sourceIPv4Address -> out.putInt((int) record.originator().addressLow());
            case destinationIPv4Address -> out.putInt((int) record.responder().addressLow());
            case sourceIPv6Address -> writeIpv6(record.originator(), out);
            case destinationIPv6Address -> writeIpv6(record.responder(), out);
            case sourceTransportPort -> out.putShort((short) record.originator().port());
            case destinationTransportPort -> out.putShort((short) record.responder().port());
            case protocolIdentifier -> out.put((byte) record.protocol());
            case flowEndReason -> out.put(endReason(record));
            case biflowDirection -> out.put((byte) 1); // the source is the initiator
            case vlanId -> out.putShort(record.vlanIds().getFirst().shortValue());
            case applicationName -> writeText(record.application(), out);
            case octetDeltaCount -> out.putLong(side.ipBytes());
            case packetDeltaCount -> out.putLong(side.packets());
            case layer2OctetDeltaCount -> out.putLong(side.frameBytes());
            case tcpControlBits -> out.putShort((short) side.tcpFlags());
            case icmpTypeCodeIPv4, icmpTypeCodeIPv6 -> out.putShort(icmpTypeCode(record, side));
            case ipClassOfService -> out.put((byte) side.trafficClass());
            case minimumTTL -> out.put((byte) side.minTimeToLive());
            case maximumTTL -> out.put((byte) side.maxTimeToLive());
        }
    }

    private static void writeIpv6(Side side, ByteBuffer out) {
        out.putLong(side.addressHigh()).putLong(side.addressLow());
    }

    private static void writeText(String text, ByteBuffer out) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        byte[] some = Arrays.copyOf(bytes, Math.min(bytes.length, MAX_TEXT_BYTES));
        out.put((byte) some.length).put(some);
    }

    /// RFC 5102, section 5.11.3.
    private static byte endReason(FlowRecord record) {
        return switch (record.endReason()) {
            case IDLE_TIMEOUT -> 1;
            case NOT_ENDED -> 2;
            case CLOSED, PORT_REUSE -> 3;
            case END_OF_INPUT -> 4;
            case EVICTED -> 5;
        };
    }

    /// Of the responder the type is its port, where its messages answer the originator's.
    private static short icmpTypeCode(FlowRecord record, Side side) {
        int type = side == record.originator() ? record.icmpType() : record.responder().port();
        return (short) (type << 8 | record.icmpCode());
    }

    /// A time as dateTimeNanoseconds has it (RFC 7011, section 6.1.10): seconds since 1900 and the
    /// fraction of one, rounded up so that whole nanoseconds come out again.
    private static long ntpTime(long nanos) {
        long seconds = Math.floorDiv(nanos, NANOS_PER_SECOND) + NTP_EPOCH_SECONDS;
        long rest = Math.floorMod(nanos, NANOS_PER_SECOND);
        long fraction = ((rest << 32) + NANOS_PER_SECOND - 1) / NANOS_PER_SECOND;
        return seconds << 32 | fraction;
    }
}
