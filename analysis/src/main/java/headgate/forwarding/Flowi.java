package headgate.forwarding;

/// What lookups of both families ask for (kernel: `struct flowi_common` with the ports behind it).
public abstract class Flowi {
    /// The device that the packet came in by; the loopback device for the host's own packets.
    public NetDevice inputDevice;

    /// The device that it must leave by; null for any.
    public NetDevice outputDevice;

    /// The whole byte; ECN bits are never compared.
    public int tos;

    public int mark;
    public int protocol;
    public int sourcePort;
    public int destinationPort;
}
