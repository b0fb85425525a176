package headgate.streams;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;

class StreamProcessorTest {
    @Test
    void beginsAnewAfterAFaultOfItsTransaction() {
        List.of(
                        new InvalidTxnStateException("no such transaction"),
                        new InvalidProducerEpochException("timed out"),
                        new ProducerFencedException("another one"),
                        new KafkaException("in an error state"))
                .forEach(fault ->
                        assertTrue(StreamProcessor.isOfTransaction(fault), fault::toString));
    }

    @Test
    void stopsAtWhatWouldComeAgain() {
        List.of(
                        new RecordTooLargeException("9 MB"),
                        new SerializationException("bytes"),
                        new TopicAuthorizationException("flows"),
                        new StreamsException("of the topology"),
                        new IllegalStateException("a bug"))
                .forEach(fault ->
                        assertFalse(StreamProcessor.isOfTransaction(fault), fault::toString));
    }
}
