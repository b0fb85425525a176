package headgate.flow.app;

import headgate.packet.IpProtocol;

/// Applications that are told apart. The order is part of stored state: append, never reorder.
public enum Application {
    DNS("dns", ports(53), ports(53)),
    /// RFC 6762.
    MDNS("mdns", ports(), ports(5353)),
    /// RFC 4795.
    LLMNR("llmnr", ports(5355), ports(5355)),
    /// The name service of NetBIOS, RFC 1002, section 4.2.
    NBNS("nbns", ports(), ports(137)),
    HTTP("http", ports(80, 3128, 8000, 8008, 8080, 8888, 5985, 11371), ports()),
    /// Simple Service Discovery: HTTP/1 messages in datagrams (UPnP Device Architecture, section
    /// 1).
    SSDP("ssdp", ports(), ports(1900)),
    TLS("tls", ports(443, 465, 563, 636, 853, 989, 990, 992, 993, 994, 995, 5061, 8443), ports()),
    QUIC("quic", ports(), ports(443, 784, 853, 8853)),
    SSH("ssh", ports(22), ports()),
    FTP("ftp", ports(21), ports()),
    SMTP("smtp", ports(25, 587), ports()),
    DHCP("dhcp", ports(), ports(67, 68)),
    NTP("ntp", ports(), ports(123)),
    SIP("sip", ports(5060), ports(5060));

    private final String label;
    private final int[] tcpPorts;
    private final int[] udpPorts;

    Application(String label, int[] tcpPorts, int[] udpPorts) {
        this.label = label;
        this.tcpPorts = tcpPorts;
        this.udpPorts = udpPorts;
    }

    private static int[] ports(int... ports) {
        return ports;
    }

    /// As tshark ends `frame.protocols`, and mostly as Zeek has it in `service`, which says `ssl`
    /// for `tls`.
    public String label() {
        return label;
    }

    /// Whether the port is one that the application is known by.
    ///
    /// @param protocol IP protocol number
    public boolean isKnownBy(int protocol, int port) {
        int[] known =
                switch (protocol) {
                    case IpProtocol.TCP -> tcpPorts;
                    case IpProtocol.UDP -> udpPorts;
                    default -> ports();
                };
        for (int each : known) {
            if (each == port) {
                return true;
            }
        }
        return false;
    }
}
