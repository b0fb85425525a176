package headgate.forwarding.nft;

import headgate.forwarding.ForwardingPath;
import headgate.forwarding.HostSnapshot;
import headgate.forwarding.RouterFixture;
import headgate.forwarding.SnapshotException;
import headgate.packet.Frame;
import java.util.HexFormat;

/// A router with rules, and packets that meet them. Elements of the listing are written as nft
/// prints them, with single quotes.
final class RulesetFixture {
    static final String TABLE = "{'table':{'family':'ip','name':'t','handle':1}}";

    private final StringBuilder elements = new StringBuilder(TABLE);
    private final RouterFixture router = new RouterFixture();
    private int handle = 10;

    static RulesetFixture forward(String... rules) {
        var fixture = new RulesetFixture().baseChain("c", "forward", 0, "accept");
        for (String rule : rules) {
            fixture.rule("c", rule);
        }
        return fixture;
    }

    RulesetFixture element(String json) {
        elements.append(",\n").append(json);
        return this;
    }

    RulesetFixture sysctl(String key, String value) {
        router.sysctl(key, value);
        return this;
    }

    RulesetFixture baseChain(String name, String hook, int priority, String policy) {
        return element(
                "{'chain':{'family':'ip','table':'t','name':'%s','handle':%d,'type':'filter','hook':'%s','prio':%d,'policy':'%s'}}"
                        .formatted(name, handle++, hook, priority, policy));
    }

    RulesetFixture natChain(String name, String hook, int priority) {
        return element(
                "{'chain':{'family':'ip','table':'t','name':'%s','handle':%d,'type':'nat','hook':'%s','prio':%d,'policy':'accept'}}"
                        .formatted(name, handle++, hook, priority));
    }

    RulesetFixture chain(String name) {
        return element(
                "{'chain':{'family':'ip','table':'t','name':'%s','handle':%d}}"
                        .formatted(name, handle++));
    }

    /// @param statements of the rule, separated by commas
    RulesetFixture rule(String chain, String statements) {
        return element(
                "{'rule':{'family':'ip','table':'t','chain':'%s','handle':%d,'expr':[%s]}}"
                        .formatted(chain, handle++, statements));
    }

    String json() {
        return "{'nftables':[%s]}".formatted(elements).replace('\'', '"');
    }

    HostSnapshot read() throws SnapshotException {
        return HostSnapshot.of(
                router.document("nft.json", json())
                        .document(
                                "neigh.json",
                                """
                                [{"dst":"10.0.1.2","dev":"eth1","lladdr":"02:bb:00:00:00:01","state":["PERMANENT"]},
                                 {"dst":"10.0.0.2","dev":"eth0","lladdr":"02:bb:00:00:00:00","state":["PERMANENT"]},
                                 {"dst":"10.0.0.9","dev":"eth0","lladdr":"02:bb:00:00:00:09","state":["PERMANENT"]}]
                                """)
                        .documents());
    }

    ForwardingPath path() {
        try {
            return new ForwardingPath(read());
        } catch (SnapshotException e) {
            throw new AssertionError(e);
        }
    }

    /// An IPv4 packet to a router's device.
    ///
    /// @param device eth0 or eth1
    /// @param packet from the IP header on, as annotated hex
    static Frame frame(String device, String packet) {
        String link =
                device.equals("eth0") ? "02aa00000000 02bb00000000" : "02aa00000001 02bb00000001";
        return RouterFixture.frame(RouterFixture.bytes(link + "0800" + packet));
    }

    /// What leaves, from the IP header on; empty if nothing does.
    static String leaving(ForwardingPath path, Frame frame, String device) {
        var egress = path.decide(frame, device).trail().consequences().egress();
        return egress.isEmpty()
                ? ""
                : HexFormat.of().formatHex(egress.getFirst().bytes()).substring(28);
    }

    static String hex(String annotated) {
        return HexFormat.of().formatHex(RouterFixture.bytes(annotated));
    }
}
