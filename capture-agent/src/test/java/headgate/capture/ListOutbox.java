package headgate.capture;

import static java.nio.charset.StandardCharsets.UTF_8;

import headgate.schema.Ledger;
import headgate.schema.Topic;
import java.util.ArrayList;
import java.util.List;

/// An outbox that keeps what it is given until it is told to let go.
final class ListOutbox implements Outbox {
    /// One value that was offered.
    record Offer(Topic topic, String key, int lane, byte[] value, int frames) {}

    final List<Offer> offers = new ArrayList<>();
    private final long capacityBytes;
    private long waitingBytes;
    private long waitingFrames;
    private long publishedFrames;

    ListOutbox(long capacityBytes) {
        this.capacityBytes = capacityBytes;
    }

    @Override
    public void offer(Topic topic, byte[] key, int lane, byte[] value, int frames) {
        offers.add(new Offer(topic, new String(key, UTF_8), lane, value, frames));
        waitingBytes += value.length;
        waitingFrames += frames;
    }

    /// Everything that waits is acknowledged.
    void acknowledge() {
        publishedFrames += waitingFrames;
        waitingBytes = 0;
        waitingFrames = 0;
    }

    /// Makes the outbox as full as a test needs it.
    void fillTo(long bytes) {
        waitingBytes = bytes;
    }

    List<Offer> on(Topic topic) {
        return offers.stream().filter(offer -> offer.topic() == topic).toList();
    }

    @Override
    public long waitingBytes() {
        return waitingBytes;
    }

    @Override
    public long capacityBytes() {
        return capacityBytes;
    }

    @Override
    public void awaitRoom(long millis) {
        acknowledge();
    }

    @Override
    public Standing standing() {
        return new Standing(
                new Ledger.Outbox(waitingFrames, waitingBytes, capacityBytes),
                null,
                new Ledger.Published(0, publishedFrames, 0, 0));
    }
}
