package headgate.softnet;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// NAPIs of one CPU in the order in which they will be polled (`poll_list`), by index. Each is in
/// at most one list at a time, so a list never holds more than there are.
final class NapiList {
    private int[] indexes;
    private int head;
    private int length;

    /// @param napis how many NAPIs the CPU has
    NapiList(int napis) {
        indexes = new int[napis];
    }

    /// The CPU has one more NAPI.
    void makeRoom() {
        var wider = new int[indexes.length + 1];
        for (int i = 0; i < length; i++) {
            wider[i] = indexes[place(i)];
        }
        indexes = wider;
        head = 0;
    }

    boolean isEmpty() {
        return length == 0;
    }

    void add(int index) {
        indexes[place(length)] = index;
        length++;
    }

    /// Of the entry that has `index` others before it; up to [#indexes]' length.
    private int place(int index) {
        int place = head + index;
        return place < indexes.length ? place : place - indexes.length;
    }

    int head() {
        return indexes[head];
    }

    int removeHead() {
        int index = indexes[head];
        head = place(1);
        length--;
        return index;
    }

    /// Moves everything from the other list to the end of this one.
    void takeAll(NapiList other) {
        while (!other.isEmpty()) {
            add(other.removeHead());
        }
    }

    void save(DataOutput out) throws IOException {
        out.writeInt(length);
        for (int i = 0; i < length; i++) {
            out.writeInt(indexes[place(i)]);
        }
    }

    void restore(DataInput in) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > indexes.length) {
            throw new IOException("a poll list of " + count + " cannot be");
        }
        for (int i = 0; i < count; i++) {
            add(Math.floorMod(in.readInt(), indexes.length));
        }
    }
}
