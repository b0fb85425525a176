package headgate.forwarding;

/// What a lookup asks for (kernel: `struct flowi4`); reused from lookup to lookup.
public final class Flowi4 {
    /// The device that the packet came in by; the loopback device for the host's own packets.
    public NetDevice inputDevice;

    /// The device that it must leave by; null for any.
    public NetDevice outputDevice;

    public int source;
    public int destination;

    /// The whole byte; ECN bits are never compared.
    public int tos;

    public int mark;
    public int protocol;
    public int sourcePort;
    public int destinationPort;
}
