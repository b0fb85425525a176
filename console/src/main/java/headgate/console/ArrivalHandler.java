package headgate.console;

/// Takes arrivals, one at a time, in order.
@FunctionalInterface
interface ArrivalHandler {
    /// The service time that leaves it to the profile.
    long SERVICE_AS_PROFILED = -1;

    /// @param flowHash the same for all packets of a flow; 0 if unknown
    /// @param serviceNanos what the protocol layer takes, or [#SERVICE_AS_PROFILED]
    /// @param interfaceIndex which of the capture's interfaces it came on, from 0
    void onArrival(
            long arrivalNanos,
            int lengthBytes,
            int flowHash,
            long serviceNanos,
            int interfaceIndex);
}
