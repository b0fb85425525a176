package headgate.forwarding;

/// Counters that a verdict moves, printed as in `/proc/net/snmp` and `/proc/net/netstat`.
public enum SnmpCounter {
    IP_IN_RECEIVES("Ip.InReceives"),
    IP_IN_HDR_ERRORS("Ip.InHdrErrors"),
    IP_IN_ADDR_ERRORS("Ip.InAddrErrors"),
    IP_FORW_DATAGRAMS("Ip.ForwDatagrams"),
    IP_FRAG_FAILS("Ip.FragFails"),
    IP_FRAG_OKS("Ip.FragOKs"),
    IP_FRAG_CREATES("Ip.FragCreates"),
    IP_OUT_TRANSMITS("Ip.OutTransmits"),
    IP_EXT_IN_OCTETS("IpExt.InOctets"),
    IP_EXT_OUT_OCTETS("IpExt.OutOctets"),
    IP_EXT_IN_NO_ECT_PKTS("IpExt.InNoECTPkts"),
    IP_EXT_IN_ECT1_PKTS("IpExt.InECT1Pkts"),
    IP_EXT_IN_ECT0_PKTS("IpExt.InECT0Pkts"),
    IP_EXT_IN_CE_PKTS("IpExt.InCEPkts"),
    IP_EXT_IN_CSUM_ERRORS("IpExt.InCsumErrors"),
    IP_EXT_IN_TRUNCATED_PKTS("IpExt.InTruncatedPkts"),
    IP_EXT_IN_NO_ROUTES("IpExt.InNoRoutes"),
    IP_EXT_IN_MCAST_PKTS("IpExt.InMcastPkts"),
    IP_EXT_IN_MCAST_OCTETS("IpExt.InMcastOctets"),
    IP_EXT_IN_BCAST_PKTS("IpExt.InBcastPkts"),
    IP_EXT_IN_BCAST_OCTETS("IpExt.InBcastOctets"),
    TCP_EXT_IP_REVERSE_PATH_FILTER("TcpExt.IPReversePathFilter");

    private final String label;

    SnmpCounter(String label) {
        this.label = label;
    }

    /// Group and name: `Ip.InReceives`.
    public String label() {
        return label;
    }
}
