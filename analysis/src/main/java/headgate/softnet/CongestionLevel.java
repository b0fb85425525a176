package headgate.softnet;

/// What `netif_rx` of a 2.6.12 kernel returns for a packet that it takes: how long the backlog has
/// been on average (OP-15). Nothing is dropped because of it.
public enum CongestionLevel {
    NET_RX_SUCCESS(Integer.MIN_VALUE),
    NET_RX_CN_LOW(20),
    NET_RX_CN_MOD(100),
    NET_RX_CN_HIGH(290);

    /// `no_cong`, `lo_cong` and `mod_cong`: the average has to be above this.
    private final int above;

    CongestionLevel(int above) {
        this.above = above;
    }

    static CongestionLevel of(int avgBlog) {
        if (avgBlog > NET_RX_CN_HIGH.above) {
            return NET_RX_CN_HIGH;
        }
        if (avgBlog > NET_RX_CN_MOD.above) {
            return NET_RX_CN_MOD;
        }
        return avgBlog > NET_RX_CN_LOW.above ? NET_RX_CN_LOW : NET_RX_SUCCESS;
    }
}
