package headgate.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class AgentCommandTest {
    private static final int USAGE = 2;

    @ParameterizedTest
    @CsvSource({
        "-i eth0 -r a.pcap, name either a capture with -r FILE or an interface with -i IFACE",
        "-i eth0 -b filesize:10, name one with -w",
        "-i eth0 -a filesize:10, name one with -w",
        "-i eth0 -w a.pcapng -b files:2, say when the next one is begun",
        "-i eth0 -w - -b filesize:10, standard output is one file",
        "-i eth0 -a hours:1, 'duration:SECONDS, filesize:KB or packets:NUMBER'",
        "-i eth0 -c 0, packets 0 is not 1 or more",
        "-i eth0 -c many, Invalid value for option '-c'",
        "-i eth0+ , a name is needed",
        "-i eth0 --threads 65, threads 65 is not within 1 and 64",
        "-i eth0 --fanout colour, Invalid value for option '--fanout'",
        "-i eth0 --timestamps sundial, Invalid value for option '--timestamps'",
        "-i eth0 -Q sideways, Invalid value for option '--direction'",
        "-i eth0 --block-timeout 0, block-timeout 0 is not within 1 and 1000",
        "-i eth0 --busy-poll 100001, busy-poll 100001 is not within 0 and 100000",
        "-i eth0 --ring 2048, ring 2048 is more than 2047 MiB",
        "-i eth0 -s 262145, snaplen 262145 is not within 1 and 262144",
        "-i eth0 --libpcap /dev/null, is no libpcap that can be loaded",
        "-r a.pcap --brokers kafka, brokers 'kafka': HOST:PORT is needed",
        "-r a.pcap --kafka-config no-such.properties, no-such.properties: no such file",
        "-r a.pcap --kafka-config ., no properties file",
        "-r a.pcap -w b.pcapng, -w saves what comes from interfaces",
    })
    void refusesWrongWordsAndSaysWhich(String words, String message) {
        var err = new StringWriter();
        int status =
                new CommandLine(new AgentCommand())
                        .setCaseInsensitiveEnumValuesAllowed(true)
                        .setErr(new PrintWriter(err))
                        .execute(words.strip().split(" "));
        assertEquals(USAGE, status, err.toString());
        assertTrue(err.toString().contains(message), err.toString());
    }
}
