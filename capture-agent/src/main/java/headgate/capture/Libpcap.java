package headgate.capture;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import headgate.capture.CaptureOpenException.Reason;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.NoSuchElementException;

/// The functions of libpcap that compile and run filters, see pcap(3PCAP).
@SuppressWarnings("restricted")
final class Libpcap {
    static final int PCAP_ERROR = -1;
    static final int PCAP_ERROR_NO_SUCH_DEVICE = -5;
    static final int PCAP_ERROR_PERM_DENIED = -8;
    static final int PCAP_ERROR_IFACE_NOT_UP = -9;
    static final int PCAP_ERROR_PROMISC_PERM_DENIED = -11;
    static final int PCAP_NETMASK_UNKNOWN = -1;
    static final int PCAP_ERRBUF_SIZE = 256;

    /// The first is Debian's name, the second everybody else's.
    private static final List<String> FILE_NAMES = List.of("libpcap.so.0.8", "libpcap.so.1");

    private static final Linker LINKER = Linker.nativeLinker();
    private static Libpcap loaded;

    private final MethodHandle libVersion;
    private final MethodHandle openDead;
    private final MethodHandle create;
    private final MethodHandle setSnaplen;
    private final MethodHandle activate;
    private final MethodHandle compile;
    private final MethodHandle freecode;
    private final MethodHandle geterr;
    private final MethodHandle close;
    private final MethodHandle bpfFilter;

    private Libpcap(SymbolLookup library) {
        libVersion = call(library, "pcap_lib_version", FunctionDescriptor.of(ADDRESS));
        openDead =
                call(library, "pcap_open_dead", FunctionDescriptor.of(ADDRESS, JAVA_INT, JAVA_INT));
        create = call(library, "pcap_create", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));
        setSnaplen =
                call(
                        library,
                        "pcap_set_snaplen",
                        FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
        activate = call(library, "pcap_activate", FunctionDescriptor.of(JAVA_INT, ADDRESS));
        compile =
                call(
                        library,
                        "pcap_compile",
                        FunctionDescriptor.of(
                                JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_INT, JAVA_INT));
        freecode = call(library, "pcap_freecode", FunctionDescriptor.ofVoid(ADDRESS));
        geterr = call(library, "pcap_geterr", FunctionDescriptor.of(ADDRESS, ADDRESS));
        close = call(library, "pcap_close", FunctionDescriptor.ofVoid(ADDRESS));
        // Runs a few dozen instructions and never blocks: no need to leave the Java world for it.
        bpfFilter =
                call(
                        library,
                        "bpf_filter",
                        FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT),
                        Linker.Option.critical(false));
    }

    /// @throws CaptureOpenException where libpcap is not installed
    static synchronized Libpcap load() throws CaptureOpenException {
        if (loaded == null) {
            loaded = find();
        }
        return loaded;
    }

    /// Loads this library, for pcap4j too.
    ///
    /// @throws CaptureOpenException when it is none that can be loaded, or another one has been
    static synchronized void choose(String name) throws CaptureOpenException {
        Libpcap library = open(name);
        if (library == null) {
            throw new CaptureOpenException(
                    Reason.LIBPCAP_MISSING,
                    "'%s' is no libpcap that can be loaded".formatted(name));
        }
        if (loaded != null && !name.equals(chosen())) {
            throw new CaptureOpenException(
                    Reason.LIBPCAP_MISSING,
                    "'%s' comes too late: another libpcap is in use".formatted(name));
        }
        System.setProperty(FrameSources.LIBPCAP, name);
        loaded = library;
    }

    /// The library that the user named; null if none.
    static String chosen() {
        return System.getProperty(FrameSources.LIBPCAP);
    }

    private static Libpcap find() throws CaptureOpenException {
        List<String> names = chosen() == null ? FILE_NAMES : List.of(chosen());
        for (String name : names) {
            Libpcap library = open(name);
            if (library != null) {
                return library;
            }
        }
        throw new CaptureOpenException(
                Reason.LIBPCAP_MISSING,
                "libpcap was not found (looked for %s): install the package libpcap0.8 (Debian), libpcap0.8t64 (Ubuntu) or libpcap (others)"
                        .formatted(String.join(", ", names)));
    }

    /// Null where there is none under this name, or another library.
    private static Libpcap open(String name) {
        try {
            return new Libpcap(SymbolLookup.libraryLookup(name, Arena.global()));
        } catch (IllegalArgumentException | NoSuchElementException _) {
            return null;
        }
    }

    private static MethodHandle call(
            SymbolLookup library,
            String name,
            FunctionDescriptor descriptor,
            Linker.Option... options) {
        return LINKER.downcallHandle(library.findOrThrow(name), descriptor, options);
    }

    /// As libpcap says it: `libpcap version 1.10.3 (with TPACKET_V3)`.
    String version() {
        try {
            return words((MemorySegment) libVersion.invokeExact());
        } catch (Throwable e) {
            throw bug(e);
        }
    }

    /// A handle that only compiles. To be closed.
    MemorySegment openDead(int dataLinkType, int snaplen) {
        try {
            return (MemorySegment) openDead.invokeExact(dataLinkType, snaplen);
        } catch (Throwable e) {
            throw bug(e);
        }
    }

    /// A handle on an interface, not active yet. To be closed.
    MemorySegment create(MemorySegment interfaceName, MemorySegment errorBuffer) {
        try {
            return (MemorySegment) create.invokeExact(interfaceName, errorBuffer);
        } catch (Throwable e) {
            throw bug(e);
        }
    }

    int setSnaplen(MemorySegment handle, int snaplen) {
        try {
            return (int) setSnaplen.invokeExact(handle, snaplen);
        } catch (Throwable e) {
            throw bug(e);
        }
    }

    int activate(MemorySegment handle) {
        try {
            return (int) activate.invokeExact(handle);
        } catch (Throwable e) {
            throw bug(e);
        }
    }

    int compile(MemorySegment handle, MemorySegment program, MemorySegment expression) {
        try {
            return (int) compile.invokeExact(handle, program, expression, 1, PCAP_NETMASK_UNKNOWN);
        } catch (Throwable e) {
            throw bug(e);
        }
    }

    void freecode(MemorySegment program) {
        try {
            freecode.invokeExact(program);
        } catch (Throwable e) {
            throw bug(e);
        }
    }

    String geterr(MemorySegment handle) {
        try {
            return words((MemorySegment) geterr.invokeExact(handle));
        } catch (Throwable e) {
            throw bug(e);
        }
    }

    void close(MemorySegment handle) {
        try {
            close.invokeExact(handle);
        } catch (Throwable e) {
            throw bug(e);
        }
    }

    /// How many bytes of the frame the program wants to keep; 0 if it does not match. Reads the
    /// addresses as they are: the caller vouches for program and bytes.
    int bpfFilter(long program, long frame, int lengthOnWire, int lengthCaptured) {
        try {
            return (int) bpfFilter.invokeExact(program, frame, lengthOnWire, lengthCaptured);
        } catch (Throwable e) {
            throw bug(e);
        }
    }

    static String words(MemorySegment characters) {
        return characters.reinterpret(PCAP_ERRBUF_SIZE).getString(0);
    }

    private static Error bug(Throwable thrown) {
        return thrown instanceof Error error ? error : new AssertionError(thrown);
    }
}
