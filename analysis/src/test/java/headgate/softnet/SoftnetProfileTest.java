package headgate.softnet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SoftnetProfileTest {
    @ParameterizedTest
    @CsvSource({
        "linux-6,        250,  8000, 1, off",
        "linux-6-hz100,  100, 20000, 1, off",
        "linux-6-hz1000, 1000, 2000, 1, off",
        "linux-6-rps,    250,  8000, 2, 1",
        "linux-6-nic,    250,  8000, 4, off"
    })
    void startsWithTheDefaultsOfItsKernel(
            String name, int hz, int budgetUsecs, int cpus, String rps) {
        SoftnetProfile profile = SoftnetProfile.of(name);

        assertEquals(name, profile.name());
        assertEquals(hz, profile.cpus().hz());
        assertEquals(budgetUsecs, profile.sysctls().netdevBudgetUsecs());
        assertEquals(cpus, profile.cpus().count());
        assertEquals(rps, profile.cpus().rpsCpus().toString());
        assertEquals(1000, profile.sysctls().netdevMaxBacklog());
        assertEquals(64, profile.sysctls().devWeight());
        assertEquals(300, profile.sysctls().netdevBudget());
    }

    @Test
    void comesBackFromItsSettings() {
        SoftnetProfile profile =
                SoftnetProfile.LINUX_6
                        .with(
                                Map.of(
                                        "hz",
                                        "100",
                                        "cpus",
                                        "8",
                                        "rps",
                                        "1-3,6",
                                        "flow_limit",
                                        "0",
                                        "irq_cpu",
                                        "7",
                                        "tick_phase_ns",
                                        "9999999",
                                        "backlog",
                                        "-1",
                                        "byte_ps",
                                        "3"))
                        .with(
                                Map.of(
                                        "rx_queues",
                                        "3",
                                        "rss_table",
                                        "0-2,2,1",
                                        "irq_cpu",
                                        "7,0-2",
                                        "irq_mask",
                                        "off",
                                        "threaded",
                                        "4-5",
                                        "nft_rules",
                                        "1000"));

        assertEquals(profile, SoftnetProfile.of(profile.name(), profile.settings()));
        assertEquals(ProfileKey.values().length, profile.settings().size());
        assertEquals("", profile.differenceFrom(profile));
        assertEquals("weight=8", profile.with("weight", "8").differenceFrom(profile));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "rings        | 256   | no setting 'rings'; there are: kernel, hz,",
                "weight       | 0     | weight=0 is not allowed: 1 to 2147483647",
                "weight       | many  | weight=many is not allowed: 1 to 2147483647",
                "hz           | 0     | hz=0 is not allowed: 1 to 10000",
                "budget_usecs | 7999  | budget_usecs=7999 is not allowed: 8000 or more at 250",
                "rps          | 1     | rps=1 is not allowed: CPUs are 0 to 0",
                "rps          | 3-1   | '3-1' is no list of CPUs",
                "rps          | 64    | '64' is no list of CPUs",
                "flow_limit   | 4     | flow_limit=4 is not allowed: CPUs are 0 to 0",
                "flow_limit_table_len | 1000 | flow_limit_table_len=1000 is not allowed: a power",
                "irq_cpu      | 1     | irq_cpu=1 is not allowed: CPUs are 0 to 0",
                "tick_phase_ns | 4000000 | tick_phase_ns=4000000 is not allowed: 0 up to one tick",
                "irq_cpu      | a     | 'a' is no list of numbers: write 0-3,1",
                "irq_cpu      | 3-1   | '3-1' is no list of numbers",
                "rx_queues    | 257   | rx_queues=257 is not allowed: 0 to 256",
                "ring         | 0     | ring=0 is not allowed: 1 to 1048576",
                "irq_mask     | 2     | irq_mask=2 is not allowed: off, on",
                "threaded     | 1     | threaded=1 is not allowed: CPUs are 0 to 0",
                "packet_ns    | -1    | packet_ns=-1 is not allowed: 0 to 100000000000"
            })
    void refusesWhatTheKernelOrTheModelCannotHave(String key, String value, String message) {
        var refused =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> SoftnetProfile.LINUX_6.with(key, value));
        assertTrue(refused.getMessage().startsWith(message), refused::getMessage);
    }

    @Test
    void givesAnInterfaceSettingsOfItsOwn() {
        SoftnetProfile profile =
                SoftnetProfile.LINUX_6_NIC.with(
                        Map.of(
                                "interfaces", "lan0,wan0.7",
                                "ring", "512",
                                "wan0.7.ring", "1024",
                                "wan0.7.rx_queues", "1"));

        assertEquals("1024", profile.settings().get("wan0.7.ring"));
        assertEquals(
                "interfaces=lan0,wan0.7 ring=512 wan0.7.rx_queues=1 wan0.7.ring=1024",
                profile.differenceFrom(SoftnetProfile.LINUX_6_NIC));
        assertEquals(profile, SoftnetProfile.of(profile.name(), profile.settings()));
        NetInterface wan = profile.netInterfaces().getLast();
        assertEquals("wan0.7", wan.name());
        assertEquals(1024, wan.nic().ring());
        assertEquals(512, profile.netInterfaces().getFirst().nic().ring());
    }

    @Test
    void setsAllInterfacesWhereNoneIsNamed() {
        SoftnetProfile profile =
                SoftnetProfile.LINUX_6_NIC.with(
                        Map.of("interfaces", "2", "eth1.ring", "64", "eth1.rx_usecs", "1"));

        assertEquals(
                "interfaces=2 ring=128 eth1.rx_usecs=1",
                profile.with("ring", "128").differenceFrom(SoftnetProfile.LINUX_6_NIC));
        assertEquals(profile.with("eth1.ring", "256"), profile.with("ring", "256"));
        assertEquals(SoftnetProfile.LINUX_6_NIC, profile.with("interfaces", "1"));
    }

    /// A list of CPUs for all interfaces goes on from one to the next; an own one begins anew.
    @Test
    void takesCpusInTurnOverAllInterfaces() {
        SoftnetProfile profile =
                SoftnetProfile.LINUX_6.with(
                        Map.of(
                                "cpus", "4",
                                "interfaces", "3",
                                "rx_queues", "2",
                                "irq_cpu", "0-3",
                                "eth1.irq_cpu", "0-3"));

        assertEquals(
                List.of(0, 1, 0, 1, 0, 1),
                profile.netInterfaces().stream()
                        .flatMap(it -> Stream.of(it.irqCpu(0), it.irqCpu(1)))
                        .toList());
        assertEquals(2, profile.with("irq_cpu", "0-3").netInterfaces().get(1).irqCpu(0));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "eth2.ring     | 9     | no interface 'eth2'; there are: eth0, eth1 (interfaces names them)",
                "eth1.backlog  | 9     | backlog is set for the whole host, not for an interface: write",
                "eth1.rings    | 9     | no setting 'rings'; there are: kernel, hz,",
                "eth1.ring     | 0     | eth1.ring=0 is not allowed: 1 to 1048576",
                "eth1.irq_cpu  | 4     | eth1.irq_cpu=4 is not allowed: CPUs are 0 to 3",
                "eth1.threaded | 4     | eth1.threaded=4 is not allowed: CPUs are 0 to 3",
                "eth1.rps      | 4     | eth1.rps=4 is not allowed: CPUs are 0 to 3",
                "eth1.rx_queues | 253  | rx_queues=4 is not allowed: 256 over all interfaces at most",
                "interfaces    | 0     | interfaces=0 is not allowed: 1 to 16, or as many names",
                "interfaces    | 17    | interfaces=17 is not allowed: 1 to 16, or as many names",
                "interfaces    | -1    | interfaces=-1 is not allowed: 1 to 16, or as many names",
                "interfaces    | a,    | interfaces= is not allowed: a name has 1 to 15 characters",
                "interfaces    | a b   | interfaces=a b is not allowed: a name has 1 to 15 characters",
                "interfaces    | abcdefghijklmnop | interfaces=abcdefghijklmnop is not allowed: a name",
                "interfaces    | a,a   | interfaces=[a, a] is not allowed: each name stands once"
            })
    void refusesWhatAnInterfaceCannotHave(String key, String value, String message) {
        SoftnetProfile two = SoftnetProfile.LINUX_6_NIC.with("interfaces", "2");
        var refused = assertThrows(IllegalArgumentException.class, () -> two.with(key, value));
        assertTrue(refused.getMessage().startsWith(message), refused::getMessage);
    }

    @Test
    void refusesASettingOfOneInterfaceThatHasNoRing() {
        SoftnetProfile profile =
                SoftnetProfile.LINUX_6_NIC.with(Map.of("interfaces", "2", "eth1.rx_queues", "0"));
        var refused =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> profile.asking(Map.of("eth1.ring", "9")));
        assertTrue(refused.getMessage().startsWith("eth1.ring has no effect with rx_queues=0"));
        assertEquals(
                9, profile.asking(Map.of("eth0.ring", "9")).netInterfaces().get(0).nic().ring());
    }

    @Test
    void takesAnyBudgetAndBacklogAsTheKernelDoes() {
        for (String value : new String[] {"-2147483648", "-1", "0", "2147483647"}) {
            assertEquals(
                    value,
                    SoftnetProfile.LINUX_6
                            .with(Map.of("budget", value, "backlog", value))
                            .settings()
                            .get("budget"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "backlog    | 0      | backlog=0 is not allowed: 1 or more with kernel=2.6, where",
                "cpus       | 2      | cpus=2 is not allowed: 1 with kernel=2.6",
                "rx_queues  | 2      | rx_queues=2 is not allowed: 0 or 1 with kernel=2.6",
                "rps        | 0      | rps=0 is not allowed: off with kernel=2.6",
                "flow_limit | 0      | flow_limit=0 is not allowed: off with kernel=2.6",
                "threaded   | 0      | threaded=0 is not allowed: off with kernel=2.6",
                "interfaces | 2      | interfaces=2 is not allowed: 1 with kernel=2.6",
                "kernel     | 2.4    | kernel=2.4 is not allowed: 6, 2.6"
            })
    void refusesWhatAnOldKernelDidNotHave(String key, String value, String message) {
        var refused =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> SoftnetProfile.LINUX_2_6.with(key, value));
        assertTrue(refused.getMessage().startsWith(message), refused::getMessage);
    }

    @Test
    void namesTheProfilesThatExist() {
        var refused =
                assertThrows(IllegalArgumentException.class, () -> SoftnetProfile.of("windows"));
        assertEquals(
                "no profile 'windows'; there are: linux-6, linux-6-hz100, linux-6-hz1000,"
                        + " linux-6-rps, linux-6-nic, linux-2.6, linux-2.6-e100, libpcap-2.6,"
                        + " pf_ring-2.6, winpcap, winpcap-old, bpf, af_packet, tpacket_v3",
                refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "off | off | 0",
                "0 | 0 | 1",
                "0-3,6 | 0-3,6 | 4f",
                "5,4,63 | 4-5,63 | 80000000,00000030"
            })
    void readsAndWritesListsOfCpus(String text, String list, String hex) {
        assertEquals(list, CpuMask.parse(text).toString());
        assertEquals(hex, CpuMask.parse(text).hex());
    }
}
