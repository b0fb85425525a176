package headgate.capture.afpacket;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/// The calls of the C library that capturing and calibrating need, with the names and constants of
/// Linux.
///
/// Each returns what its C function returns, except that a failed call returns the negative `errno`
/// (as the kernel itself does) instead of -1.
@SuppressWarnings("restricted")
public final class Libc {
    static final int EPERM = 1;
    static final int ENOMEM = 12;
    static final int EACCES = 13;

    public static final int AF_INET = 2;
    public static final int AF_PACKET = 17;
    public static final int SOCK_DGRAM = 2;
    public static final int SOCK_RAW = 3;
    public static final int SOCK_CLOEXEC = 0x80000;
    public static final int SOL_SOCKET = 1;
    static final int SO_ERROR = 4;
    public static final int SO_ATTACH_FILTER = 26;
    static final int SOL_PACKET = 263;

    public static final int SO_RCVBUFFORCE = 33;
    public static final int SO_TIMESTAMPNS = 35;
    public static final int MSG_DONTWAIT = 0x40;
    public static final int CLONE_NEWNET = 0x40000000;
    public static final int CLOCK_REALTIME = 0;

    static final int PROT_READ_WRITE = 3;
    static final int MAP_SHARED = 1;

    static final short POLLIN = 1;
    static final short POLLERR = 8;

    static final int EFD_NONBLOCK_CLOEXEC = 0x800 | 0x80000;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO_CAPTURED = Linker.Option.captureCallState("errno");
    private static final VarHandle ERRNO =
            Linker.Option.captureStateLayout()
                    .varHandle(MemoryLayout.PathElement.groupElement("errno"));

    /// Where a call of this thread leaves its errno.
    private static final ThreadLocal<MemorySegment> CALL_STATE =
            ThreadLocal.withInitial(
                    () -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));

    private static final MethodHandle SOCKET =
            call("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle SETSOCKOPT =
            call(
                    "setsockopt",
                    FunctionDescriptor.of(
                            JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle GETSOCKOPT =
            call(
                    "getsockopt",
                    FunctionDescriptor.of(
                            JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
    private static final MethodHandle BIND =
            call("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle IOCTL =
            call(
                    "ioctl",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
                    Linker.Option.firstVariadicArg(2));
    private static final MethodHandle POLL =
            call("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle MMAP =
            call(
                    "mmap",
                    FunctionDescriptor.of(
                            ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle MUNMAP =
            call("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle EVENTFD =
            call("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle READ =
            call("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle WRITE =
            call("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle CLOSE =
            call("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle OPEN =
            call(
                    "open",
                    FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
                    Linker.Option.firstVariadicArg(2));
    private static final MethodHandle SETNS =
            call("setns", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle SCHED_SETAFFINITY =
            call(
                    "sched_setaffinity",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS));
    private static final MethodHandle SEND =
            call("send", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle RECVMSG =
            call("recvmsg", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle CLOCK_GETTIME =
            call("clock_gettime", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle STRERROR =
            LINKER.downcallHandle(symbol("strerror"), FunctionDescriptor.of(ADDRESS, JAVA_INT));

    private Libc() {}

    public static int socket(int domain, int type, int protocol) {
        try {
            MemorySegment state = CALL_STATE.get();
            return result((int) SOCKET.invokeExact(state, domain, type, protocol), state);
        } catch (Throwable e) {
            throw bug(e);
        }
    }

    public static int setsockopt(int fd, int level, int option, MemorySegment value) {
        try {
            MemorySegment state = CALL_STATE.get();
            int length = (int) value.byteSize();
            return result(
                    (int) SETSOCKOPT.invokeExact(state, fd, level, option, value, length), state);
        } catch (Throwable e) {
            throw bug(e);
        }
    }

    /// @param length in: room in value; out: bytes that were written there
    static int getsockopt(
            int fd, int level, int option, MemorySegment value, MemorySegment length) {
        try {
            MemorySegment state = CALL_STATE.get();
            return result(
                    (int) GETSOCKOPT.invokeExact(state, fd, level, option, value, length), state);
        } catch (Throwable e) {
            throw bug(e);
        }
    }

    public static int bind(int fd, MemorySegment address) {
        try {
            MemorySegment state = CALL_STATE.get();
            int length = (int) address.byteSize();
            return result((int) BIND.invokeExact(state, fd, address, length), state);
        } catch (Throwable e) {
            throw bug(e);
        }
    }

    static int ioctl(int fd, long request, MemorySegment argument) {
        try {
            MemorySegment state = CALL_STATE.get();
            return result((int) IOCTL.invokeExact(state, fd, request, argument), state);
        } catch (Throwable e) {
            throw bug(e);
        }
    }

    /// @param pollfds array of `struct pollfd`, 8 bytes each
    static int poll(MemorySegment pollfds, int timeoutMillis) {
        try {
            MemorySegment state = CALL_STATE.get();
            long count = pollfds.byteSize() / 8;
            return result((int) POLL.invokeExact(state, pollfds, count, timeoutMillis), state);
        } catch (Throwable e) {
            throw bug(e);
        }
    }

    /// The address, or the negative errno, as one number.
    static long mmap(long length, int protection, int flags, int fd) {
        try {
            MemorySegment state = CALL_STATE.get();
            var mapped =
                    (MemorySegment)
                            MMAP.invokeExact(
                                    state, MemorySegment.NULL, length, protection, flags, fd, 0L);
            return result(mapped.address(), state);
        } catch (Throwable e) {
            throw bug(e);
        }
    }

    static int munmap(MemorySegment mapped) {
        try {
            MemorySegment state = CALL_STATE.get();
            return result((int) MUNMAP.invokeExact(state, mapped, mapped.byteSize()), state);
        } catch (Throwable e) {
            throw bug(e);
        }
    }

    static int eventfd(int initial, int flags) {
        try {
            MemorySegment state = CALL_STATE.get();
            return result((int) EVENTFD.invokeExact(state, initial, flags), state);
        } catch (Throwable e) {
            throw bug(e);
        }
    }

    static long read(int fd, MemorySegment into) {
        try {
            MemorySegment state = CALL_STATE.get();
            return result((long) READ.invokeExact(state, fd, into, into.byteSize()), state);
        } catch (Throwable e) {
            throw bug(e);
        }
    }

    static long write(int fd, MemorySegment from) {
        try {
            MemorySegment state = CALL_STATE.get();
            return result((long) WRITE.invokeExact(state, fd, from, from.byteSize()), state);
        } catch (Throwable e) {
            throw bug(e);
        }
    }

    public static int close(int fd) {
        try {
            MemorySegment state = CALL_STATE.get();
            return result((int) CLOSE.invokeExact(state, fd), state);
        } catch (Throwable e) {
            throw bug(e);
        }
    }

    /// Opens a file for reading.
    public static int open(String path) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = CALL_STATE.get();
            MemorySegment name = arena.allocateFrom(path);
            return result((int) OPEN.invokeExact(state, name, 0), state);
        } catch (Throwable e) {
            throw bug(e);
        }
    }

    /// Moves the calling thread.
    public static int setns(int fd, int type) {
        try {
            MemorySegment state = CALL_STATE.get();
            return result((int) SETNS.invokeExact(state, fd, type), state);
        } catch (Throwable e) {
            throw bug(e);
        }
    }

    /// Binds the calling thread to CPUs.
    ///
    /// @param cpus bits of a `cpu_set_t`, a multiple of 8 bytes
    public static int schedSetaffinity(MemorySegment cpus) {
        try {
            MemorySegment state = CALL_STATE.get();
            return result(
                    (int) SCHED_SETAFFINITY.invokeExact(state, 0, cpus.byteSize(), cpus), state);
        } catch (Throwable e) {
            throw bug(e);
        }
    }

    public static long send(int fd, MemorySegment bytes, int flags) {
        try {
            MemorySegment state = CALL_STATE.get();
            return result(
                    (long) SEND.invokeExact(state, fd, bytes, bytes.byteSize(), flags), state);
        } catch (Throwable e) {
            throw bug(e);
        }
    }

    /// @param message a `struct msghdr`
    public static long recvmsg(int fd, MemorySegment message, int flags) {
        try {
            MemorySegment state = CALL_STATE.get();
            return result((long) RECVMSG.invokeExact(state, fd, message, flags), state);
        } catch (Throwable e) {
            throw bug(e);
        }
    }

    /// @param time takes a `struct timespec`
    public static int clockGettime(int clock, MemorySegment time) {
        try {
            MemorySegment state = CALL_STATE.get();
            return result((int) CLOCK_GETTIME.invokeExact(state, clock, time), state);
        } catch (Throwable e) {
            throw bug(e);
        }
    }

    /// The words for an errno, given as it is or negative.
    public static String strerror(int errno) {
        try {
            var words = (MemorySegment) STRERROR.invokeExact(Math.abs(errno));
            return words.reinterpret(256).getString(0);
        } catch (Throwable e) {
            throw bug(e);
        }
    }

    private static int result(int returned, MemorySegment state) {
        return returned == -1 ? -(int) ERRNO.get(state, 0L) : returned;
    }

    private static long result(long returned, MemorySegment state) {
        return returned == -1 ? -(int) ERRNO.get(state, 0L) : returned;
    }

    private static MethodHandle call(
            String name, FunctionDescriptor descriptor, Linker.Option... options) {
        var all = new Linker.Option[options.length + 1];
        System.arraycopy(options, 0, all, 1, options.length);
        all[0] = ERRNO_CAPTURED;
        return LINKER.downcallHandle(symbol(name), descriptor, all);
    }

    private static MemorySegment symbol(String name) {
        return LINKER.defaultLookup().findOrThrow(name);
    }

    /// A downcall throws only what the virtual machine itself throws.
    private static Error bug(Throwable thrown) {
        return thrown instanceof Error error ? error : new AssertionError(thrown);
    }
}
