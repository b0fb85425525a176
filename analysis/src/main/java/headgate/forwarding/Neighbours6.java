package headgate.forwarding;

/// What the host knows of link addresses: (device, IPv6 address) → state and MAC, from `ip -j
/// neigh`. Open addressing over primitive arrays; built once, then only read.
public final class Neighbours6 {
    /// Device indexes start at 1.
    private static final int FREE = 0;

    private int[] devices = new int[64];
    private long[] highs = new long[64];
    private long[] lows = new long[64];
    private long[] macs = new long[64];
    private int size;

    /// @param mac the address, or [Neighbours#INVALID]
    void put(NetDevice device, long high, long low, long mac) {
        if (size * 2 >= devices.length) {
            grow();
        }
        int slot = slot(device.index(), high, low);
        if (devices[slot] == FREE) {
            size++;
        }
        set(slot, device.index(), high, low, mac);
    }

    /// The MAC of a neighbour to whom packets may leave at once; otherwise [Neighbours#ABSENT] or
    /// [Neighbours#INVALID].
    public long mac(NetDevice device, long high, long low) {
        int slot = slot(device.index(), high, low);
        return devices[slot] == FREE ? Neighbours.ABSENT : macs[slot];
    }

    /// Hands over every entry.
    public void forEach(Neighbours.Entry entry) {
        for (int i = 0; i < devices.length; i++) {
            if (devices[i] != FREE) {
                entry.take(devices[i], highs[i], lows[i], macs[i]);
            }
        }
    }

    public int size() {
        return size;
    }

    private void set(int slot, int device, long high, long low, long mac) {
        devices[slot] = device;
        highs[slot] = high;
        lows[slot] = low;
        macs[slot] = mac;
    }

    private int slot(int device, long high, long low) {
        long mixed = (high * 31 + low) * 31 + device;
        int slot = (int) (mixed * 0x9e3779b97f4a7c15L >>> 40) & devices.length - 1;
        while (devices[slot] != FREE
                && (lows[slot] != low || highs[slot] != high || devices[slot] != device)) {
            slot = slot + 1 & devices.length - 1;
        }
        return slot;
    }

    private void grow() {
        int[] oldDevices = devices;
        long[] oldHighs = highs;
        long[] oldLows = lows;
        long[] oldMacs = macs;
        int capacity = oldDevices.length * 2;
        devices = new int[capacity];
        highs = new long[capacity];
        lows = new long[capacity];
        macs = new long[capacity];
        for (int i = 0; i < oldDevices.length; i++) {
            if (oldDevices[i] != FREE) {
                int slot = slot(oldDevices[i], oldHighs[i], oldLows[i]);
                set(slot, oldDevices[i], oldHighs[i], oldLows[i], oldMacs[i]);
            }
        }
    }
}
