package headgate.packet.file;

/// What a capture says of its own losses: the interface statistics block of pcapng. A count that is
/// not known is [#UNKNOWN].
///
/// @param received `isb_ifrecv`, frames that the interface received
/// @param interfaceDropped `isb_ifdrop`, frames that the interface had no room for
/// @param filterAccepted `isb_filteraccept`, frames that passed the capture filter
/// @param systemDropped `isb_osdrop`, frames that the operating system dropped
/// @param delivered `isb_usrdeliv`, frames that reached the capturing program
public record InterfaceStatistics(
        long received,
        long interfaceDropped,
        long filterAccepted,
        long systemDropped,
        long delivered) {
    public static final long UNKNOWN = -1;

    /// Nothing is known.
    public static final InterfaceStatistics NONE =
            new InterfaceStatistics(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN);
}
