package headgate.forwarding;

/// The IPv4 settings that hold for one device: `net.ipv4.conf.DEVICE.X` combined with
/// `net.ipv4.conf.all.X` as each setting asks for. -1 stands for a setting that the snapshot does
/// not have.
///
/// @param forwarding of the device alone
/// @param rpFilter the larger of both: 0 off, 1 strict, 2 loose
/// @param acceptLocal either
/// @param routeLocalnet either
/// @param srcValidMark either
/// @param acceptSourceRoute both
/// @param sendRedirects either
/// @param sharedMedia either
/// @param bcForwarding both
/// @param mcForwarding both
/// @param dropUnicastInL2Multicast either
/// @param ignoreRoutesWithLinkdown either
/// @param arpAnnounce the larger of both: which source address asks for link addresses
/// @param arpIgnore the larger of both: which questions are not answered
/// @param arpFilter either
/// @param proxyArp either
/// @param arpAccept either
/// @param dropGratuitousArp either; what is not in the snapshot is off here and below
/// @param proxyArpPvlan of the device alone
/// @param mediumId of the device alone
public record InDevice(
        int forwarding,
        int rpFilter,
        int acceptLocal,
        int routeLocalnet,
        int srcValidMark,
        int acceptSourceRoute,
        int sendRedirects,
        int sharedMedia,
        int bcForwarding,
        int mcForwarding,
        int dropUnicastInL2Multicast,
        int ignoreRoutesWithLinkdown,
        int arpAnnounce,
        int arpIgnore,
        int arpFilter,
        int proxyArp,
        int arpAccept,
        int dropGratuitousArp,
        int proxyArpPvlan,
        int mediumId) {

    private static final int UNKNOWN = Sysctls.UNKNOWN;

    static InDevice of(Sysctls sysctls, String device) {
        var conf =
                new Object() {
                    int own(String key) {
                        return (int) sysctls.get("net.ipv4.conf." + device + "." + key);
                    }

                    int all(String key) {
                        return (int) sysctls.get("net.ipv4.conf.all." + key);
                    }

                    int either(String key) {
                        return InDevice.either(own(key), all(key));
                    }

                    int both(String key) {
                        return InDevice.both(own(key), all(key));
                    }
                };
        return new InDevice(
                conf.own("forwarding"),
                larger(conf.own("rp_filter"), conf.all("rp_filter")),
                conf.either("accept_local"),
                conf.either("route_localnet"),
                conf.either("src_valid_mark"),
                conf.both("accept_source_route"),
                conf.either("send_redirects"),
                conf.either("shared_media"),
                conf.both("bc_forwarding"),
                conf.both("mc_forwarding"),
                conf.either("drop_unicast_in_l2_multicast"),
                conf.either("ignore_routes_with_linkdown"),
                larger(conf.own("arp_announce"), conf.all("arp_announce")),
                larger(conf.own("arp_ignore"), conf.all("arp_ignore")),
                conf.either("arp_filter"),
                conf.either("proxy_arp"),
                conf.either("arp_accept"),
                Math.max(0, conf.either("drop_gratuitous_arp")),
                Math.max(0, conf.own("proxy_arp_pvlan")),
                Math.max(0, conf.own("medium_id")));
    }

    private static int larger(int a, int b) {
        return a == UNKNOWN || b == UNKNOWN ? UNKNOWN : Math.max(a, b);
    }

    /// One known 1 settles it, whatever the other is.
    private static int either(int a, int b) {
        if (a > 0 || b > 0) {
            return 1;
        }
        return a == UNKNOWN || b == UNKNOWN ? UNKNOWN : 0;
    }

    /// One known 0 settles it, whatever the other is.
    private static int both(int a, int b) {
        if (a == 0 || b == 0) {
            return 0;
        }
        return a == UNKNOWN || b == UNKNOWN ? UNKNOWN : 1;
    }
}
