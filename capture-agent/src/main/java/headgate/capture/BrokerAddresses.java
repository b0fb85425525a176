package headgate.capture;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;

/// Why a broker does not answer: Kafka's clients only say that time is up.
final class BrokerAddresses {
    private static final int CONNECT_MILLIS = 1000;

    private BrokerAddresses() {}

    /// Tries to connect to each broker, in the calling thread, and says what came of it.
    static String diagnose(String brokers) {
        var answers = new ArrayList<String>();
        for (String broker : brokers.split(",")) {
            answers.add(broker.strip() + ": " + tryConnect(broker.strip()));
        }
        return String.join("; ", answers);
    }

    private static String tryConnect(String broker) {
        int colon = broker.lastIndexOf(':');
        if (colon <= 0) {
            return "not HOST:PORT";
        }
        String host = broker.substring(0, colon).replaceAll("^\\[|]$", "");
        try (var socket = new Socket()) {
            int port = Integer.parseInt(broker.substring(colon + 1));
            var address = new InetSocketAddress(host, port);
            if (address.isUnresolved()) {
                return "unknown host";
            }
            socket.connect(address, CONNECT_MILLIS);
            return "accepts connections, but does not answer as a Kafka broker";
        } catch (IOException e) {
            return e.getMessage();
        } catch (IllegalArgumentException _) {
            return "not HOST:PORT";
        }
    }
}
