package headgate.forwarding;

import headgate.forwarding.SnmpCounters.MessageGroup;

/// What ICMP does with a message for the host (kernel: `icmp_rcv`).
final class IcmpReceive {
    private static final String FUNCTION = "icmp_rcv";
    private static final int HEADER = 8;
    private static final int ECHO_REPLY = 0;
    private static final int UNREACHABLE = 3;
    private static final int SOURCE_QUENCH = 4;
    private static final int REDIRECT = 5;
    private static final int ECHO = 8;
    private static final int TIME_EXCEEDED = 11;
    private static final int PARAMETER_PROBLEM = 12;
    private static final int TIMESTAMP = 13;
    private static final int TIMESTAMP_REPLY = 14;
    private static final int ADDRESS_MASK = 17;
    private static final int ADDRESS_MASK_REPLY = 18;
    private static final int LAST_KNOWN = 18;

    /// RFC 8335, unless `icmp_echo_enable_probe` is set.
    private static final int EXTENDED_ECHO = 42;

    private static final int EXTENDED_ECHO_REPLY = 43;

    private final Decision decision;

    private Skb skb;
    private boolean everybody;

    IcmpReceive(Decision decision) {
        this.decision = decision;
    }

    /// @param everybody whether the packet came as a broadcast or multicast, by its route
    void receive(Skb skb, boolean everybody) {
        this.skb = skb;
        this.everybody = everybody;
        int present = skb.length - skb.headerLength;
        decision.count(SnmpCounter.ICMP_IN_MSGS);
        if (skb.isWhole() && !skb.isSumRight(present)) {
            decision.count(SnmpCounter.ICMP_IN_CSUM_ERRORS);
            refuse(DropReason.ICMP_CSUM);
            return;
        }
        if (present < HEADER) {
            refuse(DropReason.NOT_SPECIFIED);
            return;
        }
        if (skb.captured < skb.headerLength + HEADER) {
            decision.effects.incomplete("the capture cuts the ICMP header");
            return;
        }
        int type = skb.u8(skb.headerLength);
        count(type);
        if (type == EXTENDED_ECHO) {
            if (decision.host.sysctl("net.ipv4.icmp_echo_enable_probe") == 1) {
                decision.effects.incomplete("extended echo requests are not modelled");
            }
        } else if (everybody && !isForEverybody(type)) {
            refuse(DropReason.INVALID_PROTO);
        } else if (type == EXTENDED_ECHO_REPLY) {
            decision.effects.drop(DropReason.NO_SOCKET, "ping_rcv", Skb.ETH_P_IP);
        } else if (type > LAST_KNOWN) {
            refuse(DropReason.UNHANDLED_PROTO);
        } else {
            handle(type, present);
        }
    }

    private void count(int type) {
        decision.effects.count(MessageGroup.ICMP_IN, type);
        SnmpCounter counter =
                switch (type) {
                    case ECHO_REPLY -> SnmpCounter.ICMP_IN_ECHO_REPS;
                    case UNREACHABLE -> SnmpCounter.ICMP_IN_DEST_UNREACHS;
                    case SOURCE_QUENCH -> SnmpCounter.ICMP_IN_SRC_QUENCHS;
                    case REDIRECT -> SnmpCounter.ICMP_IN_REDIRECTS;
                    case ECHO -> SnmpCounter.ICMP_IN_ECHOS;
                    case TIME_EXCEEDED -> SnmpCounter.ICMP_IN_TIME_EXCDS;
                    case PARAMETER_PROBLEM -> SnmpCounter.ICMP_IN_PARM_PROBS;
                    case TIMESTAMP -> SnmpCounter.ICMP_IN_TIMESTAMPS;
                    case TIMESTAMP_REPLY -> SnmpCounter.ICMP_IN_TIMESTAMP_REPS;
                    case ADDRESS_MASK -> SnmpCounter.ICMP_IN_ADDR_MASKS;
                    case ADDRESS_MASK_REPLY -> SnmpCounter.ICMP_IN_ADDR_MASK_REPS;
                    default -> null;
                };
        if (counter != null) {
            decision.count(counter);
        }
    }

    /// RFC 1122 section 3.2.2.6: questions to everybody may be ignored.
    private boolean isForEverybody(int type) {
        return switch (type) {
            case ECHO, TIMESTAMP ->
                    decision.host.sysctl("net.ipv4.icmp_echo_ignore_broadcasts") == 0;
            case ADDRESS_MASK, ADDRESS_MASK_REPLY -> true;
            default -> false;
        };
    }

    private void handle(int type, int present) {
        switch (type) {
            case ECHO_REPLY ->
                    decision.effects.drop(DropReason.NO_SOCKET, "ping_rcv", Skb.ETH_P_IP);
            case ECHO -> {
                if (decision.host.sysctl("net.ipv4.icmp_echo_ignore_all") != 1) {
                    decision.icmp.reply(Icmp.ECHO_REPLY, present);
                }
            }
            case TIMESTAMP -> {
                if (present < HEADER + 4) {
                    refuse(DropReason.PKT_TOO_SMALL);
                } else {
                    decision.icmp.reply(Icmp.TIMESTAMP_REPLY, HEADER + 12);
                }
            }
            case UNREACHABLE, SOURCE_QUENCH, TIME_EXCEEDED, PARAMETER_PROBLEM ->
                    unreach(type, present);
            case REDIRECT -> {
                if (present < HEADER + Skb.IPV4_HEADER) {
                    refuse(DropReason.PKT_TOO_SMALL);
                } else {
                    tellSocket(present);
                }
            }
            default -> {}
        }
    }

    /// Kernel: `icmp_unreach`.
    private void unreach(int type, int present) {
        if (present < HEADER + Skb.IPV4_HEADER) {
            refuse(DropReason.NOT_SPECIFIED);
            return;
        }
        if (skb.captured < skb.headerLength + HEADER + Skb.IPV4_HEADER) {
            decision.effects.incomplete("the capture cuts the quoted packet");
            return;
        }
        int quoted = skb.headerLength + HEADER;
        if ((skb.u8(quoted) & 15) < 5) {
            refuse(DropReason.IP_INHDR);
            return;
        }
        int code = skb.u8(skb.headerLength + 1);
        boolean ignored = type == UNREACHABLE && code > 15 || type == TIME_EXCEEDED && code == 1;
        if (!ignored) {
            tellSocket(present);
        }
    }

    /// Nobody sent what is quoted: that is an error (kernel: `icmp_socket_deliver`).
    private void tellSocket(int present) {
        int quoted = skb.headerLength + HEADER;
        int header = (skb.u8(quoted) & 15) * 4;
        if (present < HEADER + header + 8) {
            decision.count(SnmpCounter.ICMP_IN_ERRORS);
            return;
        }
        String table =
                switch (skb.u8(quoted + 9)) {
                    case Skb.TCP -> "tcp";
                    case Skb.UDP -> "udp";
                    default -> null;
                };
        if (table == null) {
            return;
        }
        if (!decision.host.sockets().isKnown()
                || skb.captured < skb.headerLength + HEADER + header + 4) {
            decision.effects.incomplete("whose packet is quoted is not known");
            return;
        }
        Sockets.Socket socket =
                decision.host
                        .sockets()
                        .find(
                                table,
                                skb.i32(quoted + 12),
                                skb.u16(quoted + header),
                                skb.i32(quoted + 16),
                                skb.u16(quoted + header + 2));
        boolean listens = socket != null && socket.state() == Sockets.Socket.LISTEN;
        if (socket == null || listens) {
            decision.count(SnmpCounter.ICMP_IN_ERRORS);
        }
    }

    private void refuse(DropReason reason) {
        decision.count(SnmpCounter.ICMP_IN_ERRORS);
        decision.effects.drop(reason, FUNCTION, Skb.ETH_P_IP);
    }
}
