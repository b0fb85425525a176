package headgate.forwarding;

/// What an IPv4 lookup asks for (kernel: `struct flowi4`); reused from lookup to lookup.
public final class Flowi4 extends Flowi {
    public int source;
    public int destination;
}
