package headgate.softnet;

/// What the work takes: the model's clock. Each 0 to [#MAX]; `docs/receive-path.md` has the source
/// of the defaults.
///
/// @param irqNanos interrupt on a CPU until its own softirq run starts
/// @param wakeupNanos inter-processor interrupt sent until the woken CPU serves the first packet
/// @param ksoftirqdNanos hand-over to ksoftirqd until it runs
/// @param gapNanos from the end of one packet's service to the start of the next
/// @param packetNanos service of one packet, whatever its length
/// @param bytePicos added to the service for each byte of the frame, in 1e-12 s
/// @param driverNanos a driver's work for one frame of its ring: descriptor, buffer, `sk_buff`
/// @param pollNanos one poll of a driver's NAPI, whatever it finds
/// @param nftRules rules that each packet is held against
/// @param nftRulePicos added to the service for each of these
public record SoftnetCosts(
        long irqNanos,
        long wakeupNanos,
        long ksoftirqdNanos,
        long gapNanos,
        long packetNanos,
        long bytePicos,
        long driverNanos,
        long pollNanos,
        int nftRules,
        long nftRulePicos) {

    /// Bound of each cost, and of the service time that an arrival may bring along: 100 s in
    /// nanoseconds.
    public static final long MAX = 100_000_000_000L;

    /// Gap and wake-up are medians over quiet recorded runs of a 6.18 kernel on a small virtual
    /// machine; the service is an assumption: IPv4 and UDP up to the socket's queue.
    public static final SoftnetCosts SMALL_VIRTUAL_MACHINE =
            new SoftnetCosts(1_000, 12_000, 8_000, 470, 1_000, 0, 150, 300, 0, 23_700);

    public SoftnetCosts {
        ProfileKey.IRQ_NS.require(irqNanos);
        ProfileKey.WAKEUP_NS.require(wakeupNanos);
        ProfileKey.KSOFTIRQD_NS.require(ksoftirqdNanos);
        ProfileKey.GAP_NS.require(gapNanos);
        ProfileKey.PACKET_NS.require(packetNanos);
        ProfileKey.BYTE_PS.require(bytePicos);
        ProfileKey.DRIVER_NS.require(driverNanos);
        ProfileKey.POLL_NS.require(pollNanos);
        ProfileKey.NFT_RULES.require(nftRules);
        ProfileKey.NFT_RULE_PS.require(nftRulePicos);
    }

    /// Service time of a frame, at most [#MAX].
    public long serviceNanos(int lengthBytes) {
        if (bytePicos == 0 && nftRules == 0) {
            return packetNanos;
        }
        // No link layer carries a frame of 2^20 bytes; the bounds keep the sum within 2^63.
        long picos = bytePicos * Math.clamp(lengthBytes, 0, 1 << 20) + nftRulePicos * nftRules;
        return Math.min(MAX, packetNanos + picos / 1000);
    }
}
