package headgate.forwarding;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/// What one packet adds to the counters of `/proc/net/snmp`, `netstat` and `snmp6`; reused from
/// packet to packet at the price of what moved.
public final class SnmpCounters {
    /// Groups that have one counter for each ICMP type, 0 to 255.
    public enum MessageGroup {
        ICMP_IN("IcmpMsg.InType"),
        ICMP_OUT("IcmpMsg.OutType"),
        ICMP6_IN("Icmp6InType"),
        ICMP6_OUT("Icmp6OutType");

        private final String label;

        MessageGroup(String label) {
            this.label = label;
        }
    }

    private static final SnmpCounter[] NAMED = SnmpCounter.values();
    private static final MessageGroup[] GROUPS = MessageGroup.values();
    private static final int TYPES = 256;

    /// How many counters there are.
    static final int COUNT = NAMED.length + GROUPS.length * TYPES;

    private final int[] values = new int[COUNT];
    private int[] moved = new int[32];
    private int movedCount;

    void clear() {
        for (int i = 0; i < movedCount; i++) {
            values[moved[i]] = 0;
        }
        movedCount = 0;
    }

    /// @param amount at least 0
    public void add(SnmpCounter counter, int amount) {
        add(counter.ordinal(), amount);
    }

    /// Counts one ICMP message by its type.
    public void add(MessageGroup group, int type) {
        add(NAMED.length + group.ordinal() * TYPES + (type & 0xff), 1);
    }

    private void add(int index, int amount) {
        if (values[index] == 0) {
            if (movedCount == moved.length) {
                moved = Arrays.copyOf(moved, moved.length * 2);
            }
            moved[movedCount++] = index;
        }
        values[index] += amount;
    }

    public int get(SnmpCounter counter) {
        return values[counter.ordinal()];
    }

    /// Those that moved, by name as the kernel prints it.
    public Map<String, Integer> toMap() {
        var map = new LinkedHashMap<String, Integer>();
        for (int i = 0; i < movedCount; i++) {
            if (values[moved[i]] != 0) {
                map.put(label(moved[i]), values[moved[i]]);
            }
        }
        return map;
    }

    /// Adds what moved to sums that have one place for each counter.
    void addTo(long[] sums) {
        for (int i = 0; i < movedCount; i++) {
            sums[moved[i]] += values[moved[i]];
        }
    }

    /// What the kernel calls a counter.
    static String label(int index) {
        if (index < NAMED.length) {
            return NAMED[index].label();
        }
        int message = index - NAMED.length;
        return GROUPS[message / TYPES].label + message % TYPES;
    }
}
