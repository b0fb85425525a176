package headgate.forwarding;

import java.util.Arrays;

/// Nested prefixes laid flat: the address space cut into ranges that each have one longest prefix.
/// Lookup is a binary search; right for tables that fit a processor's inner caches, and the input
/// from which larger structures are filled.
final class AddressRanges implements LongestPrefixMatch {
    /// Where each range starts, ascending as signed numbers: addresses with their top bit flipped.
    private final int[] starts;

    private final int[] leaves;
    private final int size;

    /// @param addresses and `lengths`: the prefixes, by address and then length
    /// @param parents where not null, filled with the index of the next shorter prefix around each
    AddressRanges(int[] addresses, byte[] lengths, int[] parents) {
        int[] starts = new int[2 * addresses.length + 1];
        int[] leaves = new int[2 * addresses.length + 1];
        int[] around = new int[33];
        int depth = 0;
        int count = append(starts, leaves, 0, 0, NONE);
        for (int leaf = 0; leaf < addresses.length; leaf++) {
            while (depth > 0 && !covers(addresses, lengths, around[depth - 1], addresses[leaf])) {
                int ended = around[--depth];
                int outer = depth > 0 ? around[depth - 1] : NONE;
                count = append(starts, leaves, count, behind(addresses, lengths, ended), outer);
            }
            if (parents != null) {
                parents[leaf] = depth > 0 ? around[depth - 1] : NONE;
            }
            count = append(starts, leaves, count, addresses[leaf], leaf);
            around[depth++] = leaf;
        }
        while (depth > 0) {
            int ended = around[--depth];
            int next = behind(addresses, lengths, ended);
            if (next == 0) {
                break;
            }
            count = append(starts, leaves, count, next, depth > 0 ? around[depth - 1] : NONE);
        }
        this.starts = Arrays.copyOf(starts, count);
        this.leaves = Arrays.copyOf(leaves, count);
        this.size = count;
    }

    private static boolean covers(int[] addresses, byte[] lengths, int leaf, int address) {
        return (address & Prefix.mask(lengths[leaf])) == addresses[leaf];
    }

    /// The first address behind the prefix; 0 if it reaches to the end of all addresses.
    private static int behind(int[] addresses, byte[] lengths, int leaf) {
        return (addresses[leaf] | ~Prefix.mask(lengths[leaf])) + 1;
    }

    /// A range that starts where the last one does replaces it.
    private static int append(int[] starts, int[] leaves, int count, int start, int leaf) {
        int signed = start ^ Integer.MIN_VALUE;
        int at = count > 0 && starts[count - 1] == signed ? count - 1 : count;
        starts[at] = signed;
        leaves[at] = leaf;
        return at + 1;
    }

    @Override
    public int leaf(int address) {
        int signed = address ^ Integer.MIN_VALUE;
        int low = 0;
        int high = size;
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (starts[middle] <= signed) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return leaves[low];
    }

    int size() {
        return size;
    }

    int leafOf(int range) {
        return leaves[range];
    }

    /// Unsigned.
    long firstAddress(int range) {
        return (starts[range] ^ Integer.MIN_VALUE) & 0xffff_ffffL;
    }

    /// Unsigned.
    long lastAddress(int range) {
        return range + 1 < size ? firstAddress(range + 1) - 1 : 0xffff_ffffL;
    }
}
