package headgate.forwarding.nft;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.forwarding.ForwardingPath;
import headgate.forwarding.HostSnapshot;
import headgate.forwarding.RouterFixture;
import headgate.forwarding.SnapshotException;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/// Whatever stands in a listing, it is read or refused; whatever comes from a wire, rules answer.
class RulesetProperties {
    private static final String[] RULES = {
        "{'match':{'op':'==','left':{'payload':{'protocol':'tcp','field':'dport'}},'right':{'set':[22,{'range':[80,90]}]}}},{'reject':{'type':'tcp reset'}}",
        "{'match':{'op':'in','left':{'ct':{'key':'state'}},'right':['established','related']}},{'accept':null}",
        "{'match':{'op':'!=','left':{'&':[{'payload':{'protocol':'ip','field':'frag-off'}},8191]},'right':0}},{'counter':{'packets':0,'bytes':0}}",
        "{'vmap':{'key':{'meta':{'key':'l4proto'}},'data':{'set':[['udp',{'jump':{'target':'s'}}],['icmp',{'drop':null}]]}}}",
        "{'mangle':{'key':{'payload':{'protocol':'ip','field':'dscp'}},'value':'cs1'}}",
        "{'mangle':{'key':{'payload':{'protocol':'tcp','field':'dport'}},'value':81}}",
        "{'match':{'op':'>','left':{'tcp option':{'name':'maxseg','field':'size'}},'right':536}},{'limit':{'rate':1,'per':'second','burst':5}},{'reject':null}",
        "{'match':{'op':'==','left':{'fib':{'result':'type','flags':['daddr']}},'right':'local'}},{'quota':{'val':9,'val_unit':'bytes'}},{'drop':null}"
    };

    private static RulesetFixture rules() {
        var fixture =
                new RulesetFixture()
                        .baseChain("p", "prerouting", -300, "accept")
                        .baseChain("c", "forward", 0, "accept")
                        .baseChain("i", "input", 0, "drop")
                        .natChain("n", "postrouting", 100)
                        .chain("s")
                        .rule("s", "{'return':null}")
                        .rule("n", "{'masquerade':null}");
        for (String rule : RULES) {
            fixture.rule("p", rule).rule("c", rule).rule("i", rule);
        }
        return fixture;
    }

    private static final ForwardingPath PATH = rules().path();

    @Property(tries = 1500)
    void rulesAnswerEveryPacket(
            @ForAll @Size(max = 120) byte[] payload,
            @ForAll @IntRange(min = 0, max = 255) int protocol,
            @ForAll @IntRange(min = 0, max = 0xffff) int fragment,
            @ForAll @IntRange(min = 0, max = 160) int cut,
            @ForAll boolean local) {
        byte[] bytes = packet(payload, protocol, (fragment & 3) == 0 ? fragment : 0, local);
        var frame = RouterFixture.frame(bytes);
        frame.lengthCaptured = Math.min(bytes.length, 14 + 20 + cut);
        assertNotNull(PATH.decide(frame, "eth0"));
    }

    private static byte[] packet(byte[] payload, int protocol, int fragment, boolean local) {
        byte[] bytes = new byte[34 + payload.length];
        byte[] head = RouterFixture.bytes("02aa00000000 02bb00000009 0800 4500");
        System.arraycopy(head, 0, bytes, 0, head.length);
        bytes[16] = (byte) (20 + payload.length >>> 8);
        bytes[17] = (byte) (20 + payload.length);
        bytes[20] = (byte) (fragment >>> 8);
        bytes[21] = (byte) fragment;
        bytes[22] = 64;
        bytes[23] = (byte) (protocol < 100 ? protocol : new int[] {1, 6, 17}[protocol % 3]);
        byte[] addresses = RouterFixture.bytes("0a000009" + (local ? "0a000001" : "08080808"));
        System.arraycopy(addresses, 0, bytes, 26, 8);
        int sum = 0;
        for (int i = 14; i < 34; i += 2) {
            sum += (bytes[i] & 255) << 8 | bytes[i + 1] & 255;
        }
        sum = ~((sum & 0xffff) + (sum >>> 16));
        bytes[24] = (byte) (sum >>> 8);
        bytes[25] = (byte) sum;
        System.arraycopy(payload, 0, bytes, 34, payload.length);
        return bytes;
    }

    @Property(tries = 400)
    void everyDamagedListingIsReadOrRefused(
            @ForAll int place,
            @ForAll @IntRange(min = 32, max = 126) int character,
            @ForAll long seed) {
        var text = new StringBuilder(rules().json());
        var random = new Random(seed);
        text.setCharAt(Math.floorMod(place, text.length()), (char) character);
        if (random.nextInt(4) == 0) {
            int from = random.nextInt(text.length());
            text.delete(from, Math.min(text.length(), from + random.nextInt(40)));
        }
        judge("nft.json", text.toString());
    }

    @Property(tries = 400)
    void everyDamagedTextOfIptablesIsRead(
            @ForAll int place, @ForAll @IntRange(min = 10, max = 126) int character) {
        var text =
                new StringBuilder(
                        """
                        *nat
                        :POSTROUTING ACCEPT [0:0]
                        -A POSTROUTING -o eth1 -p tcp -j SNAT --to-source 10.0.1.7-10.0.1.9:80-90
                        COMMIT
                        *filter
                        :FORWARD DROP [1:2]
                        :sub - [0:0]
                        [1:40] -A FORWARD ! -s 10.0.0.0/255.0.0.0 -p tcp -m tcp --tcp-flags ALL SYN,ACK -g sub
                        -A FORWARD -p udp -m multiport --dports 1,2:9 -m mark --mark 0x1/0xff -j MARK --set-xmark 0x2/0xf
                        -A sub -m conntrack --ctstate NEW,RELATED -m limit --limit 3/sec -j REJECT --reject-with tcp-reset
                        COMMIT
                        """);
        text.setCharAt(Math.floorMod(place, text.length()), (char) character);
        judge("iptables-save.txt", text.toString());
    }

    private static void judge(String document, String text) {
        try {
            var documents = new RouterFixture().document(document, text).documents();
            var path = new ForwardingPath(HostSnapshot.of(documents));
            assertNotNull(path.decide(RouterFixture.packet("10.0.0.9", "8.8.8.8", 64, 60), "eth0"));
        } catch (SnapshotException refused) {
            assertTrue(refused.getMessage().startsWith("nft.json"), refused.getMessage());
        }
    }
}
