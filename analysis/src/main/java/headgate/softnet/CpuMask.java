package headgate.softnet;

/// A set of CPUs, as `rps_cpus` and `flow_limit_cpu_bitmap` are.
///
/// @param bits bit n stands for CPU n; 0 is the empty set, written `off`
public record CpuMask(long bits) {
    public static final CpuMask OFF = new CpuMask(0);

    /// Highest number of CPUs that a mask can name.
    public static final int MAX_CPUS = Long.SIZE;

    /// Reads a list as the kernel's `cpulist` format has it: `0-3,6`, or `off`.
    ///
    /// @throws IllegalArgumentException with what is allowed
    public static CpuMask parse(String list) {
        if (list.equals("off")) {
            return OFF;
        }
        long bits = 0;
        for (String part : list.split(",", -1)) {
            int dash = part.indexOf('-');
            int first = cpu(dash < 0 ? part : part.substring(0, dash), list);
            int last = dash < 0 ? first : cpu(part.substring(dash + 1), list);
            for (int cpu = first; cpu <= last; cpu++) {
                bits |= 1L << cpu;
            }
            if (first > last) {
                throw refused(list);
            }
        }
        return new CpuMask(bits);
    }

    public boolean contains(int cpu) {
        return (bits >>> cpu & 1) != 0;
    }

    public boolean isEmpty() {
        return bits == 0;
    }

    /// Highest CPU named, -1 if none is.
    public int highest() {
        return Long.SIZE - 1 - Long.numberOfLeadingZeros(bits);
    }

    /// The CPUs named, lowest first.
    int[] cpus() {
        int[] cpus = new int[Long.bitCount(bits)];
        long left = bits;
        for (int i = 0; i < cpus.length; i++) {
            cpus[i] = Long.numberOfTrailingZeros(left);
            left &= left - 1;
        }
        return cpus;
    }

    /// As the kernel's bitmap files take it.
    public String hex() {
        String low = Long.toHexString(bits & 0xffff_ffffL);
        return bits >>> 32 == 0
                ? low
                : Long.toHexString(bits >>> 32) + "," + "0".repeat(8 - low.length()) + low;
    }

    @Override
    public String toString() {
        if (isEmpty()) {
            return "off";
        }
        var list = new StringBuilder();
        for (int cpu = 0; cpu <= highest(); cpu++) {
            if (contains(cpu)) {
                int first = cpu;
                while (cpu < highest() && contains(cpu + 1)) {
                    cpu++;
                }
                list.append(list.isEmpty() ? "" : ",").append(first);
                list.append(cpu > first ? "-" + cpu : "");
            }
        }
        return list.toString();
    }

    private static int cpu(String text, String list) {
        try {
            int cpu = Integer.parseInt(text);
            if (cpu >= 0 && cpu < MAX_CPUS) {
                return cpu;
            }
        } catch (NumberFormatException e) {
            throw refused(list);
        }
        throw refused(list);
    }

    private static IllegalArgumentException refused(String list) {
        return new IllegalArgumentException(
                "'" + list + "' is no list of CPUs: write 0-3,6 (0 to 63) or off");
    }
}
