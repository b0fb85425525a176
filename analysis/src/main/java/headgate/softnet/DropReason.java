package headgate.softnet;

/// Why a packet went no further, by the names of the kernel's `enum skb_drop_reason`, and of its
/// `struct rtnl_link_stats64` for frames that never became an `sk_buff`.
public enum DropReason {
    /// The input queue of a CPU was over `netdev_max_backlog`, or the packet's flow was over its
    /// share of it (`flow_limit_count` tells these apart), see `enqueue_to_backlog`.
    CPU_BACKLOG,

    /// The model's own bound on one queue, [SoftnetData#QUEUE_LIMIT], where the settings give none;
    /// a kernel would be out of memory about there.
    NOMEM,

    /// The interface had no free descriptor in the ring of the frame's queue (`rx_missed_errors`;
    /// some drivers count it in `rx_fifo_errors`).
    RX_MISSED_ERRORS,

    /// An AF_PACKET socket had no room, see `packet_rcv` and `tpacket_rcv`. The packet itself went
    /// on.
    PACKET_SOCK_ERROR,

    /// The buffer of PF_RING, WinPcap or BPF had no room; a name of our own. The packet itself went
    /// on.
    CAPTURE_BUFFER
}
