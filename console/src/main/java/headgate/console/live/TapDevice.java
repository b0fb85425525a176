package headgate.console.live;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// An Ethernet device whose wire is this program: what is written to it, the kernel receives,
/// before the call returns; what the kernel sends by it can be read (kernel: `drivers/net/tun.c`).
/// It goes away when it is closed, also with the process.
@SuppressWarnings("restricted")
final class TapDevice implements Closeable {
    private static final int LONGEST_FRAME = 65536 + 18;
    private static final int O_RDWR_NONBLOCK_CLOEXEC = 2 | 0x800 | 0x80000;
    private static final long TUNSETIFF = 0x400454ca;
    private static final short IFF_TAP_NO_PI = 0x0002 | 0x1000;
    private static final int IFREQ_BYTES = 40;
    private static final int LONGEST_NAME = 15;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle OPEN =
            call(
                    "open",
                    FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
                    Linker.Option.firstVariadicArg(2));
    private static final MethodHandle IOCTL =
            call(
                    "ioctl",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
                    Linker.Option.firstVariadicArg(2));
    private static final MethodHandle READ =
            call("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle WRITE =
            call("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle CLOSE =
            call("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private final Arena arena = Arena.ofShared();
    private final MemorySegment buffer = arena.allocate(LONGEST_FRAME);
    private final int fd;
    private boolean closed;

    /// Makes the device, in the network namespace of this process.
    ///
    /// @throws IOException if there is one of that name, or this process may not
    TapDevice(String name) throws IOException {
        if (name.length() > LONGEST_NAME) {
            throw new IOException("device " + name + ": the name is too long");
        }
        MemorySegment path = arena.allocateFrom("/dev/net/tun");
        MemorySegment request = arena.allocate(IFREQ_BYTES);
        request.setString(0, name);
        request.set(JAVA_SHORT, 16, IFF_TAP_NO_PI);
        try {
            fd = (int) OPEN.invokeExact(path, O_RDWR_NONBLOCK_CLOEXEC);
            if (fd < 0 || (int) IOCTL.invokeExact(fd, TUNSETIFF, request) < 0) {
                throw new IOException(
                        "cannot make the device " + name + " (/dev/net/tun, CAP_NET_ADMIN)");
            }
        } catch (IOException e) {
            close();
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static MethodHandle call(
            String name, FunctionDescriptor function, Linker.Option... options) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().find(name).orElseThrow(), function, options);
    }

    /// Lets the kernel receive a frame.
    ///
    /// @return false if it did not take it
    boolean receive(byte[] frame) {
        if (frame.length > LONGEST_FRAME) {
            return false;
        }
        MemorySegment.copy(frame, 0, buffer, JAVA_BYTE, 0, frame.length);
        try {
            return (long) WRITE.invokeExact(fd, buffer, (long) frame.length) == frame.length;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /// The next frame that the kernel sent; null if there is none.
    byte[] sent() {
        try {
            long length = (long) READ.invokeExact(fd, buffer, (long) LONGEST_FRAME);
            return length <= 0 ? null : buffer.asSlice(0, length).toArray(JAVA_BYTE);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            int ignored = (int) CLOSE.invokeExact(fd);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        arena.close();
    }
}
