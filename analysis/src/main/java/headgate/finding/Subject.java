package headgate.finding;

import headgate.flow.FlowRecord;
import headgate.flow.FlowRecord.Side;
import headgate.flow.rollup.Prefixes;
import headgate.packet.IpAddress;

/// What evidence is about, in numbers; fields that a kind does not need are 0 or empty.
///
/// @param form how it is written
/// @param capturePoint where it was seen, if that matters
record Subject(
        Form form,
        int ipVersion,
        long high,
        long low,
        long otherHigh,
        long otherLow,
        int port,
        String capturePoint) {

    enum Form {
        ADDRESS,
        ADDRESS_AND_PORT,
        ADDRESS_TO_ADDRESS,
        ADDRESS_TO_PORT,
        NETWORK_TO_NETWORK
    }

    static Subject address(FlowRecord flow, Side side) {
        return new Subject(
                Form.ADDRESS, flow.ipVersion(), side.addressHigh(), side.addressLow(), 0, 0, 0, "");
    }

    static Subject addressAndPort(FlowRecord flow, Side side) {
        return new Subject(
                Form.ADDRESS_AND_PORT,
                flow.ipVersion(),
                side.addressHigh(),
                side.addressLow(),
                0,
                0,
                side.port(),
                "");
    }

    static Subject addressToAddress(FlowRecord flow, Side from, Side to) {
        return new Subject(
                Form.ADDRESS_TO_ADDRESS,
                flow.ipVersion(),
                from.addressHigh(),
                from.addressLow(),
                to.addressHigh(),
                to.addressLow(),
                0,
                "");
    }

    static Subject addressToPort(FlowRecord flow, Side from, int port) {
        return new Subject(
                Form.ADDRESS_TO_PORT,
                flow.ipVersion(),
                from.addressHigh(),
                from.addressLow(),
                0,
                0,
                port,
                "");
    }

    /// @param capturePoint empty if it does not matter where
    static Subject networkToNetwork(
            FlowRecord flow, Side from, Side to, Prefixes networks, String capturePoint) {
        int version = flow.ipVersion();
        return new Subject(
                Form.NETWORK_TO_NETWORK,
                version,
                networks.high(version, from.addressHigh()),
                networks.low(version, from.addressLow()),
                networks.high(version, to.addressHigh()),
                networks.low(version, to.addressLow()),
                0,
                capturePoint);
    }

    String text(Prefixes networks) {
        String text =
                switch (form) {
                    case ADDRESS -> address(high, low);
                    case ADDRESS_AND_PORT ->
                            ipVersion == 6
                                    ? "[" + address(high, low) + "]:" + port
                                    : address(high, low) + ":" + port;
                    case ADDRESS_TO_ADDRESS ->
                            address(high, low) + " to " + address(otherHigh, otherLow);
                    case ADDRESS_TO_PORT -> address(high, low) + " to port " + port;
                    case NETWORK_TO_NETWORK ->
                            networks.text(ipVersion, high, low)
                                    + " to "
                                    + networks.text(ipVersion, otherHigh, otherLow);
                };
        return capturePoint.isEmpty() ? text : capturePoint + ": " + text;
    }

    private String address(long high, long low) {
        return IpAddress.format(ipVersion, high, low);
    }
}
