package headgate.softnet;

/// Something that `net_rx_action` or a thread polls (`struct napi_struct`). A poll takes simulated
/// time, so it is not one call: [NetRxAction] takes one packet after the other until the NAPI has
/// none or its weight is used up.
abstract sealed class Napi permits BacklogNapi, DriverNapi {
    /// Packets that the next poll may take; read before the poll (RP-23).
    int weight;

    /// Whether this NAPI is on a poll list, on its way there, or being polled (`NAPI_STATE_SCHED`).
    boolean scheduled;

    Napi(int weight) {
        this.weight = weight;
    }

    /// The poll begins.
    abstract void startPoll(int devRxWeight);
}
