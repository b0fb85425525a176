package headgate.capture;

import java.io.IOException;
import java.util.List;

/// Where frames come from: a file, an interface. One thread polls and closes; [#interrupt] and
/// [#statistics] may be called from another one.
public interface FrameSource extends AutoCloseable {
    /// What [#poll] returns when no further frame will come.
    int END = -1;

    /// Hands over at most `limit` frames that are there, in order of arrival; waits a little (at
    /// most 100 ms) when there are none.
    ///
    /// @return how many were handed over, 0 to `limit`, or [#END]
    /// @throws IOException when the source broke; what was handed over before stands
    int poll(FrameHandler handler, int limit) throws IOException;

    /// The interfaces that frames name by [headgate.packet.Frame#interfaceId], in that order. A
    /// capture file may add more of them while it is read.
    List<CaptureInterface> interfaces();

    /// Whether the source itself tells its interfaces apart; a pcap file does not.
    default boolean describesInterfaces() {
        return true;
    }

    /// What was seen and lost so far.
    SourceStatistics statistics();

    /// Makes a waiting [#poll] return soon.
    void interrupt();

    @Override
    void close() throws IOException;
}
