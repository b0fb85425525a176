package headgate.softnet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostProfileTest {
    private static final Map<String, String> SNAPSHOT =
            Map.of(
                    "sysctl.txt",
                    """
                    net.core.dev_weight = 32
                    net.core.dev_weight_rx_bias = 2
                    net.core.flow_limit_cpu_bitmap = 3
                    net.core.flow_limit_table_len = 8192
                    net.core.netdev_budget = 600
                    net.core.netdev_budget_usecs = 6000
                    net.core.netdev_max_backlog = 2500
                    net.ipv4.ip_forward = 1
                    """,
                    "cpu.txt",
                    "online 0-3\nhz 1000\n",
                    "rps.txt",
                    """
                    eth0 rx-0 rps_cpus ff,fffffffe
                    eth0 rx-0 rps_flow_cnt 0
                    eth1 rx-0 rps_cpus 00000001
                    """,
                    "irq.txt",
                    "eth0 37 0 virtio4-config\neth0 38 2 virtio4-input.0\neth0 39 1 virtio4-output.0\n",
                    "ethtool-g.txt",
                    """
                    == eth0
                    Ring parameters for eth0:
                    Pre-set maximums:
                    RX:		4096
                    TX:		4096
                    Current hardware settings:
                    RX:		512
                    RX Mini:	n/a
                    TX:		512
                    == eth1
                    Ring parameters for eth1:
                    Current hardware settings:
                    RX:		1024
                    """,
                    "ethtool-c.txt",
                    """
                    == eth0
                    Coalesce parameters for eth0:
                    Adaptive RX: off  TX: n/a
                    rx-usecs: 50
                    rx-frames: 0
                    rx-usecs-irq: n/a
                    """);

    @Test
    void takesSettingsCpusSteeringAndInterruptsFromTheSnapshot() {
        HostProfile host = HostProfile.of("host", SNAPSHOT, List.of());

        assertEquals(
                "hz=1000 cpus=4 irq_cpu=2 rx_queues=1 ring=512 rx_usecs=50 rx_frames=0 rps=1-3 backlog=2500 budget=600 budget_usecs=6000"
                        + " flow_limit=0-1 flow_limit_table_len=8192",
                host.profile().differenceFrom(SoftnetProfile.LINUX_6));
        assertEquals("host", host.profile().name());
        assertEquals(64, host.profile().sysctls().devWeight());
        assertEquals(List.of(), host.notes());
    }

    @Test
    void takesTheSteeringOfTheInterfaceThatIsNamed() {
        HostProfile host = HostProfile.of("host", SNAPSHOT, List.of("eth1"));
        assertEquals(CpuMask.parse("0"), host.profile().cpus().rpsCpus());
        assertEquals(0, host.profile().cpus().irqCpus().inTurn(0));
    }

    @Test
    void takesQueuesTheirTableAndTheirThreadsFromEthtoolAndNapi() {
        var documents = new HashMap<>(SNAPSHOT);
        documents.put(
                "irq.txt",
                "eth0 100 1 eth0-TxRx-1\neth0 99 0 eth0-TxRx-0\neth0 101 3 eth0-TxRx-2\neth0 102 2 eth0\n");
        documents.put(
                "ethtool-l.txt",
                """
                == eth0
                Channel parameters for eth0:
                Pre-set maximums:
                RX:		n/a
                Combined:	63
                Current hardware settings:
                RX:		n/a
                Combined:	3
                """);
        documents.put(
                "ethtool-x.txt",
                """
                == eth0
                RX flow hash indirection table for eth0 with 3 RX ring(s):
                    0:      0     1     2     2
                    4:      0     1     2     2
                RSS hash key:
                6d:5a:56:da
                """);
        documents.put(
                "napi.txt",
                "eth0 threaded 1\neth0 gro_flush_timeout 20000\neth0 napi_defer_hard_irqs 2\n");
        SoftnetProfile profile = HostProfile.of("host", documents, List.of("eth0")).profile();

        assertEquals(new IndexList(0, 1, 3), profile.cpus().irqCpus());
        assertEquals(3, profile.nic().rxQueues());
        assertEquals(new IndexList(0, 1, 2, 2, 0, 1, 2, 2), profile.nic().rssTable());
        assertEquals(2, profile.nic().napiDeferHardIrqs());
        assertEquals(20_000, profile.nic().groFlushTimeoutNanos());
        assertEquals(CpuMask.parse("0-3"), profile.nic().threadedCpus());
    }

    @Test
    void takesEachInterfacesOwnWhereSeveralHaveInterrupts() {
        var documents = new HashMap<>(SNAPSHOT);
        documents.put(
                "irq.txt",
                "eth0 38 2 virtio4-input.0\neth1 40 1 eth1-rx-0\neth1 41 3 eth1-rx-1\neth2 50 0 eth2-tx\n");
        HostProfile host = HostProfile.of("host", documents, List.of());

        assertEquals(
                "hz=1000 cpus=4 interfaces=2 backlog=2500 budget=600 budget_usecs=6000 flow_limit=0-1"
                        + " flow_limit_table_len=8192 eth0.irq_cpu=2 eth0.rx_queues=1 eth0.ring=512"
                        + " eth0.rx_usecs=50 eth0.rx_frames=0 eth0.rps=1-3 eth1.irq_cpu=1,3"
                        + " eth1.rx_queues=2 eth1.ring=1024 eth1.rps=0",
                host.profile().differenceFrom(SoftnetProfile.LINUX_6));
        assertEquals(
                List.of(
                        "several interfaces: eth0, eth1; frames come to that whose number they have"),
                host.notes());
        assertEquals(
                "eth1,eth0",
                HostProfile.of("host", documents, List.of("eth1", "eth0"))
                        .profile()
                        .interfaces()
                        .toString());
        SoftnetProfile first = HostProfile.of("host", documents, List.of("eth0")).profile();
        assertTrue(QueueLayer.of(first, RxListener.NONE).canAdopt(host.profile()));
    }

    @Test
    void givesAnInterfaceWithoutInterruptsNoRing() {
        HostProfile host = HostProfile.of("host", SNAPSHOT, List.of("eth1"));
        assertEquals(0, host.profile().nic().rxQueues());
    }

    @Test
    void saysWhatTheSnapshotDoesNotTell() {
        HostProfile host = HostProfile.of("host", Map.of(), List.of());

        assertEquals("", host.profile().differenceFrom(SoftnetProfile.LINUX_6));
        assertEquals(
                List.of(
                        "no interface with interrupts of its own; without a name steering and"
                                + " interrupts are those of linux-6",
                        "no net.core.netdev_… in sysctl.txt: taken as a kernel starts with them",
                        "the tick (CONFIG_HZ) is not in the snapshot: taken as 250"),
                host.notes());
    }

    @Test
    void takesTheTickFromTheTimeBudgetWhereNothingElseTellsIt() {
        HostProfile host = withTick("online 0-3\n", "2000");
        assertEquals(1000, host.profile().cpus().hz());
    }

    @Test
    void modelsATimeBudgetOfLessThanTwoTicksAsTwo() {
        HostProfile host = withTick("online 0-3\nhz 250\n", "2000");
        assertEquals(8000, host.profile().sysctls().netdevBudgetUsecs());
        assertEquals(
                List.of("netdev_budget_usecs 2000 is less than two ticks: modelled as 8000"),
                host.notes());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "\0", "=", "eth0", "eth0 rx-0 rps_cpus zz", "net.core.dev_weight=x"})
    void aDocumentThatIsNoneLeavesTheProfileSound(String garbage) {
        for (String document : SNAPSHOT.keySet()) {
            var documents = new HashMap<>(SNAPSHOT);
            documents.put(document, garbage);
            assertEquals(
                    "host",
                    HostProfile.of("host", documents, List.of("eth0")).profile().name(),
                    document);
        }
    }

    @Test
    void notesValuesThatTheKernelCouldNotHave() {
        var documents = new HashMap<>(SNAPSHOT);
        documents.put(
                "sysctl.txt",
                """
                net.core.netdev_max_backlog = many
                net.core.dev_weight = 99999999999
                net.core.netdev_budget_usecs =
                net.core.flow_limit_cpu_bitmap = x
                """);
        List<String> notes = HostProfile.of("host", documents, List.of("eth0")).notes();
        assertEquals(4, notes.size(), notes.toString());
        assertTrue(notes.getFirst().startsWith("backlog=many is not allowed"), notes.toString());
    }

    private static HostProfile withTick(String cpu, String budgetUsecs) {
        var documents = new HashMap<>(SNAPSHOT);
        documents.put("cpu.txt", cpu);
        documents.put(
                "sysctl.txt",
                SNAPSHOT.get("sysctl.txt").replace("usecs = 6000", "usecs = " + budgetUsecs));
        return HostProfile.of("host", documents, List.of("eth0"));
    }

    @ParameterizedTest
    @CsvSource({
        "6d:5a:56:da:25:5b:0e:c2:41:67:25:3d:43:a3:8f:b0:d0:ca:2b:cb:ae:7b:30:b4:77:cb:2d:a3:80:30:f2:0c"
                + ":6a:42:b7:3b:be:ac:01:fa, on, true",
        "6d:5a:56:da:25:5b:0e:c2:41:67:25:3d:43:a3:8f:b0:d0:ca:2b:cb:ae:7b:30:b4:77:cb:2d:a3:80:30:f2:0c"
                + ":6a:42:b7:3b:be:ac:01:fa, off, false",
        "6d:5a:56:da, on, false",
        "Operation not supported, on, false",
        "'', on, false"
    })
    void readsTheKeyOfTheInterfacesHash(String key, String toeplitz, boolean isKnown) {
        var documents = new HashMap<>(SNAPSHOT);
        documents.put(
                "ethtool-x.txt",
                """
                == eth0
                RX flow hash indirection table for eth0 with 3 RX ring(s):
                    0:      0     1     2     2
                RSS hash key:
                %s
                RSS hash function:
                    toeplitz: %s
                """
                        .formatted(key, toeplitz));
        assertEquals(
                isKnown,
                HostProfile.of("host", documents, List.of("eth0")).rss().containsKey("eth0"));
    }
}
