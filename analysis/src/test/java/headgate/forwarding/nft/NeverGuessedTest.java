package headgate.forwarding.nft;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import headgate.forwarding.ForwardingPath;
import headgate.forwarding.RouterFixture;
import headgate.forwarding.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What rules ask that nobody can know from a snapshot and the packets, or that is not modelled:
/// the answer is incomplete, never wrong. Statements as `nft -j list ruleset` prints them.
class NeverGuessedTest {
    /// From 10.0.0.9 to 10.0.1.2, protocol and payload to follow.
    private static final String IPV4 = "4500 0028 0001 0000 40 %02x 0000 0a000009 0a000102";

    private static Verdict decide(ForwardingPath path, int protocol, String payload) {
        byte[] packet = RouterFixture.bytes(IPV4.formatted(protocol) + payload);
        int sum = 0;
        for (int i = 0; i < 20; i += 2) {
            sum += (packet[i] & 255) << 8 | packet[i + 1] & 255;
        }
        sum = ~((sum & 0xffff) + (sum >>> 16)) & 0xffff;
        packet[10] = (byte) (sum >>> 8);
        packet[11] = (byte) sum;
        var hex = new StringBuilder();
        for (byte each : packet) {
            hex.append("%02x".formatted(each));
        }
        return path.decide(RulesetFixture.frame("eth0", hex.toString()), "eth0");
    }

    /// UDP from port 4660 to 53, without a checksum.
    private static Verdict udp(ForwardingPath path) {
        return decide(path, 17, "1234 0035 0014 0000 00000000 00000000 00000000");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'queue':{'num':1}}",
                "{'queue':{'num':1,'flags':'bypass'}}",
                "{'dup':{'addr':'10.0.1.9'}}",
                "{'fwd':{'dev':'eth1'}}",
                "{'flow':{'op':'add','flowtable':'@f'}}",
                "{'tproxy':{'port':8080}}",
                "{'synproxy':{'mss':1460,'wscale':7}}",
                "{'match':{'op':'==','left':{'numgen':{'mode':'inc','mod':2,'offset':0}},'right':0}}",
                "{'match':{'op':'==','left':{'numgen':{'mode':'random','mod':2,'offset':0}},'right':0}}",
                "{'match':{'op':'==','left':{'symhash':{'mod':2}},'right':0}}",
                "{'match':{'op':'==','left':{'jhash':{'mod':2,'expr':{'payload':{'protocol':'ip','field':'saddr'}}}},'right':0}}",
                "{'match':{'op':'==','left':{'osf':{'key':'name'}},'right':'Linux'}}",
                "{'match':{'op':'==','left':{'socket':{'key':'transparent'}},'right':1}}",
                "{'match':{'op':'==','left':{'rt':{'key':'classid'}},'right':'5'}}",
                "{'match':{'op':'==','left':{'rt':{'key':'nexthop','family':'ip'}},'right':'10.0.1.2'}}",
                "{'match':{'op':'==','left':{'meta':{'key':'hour'}},'right':'00:00:05'}}",
                "{'match':{'op':'==','left':{'meta':{'key':'random'}},'right':5}}",
                "{'match':{'op':'==','left':{'meta':{'key':'skuid'}},'right':5}}",
                "{'match':{'op':'==','left':{'meta':{'key':'cgroup'}},'right':5}}",
                "{'match':{'op':'==','left':{'meta':{'key':'cpu'}},'right':1}}",
                "{'match':{'op':'==','left':{'meta':{'key':'iifkind'}},'right':'veth'}}",
                "{'match':{'op':'==','left':{'ip option':{'name':'rr'}},'right':true}}",
                "{'match':{'op':'==','left':{'ct':{'key':'helper'}},'right':'ftp'}}",
                "{'match':{'op':'in','left':{'ct':{'key':'label'}},'right':5}}",
                "{'match':{'op':'>','left':{'ct':{'key':'bytes'}},'right':100}}",
                "{'match':{'op':'>','left':{'ct':{'key':'packets','dir':'original'}},'right':3}}",
                "{'match':{'op':'>','left':{'ct':{'key':'expiration'}},'right':5}}",
                "{'match':{'op':'==','left':{'ct':{'key':'id'}},'right':7}}",
                "{'ct count':{'val':5,'inv':true}}",
                "{'ct helper':'ftp'}",
                "{'ct timeout':'t'}",
                "{'ct expectation':'e'}",
                "{'mangle':{'key':{'ct':{'key':'event'}},'value':'new'}}",
                "{'mangle':{'key':{'meta':{'key':'pkttype'}},'value':'broadcast'}}",
                "{'mangle':{'key':{'meta':{'key':'mark'}},'value':{'numgen':{'mode':'inc','mod':2}}}}",
                "{'reset':{'tcp option':{'name':'sack-perm'}}}",
                "{'set':{'op':'delete','elem':{'payload':{'protocol':'ip','field':'saddr'}},'set':'@s'}}",
                "{'set':{'op':'add','elem':{'payload':{'protocol':'ip','field':'saddr'}},'set':'@s','stmt':[{'ct count':{'val':3}}]}}",
                "{'xt':{'type':'match','name':'string'}}",
                "{'nobody':'knows'}"
            })
    void saysThatItDoesNotKnowWhatRulesAsk(String statement) {
        Verdict verdict = udp(RulesetFixture.forward(statement + ",{'drop':null}").path());
        assertFalse(assertInstanceOf(Verdict.Incomplete.class, verdict).why().isEmpty());
    }

    @Test
    void doesNotGuessWhetherAnElementHasRunOut() {
        var path =
                new RulesetFixture()
                        .element(
                                "{'set':{'family':'ip','name':'s','table':'t','type':'ipv4_addr','handle':3,"
                                        + "'flags':['timeout'],'elem':["
                                        + "{'elem':{'val':'10.0.0.9','timeout':60,'expires':31}},"
                                        + "{'elem':{'val':'10.0.0.8','counter':{'packets':1,'bytes':2}}}]}}")
                        .baseChain("c", "forward", 0, "accept")
                        .rule(
                                "c",
                                "{'match':{'op':'==','left':{'payload':{'protocol':'ip','field':'saddr'}},'right':'@s'}},{'drop':null}")
                        .path();
        assertInstanceOf(Verdict.Incomplete.class, udp(path));
    }
}
