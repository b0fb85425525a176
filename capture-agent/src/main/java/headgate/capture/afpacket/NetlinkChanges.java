package headgate.capture.afpacket;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;

/// Tells that the kernel has changed how this host treats packets: links, addresses, routes, rules,
/// neighbours, next hops, some settings (rtnetlink(7)), and the packet filter (nfnetlink). It does
/// not say what has changed.
///
/// Where the kernel refuses a subscription, people are told, and there are simply no such news.
public final class NetlinkChanges implements AutoCloseable {
    private static final int AF_NETLINK = 16;
    private static final int SOCK_NONBLOCK = 0x800;
    private static final int NETLINK_ROUTE = 0;
    private static final int NETLINK_NETFILTER = 12;

    /// `RTNLGRP_` LINK, NEIGH, IPV4_IFADDR, IPV4_ROUTE, IPV4_RULE, IPV6_IFADDR, IPV6_ROUTE,
    /// IPV6_RULE, IPV4_NETCONF, IPV6_NETCONF, NEXTHOP.
    private static final int ROUTE_GROUPS = groups(1, 3, 5, 7, 8, 9, 11, 19, 24, 25, 32);

    /// `NFNLGRP_NFTABLES`.
    private static final int NETFILTER_GROUPS = groups(7);

    private static final int POLLFD_BYTES = 8;

    /// Messages need not be understood: what does not fit is cut by the kernel.
    private static final int BUFFER_BYTES = 4096;

    /// Socket queues are far shorter; further messages wake the next call.
    private static final int MOST_MESSAGES = 100_000;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment buffer = arena.allocate(BUFFER_BYTES);
    private final int[] sockets;
    private final MemorySegment pollfds;

    private NetlinkChanges(Consumer<String> notices) {
        int route = subscribe(NETLINK_ROUTE, ROUTE_GROUPS, "routes", notices);
        int filter = subscribe(NETLINK_NETFILTER, NETFILTER_GROUPS, "the packet filter", notices);
        sockets = new int[] {route, filter};
        pollfds = arena.allocate((long) sockets.length * POLLFD_BYTES, 4);
        for (int i = 0; i < sockets.length; i++) {
            // poll(2) passes over a negative descriptor.
            pollfds.set(ValueLayout.JAVA_INT, (long) i * POLLFD_BYTES, sockets[i]);
            pollfds.set(ValueLayout.JAVA_SHORT, (long) i * POLLFD_BYTES + 4, Libc.POLLIN);
        }
    }

    /// Subscribes in the network namespace of the calling thread.
    ///
    /// @param notices is told, for people, what cannot be subscribed to
    public static NetlinkChanges open(Consumer<String> notices) {
        return new NetlinkChanges(notices);
    }

    private static int groups(int... numbers) {
        int mask = 0;
        for (int number : numbers) {
            mask |= 1 << number - 1;
        }
        return mask;
    }

    private int subscribe(int protocol, int groups, String to, Consumer<String> notices) {
        int type = Libc.SOCK_RAW | Libc.SOCK_CLOEXEC | SOCK_NONBLOCK;
        int socket = Libc.socket(AF_NETLINK, type, protocol);
        int error = socket;
        if (socket >= 0) {
            MemorySegment address = arena.allocate(12, 4); // struct sockaddr_nl
            address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_NETLINK);
            address.set(ValueLayout.JAVA_INT, 8, groups);
            error = Libc.bind(socket, address);
        }
        if (error >= 0) {
            return socket;
        }
        notices.accept(
                "no news of changes to %s: %s; they are looked for now and then"
                        .formatted(to, Libc.strerror(error)));
        if (socket >= 0) {
            Libc.close(socket);
        }
        return -1;
    }

    /// Waits until something has changed since the last call, or the time is up.
    ///
    /// @return how many messages there were, also those that were lost for being too many
    public int await(int millis) {
        if (Libc.poll(pollfds, millis) <= 0) {
            return 0;
        }
        int messages = 0;
        for (int i = 0; i < sockets.length; i++) {
            if (pollfds.get(ValueLayout.JAVA_SHORT, (long) i * POLLFD_BYTES + 6) != 0) {
                messages++; // the first, or the word that some were lost (ENOBUFS)
                while (messages < MOST_MESSAGES && Libc.read(sockets[i], buffer) > 0) {
                    messages++;
                }
            }
        }
        return messages;
    }

    @Override
    public void close() {
        for (int socket : sockets) {
            if (socket >= 0) {
                Libc.close(socket);
            }
        }
        arena.close();
    }
}
