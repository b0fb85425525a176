package headgate.forwarding;

/// One line of `ip rule`: what it selects, and what then happens. A selector that is absent selects
/// everything.
///
/// @param priority unsigned; ascending order of evaluation
/// @param inverted whether `not` stands before the selectors: the rule then applies to what they do
///   not select
/// @param addresses selects by source and destination
/// @param tos compared with the packet's under `tosMask`: [Fib#TOS_MASK] for `tos` of IPv4, all six
///   bits for `dscp` and IPv6, 0 if both are absent
/// @param inputDevice name; empty if absent; `lo` selects the host's own packets
/// @param outputDevice name; empty if absent; a received packet has no output device yet
/// @param mark compared under `markMask`; a mask of 0 if absent
/// @param protocol -1 if absent
/// @param sourcePorts and `destinationPorts`: `low << 16 | high`; 0 if absent
/// @param never whether it has a selector that no packet of a plain device meets (`l3mdev`,
///   `tun_id`, a detached device)
/// @param table that it asks; null if its table has no routes, or the action is another
/// @param target priority to go to, for [Action#GOTO]; -1 otherwise
/// @param suppressPrefixLength a result with a prefix no longer than this is refused; -1 if absent
/// @param suppressGroup a result that leaves by a device of this group is refused; empty if absent
/// @param unmodelled what this rule has that is not modelled; empty if nothing
/// @param text the rule as `ip rule` prints it
public record FibRule<F extends Flowi, A extends FibAnswer<?, ?>>(
        long priority,
        boolean inverted,
        AddressSelector<F> addresses,
        int tos,
        int tosMask,
        String inputDevice,
        String outputDevice,
        int mark,
        int markMask,
        int protocol,
        int sourcePorts,
        int destinationPorts,
        boolean never,
        Action action,
        FibTable<F, A, ?> table,
        long target,
        int suppressPrefixLength,
        String suppressGroup,
        String unmodelled,
        String text) {

    /// Selects packets by their addresses.
    interface AddressSelector<F> {
        boolean selects(F flow);
    }

    /// What a rule does with a packet that it selects.
    public enum Action {
        TABLE,
        GOTO,
        NOP,
        BLACKHOLE,
        UNREACHABLE,
        PROHIBIT
    }

    /// Kernel: `fib_rule_match`, `fib4_rule_match` and `fib6_rule_match`.
    boolean matches(F flow) {
        return selects(flow) != inverted;
    }

    private boolean selects(F flow) {
        return !never
                && (inputDevice.isEmpty() || isDevice(inputDevice, flow.inputDevice))
                && (outputDevice.isEmpty() || isDevice(outputDevice, flow.outputDevice))
                && ((flow.mark ^ mark) & markMask) == 0
                && addresses.selects(flow)
                && ((flow.tos ^ tos) & tosMask) == 0
                && (protocol < 0 || protocol == flow.protocol)
                && inRange(flow.sourcePort, sourcePorts)
                && inRange(flow.destinationPort, destinationPorts);
    }

    private static boolean isDevice(String name, NetDevice device) {
        return device != null && device.name().equals(name);
    }

    private static boolean inRange(int port, int range) {
        return range == 0 || port >= range >>> 16 && port <= (range & 0xffff);
    }

    /// Whether this rule refuses what its table found (kernel: `fib4_rule_suppress`,
    /// `fib6_rule_suppress`).
    boolean suppresses(A answer) {
        return suppressPrefixLength >= 0 && answer.prefixLength() <= suppressPrefixLength
                || !suppressGroup.isEmpty()
                        && !answer.nextHops().isEmpty()
                        && answer.nextHop().device().group().equals(suppressGroup);
    }

    @Override
    public String toString() {
        return text;
    }
}
