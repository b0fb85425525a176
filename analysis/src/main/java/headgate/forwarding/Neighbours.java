package headgate.forwarding;

import java.util.Arrays;
import java.util.function.LongConsumer;

/// What the host knows of link addresses: (device, IPv4 address) → state and MAC, from `ip -j
/// neigh`. Open addressing over primitive arrays; built once, then only read.
public final class Neighbours {
    /// There is no entry.
    public static final long ABSENT = -1;

    /// There is an entry, but it does not let packets leave (`INCOMPLETE`, `FAILED`).
    public static final long INVALID = -2;

    private static final long FREE = -1;

    private long[] keys = new long[64];
    private long[] macs = new long[64];
    private int size;

    Neighbours() {
        Arrays.fill(keys, FREE);
    }

    /// Beside the 48 bits of a MAC: the entry is never changed by what others say.
    private static final long PERMANENT = 1L << 48;

    private static final long MAC = PERMANENT - 1;

    void putPermanent(NetDevice device, int address, long mac) {
        put(device, address, mac | PERMANENT);
    }

    /// @param mac the address, or [#INVALID]
    void put(NetDevice device, int address, long mac) {
        put(key(device, address), mac);
    }

    void put(long key, long mac) {
        if (size * 2 >= keys.length) {
            grow();
        }
        int slot = slot(key);
        if (keys[slot] == FREE) {
            size++;
        }
        keys[slot] = key;
        macs[slot] = mac;
    }

    /// The MAC of a neighbour to whom packets may leave at once; otherwise [#ABSENT] or [#INVALID].
    public long mac(NetDevice device, int address) {
        return mac(key(device, address));
    }

    long mac(long key) {
        int slot = slot(key);
        return keys[slot] == FREE ? ABSENT : macs[slot] < 0 ? macs[slot] : macs[slot] & MAC;
    }

    boolean isPermanent(NetDevice device, int address) {
        int slot = slot(key(device, address));
        return keys[slot] != FREE && macs[slot] > 0 && (macs[slot] & PERMANENT) != 0;
    }

    public int size() {
        return size;
    }

    /// Takes one entry.
    @FunctionalInterface
    public interface Entry {
        /// @param device index
        /// @param high 0 in IPv4
        /// @param mac or [#INVALID]
        void take(int device, long high, long low, long mac);
    }

    /// Hands over every entry.
    public void forEach(Entry entry) {
        forEachKey(key -> entry.take((int) (key >>> 32), 0, key & 0xffff_ffffL, mac(key)));
    }

    void forEachKey(LongConsumer consumer) {
        for (long key : keys) {
            if (key != FREE) {
                consumer.accept(key);
            }
        }
    }

    static long key(NetDevice device, int address) {
        return (long) device.index() << 32 | address & 0xffff_ffffL;
    }

    private int slot(long key) {
        int slot = (int) (key * 0x9e3779b97f4a7c15L >>> 40) & keys.length - 1;
        while (keys[slot] != FREE && keys[slot] != key) {
            slot = slot + 1 & keys.length - 1;
        }
        return slot;
    }

    private void grow() {
        long[] oldKeys = keys;
        long[] oldMacs = macs;
        keys = new long[oldKeys.length * 2];
        macs = new long[oldKeys.length * 2];
        Arrays.fill(keys, FREE);
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != FREE) {
                int slot = slot(oldKeys[i]);
                keys[slot] = oldKeys[i];
                macs[slot] = oldMacs[i];
            }
        }
    }
}
