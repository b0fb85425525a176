package headgate.capture;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BrokerAddressesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost:9092",
                "127.0.0.1:9092",
                "127.1.2.3:1",
                "[::1]:9092",
                "localhost:1, [::1]:2"
            })
    void knowsLoopback(String brokers) {
        assertTrue(BrokerAddresses.areOfThisHost(brokers));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "kafka:9092",
                "10.0.0.1:9092",
                "127.0.0.1.example.org:9092",
                "localhost",
                "localhost:1,kafka:1"
            })
    void takesAllElseForOtherHosts(String brokers) {
        assertFalse(BrokerAddresses.areOfThisHost(brokers));
    }
}
